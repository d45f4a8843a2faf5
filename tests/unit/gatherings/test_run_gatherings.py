"""An event is announced, reminded of and moved by itself, each post once, whatever dies at whichever call."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from icalendar import Calendar

from heraut.errors import TryAgain
from heraut.gatherings.running import Outcome, Stage
from heraut.publishing.model import State
from tests.twins.contest_world import Fate
from tests.twins.gathering_world import APPLIED, BEGINS, ENDS, FOLDER, ID, NAME, PUBLIC, GatheringWorld

REMINDED = [BEGINS - timedelta(days=7), BEGINS - timedelta(days=1), BEGINS - timedelta(hours=2)]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def entry(world: GatheringWorld) -> dict[str, object]:
    """Give the published calendar entry."""
    (event,) = Calendar.from_ical(world.objects.objects[f"{FOLDER}event.ics"]).walk("VEVENT")
    names = ("UID", "SEQUENCE", "DTSTART", "DTEND", "STATUS", "SUMMARY")
    return {name: found.decode() if isinstance(found := event.decoded(name), bytes) else found for name in names}


def posts(world: GatheringWorld) -> list[str]:
    """Give the names of its posts."""
    return sorted(world.posts.names(ID))


def test_an_event_is_reminded_of_at_each_hour_and_nothing_more() -> None:
    """Seven days, one day and two hours before, on each account, with the day, the hour, the place and the page."""
    world = GatheringWorld()

    world.run()

    assert Counter(at for at, _, _ in world.said) == Counter(dict.fromkeys(REMINDED, 2))
    assert {account for _, account, _ in world.said} == {"sky", "masto"}
    assert posts(world) == ["event-atelier-1d", "event-atelier-2h", "event-atelier-7d"]
    text = world.said[0][2]
    assert "« L'atelier du levain »" in text.replace("\xa0", " ")
    assert "jeudi 10 décembre à 18\xa0h\xa030" in text
    assert f"{PUBLIC}/{FOLDER}evenement.html" in text
    assert f"{PUBLIC}/{FOLDER}event.ics" in text
    assert world.told() == Counter({"published": 1})
    assert world.gathering.stage is Stage.OVER


def test_a_reminder_waits_in_the_queue_a_day_before_it_leaves() -> None:
    """So that people see it, may change it, and are told ahead what would make it fail."""
    world = GatheringWorld()

    world.run_until(REMINDED[1] - 24 * HOUR)

    (one, _) = world.posts.deliveries(ID, "event-atelier-1d")
    assert (one.state, one.publish_at) == (State.SCHEDULED, REMINDED[1])
    assert "event-atelier-2h" not in posts(world)


def test_the_calendar_file_and_the_page_say_the_same() -> None:
    """The hours in UTC, the place, a page in each language that links the file."""
    world = GatheringWorld()
    world.run_until(APPLIED)

    found = entry(world)
    assert (found["DTSTART"], found["DTEND"], found["SEQUENCE"]) == (BEGINS, ENDS, 0)
    assert (found["STATUS"], found["SUMMARY"]) == ("CONFIRMED", "L'atelier du levain")
    assert world.objects.types[f"{FOLDER}event.ics"] == "text/calendar; charset=utf-8"
    for name, hours in (("evenement.html", "de 18\xa0h\xa030 à 20\xa0h"), ("event.html", "from 18:30 to 20:00")):
        page = BeautifulSoup(world.objects.objects[f"{FOLDER}{name}"], "html.parser")
        main = page.select_one("main")
        assert main
        assert hours in main.text
        assert "12 rue du Four" in main.text
        assert main.select_one('a[href="event.ics"]')


def story(fate: Fate) -> GatheringWorld:
    """An event that is moved after its first reminder went out."""
    world = GatheringWorld(fate)
    world.run_until(REMINDED[1] - 2 * HOUR)
    world.apply(starts="2026-12-10 20:00", ends="2026-12-10 21:30")
    world.run()
    return world


UNHURT = story(Fate())


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("strike", range(1, UNHURT.fate.calls + 1))
def test_whatever_dies_each_post_leaves_once(strike: int, arrives: bool) -> None:
    """Each reminder once on each account, at the hour of the plan that held, and the calendar's entry moved."""
    world = story(Fate(strike, arrives))

    later = timedelta(minutes=90)
    expected = [REMINDED[0], REMINDED[1] + later, REMINDED[2] + later]
    found = sorted((at, account) for at, account, _ in world.said)
    assert found == [(at, account) for at in expected for account in ("masto", "sky")]
    assert all("à 20\xa0h" in text for at, _, text in world.said if at != REMINDED[0])
    assert entry(world)["SEQUENCE"] == 1
    assert world.gathering.stage is Stage.OVER
    assert {code for code, times in world.told().items() if times} >= {"published", "changed"}


def test_a_moved_event_takes_what_has_not_left_with_it() -> None:
    """What is out is not repeated and people hear where it stands; what waited says the new hour at its new instant."""
    world = GatheringWorld()
    world.run_until(REMINDED[1] - 2 * HOUR)
    before = entry(world)
    world.apply(starts="2026-12-12 18:30", ends="2026-12-12 20:00")
    world.run_until(world.clock.now() + 5 * MINUTE)

    after = entry(world)
    assert after["UID"] == before["UID"]
    assert (after["SEQUENCE"], after["DTSTART"]) == (1, BEGINS + timedelta(days=2))
    (waited, _) = world.posts.deliveries(ID, "event-atelier-1d")
    assert waited.state is State.CANCELLED
    assert "https://sky.example/event-atelier-7d" in world.news("changed").why

    world.run()

    moved = [at + timedelta(days=2) for at in REMINDED]
    assert Counter(at for at, _, _ in world.said) == Counter({REMINDED[0]: 2, moved[1]: 2, moved[2]: 2})


def test_a_cancelled_event_says_so_and_reminds_nobody_any_more() -> None:
    """The calendar entry stays with its status, the page says it, what waited is withdrawn."""
    world = GatheringWorld()
    world.run_until(REMINDED[1] - 2 * HOUR)
    world.apply(cancelled=True)

    world.run()

    assert [at for at, _, _ in world.said] == [REMINDED[0]] * 2
    assert (entry(world)["STATUS"], entry(world)["SEQUENCE"]) == ("CANCELLED", 1)
    assert "Annulé" in world.objects.objects[f"{FOLDER}evenement.html"].decode()
    assert world.told()["cancelled"] == 1
    assert world.gathering.stage is Stage.CANCELLED


def test_an_event_that_takes_place_after_all_is_reminded_of_again() -> None:
    """What went out before stays out alone."""
    world = GatheringWorld()
    world.run_until(REMINDED[1] - 2 * HOUR)
    world.apply(cancelled=True)
    world.run_until(world.clock.now() + 10 * MINUTE)
    world.apply(cancelled=None)

    world.run()

    assert Counter(at for at, _, _ in world.said) == Counter(dict.fromkeys(REMINDED, 2))
    assert entry(world)["STATUS"] == "CONFIRMED"


def test_what_was_held_never_leaves_once_the_event_began() -> None:
    """A pause that outlasts the event is no reason to remind people of what is over; they are told."""
    world = GatheringWorld()
    world.run_until(REMINDED[2] - 5 * MINUTE)
    world.hold()
    world.run()

    (one, _) = world.posts.deliveries(ID, "event-atelier-2h")
    assert one.state is State.CANCELLED
    assert world.gathering.steps["2h"].outcome is Outcome.WITHDRAWN
    assert world.told()["stopped"] == 1
    assert max(at for at, _, _ in world.said) == REMINDED[1]


def test_a_machine_that_slept_skips_what_is_too_late_and_says_so() -> None:
    """The next reminder leaves at its hour."""
    world = GatheringWorld()
    world.run_until(REMINDED[0] + HOUR)
    world.clock.advance_to(REMINDED[1] + 11 * MINUTE)

    world.run()

    assert Counter(at for at, _, _ in world.said) == Counter({REMINDED[0]: 2, REMINDED[2]: 2})
    assert world.gathering.steps["1d"].outcome is Outcome.SKIPPED
    assert world.told()["skipped"] == 1


def test_reminders_that_were_past_when_the_event_was_applied_are_nobodys_surprise() -> None:
    """Whoever applied it was told then."""
    world = GatheringWorld()
    world.clock.advance_to(REMINDED[1] - 3 * HOUR)

    world.run()

    assert Counter(at for at, _, _ in world.said) == Counter(dict.fromkeys(REMINDED[1:], 2))
    assert world.told() == Counter({"published": 1})


def test_days_before_are_counted_by_the_clock_on_the_wall() -> None:
    """The clocks go forward between: the reminder keeps the hour that people read on theirs."""
    world = GatheringWorld(starts="2027-03-28 18:30", ends="2027-03-28 20:00", reminders=["1d"])
    world.run()

    assert {at for at, _, _ in world.said} == {datetime(2027, 3, 27, 17, 30, tzinfo=UTC)}


def test_a_text_of_ones_own_is_filled_in() -> None:
    """For all reminders, or for one."""
    world = GatheringWorld(
        reminders=["1d", {"before": "2h", "text": "Plus que deux heures ! {page}"}],
        texts={"reminder": "{title}, {day}, {hour}, {place} : {calendar} {{sic}}"},
    )
    world.run()

    first, last = world.said[0][2], world.said[-1][2]
    assert first.startswith("L'atelier du levain, jeudi 10 décembre, 18\xa0h\xa030, Boulangerie Martin :")
    assert first.endswith("event.ics {sic}")
    assert last == f"Plus que deux heures ! {PUBLIC}/{FOLDER}evenement.html"


def test_a_text_of_other_words_moves_no_entry_in_calendars() -> None:
    """What waited is queued anew with the new text, and nobody is told that the event changed."""
    world = GatheringWorld()
    world.run_until(REMINDED[1] - 2 * HOUR)
    world.apply(texts={"reminder": "Venez !"})
    world.run()

    assert [text for at, _, text in world.said if at != REMINDED[0]] == ["Venez !"] * 4
    assert entry(world)["SEQUENCE"] == 0
    assert world.told() == Counter({"published": 1})


def test_an_event_that_is_over_before_it_was_known_is_left_alone() -> None:
    """As is one that is cancelled before anybody heard of it."""
    world = GatheringWorld()
    world.clock.advance_to(ENDS)
    world.tick()

    assert world.gatherings.gathering(ID, NAME) is None

    world = GatheringWorld(cancelled=True)
    world.tick()

    assert world.gatherings.gathering(ID, NAME) is None


def test_people_who_cannot_be_reached_hold_nothing_up() -> None:
    """Told a minute later for some minutes; the reminders leave at their hours."""
    world = GatheringWorld()
    world.notifications.failing["lea"] = TryAgain("mail")
    world.run_until(APPLIED + 2 * MINUTE)
    world.notifications.failing.clear()

    world.run()

    assert world.told()["published"] == 1
    assert Counter(at for at, _, _ in world.said) == Counter(dict.fromkeys(REMINDED, 2))


def test_an_event_that_fails_holds_back_no_other() -> None:
    """An hour that nobody can keep is logged; the other is announced."""
    world = GatheringWorld()
    other = {**world.brand.events[NAME], "title": "Autre"}
    world.brands._brands[ID] = world.brand.model_copy(update={"events": {"autre": other, NAME: other}})
    world.objects.create(f"events/{ID}/autre/event.ics", b"x", "text/plain", "")
    replace = world.objects.replace
    world.objects.replace = (  # type: ignore[method-assign]
        lambda key, *rest: False if "autre" in key else replace(key, *rest)
    )

    world.run_until(APPLIED + MINUTE)

    assert world.gathering.shown == 0
    broken = world.gatherings.gathering(ID, "autre")
    assert broken is not None
    assert broken.shown == -1

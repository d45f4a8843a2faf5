"""What every store of conversations does, the twin and the table alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.conversations_table import ConversationsTable
from heraut.brands import NetworkName
from heraut.conversations import Alert, Answered, Author, Interaction, Kind, Label, Overheard, What
from heraut.conversations.alerts import (
    answered,
    answered_before,
    closed,
    erased,
    forgotten,
    handed_over,
    joined,
    noted,
    opened,
    taken,
    told,
)
from heraut.conversations.model import HandedOver, LabelName
from heraut.conversations.rules import Verdict
from heraut.conversations.testimonials import asked
from heraut.errors import Conflict
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.test_brands import BAKERY

if TYPE_CHECKING:
    from heraut.conversations.store import Conversations
    from tests.contracts.stack import Stack

BRAND, ACCOUNT = "boulangerie", "sky"


def said(name: str, thread: str = "post-1", **more: Any) -> Interaction:
    """Something that a customer says."""
    given: dict[str, Any] = {
        "brand": BRAND,
        "account": ACCOUNT,
        "network": NetworkName.BLUESKY,
        "id": f"at://did:plc:x/app.bsky.feed.post/{name}",
        "kind": Kind.REPLY,
        "author": Author(id="did:plc:x", handle="@zoe.test", name="Zoé"),
        "text": f"Bonjour {name}",
        "answers": thread,
        "thread": thread,
        "at": NOW,
    }
    return Interaction(**(given | more))


def received(kept: Conversations, interaction: Interaction) -> Alert:
    """Let an interaction open an alert, or join the one of its thread."""
    before = kept.open_alert(BRAND, ACCOUNT, interaction.thread)
    after = joined(before, interaction) if before else opened(interaction, BAKERY, NOW)
    kept.receive(interaction, before, after)
    return after


def test_what_never_came_is_none(conversations: Conversations) -> None:
    """No cursor, no alert, nothing due."""
    assert conversations.cursor(BRAND, ACCOUNT) is None
    assert conversations.alert(BRAND, "x") is None
    assert conversations.alert_with(BRAND, ACCOUNT, "x") is None
    assert conversations.open_alert(BRAND, ACCOUNT, "x") is None
    assert list(conversations.open_alerts(BRAND)) == []
    assert list(conversations.due(NOW + timedelta(days=9))) == []


def test_an_account_goes_on_where_it_stopped(conversations: Conversations) -> None:
    """Each account of each brand for itself."""
    conversations.save_cursor(BRAND, ACCOUNT, "1")
    conversations.save_cursor(BRAND, ACCOUNT, "2")
    conversations.save_cursor(BRAND, "masto", "3")

    assert (conversations.cursor(BRAND, ACCOUNT), conversations.cursor(BRAND, "masto")) == ("2", "3")
    assert conversations.cursor("fleuriste", ACCOUNT) is None


def test_an_interaction_opens_an_alert_and_the_next_one_joins_it(conversations: Conversations) -> None:
    """Both lead to it, and it is found by its thread; another thread has another."""
    first = received(conversations, said("1"))
    second = received(conversations, said("2", at=NOW + MINUTE))
    other = received(conversations, said("3", "post-2"))

    assert (second.id, second.count, len(second.waiting)) == (first.id, 2, 2)
    assert conversations.alert(BRAND, first.id) == second
    assert conversations.alert_with(BRAND, ACCOUNT, said("1").id) == second
    assert conversations.open_alert(BRAND, ACCOUNT, "post-1") == second
    assert [one.text for one in conversations.interactions(BRAND, first.id)] == ["Bonjour 1", "Bonjour 2"]
    assert {one.id for one in conversations.open_alerts(BRAND)} == {first.id, other.id}
    assert list(conversations.open_alerts("fleuriste")) == []


def test_what_came_already_is_not_received_again(conversations: Conversations) -> None:
    """Neither does it count twice, nor open a second alert."""
    alert = received(conversations, said("1"))

    with pytest.raises(Conflict):
        received(conversations, said("1"))
    with pytest.raises(Conflict):
        conversations.receive(said("1"), None, opened(said("1"), BAKERY, NOW + MINUTE))
    assert conversations.alert(BRAND, alert.id) == alert
    assert len(conversations.interactions(BRAND, alert.id)) == 1


def test_of_two_who_change_an_alert_one_has_to_read_again(conversations: Conversations) -> None:
    """Whoever joins it, takes it or tells of it; and a thread has one open alert."""
    alert = received(conversations, said("1"))
    conversations.change(alert, told(alert, NOW))

    with pytest.raises(Conflict):
        conversations.change(alert, closed(alert, "lea", NOW))
    with pytest.raises(Conflict):
        conversations.receive(said("2"), alert, joined(alert, said("2")))
    with pytest.raises(Conflict):
        conversations.receive(said("2"), None, opened(said("2"), BAKERY, NOW))
    assert conversations.alert_with(BRAND, ACCOUNT, said("2").id) is None


def test_a_closed_alert_lets_its_thread_open_another(conversations: Conversations) -> None:
    """What joined the closed one still leads there."""
    alert = received(conversations, said("1"))
    over = answered(alert, said("1").id, NOW)
    conversations.change(alert, over)
    again = received(conversations, said("2", at=NOW + MINUTE))

    assert over.closed_at == NOW
    assert again.id != alert.id
    assert conversations.alert_with(BRAND, ACCOUNT, said("1").id) == over.model_copy(update={"news": ()})
    assert [one.id for one in conversations.open_alerts(BRAND)] == [again.id]


def test_what_was_said_is_held_as_its_author_changed_it(conversations: Conversations) -> None:
    """The others stay as they were, and what is not there cannot be changed."""
    alert = received(conversations, said("1"))
    received(conversations, said("2", at=NOW + MINUTE))

    conversations.rewrite(alert, said("1", text="Bonsoir"))

    assert [one.text for one in conversations.interactions(BRAND, alert.id)] == ["Bonsoir", "Bonjour 2"]
    held = conversations.held(BRAND, ACCOUNT, said("1").id)
    assert held is not None
    assert (held[0].id, held[1].text) == (alert.id, "Bonsoir")
    assert conversations.held(BRAND, ACCOUNT, "x") is None
    with pytest.raises(Conflict):
        conversations.rewrite(alert, said("3", text="Jamais dit"))
    assert len(conversations.interactions(BRAND, alert.id)) == 2


def test_what_was_erased_is_forgotten_and_does_not_come_again(conversations: Conversations) -> None:
    """Nobody waits for it; its alert closes with the last one; of two who change the alert one has to read again."""
    first = received(conversations, said("1"))
    alert = received(conversations, said("2", at=NOW + MINUTE))
    with pytest.raises(Conflict):
        conversations.erase(said("1"), first, answered(first, said("1").id, NOW))

    after = answered(alert, said("1").id, NOW)
    conversations.erase(said("1"), alert, after)
    last = answered(after, said("2").id, NOW)
    conversations.erase(said("2", at=NOW + MINUTE), after, last)

    assert last.closed_at == NOW
    assert conversations.interactions(BRAND, alert.id) == []
    assert conversations.held(BRAND, ACCOUNT, said("1").id) is None
    assert conversations.alert_with(BRAND, ACCOUNT, said("1").id) == last.model_copy(update={"news": ()})
    assert list(conversations.open_alerts(BRAND)) == []


def test_what_is_due_comes_soonest_first_and_leaves_when_it_was_told(conversations: Conversations) -> None:
    """An alert that is over, or about which nothing more is said, is not due."""
    late = received(conversations, said("1"))
    soon = received(conversations, said("2", "post-2"))
    conversations.change(soon, soon.model_copy(update={"due_at": NOW - MINUTE, "revision": 2}))

    assert list(conversations.due(NOW)) == [(BRAND, soon.id), (BRAND, late.id)]
    conversations.change(late, told(late, NOW))
    assert list(conversations.due(NOW)) == [(BRAND, soon.id)]


def test_an_alert_keeps_its_story(conversations: Conversations) -> None:
    """Each change once, in order, apart from the stories of others; what was told to whom, who did what."""
    alert = received(conversations, said("1"))
    other = received(conversations, said("2", "post-2"))
    conversations.change(other, taken(other, "max", NOW))
    conversations.change(alert, alert := told(alert, NOW, ["lea"]))
    conversations.change(alert, alert := taken(alert, "lea", NOW + MINUTE))
    again = conversations.alert(BRAND, alert.id)
    assert again is not None
    conversations.change(again, closed(again, "lea", NOW + 2 * MINUTE))

    story = conversations.story(BRAND, alert.id)
    assert [(one.what, one.by, one.people, one.at) for one in story] == [
        (What.TOLD, None, ("lea",), NOW),
        (What.TAKEN, "lea", (), NOW + MINUTE),
        (What.CLOSED, "lea", (), NOW + 2 * MINUTE),
    ]
    assert conversations.story(BRAND, "x") == []


def test_answers_are_kept_with_the_time_they_took(conversations: Conversations) -> None:
    """Those given since, whose time is known, oldest first; what was answered stands in the story alone."""
    for number in range(3):
        alert = received(conversations, said(str(number), f"post-{number}"))
        at = NOW + number * MINUTE
        asked_at = NOW - MINUTE if number else None
        conversations.change(alert, alert := taken(alert, "lea", NOW))
        again = conversations.alert(BRAND, alert.id)
        assert again is not None
        conversations.change(again, answered(again, said(str(number)).id, at, asked_at=asked_at, brand=BAKERY))

    given = list(conversations.answers(BRAND, NOW + 2 * MINUTE))
    assert [(one.interaction, one.by, one.network, one.asked_at) for one in given] == [
        (None, "lea", NetworkName.BLUESKY, NOW - MINUTE)
    ]
    assert [one.at for one in conversations.answers(BRAND, NOW)] == [NOW + MINUTE, NOW + 2 * MINUTE]
    assert list(conversations.answers("fleuriste", NOW)) == []


def test_an_alert_that_is_over_at_once_leaves_its_thread_free(conversations: Conversations) -> None:
    """What a rule mutes is known, and opens nothing; nor does it close what is open."""
    muted = opened(said("1"), BAKERY, NOW, Verdict(mute=True))
    conversations.receive(said("1"), None, muted)
    after = received(conversations, said("2"))
    conversations.receive(said("3"), None, opened(said("3"), BAKERY, NOW, Verdict(mute=True)))

    assert conversations.alert_with(BRAND, ACCOUNT, said("1").id) == muted.model_copy(update={"news": ()})
    assert [one.id for one in conversations.open_alerts(BRAND)] == [after.id]
    assert [one.what for one in conversations.story(BRAND, muted.id)] == [What.MUTED]
    assert list(conversations.due(NOW + timedelta(days=9))) == [(BRAND, after.id)]


def test_what_somebody_said_is_counted_and_what_came_to_a_place(conversations: Conversations) -> None:
    """Once each, whatever comes again; minute by minute, for those who ask."""
    for number in range(3):
        one = said(str(number), f"post-{number}")
        alert = opened(one, BAKERY, NOW)
        conversations.receive(one, None, alert, ["sky", f"sky post-{number}"], NOW + number * MINUTE)
    with pytest.raises(Conflict):
        conversations.receive(said("0"), None, opened(said("0"), BAKERY, NOW), ["sky"], NOW)

    assert conversations.known(BRAND, "bluesky", "did:plc:x").member.times == 3
    assert conversations.known(BRAND, "mastodon", "did:plc:x").member.times == 0
    assert conversations.counted(BRAND, "sky", NOW) == 3
    assert conversations.counted(BRAND, "sky", NOW + MINUTE + timedelta(seconds=20)) == 2
    assert conversations.counted(BRAND, "sky post-1", NOW) == 1
    assert conversations.counted("fleuriste", "sky", NOW) == 0


class TestTable:
    def test_our_own_writes_count_once_when_an_answer_was_lost(self, conversations_stack: Stack) -> None:
        """Ours is no conflict."""
        kept = ConversationsTable(conversations_stack.table)
        sent = conversations_stack.lose_first_answer("TransactWriteItems")
        alert = received(kept, said("1"))
        assert len(sent) == 2
        assert kept.alert(BRAND, alert.id) == alert

    def test_what_people_said_is_forgotten_after_a_year(self, conversations_stack: Stack) -> None:
        """The texts, and what leads to them; every key begins with the brand."""
        kept = ConversationsTable(conversations_stack.table)
        alert = received(kept, said("1"))
        kept.change(alert, closed(alert, "lea", NOW))
        items = conversations_stack.items()

        year = str(int((NOW + timedelta(days=365)).timestamp()))
        assert len(items) == 5
        assert {item["expires"]["N"] for item in items} == {year}
        assert {item["pk"]["S"].split("#")[0] for item in items} == {BRAND}
        assert {item["schema"]["N"] for item in items} == {"1"}


def test_what_asks_for_nobody_is_held_and_waits_for_nobody(conversations: Conversations) -> None:
    """It opens an alert that is closed, which is not the one of its thread; it joins an open one in silence."""
    praise = (Label(name=LabelName.PRAISE, rule="word", words="trop beau"),)
    silent = received(conversations, said("1", labels=praise))
    received(conversations, said("2", at=NOW + MINUTE, labels=praise))

    assert (silent.closed_at, silent.due_at, silent.waiting) == (NOW, None, ())
    assert conversations.open_alert(BRAND, ACCOUNT, "post-1") is None
    assert list(conversations.open_alerts(BRAND)) == []
    assert list(conversations.due(NOW + timedelta(days=9))) == []
    held = conversations.held(BRAND, ACCOUNT, said("1").id)
    assert held is not None
    assert (held[0].id, held[1].labels) == (silent.id, praise)

    alert = received(conversations, said("3", at=NOW + MINUTE))
    joined_later = received(conversations, said("4", at=NOW + 2 * MINUTE, labels=praise))
    assert (joined_later.id, joined_later.count, joined_later.waiting) == (alert.id, 2, (said("3").id,))
    assert len(conversations.interactions(BRAND, alert.id)) == 2


def quiet(kept: Conversations, interaction: Interaction) -> Alert:
    """Let praise open an alert that is over as it opens."""
    after = opened(interaction, BAKERY, NOW)
    kept.receive(interaction, None, after)
    return after


def stored(alert: Alert) -> Alert:
    """An alert without what just happened to it: that is in its story."""
    return alert.model_copy(update={"news": ()})


def praise(name: str, **more: Any) -> Interaction:
    """Something kind that a customer says."""
    return said(name, labels=(Label(name=LabelName.PRAISE, rule="word"),), **more)


def test_an_alert_that_was_over_as_it_opened_is_found_by_its_thread_until_it_opens_again(
    conversations: Conversations,
) -> None:
    """A question joins it: then it is the open one of its thread, and no quiet one any more."""
    alert = quiet(conversations, praise("1"))
    assert conversations.quiet_alert(BRAND, ACCOUNT, "post-1") == alert
    assert conversations.quiet_alert(BRAND, ACCOUNT, "post-2") is None
    assert (list(conversations.quiet_alerts(BRAND)), list(conversations.quiet_alerts("fleuriste"))) == ([alert], [])
    assert conversations.open_alert(BRAND, ACCOUNT, "post-1") is None

    again = joined(alert, said("2"), BAKERY, NOW + MINUTE)
    conversations.receive(said("2"), alert, again, now=NOW + MINUTE)

    assert (again.closed_at, again.waiting, again.reopened) == (None, (said("2").id,), 1)
    assert conversations.open_alert(BRAND, ACCOUNT, "post-1") == stored(again)
    assert conversations.quiet_alert(BRAND, ACCOUNT, "post-1") is None
    assert list(conversations.quiet_alerts(BRAND)) == []
    assert [one.what for one in conversations.story(BRAND, alert.id)] == [What.REOPENED]
    assert [name for _, name in conversations.due(NOW + MINUTE)] == [alert.id]


def test_an_alert_takes_its_thread_again_only_where_no_other_has_it(conversations: Conversations) -> None:
    """Of two who would be open on one thread, one has to read again, and nothing of it is written."""
    alert = received(conversations, said("1"))
    over = answered(alert, said("1").id, NOW)
    conversations.change(alert, over)
    other = received(conversations, said("2", at=NOW + MINUTE))
    changed = said("1", text="Autre chose ?")

    with pytest.raises(Conflict):
        conversations.revise(changed, over, over, joined(over, changed, BAKERY, NOW, new=False))
    assert conversations.alert(BRAND, alert.id) == stored(over)
    assert conversations.held(BRAND, ACCOUNT, changed.id) == (stored(over), said("1"))
    assert conversations.open_alert(BRAND, ACCOUNT, "post-1") == other


def test_what_was_said_is_replaced_with_its_alert(conversations: Conversations) -> None:
    """Both or neither; one that was erased meanwhile is not there to be replaced."""
    alert = quiet(conversations, praise("1"))
    changed = said("1", text="Et lundi ?")
    again = joined(alert, changed, BAKERY, NOW + MINUTE, new=False)
    conversations.revise(changed, alert, alert, again)

    assert conversations.held(BRAND, ACCOUNT, changed.id) == (stored(again), changed)
    assert conversations.open_alert(BRAND, ACCOUNT, "post-1") == stored(again)
    with pytest.raises(Conflict):
        conversations.revise(changed, alert, alert, again)
    gone = answered(again, changed.id, NOW)
    conversations.erase(changed, again, gone)
    with pytest.raises(Conflict):
        conversations.revise(changed, gone, gone, joined(gone, changed, BAKERY, NOW, new=False))


def test_what_asks_anew_moves_to_the_open_alert_of_its_thread(conversations: Conversations) -> None:
    """It is found there, and not where it was."""
    first = received(conversations, said("1"))
    over = answered(first, said("1").id, NOW)
    conversations.change(first, over)
    other = received(conversations, said("2", at=NOW + MINUTE))
    changed = said("1", text="Autre chose ?")
    after = joined(other, changed, BAKERY, NOW)
    conversations.revise(changed, over, other, after)

    assert conversations.held(BRAND, ACCOUNT, changed.id) == (stored(after), changed)
    assert list(conversations.interactions(BRAND, first.id)) == []
    assert [one.text for one in conversations.interactions(BRAND, other.id)] == ["Autre chose ?", "Bonjour 2"]
    with pytest.raises(Conflict):
        conversations.revise(changed, over, after, joined(after, changed, BAKERY, NOW))


def test_an_answer_that_comes_first_is_kept_until_what_it_answers_comes(conversations: Conversations) -> None:
    """Whoever writes what was answered has to know of the answer; once that came, an answer is remembered no more."""
    answer = Answered(id="reply", to=said("1").id, at=NOW)
    assert conversations.came(BRAND, ACCOUNT, answer.to) is False
    assert conversations.remember_answer(BRAND, ACCOUNT, answer, NOW + MINUTE)
    assert conversations.remember_answer(BRAND, ACCOUNT, answer, NOW + MINUTE)
    assert conversations.came(BRAND, ACCOUNT, answer.to) == answer
    assert conversations.came(BRAND, "masto", answer.to) is False
    assert conversations.alert_with(BRAND, ACCOUNT, answer.to) is None
    assert conversations.held(BRAND, ACCOUNT, answer.to) is None

    with pytest.raises(Conflict):
        received(conversations, said("1"))
    after = answered_before(opened(said("1"), BAKERY, NOW), said("1"), NOW, joins=False)
    conversations.receive(said("1"), None, after, answered=answer)
    assert conversations.came(BRAND, ACCOUNT, answer.to) is True
    assert not conversations.remember_answer(BRAND, ACCOUNT, answer, NOW + MINUTE)
    assert conversations.alert_with(BRAND, ACCOUNT, answer.to) == stored(after)
    with pytest.raises(Conflict):
        conversations.receive(said("1"), None, after, answered=answer)


def test_who_speaks_is_counted_as_they_speak(conversations: Conversations) -> None:
    """Their name as it is now, when they first and last spoke, what they did; each brand has its own."""
    praise = (Label(name=LabelName.PRAISE, rule="word", words="trop beau"),)
    first = said("1", labels=praise)
    conversations.receive(first, None, opened(first, BAKERY, NOW), helped=True)
    renamed = Author(id="did:plc:x", handle="@zoe.test", name="Zoé B.", followers=12)
    second = said("2", "post-2", author=renamed)
    conversations.receive(second, None, opened(second, BAKERY, NOW), now=NOW + MINUTE)
    with pytest.raises(Conflict):
        conversations.receive(first, None, opened(first, BAKERY, NOW))

    (member,) = conversations.members(BRAND)
    assert member == conversations.known(BRAND, "bluesky", "did:plc:x").member
    assert (member.name, member.handle, member.followers, member.times) == ("Zoé B.", "@zoe.test", 12, 2)
    assert (member.first_at, member.last_at) == (NOW, NOW + MINUTE)
    assert (member.count("praise"), member.count("helped"), member.recent(NOW)) == (1, 1, 2)
    assert list(conversations.members("fleuriste")) == []
    assert conversations.known("fleuriste", "bluesky", "did:plc:x").member.times == 0


def test_what_somebody_said_is_forgotten_with_every_trace(conversations: Conversations) -> None:
    """Neither held nor known, nameless in its alert's story; what others said stays."""
    first = received(conversations, said("1"))
    alert = received(conversations, said("2", at=NOW + MINUTE))
    removed = noted(alert, What.REMOVED, NOW, interaction=said("1").id, rule="Insultes", removal="hide")
    conversations.change(alert, removed)
    assert sorted(one.text for _, one in conversations.everything_said(BRAND)) == ["Bonjour 1", "Bonjour 2"]
    with pytest.raises(Conflict):
        conversations.forget_said(said("1"), first, forgotten(first, said("1").id, NOW))

    held = conversations.alert(BRAND, alert.id)
    assert held is not None
    conversations.forget_said(said("1"), held, forgotten(held, said("1").id, NOW))
    after = conversations.alert(BRAND, alert.id)
    assert after is not None
    with pytest.raises(Conflict):
        conversations.forget_said(said("1"), after, forgotten(after, said("1").id, NOW))

    assert after.waiting == (said("2").id,)
    assert [(one, said.text) for one, said in conversations.everything_said(BRAND)] == [(alert.id, "Bonjour 2")]
    assert conversations.came(BRAND, ACCOUNT, said("1").id) is False
    story = conversations.story(BRAND, alert.id)
    assert [(one.what, one.interaction) for one in story] == [(What.REMOVED, None), (What.ERASED, None)]
    assert list(conversations.everything_said("fleuriste")) == []


def test_who_asked_to_be_forgotten_is_recognised_by_no_name(conversations: Conversations) -> None:
    """When they asked is known of them, of nobody else; their record is gone."""
    received(conversations, said("1"))
    conversations.refuse_earlier(BRAND, "bluesky", "did:plc:x", NOW)
    conversations.forget_author(BRAND, "bluesky", "did:plc:x")
    conversations.forget_author(BRAND, "bluesky", "did:plc:x")

    known = conversations.known(BRAND, "bluesky", "did:plc:x")
    assert (known.member.times, known.forgotten_at) == (0, NOW)
    assert conversations.known(BRAND, "bluesky", "did:plc:y").forgotten_at is None
    assert conversations.known(BRAND, "mastodon", "did:plc:x").forgotten_at is None
    assert conversations.known("fleuriste", "bluesky", "did:plc:x").forgotten_at is None


def test_what_was_moderated_is_found_by_when(conversations: Conversations) -> None:
    """What was hidden, shown again, kept silent; nothing else that happened, nothing before."""
    alert = received(conversations, said("1"))
    for number, what in enumerate((What.REMOVED, What.TAKEN, What.SHOWN)):
        conversations.change(alert, alert := noted(alert, what, NOW + number * MINUTE, interaction=said("1").id))
        again = conversations.alert(BRAND, alert.id)
        assert again is not None
        alert = again

    assert [one.what for one in conversations.moderated(BRAND, NOW)] == [What.REMOVED, What.SHOWN]
    assert [one.what for one in conversations.moderated(BRAND, NOW + MINUTE)] == [What.SHOWN]
    assert list(conversations.moderated("fleuriste", NOW)) == []


def test_what_is_worth_showing_is_set_aside_with_what_was_said(conversations: Conversations) -> None:
    """Once, by whom it was said; of two who change it one has to read again; it goes with what was said."""
    glad = (Label(name=LabelName.TESTIMONIAL, rule="tells", words="livré"),)
    received(conversations, said("1", labels=glad))
    alert = received(conversations, said("2", "post-2"))

    (found,) = conversations.testimonials(BRAND)
    assert (found.interaction, found.text, found.author.name) == (said("1").id, "Bonjour 1", "Zoé")
    after = asked(found, "lea", "p1", NOW)
    conversations.save_testimonial(found, after)
    with pytest.raises(Conflict):
        conversations.save_testimonial(found, after)
    assert list(conversations.testimonials(BRAND)) == [after]
    assert list(conversations.testimonials("fleuriste")) == []

    conversations.erase(said("2", "post-2"), alert, erased(alert, said("2", "post-2").id, NOW))
    assert list(conversations.testimonials(BRAND)) == [after]
    held = conversations.held(BRAND, ACCOUNT, said("1").id)
    assert held is not None
    conversations.forget_said(held[1], held[0], forgotten(held[0], said("1").id, NOW))
    assert list(conversations.testimonials(BRAND)) == []


def test_a_notice_is_due_before_the_next_step(conversations: Conversations) -> None:
    """The step keeps its own time; what is handed over to whom comes back as it was written."""
    alert = received(conversations, said("1"))
    later = alert.model_copy(update={"due_at": NOW + timedelta(days=2), "revision": alert.revision + 1})
    conversations.change(alert, later)
    handed = HandedOver(by="lea", to="max", at=NOW, word="Une facture")
    after = handed_over(later, handed, BAKERY)
    conversations.change(later, after)

    kept = conversations.alert(BRAND, alert.id)
    assert kept is not None
    assert (kept.handed_over, kept.due_at, kept.taken_by) == (handed, NOW + timedelta(days=2), "max")
    assert [(one.to, one.by, one.word) for one in kept.notices] == [("max", "lea", "Une facture")]
    assert after.notices_at is not None
    assert after.notices_at < NOW + timedelta(days=2)
    assert list(conversations.due(after.notices_at)) == [(BRAND, alert.id)]
    assert [one.word for one in conversations.story(BRAND, alert.id)] == ["Une facture"]


def test_what_hiding_counts_is_written_with_the_alert_or_not_at_all(conversations: Conversations) -> None:
    """Added, and taken back; of somebody of whom there is no record nothing is written, nor of an alert that moved."""
    one = said("1")
    alert = received(conversations, one)
    hidden = noted(alert, What.REMOVED, NOW, interaction=one.id, by="lea", removal="hide", counts=1)
    conversations.moderate(one, alert, hidden, {"removed": 1, "offence_20261123": 1})
    member = conversations.known(BRAND, one.network.value, one.author.id).member
    assert (member.count("removed"), member.count("offence_20261123"), member.times) == (1, 1, 1)
    assert [moment.counts for moment in conversations.story(BRAND, alert.id)] == [1]

    shown = noted(hidden, What.SHOWN, NOW + MINUTE, interaction=one.id, by="lea", removal="hide", counts=-1)
    with pytest.raises(Conflict):
        conversations.moderate(one, alert, shown, {"removed": -1})
    conversations.moderate(one, hidden, shown, {"removed": -1, "offence_20261123": -1})
    assert conversations.known(BRAND, one.network.value, one.author.id).member.count("removed") == 0

    conversations.forget_author(BRAND, one.network.value, one.author.id)
    again = noted(shown, What.REMOVED, NOW + 2 * MINUTE, interaction=one.id, by="lea", removal="hide", counts=1)
    with pytest.raises(Conflict):
        conversations.moderate(one, shown, again, {"removed": 1})
    assert conversations.known(BRAND, one.network.value, one.author.id).member.counts == {}
    assert len(conversations.story(BRAND, alert.id)) == 2


def test_what_is_heard_for_a_contest_waits_until_it_is_forgotten(conversations: Conversations) -> None:
    """Once whoever keeps it again, in the order in which it was heard, each contest's apart."""
    first = Overheard(contest="galette", said=said("1"), heard_at=NOW)
    ended = first.model_copy(update={"heard_at": NOW + MINUTE, "erased_at": NOW + MINUTE})
    other = first.model_copy(update={"contest": "galette-2"})
    for one in (ended, first, first, other):
        conversations.overhear(one, NOW + 60 * MINUTE)

    assert list(conversations.overheard(BRAND, "galette")) == [first, ended]
    assert list(conversations.overheard(BRAND, "galette", NOW)) == [first, ended]
    assert list(conversations.overheard(BRAND, "galette", NOW + MINUTE)) == [ended]
    assert list(conversations.overheard(BRAND, "galette", NOW + 2 * MINUTE)) == []
    conversations.forget_overheard([first, ended])
    conversations.forget_overheard([first])

    assert list(conversations.overheard(BRAND, "galette")) == []
    assert list(conversations.overheard(BRAND, "galette-2")) == [other]
    assert list(conversations.overheard("autre", "galette-2")) == []


def test_what_is_heard_at_one_instant_is_kept_apart(conversations: Conversations) -> None:
    """Two comments, and two versions of one."""
    one, two = (Overheard(contest="galette", said=said(name), heard_at=NOW) for name in ("1", "2"))
    changed = one.model_copy(update={"said": said("1", text="Autrement"), "edited_at": NOW})
    for heard in (one, two, changed):
        conversations.overhear(heard, NOW + 60 * MINUTE)

    found = list(conversations.overheard(BRAND, "galette"))
    assert sorted(item.said.text for item in found) == ["Autrement", "Bonjour 1", "Bonjour 2"]

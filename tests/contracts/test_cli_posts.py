"""`heraut post ...`, `queue`, `log`: the real command over the real tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from heraut.brands import NetworkName
from heraut.events import EventName, event
from heraut.problems import problem
from heraut.publishing.model import Attempt, State
from tests.contracts.cli_shop import FIELDS

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop

PICTURE = Path(__file__).parents[2] / "samples" / "media" / "vitrine.png"
STEERING = ("cancel", "hold", "resume", "now")


def near(minutes: float) -> str:
    """Write a time `minutes` from now, as Paris shows it, to the second."""
    return (datetime.now(ZoneInfo("Europe/Paris")) + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S")


def in_doubt() -> Attempt:
    """Give an attempt whose outcome is not known."""
    return Attempt(id="a1", number=1, started_at=datetime.now(UTC))


def test_a_post_is_queued_as_a_calendars_row_would_be(shop: Shop) -> None:
    """Groups, the brand's zone, texts for one account, a link: the same words as a calendar."""
    said = shop.heraut(
        *("post", "add", "--brand", "Boulangerie Martin", "--accounts", "partout", "--at", "23/11/2099 9h30"),
        *("--text", "Bonjour", "--text-for", "sky=Salut", "--link", "https://example.com", "--labels", "pain,levain"),
    )

    assert (said.status, said.err) == (0, "")
    post_id = said.out.split()[0]
    post = shop.post(post_id)
    assert (post.local, post.zone, post.publish_at) == (
        "2099-11-23T09:30",
        "Europe/Paris",
        datetime(2099, 11, 23, 8, 30, tzinfo=UTC),
    )
    assert post.content.parts[0].text == "Bonjour"
    assert post.content_for("sky", "bluesky").parts[0].text == "Salut"
    assert (post.content.link, post.labels, post.source.kind) == (
        "https://example.com",
        ("pain", "levain"),
        "command",
    )
    assert {one.account: one.state for one in shop.posts.deliveries("martin", post_id)} == {
        "masto": State.SCHEDULED,
        "sky": State.SCHEDULED,
    }
    assert shop.story(post_id)[0][2]["source"] == {"kind": "command", "by": "lea"}


def test_two_posts_at_one_time_are_two_posts(shop: Shop) -> None:
    """Adding never edits, nor takes the place of, what is there."""
    one, other = shop.add(text="Un"), shop.add(text="Deux")

    assert one != other
    assert [shop.delivery(post).state for post in (one, other)] == [State.SCHEDULED] * 2


def test_a_text_comes_from_standard_input_or_a_file(shop: Shop, tmp_path: Path) -> None:
    """A thread written in an editor is piped, or named."""
    (tmp_path / "fil.txt").write_text("Un\n---\nDeux\n", encoding="utf-8")
    asked = ("post", "add", "--brand", "martin", "--accounts", "masto", "--at", "23/11/2099 9h", "--json")

    piped = shop.heraut(*asked, typed="Depuis l'entrée\n").json[0]["post"]
    named = shop.heraut(*asked, "--text-file", tmp_path / "fil.txt").json[0]["post"]

    assert [part.text for part in shop.post(piped).content.parts] == ["Depuis l'entrée"]
    assert [part.text for part in shop.post(named).content.parts] == ["Un", "Deux"]


def test_a_picture_is_kept_with_its_description(shop: Shop, tmp_path: Path) -> None:
    """Any path of this machine will do, whatever its letters."""
    odd = tmp_path / "vitrine; d'hiver, 1.png"
    odd.write_bytes(PICTURE.read_bytes())

    post = shop.post(
        shop.add("--media", str(odd), "--alt", "Une vitrine", "--media", str(PICTURE), "--alt", "Une autre")
    )

    assert [media.alt for media in post.content.media] == ["Une vitrine", "Une autre"]
    assert shop.clients.s3.get_object(Bucket="files", Key=post.content.media[0].key)["Body"].read() == odd.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--accounts", "masto", "--at", "23/11/2099 9h"], "--text : "),
        (["--accounts", "masto", "--text", "x"], "--at : Il manque la date"),
        (["--accounts", "masto", "--text", "x", "--at", "31/02/2099 9h"], "--at : La date « 31/02/2099 9h »"),
        (["--accounts", "masto", "--text", "x", "--at", "23/11/2020 9h"], "--at : Le 23/11/2020 09:00 est déjà passé"),
        (["--accounts", "mastoo", "--text", "x", "--at", "23/11/2099 9h"], "Vouliez-vous écrire : masto"),
        (["--accounts", "masto", "--text", "x", "--at", "23/11/2099 9h", "--link", "ceci"], "--link : "),
        (["--accounts", "masto", "--text", "x" * 501, "--at", "23/11/2099 9h"], "--text : "),
        (["--accounts", "masto", "--text", "x", "--at", "23/11/2099 9h", "--media", str(PICTURE)], "--alt : "),
        (
            ["--accounts", "masto", "--text", "x", "--at", "23/11/2099 9h", "--media", "rien.png"],
            "rien.png n'existe pas",
        ),
        (["--accounts", "masto", "--text", "x", "--text-file", "y", "--at", "23/11/2099 9h"], "une seule fois"),
        (["--accounts", "masto", "--text", "x", "--at", "23/11/2099 9h", "--text-for", "sky"], "signe égal"),
        (["--accounts", "masto", "--text", "x", "--at", "23/11/2099 9h", "--status", "annulé"], "heraut post cancel"),
        (["--accounts", "masto", "--text", "x", "--at", "29/03/2099 2h30"], "n'existe pas"),
    ],
)
def test_what_cannot_be_queued_is_said_and_nothing_is(shop: Shop, arguments: list[str], told: str) -> None:
    """A sentence names the option and the remedy; exit status 1."""
    said = shop.heraut("post", "add", "--brand", "martin", *arguments)

    assert said.status == 1
    assert told in said.err
    assert said.out == ""
    assert shop.heraut("queue", "--all", "--json").json == []


def test_what_is_near_does_not_wait_for_the_tick(shop: Shop) -> None:
    """Within three minutes, the delivery goes to the queue at once; later, the tick finds it."""
    soon, later = shop.add(at=near(0.02)), shop.add(at=near(30))

    assert [message["post"] for message in shop.queued()] == [soon]
    assert later not in str(shop.queued())


def test_the_listing_has_exactly_the_promised_fields(shop: Shop) -> None:
    """Programs read the same sixteen fields everywhere, times with their offset."""
    post = shop.add(accounts="partout")
    shop.put(post, State.FAILED, "sky", problem=problem("too_many_attempts", attempts=5), due_at=None)
    at = shop.delivery(post).publish_at + timedelta(seconds=1, milliseconds=500)
    shop.put(post, State.PUBLISHED, "masto", published_at=at, url="https://x.example/1", due_at=None, attempts=1)

    listed = {one["account"]: one for one in shop.heraut("queue", "--all", "--json").json}

    assert [tuple(one) for one in listed.values()] == [FIELDS, FIELDS]
    assert listed["masto"] == {
        "delivery": f"{post}@masto",
        "post": post,
        "brand": "martin",
        "account": "masto",
        "network": "mastodon",
        "state": "published",
        "holds": [],
        "due_at": "2099-11-23T09:30:00.000+01:00",
        "due_local": "2099-11-23T09:30",
        "zone": "Europe/Paris",
        "published_at": "2099-11-23T09:30:01.500+01:00",
        "lateness_ms": 1500,
        "url": "https://x.example/1",
        "attempts": 1,
        "problem": None,
        "version": 1,
    }
    assert listed["sky"]["problem"]["code"] == "too_many_attempts"
    assert shop.heraut("post", "show", post, "--json").json == list(listed.values())


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ([], {"draft", "scheduled", "failed"}),
        (["--all"], {"draft", "scheduled", "failed", "published"}),
        (["--state", "publié"], {"published"}),
        (["--state", "brouillon"], {"draft"}),
        (["--state", "to approve"], set()),
        (["--state", "failed"], {"failed"}),
        (["--account", "masto", "--state", "programmé"], {"scheduled"}),
        (["--brand", "mots"], set()),
    ],
)
def test_the_queue_shows_what_was_asked_for(shop: Shop, asked: list[str], shown: set[str]) -> None:
    """What waits and what went wrong; the rest on demand, in the words of either language."""
    shop.add("--status", "brouillon", text="Un")
    shop.add(text="Deux")
    shop.put(shop.add(text="Trois"), State.FAILED, due_at=None)
    shop.put(shop.add(text="Quatre"), State.PUBLISHED, due_at=None)

    assert {one["state"] for one in shop.heraut("queue", "--json", *asked).json} == shown


def test_the_table_is_for_people(shop: Shop) -> None:
    """Local hours, the words of people, and how the text begins."""
    post = shop.add(text="Bonjour à toutes et à tous")
    shop.heraut("post", "hold", post)

    said = shop.heraut("queue").out

    assert "lun. 23/11/2099, 9 h 30" in said
    assert "suspendu" in said
    assert "Bonjour à toutes" in said
    shop.speak("en")
    assert "Mon 23/11/2099, 09:30" in shop.heraut("queue").out


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["queue", "--state", "perdu"], "L'état « perdu » n'existe pas"),
        (["queue", "--account", "rien"], "Il n'y a pas de compte « rien »"),
        (["queue", "--brand", "rien"], "La marque « rien » est inconnue"),
        (["log", "rien"], "Il n'y a pas de publication « rien »"),
        (["post", "show", "rien"], "Il n'y a pas de publication « rien »"),
        (["post", "edit", "rien", "--text", "x"], "Il n'y a pas de publication « rien »"),
        *((["post", verb, "rien"], "Il n'y a pas de publication « rien »") for verb in STEERING),
    ],
)
def test_rubbish_gets_a_sentence(shop: Shop, asked: list[str], told: str) -> None:
    """On standard error, exit status 1, never a traceback."""
    said = shop.heraut(*asked)

    assert (said.status, said.out) == (1, "")
    assert told in said.err
    assert "Traceback" not in said.err


def test_an_edit_changes_what_is_given_and_nothing_else(shop: Shop) -> None:
    """A new version, raised on what waits; the promise stays, and who did it is written."""
    post = shop.add(
        *("--media", str(PICTURE), "--alt", "Une vitrine", "--link", "https://example.com"),
        *("--text-for", "sky=Salut", "--campaign", "hiver"),
        accounts="partout",
    )
    before = {one.account: one for one in shop.posts.deliveries("martin", post)}

    said = shop.heraut("post", "edit", post, "--text", "Bonsoir")

    assert said.status == 0, said
    after = shop.post(post)
    assert (after.version, after.content.parts[0].text) == (2, "Bonsoir")
    assert (after.content.link, after.campaign, after.texts) == ("https://example.com", "hiver", {"sky": ("Salut",)})
    assert [media.alt for media in after.content.media] == ["Une vitrine"]
    assert {
        one.account: (one.version, one.publish_at, one.local, one.state)
        for one in shop.posts.deliveries("martin", post)
    } == {name: (2, one.publish_at, one.local, one.state) for name, one in before.items()}
    assert ("PostEdited", None, {"version": 2, "by": "lea"}) in shop.story(post)


def test_an_empty_option_clears(shop: Shop) -> None:
    """`--link ""` takes the link away, `--media ""` the pictures, `--text-for sky=` the other text."""
    post = shop.add(
        *("--media", str(PICTURE), "--alt", "x", "--link", "https://example.com", "--text-for", "sky=Salut"),
        accounts="partout",
    )

    assert shop.heraut("post", "edit", post, "--link", "", "--media", "", "--text-for", "sky=").status == 0

    after = shop.post(post)
    assert (after.content.link, after.content.media, after.texts) == (None, (), {})
    refused = shop.heraut("post", "edit", post, "--text", "")
    assert refused.status == 1
    assert shop.post(post).version == 2


def test_an_edit_moves_accounts_and_time_only_when_it_says_so(shop: Shop) -> None:
    """`--at` moves the promise; `--accounts` adds and takes away."""
    post = shop.add(accounts="partout")

    assert shop.heraut("post", "edit", post, "--at", "24/11/2099 10h", "--accounts", "masto, story").status == 0

    held = {one.account: one for one in shop.posts.deliveries("martin", post)}
    assert {name: one.state for name, one in held.items()} == {
        "masto": State.SCHEDULED,
        "sky": State.CANCELLED,
        "story": State.SCHEDULED,
    }
    assert (held["masto"].local, held["masto"].due_at) == (
        "2099-11-24T10:00",
        datetime(2099, 11, 24, 9, tzinfo=UTC),
    )
    assert held["story"].prepare_at == datetime(2099, 11, 24, 8, 50, tzinfo=UTC)


def test_a_delivery_that_has_its_own_time_keeps_it_when_the_words_change(shop: Shop) -> None:
    """A delivery that somebody moved alone is not brought back by an edit of the text."""
    post = shop.add(accounts="partout")
    own = datetime(2099, 12, 1, 8, tzinfo=UTC)
    shop.put(post, State.SCHEDULED, "sky", publish_at=own, due_at=own, local="2099-12-01T09:00")

    shop.heraut("post", "edit", post, "--text", "Bonsoir")

    assert (shop.delivery(post, "sky").publish_at, shop.delivery(post, "sky").due_at) == (own, own)
    assert shop.delivery(post, "sky").version == 2


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.SENDING, "part en ce moment"),
        (State.UNCONFIRMED, "part en ce moment"),
        (State.ASKING, "peut-être en ligne"),
        (State.PUBLISHED, "déjà publié"),
        (State.CANCELLED, "est annulé"),
    ],
)
@pytest.mark.parametrize("verb", ["edit", "cancel", "hold", "resume", "now"])
def test_what_is_leaving_or_out_is_refused_with_a_sentence(shop: Shop, state: State, told: str, verb: str) -> None:
    """Nothing of it is touched, whatever is asked."""
    post = shop.add()
    before = shop.put(post, state, attempt=in_doubt(), due_at=None)

    said = shop.heraut("post", verb, post, *(["--text", "x"] if verb == "edit" else []))

    assert said.status == 1
    assert (told if verb != "resume" else "n'est pas suspendu") in said.err
    assert shop.delivery(post) == before
    assert shop.post(post).version == 1


def test_one_delivery_that_leaves_stops_the_edit_of_all(shop: Shop) -> None:
    """Half an edit would be worse than none."""
    post = shop.add(accounts="partout")
    shop.put(post, State.SENDING, "sky", attempt=in_doubt())

    assert shop.heraut("post", "edit", post, "--text", "x").status == 1
    assert shop.delivery(post, "masto").version == 1


def test_what_is_out_stays_and_the_rest_is_edited(shop: Shop) -> None:
    """It is told on standard error, and the others get the new words."""
    post = shop.add(accounts="partout")
    out = shop.put(post, State.PUBLISHED, "sky", due_at=None)

    said = shop.heraut("post", "edit", post, "--text", "x")

    assert said.status == 0
    assert "« sky » est déjà publié" in said.err
    assert shop.delivery(post, "sky") == out
    assert shop.delivery(post, "masto").version == 2


@pytest.mark.parametrize("state", [State.FAILED, State.EXPIRED])
def test_what_failed_leaves_again_only_with_a_new_time(shop: Shop, state: State) -> None:
    """New words alone send nothing: the version waits for a decision."""
    post = shop.add()
    shop.put(post, state, due_at=None)

    refused = shop.heraut("post", "edit", post, "--text", "x")
    assert (refused.status, shop.delivery(post).state) == (1, state)

    assert shop.heraut("post", "edit", post, "--text", "x", "--at", "25/11/2099 8h").status == 0
    assert (shop.delivery(post).state, shop.delivery(post).local) == (State.SCHEDULED, "2099-11-25T08:00")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("brouillon", "en brouillon. Elle ne part pas d'elle-même"),
        ("à valider", "à valider, pour partir"),
        ("programmé", "programmée lundi 23 novembre 2099"),
    ],
)
def test_a_new_post_is_called_what_it_is(shop: Shop, status: str, said: str) -> None:
    """A draft is not said to be scheduled."""
    given = ("--brand", "martin", "--accounts", "masto", "--at", "23/11/2099 9h30", "--text", "Bonjour")

    assert said in shop.heraut("post", "add", *given, "--status", status).out


def test_a_draft_is_scheduled_and_an_approval_given_by_editing(shop: Shop) -> None:
    """`--status` moves what waits; a new version asks for approval again."""
    draft, asked = shop.add("--status", "brouillon"), shop.add("--status", "à valider")
    assert [shop.delivery(post).state for post in (draft, asked)] == [State.DRAFT, State.TO_APPROVE]

    shop.heraut("post", "edit", draft, "--status", "programmé")
    shop.heraut("post", "edit", asked, "--text", "Mieux")
    assert [name for name, _, _ in shop.story(asked)].count("ApprovalAsked") == 2
    shop.heraut("post", "edit", asked, "--status", "programmé")

    assert [shop.delivery(post).state for post in (draft, asked)] == [State.SCHEDULED] * 2
    assert ("Approved", "masto", {"by": "lea"}) in shop.story(asked)


def test_editing_nothing_is_said(shop: Shop) -> None:
    """Without an option there is nothing to do."""
    assert "Que faut-il changer" in shop.heraut("post", "edit", shop.add()).err


def test_an_edit_that_brings_it_near_dispatches_it(shop: Shop) -> None:
    """Whoever writes a time less than three minutes ahead does not wait for the tick."""
    post = shop.add()

    shop.heraut("post", "edit", post, "--at", near(0.02))

    assert [(message["post"], message["version"]) for message in shop.queued()] == [(post, 2)]


def test_each_hold_is_taken_off_by_who_put_it(shop: Shop) -> None:
    """The last one gone, it is due again."""
    post = shop.add()
    due = shop.delivery(post).due_at
    shop.heraut("post", "hold", post)
    shop.act_as("karim")
    shop.heraut("post", "hold", post)
    assert (shop.delivery(post).holds, shop.delivery(post).due_at) == (frozenset({"person:lea", "person:karim"}), None)

    first = shop.heraut("post", "resume", post)
    assert (first.status, "il le reste" in first.out) == (0, True)
    assert (shop.delivery(post).holds, shop.delivery(post).due_at) == (frozenset({"person:lea"}), None)
    again = shop.heraut("post", "resume", post)
    assert (again.status, "n'est pas suspendu par vous" in again.err) == (1, True)

    shop.act_as("lea")
    assert shop.heraut("post", "resume", post).status == 0
    assert (shop.delivery(post).holds, shop.delivery(post).due_at) == (frozenset(), due)
    assert [name for name, _, _ in shop.story(post)] == [
        "PostQueued",
        "DeliveryHeld",
        "DeliveryHeld",
        "DeliveryReleased",
        "DeliveryReleased",
    ]


def test_a_pause_is_not_lifted_by_a_person(shop: Shop) -> None:
    """Only what held it can resume it."""
    post = shop.add()
    shop.put(post, State.SCHEDULED, holds=frozenset({"pause:martin"}), due_at=None)

    assert shop.heraut("post", "resume", post).status == 1
    assert shop.delivery(post).holds == frozenset({"pause:martin"})


def test_what_is_resumed_near_its_time_is_dispatched(shop: Shop) -> None:
    """It leaves on time, not with the next tick."""
    post = shop.add(at=near(4))
    shop.heraut("post", "hold", post)
    shop.put(post, State.SCHEDULED, publish_at=datetime.now(UTC) + timedelta(seconds=1))

    shop.heraut("post", "resume", post)

    assert [message["post"] for message in shop.queued()] == [post]


def test_holding_twice_is_holding_once(shop: Shop) -> None:
    """The second time changes nothing and says the same."""
    post = shop.add()

    assert [shop.heraut("post", "hold", post).status for _ in range(2)] == [0, 0]
    assert [name for name, _, _ in shop.story(post)].count("DeliveryHeld") == 1


def test_now_moves_the_promise_and_dispatches(shop: Shop) -> None:
    """A new version leaves at once; older messages are void; who did it is in the story."""
    post = shop.add(accounts="partout")
    shop.put(post, State.FAILED, "sky", due_at=None)
    start = datetime.now(UTC)

    said = shop.heraut("post", "now", post)

    assert said.status == 0, said
    for account in ("masto", "sky"):
        held = shop.delivery(post, account)
        assert (held.state, held.version) == (State.SCHEDULED, 2)
        assert start - timedelta(seconds=1) <= held.publish_at <= datetime.now(UTC)
    assert {message["account"] for message in shop.queued()} == {"masto", "sky"}
    assert ("PersonDecided", "masto", {"by": "lea", "action": "publish_now"}) in shop.story(post)


@pytest.mark.parametrize(
    ("state", "changes", "told"),
    [
        (State.TO_APPROVE, {}, "attend une validation"),
        (State.SCHEDULED, {"holds": frozenset({"person:karim"}), "due_at": None}, "est suspendu"),
        (State.SCHEDULED, {"remote_ids": ("1",)}, "déjà en ligne"),
        (State.SCHEDULED, {"doubt_since": datetime(2026, 11, 1, tzinfo=UTC)}, "déjà en ligne"),
    ],
)
def test_now_does_not_jump_over_a_decision(shop: Shop, state: State, changes: dict[str, Any], told: str) -> None:
    """Approval, holds and half-sent threads have their own way out."""
    post = shop.add()
    before = shop.put(post, state, **changes)

    said = shop.heraut("post", "now", post)

    assert (said.status, told in said.err) == (1, True)
    assert shop.delivery(post) == before


def test_cancelling_leaves_what_is_out(shop: Shop) -> None:
    """What waits, failed or came too late is cancelled; a delivery may be named alone."""
    post = shop.add(accounts="masto, sky, story")
    shop.put(post, State.PUBLISHED, "sky", due_at=None)
    shop.put(post, State.EXPIRED, "story", due_at=None)

    said = shop.heraut("post", "cancel", f"{post}@masto")
    assert (said.status, said.out) == (0, f"{post}@masto : annulé.\n")
    assert shop.delivery(post, "story").state is State.EXPIRED
    whole = shop.heraut("post", "cancel", post)

    assert {one.account: one.state for one in shop.posts.deliveries("martin", post)} == {
        "masto": State.CANCELLED,
        "sky": State.PUBLISHED,
        "story": State.CANCELLED,
    }
    assert "« sky » est déjà publié" in whole.err
    assert ("DeliveryCancelled", "story", {"by": "lea"}) in shop.story(post)


def test_what_a_person_publishes_may_be_cancelled_at_its_minute(shop: Shop) -> None:
    """By hand nothing is in doubt: who does not want it says so."""
    post = shop.add(accounts="story")
    shop.put(post, State.ASKING, "story", attempt=in_doubt())

    assert shop.heraut("post", "cancel", post).status == 0
    assert shop.delivery(post, "story").state is State.CANCELLED


@pytest.mark.parametrize(
    ("answer", "state", "told", "action"),
    [
        ("online", State.PUBLISHED, "c'est noté, en ligne.", "is_online"),
        ("resend", State.SCHEDULED, "part maintenant.", "send_again"),
    ],
)
def test_what_may_be_online_is_answered_without_its_message(
    shop: Shop, answer: str, state: State, told: str, action: str
) -> None:
    """The message never arrived, or its links are too old; who answered is in the story."""
    post = shop.add()
    shop.put(post, State.ASKING, attempt=in_doubt(), due_at=None)

    said = shop.heraut("post", answer, post)

    assert (said.status, said.out) == (0, f"{post}@masto : {told}\n")
    assert shop.delivery(post).state is state
    assert ("PersonDecided", "masto", {"by": "lea", "action": action}) in shop.story(post)
    assert len(shop.queued()) == (answer == "resend")


def test_an_account_the_post_does_not_go_to(shop: Shop) -> None:
    """It is named, with those it goes to."""
    said = shop.heraut("post", "hold", shop.add(), "--accounts", "sky")

    assert (said.status, "ne va pas sur « sky ». Elle va sur : masto." in said.err) == (1, True)


def test_the_story_is_told_attempt_by_attempt(shop: Shop) -> None:
    """Every event in plain words, on the brand's clock, nothing of the machine room."""
    post = shop.add(accounts="partout")
    at = datetime(2026, 11, 23, 8, 30, 4, tzinfo=UTC)
    tired = problem("no_clear_answer").model_dump()
    told: list[tuple[EventName, dict[str, object]]] = [
        (EventName.MEDIA_PREPARED, {"warnings": [tired]}),
        (EventName.ATTEMPT_POSTPONED, {"attempt": 1, "until": "2026-11-23T08:31:00+00:00", "problem": tired}),
        (EventName.OUTCOME_UNKNOWN, {"attempt": 2, "problem": tired}),
        (EventName.SENT_AGAIN, {"attempt": 2}),
        (EventName.PUBLISHED, {"attempt": 3, "url": "https://x.example/1", "lateness_ms": 4200, "how": "found"}),
    ]
    before = shop.delivery(post)
    for number, (name, fields) in enumerate(told):
        one = event(name, "martin", post, "masto", at + timedelta(seconds=number), **fields)
        shop.posts.change(before, before, [one])
        before = shop.delivery(post)

    said = shop.heraut("log", post).out

    assert "lundi 23 novembre 2026" in said
    assert "09:30:04  masto  images et liens préparés" in said
    assert "09:30:05  masto  essai 1 : rien n'est parti ; nouvel essai à 09:31:00" in said
    assert "Le réseau n'a pas répondu clairement." in said
    assert "essai 3 : publié (retrouvé en relisant le compte), 4,2 s après l'heure promise https://x.example/1" in said
    assert "+00:00" not in said
    asked = shop.heraut("log", post, "--json").json
    assert asked[0]["at"].endswith("+01:00")
    assert {entry["event"] for entry in asked} >= {"PostQueued", "PostPublished"}


def test_a_post_of_two_brands_needs_its_brand(shop: Shop) -> None:
    """Ids are a brand's own."""
    post = shop.add()
    other = shop.post(post).model_copy(update={"brand": "mots"})
    shop.posts.add(other, [shop.delivery(post).model_copy(update={"brand": "mots"})], [])

    said = shop.heraut("log", post)

    assert (said.status, "ajoutez --brand" in said.err) == (1, True)
    assert shop.heraut("log", post, "--brand", "mots").status == 0


def test_the_stack_is_chosen_before_or_after_the_command(shop: Shop) -> None:
    """Both places are where people look for it; the nearer one wins."""
    shop.heraut("--stack", "one", "queue")
    shop.heraut("queue", "--stack", "two")
    shop.heraut("--stack", "one", "queue", "--stack", "two")
    shop.heraut("queue")

    assert shop.asked_for == ["one", "two", "two", None]


def test_by_hand_is_said_for_what_it_is(shop: Shop) -> None:
    """Nothing is in doubt about what a person publishes."""
    post = shop.add(accounts="story")
    shop.put(post, State.ASKING, "story", attempt=in_doubt())

    assert shop.delivery(post, "story").network is NetworkName.BY_HAND
    assert "à publier à la main" in shop.heraut("queue").out

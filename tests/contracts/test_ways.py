"""A person's ways against servers on loopback: what each chat is sent, what its answers mean, and the next way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Person, WayName
from heraut.errors import ConfigurationError, HerautError, InvalidInput, TryAgain
from heraut.fetch import Guard
from heraut.notifications.base import Button, Item, Message, Row
from heraut.notifications.ways import Ways, every_way
from heraut.notifications.webhook import key_of, signed
from tests import canary
from tests.loopback import answer, read_request, serving
from tests.twins.clock import ClockTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.sendings import SendingsTwin
from tests.twins.sns import SnsTwin

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

pytestmark = pytest.mark.enable_socket
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CHATS = (WayName.SLACK, WayName.TEAMS, WayName.DISCORD, WayName.MATTERMOST)
SAID = "Zoé : <!channel> @everyone [cadeau](https://piege.example) *gratuit*"
MESSAGE = Message(
    id="alert/martin/1/opened/lea",
    language="fr",
    brand="Boulangerie Martin",
    brand_id="martin",
    network="Bluesky",
    happened="Zoé attend une réponse",
    lead="À répondre à 14 h 05 au plus tard.",
    why="Répondez d'ici.",
    otherwise="Sans réponse, nous vous le rappellerons.",
    quote=SAID,
    buttons=(
        Button("Répondre", "https://liens.example/martin/alert/a"),
        Button("Je prends", "https://liens.example/b"),
    ),
)
Heard = tuple[dict[str, str], bytes]


def person(*ways: WayName) -> Person:
    """Léa, who is reached so."""
    return Person(id="lea", name="Léa", email="lea@martin.example", ways=ways)


@dataclass
class Street:
    """Ways that lead to one server, and what it heard."""

    secrets: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    email: NotificationsTwin = field(default_factory=NotificationsTwin)
    clock: ClockTwin = field(default_factory=lambda: ClockTwin(NOW))
    sns: SnsTwin = field(default_factory=SnsTwin)
    sendings: SendingsTwin = field(default_factory=SendingsTwin)
    server: str = ""

    def ways(self) -> Ways:
        """Every way, which may call the server."""
        guard = Guard(frozenset({self.server}))

        def secret(brand: str, name: str) -> Mapping[str, str] | None:
            return self.secrets.get((brand, name))

        return every_way(lambda: self.email, secret, guard, self.clock, lambda: self.sns, self.sendings)

    def tell(self, *ways: WayName, message: Message = MESSAGE) -> None:
        """Tell Léa something."""
        self.ways().tell(person(*ways), message)

    @property
    def body(self) -> Any:
        """The last thing that the server heard."""
        return json.loads(self.heard[-1][1])


@contextmanager
def street(*answers: bytes) -> Iterator[Street]:
    """Answer each call with the next of these, the last one again and again."""
    left, made = list(answers), Street()

    def play(connected: socket.socket) -> None:
        head, _, body = read_request(connected).partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
        made.heard.append(({name.lower(): value for name, _, value in lines}, body))
        connected.sendall(left.pop(0) if len(left) > 1 else left[0])

    with serving(play) as server:
        made.server = server.host_port
        for way in WayName:
            made.secrets["martin", f"lea.{way}"] = {"url": f"{server.url}/hooks/{canary.TEXT}", "secret": KEY}
        yield made


OK = answer("200 OK", b"ok")


def strings(value: Any) -> Iterator[str]:
    """Every text in what was sent."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(one)


@pytest.mark.parametrize("way", [*CHATS, WayName.WEBHOOK])
def test_each_way_carries_what_a_person_needs(way: WayName) -> None:
    """What happened, until when, who said what, what happens otherwise, and every button's page."""
    with street(OK) as made:
        made.tell(way)

        said = "\n".join(strings(made.body))
    for needed in ("Zoé attend une réponse", "14 h 05", "nous vous le rappellerons", "Répondre", "Je prends"):
        assert needed in said.replace("\\", "")
    for one in MESSAGE.buttons:
        assert one.address in said
    assert made.heard[0][0]["content-type"] == "application/json; charset=utf-8"
    assert made.email.told == []


def test_nobody_is_called_and_no_link_is_made_by_what_somebody_said() -> None:
    """A comment may hold whatever a chat obeys."""
    with street(OK) as made:
        for way in CHATS:
            made.tell(way)
        slack, teams, discord, mattermost = (body.decode() for _, body in made.heard)
    assert "<!channel>" not in slack
    assert json.loads(discord)["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in mattermost
    for sent in (teams, discord, mattermost):
        assert "[cadeau](" not in sent


@pytest.mark.parametrize("way", [WayName.SMS, WayName.TOPIC])
@pytest.mark.parametrize("failing", [InvalidInput([]), TryAgain("busy"), ConfigurationError("not allowed")])
def test_where_a_text_message_or_a_topic_fails_the_next_way_says_so(way: WayName, failing: HerautError) -> None:
    """Refused, silent, or not allowed to this installation: the person hears, and of that too."""
    with street(OK) as made:
        made.sns.failing = failing
        reached = person(way, WayName.EMAIL).model_copy(update={"phone": "+33612345678", "topic": "arn:x"})
        made.ways().tell(reached, MESSAGE)
    ((_, told),) = made.email.told
    assert ("SMS" if way is WayName.SMS else "sujet (topic)") in told.why


def test_a_short_message_is_all_that_whoever_took_it_gets() -> None:
    """One way is enough."""
    with street(OK) as made:
        made.ways().tell(person(WayName.SMS, WayName.EMAIL).model_copy(update={"phone": "+33612345678"}), MESSAGE)
    ((phone, text),) = made.sns.texts
    assert (phone, text.endswith("https://liens.example/martin/alert/a"), made.email.told) == ("+33612345678", True, [])


def test_what_is_too_long_for_a_chat_is_cut() -> None:
    """Never refused for its length: limits of Slack's blocks, Discord's embeds, Mattermost's posts."""
    long = replace(MESSAGE, quote="x" * 50_000, happened="y" * 5_000)
    with street(OK) as made:
        for way in CHATS:
            made.tell(way, message=long)
        slack, teams, discord, mattermost = (json.loads(body) for _, body in made.heard)
    assert all(len(one) <= 3000 for one in strings(slack["blocks"]))
    assert len(json.dumps(teams)) < 28_000
    assert len(discord["embeds"][0]["title"]) <= 256
    assert len(discord["embeds"][0]["description"]) <= 4096
    assert len(mattermost["text"]) <= 16_383


def test_several_things_are_told_in_one_message() -> None:
    """Each with its reason and its own buttons."""
    item = Item("Mastodon, 12 h 30", "Refusé.", buttons=(Button("Renvoyer", "https://liens.example/c"),))
    with street(OK) as made:
        for way in (*CHATS, WayName.WEBHOOK):
            made.tell(way, message=replace(MESSAGE, items=(item,)))
            assert "https://liens.example/c" in "\n".join(strings(made.body))


def test_a_list_is_told_row_by_row() -> None:
    """Each row's button says which row it is about; what somebody wrote in one calls nobody."""
    row = Row("12 h 30", "Hugo sur Bluesky", SAID, (Button("Répondre", "https://liens.example/d"),))
    lists = (Item("Attendent une réponse", "", rows=(row,)), Item("À lire", "Rien ne presse."))
    with street(OK) as made:
        for way in CHATS:
            made.tell(way, message=replace(MESSAGE, items=lists))
            said = "\n".join(strings(made.body)).replace("\\", "")
            assert "• 12 h 30 · Hugo sur Bluesky" in said
            assert "Répondre (12 h 30 · Hugo sur Bluesky)" in said
            assert "https://liens.example/d" in said
        slack, teams, discord, mattermost = (body.decode() for _, body in made.heard)
        made.tell(WayName.WEBHOOK, message=replace(MESSAGE, items=lists))
        (told, _) = made.body["items"]
    assert "<!channel>" not in slack
    assert "@everyone" not in mattermost
    for sent in (teams, discord, mattermost):
        assert "[cadeau](" not in sent
    assert [one["mark"] for one in told["rows"]] == ["12 h 30"]


def test_lists_that_are_too_long_leave_out_the_last_and_cut_no_link() -> None:
    """What is urgent comes first; the dots say that there is more."""
    row = Row("12 h 30", "Bluesky", "x" * 500, (Button("Répondre", "https://liens.example/d"),))
    lists = tuple(Item(f"Liste {number}", "", rows=(row,) * 4) for number in range(3))
    with street(OK) as made:
        made.tell(WayName.DISCORD, message=replace(MESSAGE, items=lists))
        said = made.body["embeds"][0]["description"]
    assert "Liste 0" in said
    assert "Liste 2" not in said
    assert said.endswith("…")
    assert said.count("](https://liens.example/d)") == 4


def test_a_signed_webhook_is_what_the_standard_says() -> None:
    """The example of its own documentation, and the body that was signed is the body that is sent."""
    told = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}', key()
    )
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    with street(OK) as made:
        made.tell(WayName.WEBHOOK)
        headers, body = made.heard[0]
    assert headers["webhook-id"] == MESSAGE.id
    expected = signed(headers["webhook-id"], NOW, body, key())
    assert {name: headers[name] for name in expected} == expected


def key() -> bytes:
    """The key, as bytes."""
    return key_of(KEY, person(WayName.WEBHOOK))


@pytest.mark.parametrize("way", [*CHATS, WayName.WEBHOOK])
def test_what_may_pass_is_tried_three_times(way: WayName) -> None:
    """A busy or broken server; the same id each time."""
    with street(answer("503 Service Unavailable"), answer("429 Too Many Requests"), OK) as made:
        made.tell(way)
    assert len(made.heard) == 3
    assert len(made.clock.slept) == 2
    assert len({headers.get("webhook-id") for headers, _ in made.heard}) == 1


@pytest.mark.parametrize("way", [*CHATS, WayName.WEBHOOK])
@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "400 Bad Request", "302 Found"])
def test_a_way_that_says_no_is_left_and_the_next_one_says_so(way: WayName, status: str) -> None:
    """Tried once; the mail tells by which way the message did not arrive."""
    with street(answer(status, b"no_service")) as made:
        made.tell(way, WayName.EMAIL)
    assert len(made.heard) == 1
    ((_, told),) = made.email.told
    assert "n'a pas pu vous parvenir" in told.why
    assert MESSAGE.why in told.why


def test_a_card_that_teams_refuses_in_a_good_answer_is_refused() -> None:
    """413 inside a 200."""
    with street(answer("200 OK", b"Webhook message delivery failed with error: ... HTTP error 413")) as made:
        made.tell(WayName.TEAMS, WayName.EMAIL)
    assert len(made.email.told) == 1


def test_a_way_that_stays_silent_is_left_for_the_next_one() -> None:
    """An alert waits for nobody's chat."""
    with street(answer("500 Internal Server Error")) as made:
        made.tell(WayName.SLACK, WayName.MATTERMOST, WayName.EMAIL)
    ((_, told),) = made.email.told
    assert "sur Slack, sur Mattermost" in told.why


def test_who_cannot_be_reached_now_is_told_later() -> None:
    """Every way failed, one of them perhaps for a while."""
    with street(answer("500 Internal Server Error")) as made:
        with pytest.raises(TryAgain) as later:
            made.tell(WayName.SLACK)
        made.email.failing = {"lea": InvalidInput([])}
        with pytest.raises(TryAgain):
            made.tell(WayName.EMAIL, WayName.SLACK)
    assert canary.TEXT not in str(later.value)


def test_who_cannot_be_reached_at_all_is_said_with_every_reason() -> None:
    """So that somebody else hears, and the configuration is mended; the address is in no sentence."""
    with street(answer("404 Not Found")) as made, pytest.raises(InvalidInput) as refused:
        made.tell(WayName.SLACK, WayName.TEAMS)
    assert [one.code for one in refused.value.problems] == ["way_refused", "way_refused"]
    assert canary.TEXT not in " ".join(one.message("fr") + one.remedy("fr") for one in refused.value.problems)


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (None, "way_without_address"),
        ({"url": ""}, "way_without_address"),
        ({"url": "http://169.254.169.254/latest", "secret": KEY}, "way_address"),
        ({"url": "file:///etc/passwd", "secret": KEY}, "way_address"),
        ({"url": "https://x.example", "secret": "whsec_no"}, "way_key"),
    ],
)
def test_an_address_that_cannot_be_used_is_said(held: Mapping[str, str] | None, code: str) -> None:
    """Nobody gave one, it is a machine's own, or the key is none."""
    with street(OK) as made:
        made.secrets = {("martin", "lea.webhook"): held} if held is not None else {}
        with pytest.raises(InvalidInput) as refused:
            made.tell(WayName.WEBHOOK)
    assert [one.code for one in refused.value.problems] == [code]
    assert made.heard == []


def test_a_connection_that_breaks_is_tried_again() -> None:
    """Nobody knows whether it arrived: twice is better than never."""
    with street(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nok", OK) as made:
        made.tell(WayName.SLACK)
    assert len(made.heard) == 2

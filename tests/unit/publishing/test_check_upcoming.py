"""The looks ahead: what is seen a day and an hour before, who hears of it, once, and again when it is mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName, Role
from heraut.errors import CredentialsExpired, InvalidInput, OutcomeUnknown, RateLimited, TryAgain, Unreachable
from heraut.networks.base import Identity, Limits
from heraut.problems import problem
from heraut.publishing.check_upcoming import Checking, check_upcoming
from heraut.publishing.likeness import likeness, words_of
from heraut.publishing.model import Content, Part, State
from heraut.publishing.pacing import Bucket, Pace
from tests.people import LEA, MARTIN, NADIA, PAUL, PICTURE, a_delivery, a_post
from tests.twins.brands import BrandsTwin
from tests.twins.looks import LooksTwin
from tests.twins.media import MediaTwin
from tests.twins.network import NetworkTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Account, Brand
    from heraut.notifications.base import Message
    from heraut.publishing.model import Delivery

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # 13 h in Paris
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)


@dataclass
class Tried(NetworkTwin):
    """A network that says of each account what a test wants; `tries` are those asked."""

    answers: dict[str, BaseException | Identity] = field(default_factory=dict)
    tries: list[str] = field(default_factory=list)

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        self.tries.append(account.name)
        self._knows(secret)
        answer = self.answers.get(account.name, Identity(account.name, None, Limits(characters=500)))
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Ahead:
    """A bakery whose posts are looked at ahead."""

    def __init__(self, brand: Brand = MARTIN) -> None:
        self.now = NOW
        self.posts, self.looks, self.people = PostsTwin(), LooksTwin(), NotificationsTwin()
        self.media = MediaTwin({PICTURE.key: b"x" * PICTURE.size})
        self.network = Tried()
        networks = dict.fromkeys(NetworkName, self.network)
        self.world = Checking(
            self.posts, self.looks, BrandsTwin(brand), SecretsTwin(), networks, self.media, self.people, map
        )

    def queue(
        self,
        post: str = "p1",
        ahead: timedelta = DAY,
        *,
        account: str = "bluesky",
        state: State = State.SCHEDULED,
        text: str | None = None,
        **more: Any,
    ) -> Delivery:
        """Queue a post that is promised `ahead` of now; its text is like no other's unless said."""
        said = text or " ".join(f"{post}{number}" for number in range(9))
        made = a_post(post, accounts=(account,), text=said, publish_at=self.now + ahead, **more)
        delivery = a_delivery(made, account, state)
        self.posts.add(made, [delivery], [])
        return delivery

    def change(self, delivery: Delivery, **update: Any) -> None:
        """Change a delivery."""
        held = self.posts.delivery(delivery.brand, delivery.post, delivery.account)
        assert held is not None
        self.posts.change(held, held.model_copy(update=update))

    def run(self, later: timedelta = timedelta(0)) -> list[tuple[str, Message]]:
        """Look ahead, some time later; gives who was told what."""
        self.now += later
        self.people.told.clear()
        check_upcoming(self.world, self.now)
        return [(person.id, message) for person, message in self.people.told]

    def told(self, later: timedelta = timedelta(0)) -> list[str]:
        """Look ahead, some time later; gives who was told."""
        return [person for person, _ in self.run(later)]


@pytest.fixture
def ahead() -> Ahead:
    """A bakery."""
    return Ahead()


EXPIRED = CredentialsExpired(problem("bluesky_account_closed", host="bsky.social"))
AWAY = Unreachable(problem("bluesky_cannot_sign_in", host="bsky.social"))


def test_nobody_is_told_when_nothing_needs_doing(ahead: Ahead) -> None:
    """And the account is tried once a horizon, not at every run."""
    ahead.queue()
    assert [ahead.told(), ahead.told(QUARTER), ahead.told(22 * HOUR)] == [[], [], []]
    assert ahead.network.tries == ["bluesky"]
    ahead.told(HOUR)
    assert ahead.network.tries == ["bluesky"] * 2


def test_what_is_further_than_a_day_is_not_looked_at(ahead: Ahead) -> None:
    """Until it comes within a day."""
    ahead.queue(ahead=DAY + QUARTER)
    ahead.network.answers["bluesky"] = EXPIRED
    assert ahead.told() == []
    assert ahead.told(QUARTER) == ["lea", "paul"]


def test_missed_runs_are_made_up_for(ahead: Ahead) -> None:
    """Whichever run comes first, the delivery is looked at."""
    ahead.queue()
    ahead.network.answers["bluesky"] = EXPIRED
    assert ahead.told(5 * HOUR) == ["lea", "paul"]


def test_a_dead_account_is_told_once_a_horizon_with_the_posts_at_risk(ahead: Ahead) -> None:
    """One message a person, in their language, naming each post; tried once a run."""
    for number in range(3):
        ahead.queue(f"p{number}", DAY - number * HOUR)
    ahead.network.answers["bluesky"] = EXPIRED

    (lea, french), (paul, english) = ahead.run()

    assert (lea, paul) == ("lea", "paul")
    assert french.subject == "[Boulangerie Martin · Bluesky] 3 publications à venir demandent un regard"
    assert french.quote is not None
    assert french.quote.count("\n- ") == 3
    assert "13\N{NO-BREAK SPACE}h" in french.quote
    assert "bsky.social" in english.why
    assert ahead.network.tries == ["bluesky"]
    assert ahead.told(QUARTER) == []
    assert ahead.told(20 * HOUR + 3 * QUARTER) == ["lea", "paul"]  # one of them leaves within the hour


def test_a_password_given_meanwhile_is_tried_before_anybody_is_told(ahead: Ahead) -> None:
    """The function remembers the old one for minutes."""
    secrets = ahead.world.secrets
    assert isinstance(secrets, SecretsTwin)
    secrets.save_secret("martin", "bluesky", {"token": "old"})
    secrets.save_elsewhere("martin", "bluesky", {"token": "new"})
    ahead.network.takes = "new"
    ahead.queue()
    assert ahead.told() == []
    assert ahead.network.tries == ["bluesky"] * 2


def test_what_is_mended_is_told_to_those_who_heard(ahead: Ahead) -> None:
    """At the next run, once."""
    ahead.queue()
    ahead.network.answers["bluesky"] = EXPIRED
    ahead.people.failing["paul"] = InvalidInput([problem("address_unusable", "email", person="Paul")])
    ahead.told()
    ahead.network.answers.clear()
    ahead.people.failing.clear()
    ((lea, french), _) = ahead.run(QUARTER)
    assert lea == "lea"
    assert "C'est réparé" in french.subject
    assert ahead.told(QUARTER) == []


def test_an_edit_mends_and_is_looked_at_anew(ahead: Ahead) -> None:
    """A text that is too long, shortened."""
    ahead.queue(text="x" * 501)
    ahead.network.answers["bluesky"] = Identity("m", None, Limits(characters=600))
    assert ahead.told() == []
    held = ahead.queue("p2", text="y" * 601)  # beside p1, which stays as it is
    assert ahead.told(QUARTER) == ["lea", "paul"]

    shorter = a_post("p2", text="court", publish_at=held.publish_at, version=2)
    ahead.posts.edit(shorter, [a_delivery(shorter, state=State.SCHEDULED, revision=2)], [])

    assert ["réparé" in message.subject for person, message in ahead.run(QUARTER) if person == "lea"] == [True]


def test_what_was_cancelled_is_forgotten_in_silence(ahead: Ahead) -> None:
    """Whoever cancelled it knows."""
    one = ahead.queue()
    ahead.network.answers["bluesky"] = EXPIRED
    ahead.told()
    ahead.change(one, state=State.CANCELLED)
    ahead.network.answers.clear()
    assert ahead.told(QUARTER) == []
    assert [look.is_open for look in ahead.looks.looks("martin")] == [False]


def test_a_network_that_is_away_is_told_at_the_last_hour_alone(ahead: Ahead) -> None:
    """A day ahead it is tried again at each run, so that its token is tried once it is back."""
    ahead.queue()
    ahead.network.answers["bluesky"] = AWAY
    assert ahead.told() == []
    ahead.network.answers["bluesky"] = EXPIRED
    assert ahead.told(QUARTER) == ["lea", "paul"]

    ahead.network.answers["bluesky"] = AWAY
    assert ahead.told(QUARTER) == []  # not mended: it is not known
    assert ahead.told(23 * HOUR) == ["lea", "paul"]


def test_an_account_that_does_not_answer_ahead_is_not_said_to_have_posted(ahead: Ahead) -> None:
    """Nothing was sent: « peut-être en ligne » is for what was."""
    ahead.queue()
    ahead.network.answers["bluesky"] = OutcomeUnknown(problem("server_silent", host="bsky.social"))
    assert ahead.told() == []

    (_, message), _ = ahead.run(23 * HOUR)

    assert "Le serveur bsky.social ne répond pas" in message.why
    assert "en ligne" not in message.why


def test_one_accounts_trouble_does_not_stop_the_others(ahead: Ahead) -> None:
    """Even a fault of ours in one adapter."""
    ahead.queue("p1")
    ahead.queue("p2", account="mastodon")
    ahead.network.answers |= {"bluesky": KeyError("boom"), "mastodon": EXPIRED}
    ((_, message), _) = ahead.run()
    assert "Mastodon" in message.subject


def test_a_busy_network_is_no_finding(ahead: Ahead) -> None:
    """It asked us to come back; nothing needs doing."""
    ahead.queue(ahead=HOUR)
    ahead.network.answers["bluesky"] = RateLimited(problem("no_clear_answer"), NOW + HOUR)
    assert ahead.told() == []


def test_a_missing_picture_is_told(ahead: Ahead) -> None:
    """By the name the person gave it; mended when it is there again."""
    ahead.queue()
    held = dict(ahead.media.files)
    ahead.media.files.clear()
    ((_, message), _) = ahead.run()
    assert "seigle.jpg" in message.why
    ahead.media.files.update(held)
    assert ahead.told(QUARTER) == ["lea", "paul"]


def test_what_waits_for_approval_is_told_to_those_who_approve(ahead: Ahead) -> None:
    """A draft is nobody's business."""
    ahead.queue("p1", state=State.TO_APPROVE)
    ahead.queue("p2", state=State.DRAFT)
    assert ahead.told() == ["lea"]


SEIGLE = "Le pain de seigle sort du four à seize heures, on vous en garde un au chaud ?"


def test_nearly_the_same_text_is_shown_side_by_side_and_said_once(ahead: Ahead) -> None:
    """Of the account's last thirty days; not of another account, nor of longer ago, nor a cancelled one."""
    ahead.queue("old", -31 * DAY, state=State.PUBLISHED, text=SEIGLE)
    ahead.queue("gone", -2 * DAY, state=State.CANCELLED, text=SEIGLE)
    ahead.queue("there", -2 * DAY, state=State.PUBLISHED, text=SEIGLE, account="mastodon")
    ahead.queue("new", DAY, text=SEIGLE.replace("seize", "dix-sept"))
    assert ahead.told() == []

    ahead.queue("recent", -3 * DAY, state=State.PUBLISHED, text=SEIGLE.upper())
    ((_, message), _) = ahead.run(23 * HOUR)

    assert message.quote is not None
    assert SEIGLE.upper() in message.quote
    assert "dix-sept" in message.quote
    assert "tout part comme prévu" in message.otherwise
    assert ahead.told(QUARTER) == []


def test_a_thread_is_compared_as_a_whole(ahead: Ahead) -> None:
    """The same words in two messages instead of one."""
    ahead.queue("old", -DAY, state=State.PUBLISHED, text=SEIGLE)
    half = len(SEIGLE) // 2
    cut = SEIGLE.index(" ", half)
    ahead.queue("new", content=Content(parts=(Part(text=SEIGLE[:cut]), Part(text=SEIGLE[cut:]))))
    ((_, message), _) = ahead.run()
    assert message.quote is not None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Du pain, du vin", "du VIN... du pain !", 1.0),
        ("a b c d e f g h i j", "a b c d e f g h i k", 0.9),
        ("https://a.example/pain?utm_source=x", "https://www.a.example/pain/", 1.0),
        ("été", "ete", 1.0),
        ("pain", "vin", 0.0),
        ("", "", 0.0),
        ("🥖🥖", "🥖🥖", 1.0),
    ],
)
def test_likeness_is_of_words(one: str, other: str, expected: float) -> None:
    """Whatever their order, case, accents and punctuation."""
    assert likeness(words_of(one), words_of(other)) == pytest.approx(expected)


def test_another_post_within_ten_minutes_is_said_of_the_later_one(ahead: Ahead) -> None:
    """Once a pair; not of another account, nor eleven minutes apart."""
    ahead.queue("p1", DAY - timedelta(minutes=8))
    ahead.queue("p2", DAY)
    ahead.queue("p3", DAY, account="mastodon")
    ahead.queue("p4", DAY - timedelta(minutes=19))
    ((_, message), _) = ahead.run()
    assert message.items == ()
    assert "13\N{NO-BREAK SPACE}h" in message.subject
    assert "12\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}52" in message.why


def test_one_queued_later_just_before_another_says_it_itself(ahead: Ahead) -> None:
    """The other was looked at already."""
    ahead.queue("p2")
    assert ahead.told() == []
    ahead.queue("p1", DAY - timedelta(minutes=5))
    assert ahead.told(QUARTER) == ["lea", "paul"]


def test_what_the_networks_allowance_does_not_take_is_told(ahead: Ahead) -> None:
    """With the hour at which it could leave; the one that fits is not named."""
    pace = Pace(remaining=1, resets_at=NOW + 30 * HOUR, limit=2, window_s=86400)
    ahead.posts.save_pace("martin", "bluesky", Bucket.POSTS, pace, NOW)
    ahead.queue("p1", 20 * HOUR)
    ahead.queue("p2", 22 * HOUR)
    ((_, message), _) = ahead.run()
    assert message.items == ()
    assert "11\N{NO-BREAK SPACE}h" in message.subject


def test_more_than_a_window_takes_is_told(ahead: Ahead) -> None:
    """By what the network said of its windows, after the reset."""
    pace = Pace(remaining=0, resets_at=NOW + HOUR, limit=2, window_s=86400)
    ahead.posts.save_pace("martin", "bluesky", Bucket.POSTS, pace, NOW)
    for number in range(3):
        ahead.queue(f"p{number}", (20 + number) * HOUR)
    ((_, message), _) = ahead.run()
    assert message.items == ()


def test_who_could_not_be_told_now_is_told_at_the_next_run(ahead: Ahead) -> None:
    """And who was told is not told again."""
    ahead.queue()
    ahead.network.answers["bluesky"] = EXPIRED
    ahead.people.failing["paul"] = TryAgain("mail")
    assert ahead.told() == ["lea"]
    ahead.people.failing.clear()
    assert ahead.told(QUARTER) == ["paul"]
    assert ahead.told(QUARTER) == []


def test_who_missed_the_second_telling_hears_at_the_next_run(ahead: Ahead) -> None:
    """Having heard a day before is not having heard now."""
    ahead.queue()
    ahead.network.answers["bluesky"] = EXPIRED
    assert ahead.told() == ["lea", "paul"]
    ahead.people.failing["paul"] = TryAgain("mail")
    assert ahead.told(23 * HOUR) == ["lea"]
    ahead.people.failing.clear()
    assert ahead.told(QUARTER) == ["paul"]


def test_somebody_hears_where_nobody_of_the_first_circle_can(ahead: Ahead) -> None:
    """The person on call."""
    ahead.queue()
    ahead.network.answers["bluesky"] = EXPIRED
    unusable = InvalidInput([problem("address_unusable", "email", person="x")])
    ahead.people.failing = {"lea": unusable, "paul": unusable}
    assert ahead.told() == ["nadia"]
    assert ahead.told(QUARTER) == []


def test_one_person_hears_of_everything_in_one_message() -> None:
    """An approver who also publishes; what is too much for one message is counted."""
    ahead = Ahead(
        MARTIN.model_copy(update={"people": (LEA, PAUL.model_copy(update={"roles": (Role.APPROVAL,)}), NADIA)})
    )
    ahead.media.files.clear()
    for number in range(25):
        ahead.queue(f"p{number:02}", DAY - number * QUARTER)
    ahead.queue("q", DAY - timedelta(minutes=7), state=State.TO_APPROVE, account="mastodon")

    told = dict(ahead.run())

    assert list(told) == ["lea", "paul"]
    assert len(told["lea"].items) == 21
    assert told["lea"].network is None
    assert told["paul"].items == ()


def test_nothing_is_looked_at_in_a_restored_table(ahead: Ahead) -> None:
    """Nothing leaves there, and the doctor says so."""
    ahead.queue()
    ahead.network.answers["bluesky"] = EXPIRED
    ahead.posts.is_restored()
    ahead.posts.name = "restored"
    assert ahead.told() == []

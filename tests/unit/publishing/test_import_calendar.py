"""Importing a calendar: what is queued, what is refused, and that nothing is ever queued twice."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from heraut.brands import Account, Brand, NetworkName
from heraut.errors import AddressRefused, Conflict, NotFound, TryAgain, Unreachable
from heraut.events import EventName
from heraut.local_time import TZDATA
from heraut.networks.base import Limits
from heraut.problems import problem, warning
from heraut.publishing.calendar.columns import Column
from heraut.publishing.import_calendar import import_calendar
from heraut.publishing.model import Attempt, Delivery, Post, State, Visibility
from heraut.publishing.report import Entry, Outcome, Report, as_html, as_json
from heraut.publishing.world import MediaWorld
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.media import MediaTwin
from tests.twins.network import NetworkTwin
from tests.twins.outbox import OutboxTwin
from tests.twins.posts import PostsTwin
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.publishing.model import Content

BAKERY = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="site", network=NetworkName.SITE),
        Account(name="journal", network=NetworkName.SITE),
        Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),
    ),
    groups={"partout": ("site", "journal", "masto")},
)
SHOP = Brand(
    id="mots", name="Les Mots passants", accounts=(Account(name="vitrine", network=NetworkName.SITE),), language="en"
)
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday; 8 h in Paris
FILE = "semaine-48.csv"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def picture(seed: int = 0) -> bytes:
    """Draw a small picture."""
    written = io.BytesIO()
    Image.new("RGB", (8, 8), (seed, 0, 0)).save(written, "PNG")
    return written.getvalue()


class Strict(NetworkTwin):
    """A network that takes 40 letters, no poll, and wants descriptions."""

    def validate(self, content: Content, limits: Limits) -> Sequence[Any]:
        found = [
            problem("media_without_alt", "alt", name=media.name)
            for part in content.parts
            for media in part.media
            if not media.alt
        ]
        if any(len(part.text) > (limits.characters or 0) for part in content.parts):
            found.append(problem("bluesky_too_long", "texte"))
        if content.visibility is Visibility.UNLISTED:
            found.append(warning("bluesky_not_unlisted", "visibilité"))
        return found


@dataclass
class Desk:
    """Twins, and the files of a community manager."""

    brands: tuple[Brand, ...] = (BAKERY, SHOP)
    files: dict[str, bytes] = field(default_factory=lambda: {"pain.png": picture(), "photos/noel.png": picture(1)})
    web: dict[str, bytes] = field(default_factory=lambda: {"https://images.example/a.png": picture(2)})

    def __post_init__(self) -> None:
        self.clock = ClockTwin(NOW)
        self.posts = PostsTwin()
        self.outbox = OutboxTwin()
        self.media = MediaTwin()
        self.secrets = SecretsTwin({("martin", "masto"): {"token": "secret"}})
        self.site = NetworkTwin(name=NetworkName.SITE, most=10_000)
        self.masto = Strict(name=NetworkName.MASTODON, most=40, ahead=2 * MINUTE)
        self.world = MediaWorld(
            posts=self.posts,
            brands=BrandsTwin(*self.brands),
            secrets=self.secrets,
            networks={NetworkName.SITE: self.site, NetworkName.MASTODON: self.masto},
            outbox=self.outbox,
            clock=self.clock,
            media=self.media,
        )

    def beside(self, path: str) -> bytes:
        if path not in self.files:
            raise NotFound(path)
        return self.files[path]

    def fetch(self, url: str) -> bytes:
        if url not in self.web:
            raise AddressRefused(problem("address_answer", host="images.example", status=404))
        return self.web[url]

    def drop(self, *rows: str, name: str = FILE, header: str = "", **options: bool) -> Report:
        """Import rows of a CSV file, `marque;date;heure;comptes;texte` unless said."""
        head = header or "marque;date;heure;comptes;texte"
        body = "\n".join([head, *rows]) + "\n"
        return self.drop_bytes(body.encode(), name, **options)

    def drop_bytes(self, body: bytes, name: str = FILE, **options: bool) -> Report:
        return import_calendar(body, name, self.world, fetch=self.fetch, beside=self.beside, **options)

    def queued(self, brand: str = "martin") -> list[Delivery]:
        return list(self.posts.queue(brand))

    def post(self, report: Report, row: int = 2) -> Post:
        found = self.posts.post("martin", entry(report, row).post or "")
        assert found is not None
        return found

    def move(self, post: str, account: str, **changes: object) -> None:
        """Do to a delivery what the publisher, or a person, would."""
        before = self.posts.delivery("martin", post, account)
        assert before is not None
        self.posts.change(before, before.model_copy(update=changes))

    def publish(self, post: str, account: str) -> None:
        """Let a delivery go out at its instant."""
        before = self.posts.delivery("martin", post, account)
        assert before is not None
        at = before.publish_at
        self.move(post, account, state=State.PUBLISHED, due_at=None, remote_ids=("r1",), published_at=at)

    def names(self, post: str, brand: str = "martin") -> list[EventName]:
        return [event.name for event in self.posts.story(brand, post)]


def entry(report: Report, row: int) -> Entry:
    """Give what the report says of a row."""
    (found,) = [one for one in report.entries if one.row == row and one.outcome is not Outcome.ABSENT]
    return found


def outcomes(report: Report) -> list[str]:
    """Give the outcomes, row after row."""
    return [one.outcome.value for one in report.entries if one.outcome]


def codes(report: Report, row: int = 2) -> list[str]:
    """Give what is wrong with a row."""
    return [found.code for found in entry(report, row).problems]


ROW = "martin;24/11/2026;9h30;site;Bonjour"


class TestQueued:
    def test_a_row_becomes_a_post_and_its_deliveries(self) -> None:
        """Local time and zone as given, the instant derived, the version of the zone data beside it."""
        desk = Desk()

        report = desk.drop("martin;24/11/2026;9h30;site+masto;Bonjour")

        assert outcomes(report) == ["queued"]
        post = desk.post(report)
        assert (post.version, post.accounts, post.content.parts[0].text) == (1, ("site", "masto"), "Bonjour")
        assert (post.local, post.zone, post.tzdata) == ("2026-11-24T09:30", "Europe/Paris", TZDATA)
        assert post.publish_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
        assert (post.source.kind, post.source.file, post.source.row) == ("calendar", FILE, 2)
        assert [(one.account, one.network, one.state, one.due_at) for one in desk.queued()] == [
            ("masto", NetworkName.MASTODON, State.SCHEDULED, post.publish_at),
            ("site", NetworkName.SITE, State.SCHEDULED, post.publish_at),
        ]
        assert desk.names(post.id) == [EventName.POST_QUEUED]

    def test_uploads_begin_ahead(self) -> None:
        """Where something is to upload, the machine looks at the delivery that much earlier."""
        desk = Desk()

        report = desk.drop(
            "martin;24/11/2026;9h30;partout;Bonjour;pain.png;Un pain",
            header="marque;date;heure;comptes;texte;media;alt",
        )

        at = desk.post(report).publish_at
        assert {one.account: (one.prepare_at, one.due_at) for one in desk.queued()} == {
            "site": (None, at),
            "journal": (None, at),
            "masto": (at - 2 * MINUTE, at - 2 * MINUTE),
        }

    @pytest.mark.parametrize(
        ("status", "state", "names", "word"),
        [
            ("brouillon", State.DRAFT, [EventName.POST_QUEUED], "draft"),
            ("à valider", State.TO_APPROVE, [EventName.POST_QUEUED, EventName.APPROVAL_ASKED], "to_approve"),
            ("programmé", State.SCHEDULED, [EventName.POST_QUEUED], "queued"),
            ("", State.SCHEDULED, [EventName.POST_QUEUED], "queued"),
        ],
    )
    def test_status(self, status: str, state: State, names: list[EventName], word: str) -> None:
        """A draft waits for nobody, what is to approve asks once, neither is due, and people read what it is."""
        desk = Desk()

        report = desk.drop(f"martin;24/11/2026;9h30;site;Bonjour;{status}", header=HEADER_STATUS)

        (delivery,) = desk.queued()
        assert delivery.state is state
        assert (delivery.due_at is not None) == (state is State.SCHEDULED)
        assert desk.names(desk.post(report).id) == names
        assert (report.words, report.counts["queued"]) == ({word: 1}, 1)

    def test_everything_a_row_says(self) -> None:
        """Thread, media by part, overrides, link, labels, campaign, warning, visibility, language, poll."""
        desk = Desk()
        header = (
            "id;marque;quand;fuseau;comptes;texte;texte@masto;media;alt;lien;étiquettes;campagne;visibilité;"
            "avertissement;langue;sondage;premier commentaire;format"
        )
        row = (
            'L1;martin;24/11/2026 9h;America/Montreal;partout;"Un\n---\nDeux";Court;"pain.png\n---\nphotos/noel.png";'
            '"Un pain\n---\nUn sapin";https://a.example;noël, pain;Noël;non listé;Gluten;en;oui|non|2h;Et vous ?;Story'
        )

        report = desk.drop(row, header=header)

        post = desk.post(report)
        assert outcomes(report) == ["queued"]
        assert codes(report) == ["bluesky_not_unlisted"]
        assert [part.text for part in post.content.parts] == ["Un", "Deux"]
        assert [[media.alt for media in part.media] for part in post.content.parts] == [["Un pain"], ["Un sapin"]]
        assert [part.text for part in post.content_for("masto", "mastodon").parts] == ["Court"]
        assert [part.text for part in post.content_for("journal", "site").parts] == ["Un", "Deux"]
        assert [media.alt for media in post.content_for("masto", "mastodon").media] == ["Un pain", "Un sapin"]
        assert post.publish_at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
        content = post.content
        assert (content.link, content.first_comment, content.format) == ("https://a.example", "Et vous ?", "story")
        assert (content.visibility, content.content_warning, content.language) == ("unlisted", "Gluten", "en")
        assert content.poll is not None
        assert (content.poll.options, content.poll.minutes) == (("oui", "non"), 120)
        assert (post.labels, post.campaign, post.source.identity) == (("noël", "pain"), "Noël", "L1")

    def test_media_are_kept_by_what_they_hold(self) -> None:
        """Under media/<brand>/<sha256>.<ext>, the same picture once."""
        desk = Desk()

        desk.drop(
            "martin;24/11/2026;9h;site;Un;pain.png;Un pain",
            "martin;24/11/2026;10h;site;Deux;pain.png;Le même",
            "martin;24/11/2026;11h;site;Trois;https://images.example/a.png;Une affiche",
            header="marque;date;heure;comptes;texte;media;alt",
        )

        digests = [hashlib.sha256(body).hexdigest() for body in (picture(), picture(2))]
        assert set(desk.media.files) == {f"media/martin/{digest}.png" for digest in digests}

    def test_what_is_due_within_three_minutes_leaves_at_once(self) -> None:
        """It does not wait for the tick; what is later does."""
        desk = Desk()

        desk.drop(
            "martin;23/11/2026;8h02;site;Tout de suite",
            "martin;23/11/2026;8h04;site;Bientôt",
            "martin;23/11/2026;7h58;site;Un peu tard",
        )

        assert sorted(delay for _, delay in desk.outbox.queued) == [0, 118]

    def test_what_is_to_approve_or_held_is_not_dispatched(self) -> None:
        """Only what is scheduled leaves."""
        desk = Desk()

        desk.drop("martin;23/11/2026;8h01;site;Oui ?;à valider", header=HEADER_STATUS)

        assert desk.outbox.queued == []

    def test_post_ids_are_short_readable_and_follow_from_the_identity(self) -> None:
        """Two stacks that import the same row give it the same id."""
        rows = ("L 1 (été);martin;24/11/2026;9h30;site;a", ";martin;24/11/2026;9h30;site;b")
        header = "id;marque;date;heure;comptes;texte"

        ids = [[one.post for one in Desk().drop(*rows, header=header).entries] for _ in range(2)]

        assert ids[0] == ids[1]
        assert [str(one)[:-6] for one in ids[0]] == ["l-1-ete-", "1124-0930-"]


HEADER_STATUS = "marque;date;heure;comptes;texte;statut"
HEADER_ID = "id;marque;date;heure;comptes;texte"
HEADER_MEDIA = "marque;date;heure;comptes;texte;media;alt"


class TestTwice:
    @pytest.mark.parametrize("header", [HEADER_ID, "marque;date;heure;comptes;texte"])
    def test_the_same_file_twice_queues_nothing_twice(self, header: str) -> None:
        """With ids or without."""
        start = "L1;" if header == HEADER_ID else ""
        desk = Desk()
        desk.drop(f"{start}martin;24/11/2026;9h30;partout;Bonjour", header=header)

        report = desk.drop(f"{start}martin;24/11/2026;9h30;partout;Bonjour", header=header)

        assert outcomes(report) == ["unchanged"]
        assert len(desk.queued()) == 3
        assert desk.post(report).version == 1
        assert desk.names(desk.post(report).id) == [EventName.POST_QUEUED]

    def test_under_another_name(self) -> None:
        """A copy of the file is the same rows."""
        desk = Desk()
        desk.drop(ROW)

        assert outcomes(desk.drop(ROW, name="semaine-48 (2).csv")) == ["unchanged"]

    def test_rows_in_another_order(self) -> None:
        """A row is what it says, not where it stands."""
        desk = Desk()
        rows = [f"martin;24/11/2026;{hour}h;site;Bonjour {hour}" for hour in range(9, 14)]
        desk.drop(*rows)

        assert outcomes(desk.drop(*reversed(rows))) == ["unchanged"] * 5

    def test_the_same_picture_under_another_name_is_no_change_of_the_picture(self) -> None:
        """A picture counts by what it holds: another one under the same name is an edit."""
        desk = Desk()
        row = "martin;24/11/2026;9h;site;Un;pain.png;Un pain"
        desk.drop(row, header=HEADER_MEDIA)
        desk.files["pain.png"] = picture(9)

        report = desk.drop(row, header=HEADER_MEDIA)

        assert outcomes(report) == ["edited"]
        assert desk.post(report).content.media[0].sha256 == hashlib.sha256(picture(9)).hexdigest()

    def test_two_imports_at_once(self) -> None:
        """Both read an empty table; one writes first, the other finds it unchanged."""
        desk = Desk()
        rows = [f"martin;24/11/2026;{hour}h;partout;Bonjour {hour}" for hour in range(9, 14)]
        meanwhile: list[Report] = []
        real = desk.posts.add

        def add(*args: Any) -> None:
            if not meanwhile:
                desk.posts.add = real  # type: ignore[method-assign]
                meanwhile.append(desk.drop(*rows))
            real(*args)

        desk.posts.add = add  # type: ignore[method-assign, assignment]

        report = desk.drop(*rows)

        assert outcomes(meanwhile[0]) == ["queued"] * 5
        assert outcomes(report) == ["unchanged"] * 5
        assert len(desk.queued()) == 15

    def test_two_versions_at_once(self) -> None:
        """Two versions of one row dropped together: one post, the later write wins, nothing is doubled."""
        desk = Desk()
        meanwhile: list[Report] = []
        real = desk.posts.add

        def add(*args: Any) -> None:
            if not meanwhile:
                desk.posts.add = real  # type: ignore[method-assign]
                meanwhile.append(desk.drop("martin;24/11/2026;9h30;site;Première"))
            real(*args)

        desk.posts.add = add  # type: ignore[method-assign, assignment]

        report = desk.drop("martin;24/11/2026;9h30;site;Seconde")

        assert outcomes(report) == ["edited"]
        assert [one.version for one in desk.queued()] == [2]
        assert desk.post(report).content.parts[0].text == "Seconde"

    @pytest.mark.parametrize(
        ("older", "newer"),
        [
            ("martin;24/11/2026;9h30;site;Ancien", "martin;24/11/2026;9h30;site;Nouveau"),
            ("martin;24/11/2026;9h30;site;Ancien", "martin;24/11/2026;9h30;journal, site;Nouveau"),
            ("martin;24/11/2026;9h30;journal, site;Ancien", "martin;24/11/2026;9h30;site;Nouveau"),
        ],
    )
    @pytest.mark.parametrize("known", [False, True])
    def test_a_newer_version_overtakes_an_older_one(self, older: str, newer: str, known: bool) -> None:
        """A file dropped while its older version is still being imported is the one that counts."""
        desk = Desk()
        if known:
            desk.drop(older.replace("Ancien", "Premier"))
            desk.clock.advance(MINUTE)
        real = desk.posts.save_file_posts

        def save(*args: Any) -> None:
            desk.posts.save_file_posts = real  # type: ignore[method-assign]
            desk.clock.advance(timedelta(seconds=5))
            desk.drop(newer)
            real(*args)

        desk.posts.save_file_posts = save  # type: ignore[method-assign, assignment]

        report = desk.drop(older)

        assert (outcomes(report), codes(report)) == (["unchanged"], ["newer_file_imported"])
        live = [one for one in desk.queued() if one.state is State.SCHEDULED]
        assert sorted(one.account for one in live) == sorted(newer.split(";")[3].split(", "))
        assert {one.post for one in live} == {desk.post(report).id}
        assert desk.post(report).content.parts[0].text == "Nouveau"

    @pytest.mark.parametrize("after", range(5))
    def test_cut_half_way_and_run_again(self, after: int) -> None:
        """The same import made again ends what the first began."""
        desk = Desk()
        rows = [f"martin;24/11/2026;{hour}h;site;Bonjour {hour}" for hour in range(9, 14)]
        real = desk.posts.add
        written: list[object] = []

        def add(*args: Any) -> None:
            if len(written) == after:
                raise TryAgain("throttled")
            written.append(args)
            real(*args)

        desk.posts.add = add  # type: ignore[method-assign, assignment]
        with pytest.raises(TryAgain):
            desk.drop(*rows)
        desk.posts.add = real  # type: ignore[method-assign]

        report = desk.drop(*rows)

        assert outcomes(report) == ["unchanged"] * after + ["queued"] * (5 - after)
        assert len(desk.queued()) == 5
        assert outcomes(desk.drop()) == ["absent"] * 5  # and none was lost sight of

    def test_two_rows_with_one_identity_are_both_refused(self) -> None:
        """By account and time, or by id; a third row is not concerned."""
        desk = Desk()

        report = desk.drop(
            ";martin;24/11/2026;9h30;site;Un",
            ";martin;24/11/2026;09:30;journal, site;Deux",
            ";martin;24/11/2026;9h30;masto;Trois",
            "A;martin;25/11/2026;9h;site;Quatre",
            "A;martin;26/11/2026;9h;site;Cinq",
            "A;mots;26/11/2026;9h;vitrine;Six",
            header=HEADER_ID,
        )

        assert outcomes(report) == ["refused", "refused", "queued", "refused", "refused", "queued"]
        assert codes(report, 2) == ["row_twice"]
        assert entry(report, 2).problems[0].fields["rows"] == "3"
        assert codes(report, 5) == ["id_twice"]

    def test_same_time_with_ids_is_two_posts(self) -> None:
        """An id tells two rows apart."""
        desk = Desk()
        rows = ("A;martin;24/11/2026;9h30;site;Un", "B;martin;24/11/2026;9h30;site;Deux")

        assert outcomes(desk.drop(*rows, header=HEADER_ID)) == ["queued", "queued"]
        assert outcomes(desk.drop(*rows, header=HEADER_ID)) == ["unchanged", "unchanged"]

    def test_one_with_an_id_one_without(self) -> None:
        """A row without id at the time of one that has one stays its own."""
        desk = Desk()
        rows = (";martin;24/11/2026;9h30;site;Un", "B;martin;24/11/2026;9h30;site;Deux")

        assert outcomes(desk.drop(*rows, header=HEADER_ID)) == ["queued", "queued"]
        assert outcomes(desk.drop(*rows, header=HEADER_ID)) == ["unchanged", "unchanged"]
        assert outcomes(desk.drop(*reversed(rows), header=HEADER_ID)) == ["unchanged", "unchanged"]


class TestEdited:
    def test_a_changed_row_is_an_edit(self) -> None:
        """A new version, raised on every delivery, in the same post."""
        desk = Desk()
        first = desk.drop("martin;24/11/2026;9h30;partout;Bonjour")

        report = desk.drop("martin;24/11/2026;9h30;partout;Bonsoir")

        assert outcomes(report) == ["edited"]
        assert entry(report, 2).post == entry(first, 2).post
        post = desk.post(report)
        assert (post.version, post.content.parts[0].text) == (2, "Bonsoir")
        assert [(one.version, one.revision) for one in desk.queued()] == [(2, 2)] * 3
        assert desk.names(post.id) == [EventName.POST_QUEUED, EventName.POST_EDITED]

    def test_what_a_later_release_wrote_stays(self) -> None:
        """Fields that this release does not know are kept."""
        desk = Desk()
        first = desk.drop(ROW)
        desk.move(entry(first, 2).post or "", "site", mood="good")

        desk.drop("martin;24/11/2026;9h30;site;Bonsoir")

        assert [(one.version, one.model_extra) for one in desk.queued()] == [(2, {"mood": "good"})]

    def test_by_its_id_wherever_it_moved(self) -> None:
        """An id is the row: text, time and accounts may all change."""
        desk = Desk()
        desk.drop("A;martin;24/11/2026;9h30;site;Bonjour", header=HEADER_ID)

        report = desk.drop("A;martin;26/11/2026;18h;journal;Bonsoir", header=HEADER_ID)

        assert outcomes(report) == ["edited"]
        assert {one.account: one.state for one in desk.queued()} == {
            "site": State.CANCELLED,
            "journal": State.SCHEDULED,
        }

    def test_a_moved_row_is_known_by_its_text(self) -> None:
        """Same account, same text, another time in the same file: the post moves."""
        desk = Desk()
        desk.drop(ROW)

        report = desk.drop("martin;25/11/2026;18h;site;Bonjour")

        assert outcomes(report) == ["edited"]
        (delivery,) = desk.queued()
        assert delivery.publish_at == datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
        assert delivery.due_at == delivery.publish_at

    def test_the_same_text_every_week_is_not_moved(self) -> None:
        """« Bon week-end ! » of next Friday is another post, in the same file or in the next."""
        desk = Desk()
        friday = "martin;27/11/2026;18h;site;Bon week-end !"
        next_friday = "martin;04/12/2026;18h;site;Bon week-end !"
        desk.drop(friday)

        assert outcomes(desk.drop(friday, next_friday)) == ["unchanged", "queued"]
        assert outcomes(desk.drop("martin;11/12/2026;18h;site;Bon week-end !", name="décembre.csv")) == ["queued"]

    def test_a_text_that_went_out_long_ago_is_said_again(self) -> None:
        """A file that always has the same name may say the same again, and the report says so."""
        desk = Desk()
        first = desk.drop("martin;24/11/2026;18h;site;Bon week-end !")
        desk.publish(entry(first, 2).post or "", "site")
        desk.clock.advance(3 * DAY)

        report = desk.drop("martin;04/12/2026;18h;site;Bon week-end !")

        assert outcomes(report) == ["queued"]
        assert codes(report) == ["said_before"]

    def test_a_row_moved_just_too_late(self) -> None:
        """A row moved while its post was leaving is not published a second time."""
        desk = Desk()
        first = desk.drop("martin;23/11/2026;8h10;site;Bonjour")
        desk.clock.advance(11 * MINUTE)
        desk.publish(entry(first, 2).post or "", "site")

        report = desk.drop("martin;23/11/2026;10h;site;Bonjour")

        assert outcomes(report) == ["already_out"]
        assert codes(report) == ["too_late_to_edit"]

    def test_a_new_text_at_an_old_rows_time(self) -> None:
        """One row moved away, another took its place: two posts, both as the file says."""
        desk = Desk()
        desk.drop("martin;24/11/2026;9h;site;Un")

        report = desk.drop("martin;24/11/2026;9h;site;Deux", "martin;24/11/2026;10h;site;Un")

        assert sorted(outcomes(report)) == ["edited", "queued"]
        said = {
            (one.local, post.content.parts[0].text)
            for one in desk.queued()
            if one.state is State.SCHEDULED and (post := desk.posts.post("martin", one.post))
        }
        assert said == {("2026-11-24T09:00", "Deux"), ("2026-11-24T10:00", "Un")}

    def test_two_rows_that_changed_places(self) -> None:
        """Each time says what the file says."""
        desk = Desk()
        desk.drop("martin;24/11/2026;9h;site;Un", "martin;24/11/2026;10h;site;Deux")

        report = desk.drop("martin;24/11/2026;9h;site;Deux", "martin;24/11/2026;10h;site;Un")

        assert outcomes(report) == ["edited", "edited"]
        assert len(desk.queued()) == 2

    def test_an_account_more_an_account_less(self) -> None:
        """The one taken away is cancelled, the new one queued, the other goes on."""
        desk = Desk()
        desk.drop("martin;24/11/2026;9h30;site, journal;Bonjour")

        report = desk.drop("martin;24/11/2026;9h30;journal, masto;Bonjour")

        assert outcomes(report) == ["edited"]
        assert {one.account: (one.state, one.version) for one in desk.queued()} == {
            "site": (State.CANCELLED, 2),
            "journal": (State.SCHEDULED, 2),
            "masto": (State.SCHEDULED, 2),
        }
        assert desk.posts.story("martin", desk.post(report).id)[-1].name is EventName.DELIVERY_CANCELLED
        again = desk.drop("martin;24/11/2026;9h30;journal, masto;Bonjour")
        assert (outcomes(again), codes(again)) == (["unchanged"], [])

    def test_an_account_that_comes_back(self) -> None:
        """It is queued again."""
        desk = Desk()
        desk.drop("martin;24/11/2026;9h30;site, journal;Bonjour")
        desk.drop("martin;24/11/2026;9h30;site;Bonjour")

        report = desk.drop("martin;24/11/2026;9h30;site, journal;Bonjour")

        assert outcomes(report) == ["edited"]
        assert [one.state for one in desk.queued()] == [State.SCHEDULED] * 2

    def test_another_id_is_another_post(self) -> None:
        """The same text under a new id is said again, even when the first has just left."""
        desk = Desk()
        first = desk.drop("A;martin;23/11/2026;8h05;site;Bonjour", header=HEADER_ID)
        desk.clock.advance(6 * MINUTE)
        desk.publish(entry(first, 2).post or "", "site")

        assert outcomes(desk.drop("B;martin;23/11/2026;9h;site;Bonjour", header=HEADER_ID)) == ["queued"]

    def test_a_renamed_id_at_the_same_time_is_the_same_row(self) -> None:
        """Ids may be tidied: the account does not get the post twice."""
        desk = Desk()
        desk.drop("A;martin;24/11/2026;9h;site;Bonjour", header=HEADER_ID)

        assert outcomes(desk.drop("lundi-1;martin;24/11/2026;9h;site;Bonjour", header=HEADER_ID)) == ["edited"]
        assert len(desk.queued()) == 1

    def test_ids_added_to_a_calendar(self) -> None:
        """The rows are still the same posts, and known by their id from then on."""
        desk = Desk()
        desk.drop(";martin;24/11/2026;9h30;site;Bonjour", header=HEADER_ID)

        assert outcomes(desk.drop("A;martin;24/11/2026;9h30;site;Bonjour", header=HEADER_ID)) == ["edited"]
        assert outcomes(desk.drop("A;martin;27/11/2026;9h30;site;Autre", header=HEADER_ID)) == ["edited"]
        assert len(desk.queued()) == 1

    def test_ids_taken_out_of_a_calendar(self) -> None:
        """The rows are still the same posts."""
        desk = Desk()
        desk.drop("A;martin;24/11/2026;9h30;site;Bonjour", header=HEADER_ID)

        assert outcomes(desk.drop(";martin;24/11/2026;9h30;site;Bonjour", header=HEADER_ID)) == ["edited"]
        assert len(desk.queued()) == 1

    def test_two_rows_merged_into_one(self) -> None:
        """No account gets both: the second post gives way."""
        desk = Desk()
        desk.drop("martin;24/11/2026;9h;site;Un", "martin;24/11/2026;9h;journal;Un")

        report = desk.drop("martin;24/11/2026;9h;site, journal;Un")

        live = [(one.account, one.state) for one in desk.queued() if one.state is not State.CANCELLED]
        assert sorted(live) == [("journal", State.SCHEDULED), ("site", State.SCHEDULED)]
        assert outcomes(report) == ["edited"]
        assert outcomes(desk.drop("martin;24/11/2026;9h;site, journal;Un")) == ["unchanged"]

    def test_one_row_split_into_two(self) -> None:
        """No account gets both."""
        desk = Desk()
        desk.drop("martin;24/11/2026;9h;site, journal;Un")

        report = desk.drop("martin;24/11/2026;9h;site;Un", "martin;24/11/2026;9h;journal;Un bis")

        live = [one.account for one in desk.queued() if one.state is not State.CANCELLED]
        assert sorted(live) == ["journal", "site"]
        assert sorted(outcomes(report)) == ["edited", "queued"]

    def test_split_and_merged_again(self) -> None:
        """The row that was whole, cut in two, is whole again: each account has it once."""
        desk = Desk()
        whole = "martin;24/11/2026;9h;journal, site;Un"
        desk.drop(whole)
        desk.drop("martin;24/11/2026;9h;site;Un", "martin;24/11/2026;9h;journal;Deux")

        desk.drop(whole)

        live = [one for one in desk.queued() if one.state is not State.CANCELLED]
        assert sorted(one.account for one in live) == ["journal", "site"]
        assert len({one.post for one in live}) == 1

    def test_replace_after_accounts_changed_hands(self) -> None:
        """A post that gave an account away in this import is cancelled as it now is."""
        desk = Desk()
        desk.drop("martin;24/11/2026;9h;site;Un", "martin;24/11/2026;9h;journal, masto;Deux")

        report = desk.drop("martin;24/11/2026;9h;site, journal;Un", replace_absent=True)

        live = [one.account for one in desk.queued() if one.state is not State.CANCELLED]
        assert sorted(live) == ["journal", "site"]
        assert sorted(outcomes(report)) == ["absent", "edited"]

    def test_one_row_split_when_a_part_is_out(self) -> None:
        """An account that has it already does not get it again."""
        desk = Desk()
        first = desk.drop("martin;24/11/2026;9h;site, journal;Un")
        desk.publish(entry(first, 2).post or "", "journal")

        report = desk.drop("martin;24/11/2026;9h;site;Un", "martin;24/11/2026;9h;journal;Un bis")

        assert outcomes(report) == ["edited", "already_out"]
        assert [one.state for one in desk.queued() if one.account == "journal"] == [State.PUBLISHED]

    def test_a_hold_stays(self) -> None:
        """What a person held is still held after the edit, and not due."""
        desk = Desk()
        first = desk.drop("martin;23/11/2026;8h02;site;Bonjour")
        desk.outbox.queued.clear()
        desk.move(entry(first, 2).post or "", "site", holds=frozenset({"person:lea"}), due_at=None)

        desk.drop("martin;23/11/2026;8h02;site;Bonsoir")

        (delivery,) = desk.queued()
        assert (delivery.version, delivery.holds, delivery.due_at) == (2, frozenset({"person:lea"}), None)
        assert desk.outbox.queued == []

    def test_what_was_uploaded_for_the_old_version_is_forgotten(self) -> None:
        """A new version uploads anew and starts its attempts anew."""
        desk = Desk()
        row = "martin;24/11/2026;9h;masto;{};pain.png;Un pain"
        first = desk.drop(row.format("Un"), header=HEADER_MEDIA)
        desk.move(entry(first, 2).post or "", "masto", attempts=3, not_before=NOW + DAY, prepare_at=None)

        desk.drop(row.format("Deux"), header=HEADER_MEDIA)

        (delivery,) = desk.queued()
        assert (delivery.attempts, delivery.not_before, delivery.prepared) == (0, None, None)
        assert delivery.prepare_at == delivery.publish_at - 2 * MINUTE

    def test_an_approved_row_that_changes_asks_again(self) -> None:
        """A yes is for what was read; unchanged, it stays given."""
        desk = Desk()
        row = "martin;24/11/2026;9h30;site;{};à valider"
        first = desk.drop(row.format("Un"), header=HEADER_STATUS)
        desk.move(entry(first, 2).post or "", "site", state=State.SCHEDULED, due_at=NOW + DAY)

        assert outcomes(desk.drop(row.format("Un"), header=HEADER_STATUS)) == ["unchanged"]
        assert [one.state for one in desk.queued()] == [State.SCHEDULED]
        report = desk.drop(row.format("Deux"), header=HEADER_STATUS)

        assert outcomes(report) == ["edited"]
        assert [one.state for one in desk.queued()] == [State.TO_APPROVE]
        assert desk.names(entry(report, 2).post or "").count(EventName.APPROVAL_ASKED) == 2

    @pytest.mark.parametrize("state", [State.FAILED, State.EXPIRED, State.CANCELLED])
    def test_what_never_went_out_leaves_after_an_edit(self, state: State) -> None:
        """A refused text corrected, a late post given a new hour: queued again."""
        desk = Desk()
        header = HEADER_ID
        first = desk.drop("A;martin;23/11/2026;8h30;site;Un", header=header)
        desk.clock.advance(HOUR)
        failure = problem("no_clear_answer")
        desk.move(entry(first, 2).post or "", "site", state=state, due_at=None, attempts=2, problem=failure)

        report = desk.drop("A;martin;23/11/2026;18h;site;Un, corrigé", header=header)

        assert outcomes(report) == ["edited"]
        (delivery,) = desk.queued()
        assert (delivery.state, delivery.attempts, delivery.problem) == (State.SCHEDULED, 0, None)

    def test_a_person_moved_it_since(self) -> None:
        """The unchanged row of a post that a person moved is unchanged, and the person's hour stands."""
        desk = Desk()
        first = desk.drop(ROW)
        post = desk.post(first)
        later = post.publish_at + 5 * HOUR
        moved = post.model_copy(update={"version": 2, "publish_at": later, "local": "2026-11-24T14:30"})
        (delivery,) = desk.queued()
        update = {"version": 2, "revision": 2, "publish_at": later, "due_at": later, "local": moved.local}
        desk.posts.edit(moved, [delivery.model_copy(update=update)], [])

        report = desk.drop(ROW)

        assert outcomes(report) == ["unchanged"]
        assert [one.publish_at for one in desk.queued()] == [later]


class TestOut:
    @pytest.mark.parametrize("header", [HEADER_ID, "marque;date;heure;comptes;texte"])
    def test_published_is_already_out(self, header: str) -> None:
        """Unchanged, that is all there is to say, whatever the hour; changed, the report says that it is too late."""
        desk = Desk()
        start = "A;" if header == HEADER_ID else ""
        row = f"{start}martin;23/11/2026;8h10;site;" + "{}"
        first = desk.drop(row.format("Un"), header=header)
        desk.publish(entry(first, 2).post or "", "site")
        desk.clock.advance(2 * DAY)

        same = desk.drop(row.format("Un"), header=header)
        changed = desk.drop(row.format("Deux"), header=header)

        assert (outcomes(same), codes(same)) == (["already_out"], [])
        assert (outcomes(changed), codes(changed)) == (["already_out"], ["too_late_to_edit"])
        assert changed.exit_status == 0
        assert desk.post(same).version == 1

    @pytest.mark.parametrize("state", [State.SENDING, State.UNCONFIRMED, State.ASKING])
    def test_what_may_be_online_is_not_touched(self, state: State) -> None:
        """Sending, unconfirmed, asking: an edit is refused with a sentence, and nothing is written."""
        desk = Desk()
        first = desk.drop(ROW)
        attempt = Attempt(id="a", number=1, started_at=NOW)
        desk.move(entry(first, 2).post or "", "site", state=state, attempt=attempt)

        report = desk.drop("martin;24/11/2026;9h30;site;Bonsoir")

        assert (outcomes(report), codes(report)) == (["already_out"], ["too_late_to_edit"])
        assert "déjà partie" in entry(report, 2).problems[0].message("fr")
        assert [one.version for one in desk.queued()] == [1]

    def test_half_a_thread_online_is_out(self) -> None:
        """A thread whose first part is online is not said again from its start."""
        desk = Desk()
        first = desk.drop('martin;24/11/2026;9h30;site;"Un\n---\nDeux"')
        desk.move(entry(first, 2).post or "", "site", state=State.FAILED, remote_ids=("r1",), due_at=None)

        report = desk.drop("martin;24/11/2026;9h30;site;Autre chose")

        assert outcomes(report) == ["already_out"]

    def test_out_on_one_account_only(self) -> None:
        """The others take the edit; the report names the one that is out."""
        desk = Desk()
        first = desk.drop("martin;24/11/2026;9h30;site, journal;Bonjour")
        desk.publish(entry(first, 2).post or "", "site")

        report = desk.drop("martin;24/11/2026;9h30;site, journal;Bonsoir")

        assert (outcomes(report), codes(report)) == (["edited"], ["already_out_there"])
        assert entry(report, 2).problems[0].fields["accounts"] == "site"
        assert {one.account: one.version for one in desk.queued()} == {"site": 1, "journal": 2}

    def test_an_account_added_to_a_row_that_is_out(self) -> None:
        """In time, the new account gets it, and the one that has it gets nothing more; later, it is too late."""
        desk = Desk()
        first = desk.drop("martin;24/11/2026;9h30;site;Bonjour")
        desk.publish(entry(first, 2).post or "", "site")

        report = desk.drop("martin;24/11/2026;9h30;site, journal;Bonjour")
        desk.publish(entry(first, 2).post or "", "journal")
        desk.clock.advance(2 * DAY)
        late = desk.drop("martin;24/11/2026;9h30;partout;Bonjour")

        assert (outcomes(report), codes(report)) == (["edited"], ["already_out_there"])
        assert (outcomes(late), codes(late)) == (["already_out"], ["too_late_to_edit"])
        assert {one.account: one.version for one in desk.queued()} == {"site": 1, "journal": 2}

    def test_a_time_at_which_an_account_was_served_stays_taken(self) -> None:
        """Even when the row of that time has moved on with another account."""
        desk = Desk()
        first = desk.drop("martin;24/11/2026;10h;journal, site;Deux")
        desk.publish(entry(first, 2).post or "", "site")
        desk.drop("martin;24/11/2026;9h;site;Deux")

        report = desk.drop("martin;24/11/2026;10h;site;Un")

        assert outcomes(report) == ["already_out"]
        assert [one.state for one in desk.queued() if one.account == "site"] == [State.PUBLISHED]

    def test_it_left_between_reading_and_writing(self) -> None:
        """The edit loses the race, is decided anew, and finds it too late."""
        desk = Desk()
        first = desk.drop(ROW)
        post = entry(first, 2).post or ""
        real = desk.posts.edit

        def edit(*args: Any) -> None:
            desk.posts.edit = real  # type: ignore[method-assign]
            desk.publish(post, "site")
            real(*args)

        desk.posts.edit = edit  # type: ignore[method-assign, assignment]

        report = desk.drop("martin;24/11/2026;9h30;site;Bonsoir")

        assert outcomes(report) == ["already_out"]
        assert desk.post(report).version == 1

    def test_a_race_without_end_is_refused(self) -> None:
        """Never silently: the row says that it could not be written."""
        desk = Desk()
        desk.drop(ROW)

        def edit(*args: Any) -> None:
            raise Conflict("again")

        desk.posts.edit = edit  # type: ignore[method-assign, assignment]

        report = desk.drop("martin;24/11/2026;9h30;site;Bonsoir")

        assert (outcomes(report), codes(report)) == (["refused"], ["changed_meanwhile"])

    def test_a_mistake_in_a_row_that_is_out_does_not_matter(self) -> None:
        """It went out; nothing is to be mended."""
        desk = Desk()
        first = desk.drop(ROW)
        desk.publish(entry(first, 2).post or "", "site")

        report = desk.drop("martin;24/11/2026;9h30;site;Bonjour;publié", header=HEADER_STATUS)

        assert (outcomes(report), codes(report)) == (["already_out"], [])


class TestCancelled:
    ROW = "martin;24/11/2026;9h30;site, journal;Bonjour;{}"

    def test_a_cancelled_row_cancels_its_post(self) -> None:
        """Once; the second time it is unchanged."""
        desk = Desk()
        desk.drop(self.ROW.format(""), header=HEADER_STATUS)

        report = desk.drop(self.ROW.format("annulé"), header=HEADER_STATUS)

        assert outcomes(report) == ["edited"]
        assert [(one.state, one.due_at) for one in desk.queued()] == [(State.CANCELLED, None)] * 2
        assert desk.names(desk.post(report).id).count(EventName.DELIVERY_CANCELLED) == 2
        assert outcomes(desk.drop(self.ROW.format("annulé"), header=HEADER_STATUS)) == ["unchanged"]

    def test_a_row_cancelled_before_it_was_ever_queued(self) -> None:
        """There is nothing to do."""
        desk = Desk()

        assert outcomes(desk.drop(self.ROW.format("annulé"), header=HEADER_STATUS)) == ["unchanged"]
        assert desk.queued() == []

    def test_a_cancelled_row_that_comes_back(self) -> None:
        """It is queued again."""
        desk = Desk()
        desk.drop(self.ROW.format(""), header=HEADER_STATUS)
        desk.drop(self.ROW.format("annulé"), header=HEADER_STATUS)

        report = desk.drop(self.ROW.format("programmé"), header=HEADER_STATUS)

        assert outcomes(report) == ["edited"]
        assert [one.state for one in desk.queued()] == [State.SCHEDULED] * 2

    def test_too_late_to_cancel(self) -> None:
        """What is online is not taken back here, and the report says so."""
        desk = Desk()
        first = desk.drop(self.ROW.format(""), header=HEADER_STATUS)
        for account in ("site", "journal"):
            desk.publish(entry(first, 2).post or "", account)

        report = desk.drop(self.ROW.format("annulé"), header=HEADER_STATUS)

        assert (outcomes(report), codes(report)) == (["already_out"], ["too_late_to_cancel"])

    def test_what_a_person_cancelled_stays_cancelled(self) -> None:
        """The same file again does not bring it back; the report says how."""
        desk = Desk()
        first = desk.drop(ROW)
        desk.move(entry(first, 2).post or "", "site", state=State.CANCELLED, due_at=None)

        report = desk.drop(ROW)

        assert (outcomes(report), codes(report)) == (["unchanged"], ["cancelled_stays"])
        assert codes(desk.drop(ROW)) == ["cancelled_stays"]
        assert [one.state for one in desk.queued()] == [State.CANCELLED]

    def test_a_cancelled_event_of_a_calendar_application(self) -> None:
        """STATUS:CANCELLED of a UID cancels its post, even when nothing else is left of the event."""
        desk = Desk((BAKERY,))
        event = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:a@b\n{}END:VEVENT\nEND:VCALENDAR\n"
        full = "DTSTART;TZID=Europe/Paris:20261124T093000\nSUMMARY:Bonjour\nCATEGORIES:site,journal\n"

        assert outcomes(desk.drop_bytes(event.format(full).encode(), "a.ics")) == ["queued"]
        assert outcomes(desk.drop_bytes(event.format("STATUS:CANCELLED\n").encode(), "a.ics")) == ["edited"]
        assert [one.state for one in desk.queued()] == [State.CANCELLED] * 2


class TestAbsent:
    ROWS = ("martin;24/11/2026;9h;site;Un", "martin;24/11/2026;10h;site;Deux")

    def test_absent_rows_are_reported_and_stay(self) -> None:
        """With the number they had, and what to do."""
        desk = Desk()
        first = desk.drop(*self.ROWS)

        report = desk.drop(self.ROWS[0])

        assert outcomes(report) == ["unchanged", "absent"]
        gone = report.entries[-1]
        assert (gone.row, gone.post) == (3, entry(first, 3).post)
        assert [found.code for found in gone.problems] == ["absent_stays"]
        assert report.exit_status == 0
        assert [one.state for one in desk.queued()] == [State.SCHEDULED] * 2

    def test_unless_replace(self) -> None:
        """`--replace` cancels them; a row that comes back is queued again."""
        desk = Desk()
        desk.drop(*self.ROWS)

        report = desk.drop(self.ROWS[0], replace_absent=True)

        assert outcomes(report) == ["unchanged", "absent"]
        assert [found.code for found in report.entries[-1].problems] == ["absent_cancelled"]
        assert [one.state for one in desk.queued()] == [State.SCHEDULED, State.CANCELLED]
        assert outcomes(desk.drop(self.ROWS[0])) == ["unchanged"]
        assert outcomes(desk.drop(*self.ROWS)) == ["unchanged", "edited"]
        assert [one.state for one in desk.queued()] == [State.SCHEDULED] * 2

    def test_of_another_file_name_nothing_is_absent(self) -> None:
        """Two files are two calendars."""
        desk = Desk()
        desk.drop(*self.ROWS)

        assert outcomes(desk.drop("martin;25/11/2026;9h;site;Trois", name="autre.csv", replace_absent=True)) == [
            "queued"
        ]

    def test_what_is_out_or_over_is_not_absent(self) -> None:
        """Nobody need be told of last week's posts."""
        desk = Desk()
        first = desk.drop(*self.ROWS)
        desk.publish(entry(first, 2).post or "", "site")
        desk.move(entry(first, 3).post or "", "site", state=State.CANCELLED, due_at=None)

        assert outcomes(desk.drop("martin;25/11/2026;9h;site;Trois")) == ["queued"]

    def test_a_brand_that_left_the_file(self) -> None:
        """Its rows are absent too."""
        desk = Desk()
        desk.drop("mots;24/11/2026;9h;vitrine;Un", self.ROWS[0])

        assert outcomes(desk.drop(self.ROWS[0])) == ["unchanged", "absent"]

    @pytest.mark.parametrize(
        "broken", ["martin;31/11/2026;10h;site;Deux", "marthin;24/11/2026;10h;site;Deux", "martin;;;;Deux"]
    )
    def test_a_row_refused_for_a_slip_is_not_absent(self, broken: str) -> None:
        """A mistyped row still stands in the file: `--replace` does not cancel its post."""
        desk = Desk()
        desk.drop(*self.ROWS)

        report = desk.drop(self.ROWS[0], broken, replace_absent=True)

        assert outcomes(report) == ["unchanged", "refused"]
        assert [one.state for one in desk.queued()] == [State.SCHEDULED] * 2

    def test_a_file_that_is_not_whole_has_no_absent_rows(self) -> None:
        """Rows swallowed by an open quotation mark are not gone."""
        desk = Desk()
        desk.drop(*self.ROWS)

        report = desk.drop('martin;24/11/2026;9h;site;"Un', self.ROWS[1], replace_absent=True)

        assert outcomes(report) == ["refused"]
        assert [one.state for one in desk.queued()] == [State.SCHEDULED] * 2

    def test_a_file_name_of_long_use(self) -> None:
        """Of a name with hundreds of posts behind it, only those still to come are looked at."""
        desk = Desk()
        rows = [
            f"martin;{day:02}/{month:02}/2026;{hour}h;site;{month} {day} {hour}"
            for month in (12,)
            for day in range(1, 31)
            for hour in range(8, 19)
        ]
        desk.drop(*rows)
        for one in desk.queued()[:-2]:
            desk.publish(one.post, "site")
        desk.clock.advance(36 * DAY)
        reads: list[str] = []
        real = desk.posts.post

        def post(brand: str, name: str, version: int | None = None) -> Post | None:
            reads.append(name)
            return real(brand, name, version)

        desk.posts.post = post  # type: ignore[method-assign, assignment]

        report = desk.drop("martin;05/01/2027;9h;site;Bonne année")

        assert outcomes(report)[0] == "queued"
        assert len(reads) < 60


class TestRefused:
    def test_each_row_is_checked_alone(self) -> None:
        """Good rows are queued around bad ones."""
        desk = Desk()

        report = desk.drop(
            "martin;24/11/2026;9h;site;Un",
            "martin;24/11/2026;25h;site;Deux",
            "martin;24/11/2026;10h;truc;Trois",
            "martin;24/11/2026;11h;site;Quatre",
        )

        assert outcomes(report) == ["queued", "refused", "refused", "queued"]
        assert report.exit_status == 3
        assert len(desk.queued()) == 2

    @pytest.mark.parametrize(("hour", "outcome"), [("7h54", "refused"), ("7h55", "queued"), ("8h", "queued")])
    def test_past_by_more_than_five_minutes(self, hour: str, outcome: str) -> None:
        """At 8 h, a row of 7 h 54 is refused and one of 7 h 55 leaves at once."""
        desk = Desk()

        report = desk.drop(f"martin;23/11/2026;{hour};site;Bonjour")

        assert outcomes(report) == [outcome]
        assert codes(report) == (["time_past"] if outcome == "refused" else [])

    def test_a_waiting_row_that_is_past_is_unchanged(self) -> None:
        """A draft of yesterday still stands in the file: it is no new mistake."""
        desk = Desk()
        row = "martin;23/11/2026;9h;site;Bonjour;brouillon"
        desk.drop(row, header=HEADER_STATUS)
        desk.clock.advance(DAY)

        assert outcomes(desk.drop(row, header=HEADER_STATUS)) == ["unchanged"]
        report = desk.drop(row.replace("Bonjour", "Bonsoir"), header=HEADER_STATUS)
        assert (outcomes(report), codes(report)) == (["refused"], ["time_past", "earlier_version_stays"])

    @pytest.mark.parametrize(
        ("row", "found"),
        [
            ("martin;28/03/2027;2h30;site;Bonjour;;", ["time_does_not_exist"]),
            ("martin;24/11/2026;9h;inconnu;Bonjour;;", ["account_unknown"]),
            (f"martin;24/11/2026;9h;site, masto;{'x' * 41};;", ["bluesky_too_long"]),
            ("martin;24/11/2026;9h;site;Bonjour;absent.png;Un pain", ["media_missing"]),
            ("martin;24/11/2026;9h;site;Bonjour;abime.png;Un pain", ["media_unreadable"]),
            ("martin;24/11/2026;9h;site;Bonjour;texte.png;Un pain", ["media_type_unknown"]),
            ("martin;24/11/2026;9h;site;Bonjour;enorme.png;Un pain", ["media_too_large"]),
            ("martin;24/11/2026;9h;masto;Bonjour;pain.png;", ["media_without_alt"]),
            ("martin;24/11/2026;9h;site;Bonjour;../pain.png;Un pain", ["media_path"]),
            ("martin;24/11/2026;9h;site;Bonjour;https://images.example/no.png;Un pain", ["address_answer"]),
            (
                f"martin;23/11/2026;6h;masto, inconnu;{'x' * 41};absent.png;",
                ["account_unknown", "media_without_alt", "media_missing", "bluesky_too_long", "time_past"],
            ),
        ],
    )
    def test_found_here_not_at_publishing_time(self, row: str, found: list[str]) -> None:
        """Times, accounts, texts too long for one network, media: all of it, at once, in the person's words."""
        desk = Desk()
        desk.files |= {
            "abime.png": picture()[:45],
            "texte.png": b"bonjour",
            "enorme.png": b"\x89PNG" + bytes(50_000_001),
        }

        report = desk.drop(row, header=HEADER_MEDIA)

        assert (outcomes(report), codes(report)) == (["refused"], found)
        assert desk.queued() == []
        assert desk.media.files == {}

    def test_the_column_is_named_as_the_person_named_it(self) -> None:
        """A problem of a network is told with the file's own header."""
        desk = Desk()

        report = desk.drop(f"martin;24/11/2026;9h;masto;{'x' * 41}", header="Brand;Date;Time;Accounts;Message")

        assert [found.column for found in entry(report, 2).problems] == ["Message"]

    def test_a_refused_change_leaves_the_earlier_version(self) -> None:
        """And says so."""
        desk = Desk()
        desk.drop(ROW)

        report = desk.drop("martin;24/11/2026;9h30;site;Bonjour;", "", header=HEADER_MEDIA.replace("alt", "lien"))
        assert outcomes(report) == ["unchanged"]
        report = desk.drop("martin;24/11/2026;9h30;site;Bonjour;;truc", header=HEADER_MEDIA.replace("alt", "lien"))

        assert (outcomes(report), codes(report)) == (["refused"], ["link_unreadable", "earlier_version_stays"])
        assert [one.version for one in desk.queued()] == [1]

    def test_unknown_columns_are_a_warning_of_row_1(self) -> None:
        """Row 1 is the header."""
        desk = Desk()

        report = desk.drop(ROW + ";bleu", header="marque;date;heure;comptes;texte;couleur")

        header = report.entries[0]
        assert (header.row, header.outcome, [found.code for found in header.problems]) == (1, None, ["column_unknown"])
        assert outcomes(report) == ["queued"]
        assert report.exit_status == 0

    def test_an_unreadable_file(self) -> None:
        """One refusal on row 1, and the exit status of a file that could not be read."""
        report = Desk().drop_bytes(b"\x00\x01\x02")

        assert (outcomes(report), report.exit_status, report.readable) == (["refused"], 1, False)

    def test_no_brand_at_all(self) -> None:
        """A new stack says what to do first."""
        report = Desk(()).drop(ROW)

        assert ([found.code for found in report.entries[0].problems], report.exit_status) == (["no_brand"], 1)

    def test_a_server_that_does_not_answer_for_its_limits(self) -> None:
        """A warning: the row is queued with what networks usually accept."""
        desk = Desk()

        def limits(account: Account, secret: Mapping[str, str]) -> Limits:
            raise Unreachable(problem("server_unreachable", host="social.example"))

        desk.masto.limits = limits  # type: ignore[method-assign]
        desk.masto.most = 500

        report = desk.drop("martin;24/11/2026;9h;masto;", header="marque;date;heure;comptes;texte;lien")
        assert codes(report) == ["text_missing", "limits_not_read"]
        report = desk.drop(
            "martin;24/11/2026;9h;masto;;https://a.example", header="marque;date;heure;comptes;texte;lien"
        )
        assert (outcomes(report), codes(report)) == (["queued"], ["limits_not_read"])

    def test_a_row_that_says_nothing_is_told_so_once(self) -> None:
        """Whatever its networks would say of it; so is one whose only picture is not there."""
        desk = Desk()

        def validate(content: Content, limits: Limits) -> list[Any]:
            empty = not content.media and not any(part.text for part in content.parts)
            private = content.visibility is Visibility.PRIVATE
            found = [problem("site_nothing_to_show", "texte")] if empty else []
            return found + ([problem("site_not_private", "visibilité")] if private else [])

        desk.site.validate = validate  # type: ignore[method-assign]
        desk.masto.validate = validate  # type: ignore[method-assign]
        header = "marque;date;heure;comptes;texte;image;texte alternatif;visibilité"

        assert codes(desk.drop("martin;24/11/2026;9h;site+masto;;;;", header=header)) == ["text_missing"]
        told = codes(desk.drop("martin;24/11/2026;9h;site;;;;privé", header=header))
        assert told == ["text_missing", "site_not_private"]
        report = desk.drop("martin;24/11/2026;9h;site;;absente.png;Un pain;", header=header)
        assert (len(codes(report)), "site_nothing_to_show" in codes(report)) == (1, False)

    def test_limits_are_asked_once_per_account_with_its_secret(self) -> None:
        """A hundred rows are not a hundred calls."""
        desk = Desk()
        asked: list[Mapping[str, str]] = []

        def limits(account: Account, secret: Mapping[str, str]) -> Limits:
            asked.append(secret)
            return Limits(characters=500)

        desk.masto.limits = limits  # type: ignore[method-assign]

        desk.drop(*(f"martin;24/11/2026;{hour}h;masto;Bonjour {hour}" for hour in range(9, 20)))

        assert asked == [{"token": "secret"}]

    def test_too_many_accounts_for_one_post(self) -> None:
        """What does not fit into one write is refused with its sentence."""
        many = tuple(Account(name=f"page-{number}", network=NetworkName.SITE) for number in range(60))
        desk = Desk((Brand(id="martin", name="Martin", accounts=many, groups={"tout": tuple(a.name for a in many)}),))

        report = desk.drop("martin;24/11/2026;9h;tout;Bonjour")

        assert (outcomes(report), codes(report)) == (["refused"], ["too_many_accounts"])


class TestDryRun:
    @pytest.mark.parametrize("before", [False, True])
    def test_says_the_same_and_writes_nothing(self, before: bool) -> None:
        """Same outcomes as the real import; no post, no file name, no media, no message."""
        rows = (
            "martin;23/11/2026;8h01;site;Un;pain.png;Un pain",
            "martin;24/11/2026;10h;site;Deux bis;;",
            "martin;24/11/2026;25h;site;Trois;;",
        )
        desk, real = Desk(), Desk()
        for one in (desk, real):
            if before:
                one.drop("martin;24/11/2026;10h;site;Deux", "martin;24/11/2026;11h;site;Absent")
        kept = (desk.queued(), dict(desk.posts.file_posts("martin", FILE)))

        tried = desk.drop(*rows, header=HEADER_MEDIA, dry_run=True, replace_absent=True)
        done = real.drop(*rows, header=HEADER_MEDIA, replace_absent=True)

        assert tried.dry_run
        assert [(e.row, e.outcome, e.post) for e in tried.entries] == [(e.row, e.outcome, e.post) for e in done.entries]
        assert (desk.queued(), dict(desk.posts.file_posts("martin", FILE))) == kept
        assert desk.outbox.queued == []
        assert desk.media.files == {}


def test_brands_do_not_meet() -> None:
    """The same row of two brands is two posts; a change of one is no change of the other."""
    desk = Desk()
    shared = "A;{};24/11/2026;9h;{};{}"
    desk.drop(shared.format("martin", "site", "Un"), shared.format("mots", "vitrine", "Un"), header=HEADER_ID)

    report = desk.drop(
        shared.format("martin", "site", "Deux"), shared.format("mots", "vitrine", "Un"), header=HEADER_ID
    )

    assert outcomes(report) == ["edited", "unchanged"]
    assert len(desk.queued("martin")) == len(desk.queued("mots")) == 1


def test_the_soonest_is_written_first() -> None:
    """A long file does not make its first post late."""
    desk = Desk()
    order: list[str] = []
    real = desk.posts.add

    def add(post: Post, *args: Any) -> None:
        order.append(post.local)
        real(post, *args)

    desk.posts.add = add  # type: ignore[method-assign, assignment]

    report = desk.drop("martin;25/11/2026;9h;site;Deux", "martin;24/11/2026;9h;site;Un", "martin;;;;")

    assert order == ["2026-11-24T09:00", "2026-11-25T09:00"]
    assert [one.row for one in report.entries] == [2, 3, 4]


NASTY = [
    "",
    " ",
    "site",
    "martin",
    "9h",
    "24/11/2026",
    "---",
    "a|b",
    '"',
    "{0}",
    "{name}",
    "%s",
    "<b>",
    "\x00",
    "\u202e",
    "🥐" * 50,
]
NASTY += [
    "=1+1",
    "https://x",
    "../a",
    "2027-03-28",
    "2h30",
    "annulé",
    "pain.png",
    "é" * 300,
    "a\nb\n---\n",
    "'; DROP TABLE",
    "vrai",
]


@given(
    st.lists(st.dictionaries(st.sampled_from(list(Column)), st.sampled_from(NASTY) | st.text(max_size=20)), max_size=5),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
@settings(deadline=None)
def test_rubbish_is_reported_never_raised(rows: list[dict[Column, str]], encoding: str) -> None:
    """Whatever stands in the cells, a report comes out that can be read in both languages."""
    written = io.StringIO(newline="")
    lines = csv.DictWriter(written, list(Column), delimiter=";")
    lines.writeheader()
    lines.writerows(dict(row) for row in rows)

    report = Desk((BAKERY,)).drop_bytes(written.getvalue().encode(encoding, "replace"))

    for language in ("fr", "en"):
        shown = replace(report, language=language)
        assert json.loads(as_json(shown))["counts"] == report.counts
        html5lib.HTMLParser(strict=True).parse(as_html(shown))

"""One row: what it asks for, and everything that is wrong with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands import Account, Brand, NetworkName
from heraut.publishing.calendar.columns import Column, column_called
from heraut.publishing.calendar.row import MediaWanted, ReadRow, Status, read_row
from heraut.publishing.calendar.sheet import Row
from heraut.publishing.model import Poll, Visibility

BAKERY = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="site", network=NetworkName.SITE),
        Account(name="journal", network=NetworkName.SITE),
        Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),
        Account(name="sky", network=NetworkName.BLUESKY, handle="martin.test"),
        Account(name="story", network=NetworkName.BY_HAND),
    ),
    groups={"partout": ("site", "masto", "sky"), "ete": ("journal",)},
)
SHOP = Brand(
    id="mots-passants",
    name="Librairie Les Mots passants",
    zone="America/Montreal",
    language="en",
    accounts=(Account(name="vitrine", network=NetworkName.SITE), Account(name="site", network=NetworkName.SITE)),
)
BRANDS = (BAKERY, SHOP)
GOOD = {"marque": "martin", "date": "23/11/2026", "heure": "9h30", "comptes": "site", "texte": "Bonjour"}


def read(brands: tuple[Brand, ...] = BRANDS, **changes: str) -> ReadRow:
    """Read the good row with some cells replaced (`premier_commentaire` stands for `premier commentaire`)."""
    cells = GOOD | {name.replace("_", " ").replace(" at ", "@"): text for name, text in changes.items()}
    return read_row(Row(2, {name: text for name, text in cells.items() if text}), brands, {"date": "Jour"})


def codes(row: ReadRow) -> list[str]:
    """Give what is wrong, and check that it can be said in both languages."""
    for found in row.problems:
        assert found.message("fr") != found.message("en")
        assert "{" not in found.message("fr") + found.remedy("fr") + found.message("en") + found.remedy("en")
    return [found.code for found in row.problems]


def test_a_plain_row() -> None:
    """Five columns are enough."""
    row = read()

    assert codes(row) == []
    assert not row.refused
    assert row.brand is BAKERY
    assert row.accounts == ("site",)
    assert row.parts == ("Bonjour",)
    assert row.status is Status.SCHEDULED
    assert row.moment is not None
    assert row.moment.instant == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert (row.visibility, row.language, row.link, row.poll) == (Visibility.PUBLIC, "fr", None, None)


class TestBrand:
    @pytest.mark.parametrize("text", ["martin", "Boulangerie Martin", "BOULANGERIE  MARTIN", "boulangerie martin"])
    def test_by_id_or_name(self, text: str) -> None:
        """As people write it."""
        assert read(marque=text).brand is BAKERY

    def test_unknown(self) -> None:
        """It is named, with those that exist."""
        row = read(marque="Boucherie")

        assert codes(row) == ["brand_unknown"]
        assert "Librairie Les Mots passants" in row.problems[0].remedy("fr")

    def test_left_out_where_there_is_one(self) -> None:
        """A stack of one brand needs no column."""
        assert read((BAKERY,), marque="").brand is BAKERY

    def test_left_out_and_known_by_its_accounts(self) -> None:
        """An account that only one brand has says which."""
        assert read(marque="", comptes="vitrine").brand is SHOP
        assert read(marque="", comptes="journal+masto").brand is BAKERY

    def test_left_out_and_not_to_be_guessed(self) -> None:
        """Two brands have a `site`."""
        assert codes(read(marque="", comptes="site")) == ["brand_missing"]

    def test_left_out_and_an_accounts_own_name_weighs_more_than_a_networks(self) -> None:
        """Where one brand has an account `site` and another just one account on the network `site`, it is the first."""
        library = Brand(id="mots", name="Les Mots", accounts=(Account(name="vitrine", network=NetworkName.SITE),))

        assert read((BAKERY, library), marque="", comptes="site").brand is BAKERY
        assert read((BAKERY, library), marque="", comptes="site, bluesky").brand is BAKERY


class TestAccounts:
    @pytest.mark.parametrize(
        ("text", "accounts"),
        [
            ("site", ("site",)),
            ("Site", ("site",)),
            ("site,journal", ("site", "journal")),
            ("site, journal", ("site", "journal")),
            ("site+journal", ("site", "journal")),
            ("site + journal", ("site", "journal")),
            ("site\njournal", ("site", "journal")),
            ("site;journal", ("site", "journal")),
            ("partout", ("site", "masto", "sky")),
            ("PARTOUT", ("site", "masto", "sky")),
            ("été", ("journal",)),
            ("partout, journal", ("site", "masto", "sky", "journal")),
            ("site, partout, site", ("site", "masto", "sky")),
            ("mastodon", ("masto",)),
            ("Bluesky", ("sky",)),
            ("à la main", ("story",)),
            ("@sky", ("sky",)),
            ("site,,", ("site",)),
        ],
    )
    def test_names_and_groups(self, text: str, accounts: tuple[str, ...]) -> None:
        """Names or groups, separated by `,` `+` or a line break; a network's name where there is just one account."""
        row = read(comptes=text)

        assert codes(row) == []
        assert row.accounts == accounts

    def test_missing(self) -> None:
        """The row says which there are."""
        assert codes(read(comptes="")) == ["account_missing"]
        assert codes(read(comptes=" , ")) == ["account_missing"]

    def test_unknown_with_the_nearest(self) -> None:
        """A typing slip gets the name that was meant."""
        row = read(comptes="site, jurnal")

        assert codes(row) == ["account_unknown"]
        assert row.problems[0].fields["known"] == "journal"

    def test_unknown_to_this_brand(self) -> None:
        """Another brand's account is not this one's."""
        row = read(comptes="vitrine")

        assert codes(row) == ["account_unknown"]
        assert "masto" in str(row.problems[0].fields["known"])


class TestWhen:
    @pytest.mark.parametrize(
        ("cells", "utc"),
        [
            ({"date": "2026-11-23", "heure": "09:30"}, "2026-11-23T08:30"),
            ({"date": "46349", "heure": "0,395833333"}, "2026-11-23T08:30"),
            ({"date": "2026-11-23T00:00:00", "heure": "09:30:00"}, "2026-11-23T08:30"),
            ({"date": "2026-11-23T09:30:00", "heure": ""}, "2026-11-23T08:30"),
            ({"date": "", "heure": "", "quand": "23/11/2026 9h30"}, "2026-11-23T08:30"),
            ({"date": "", "heure": "9h30", "quand": "23/11/2026"}, "2026-11-23T08:30"),
            ({"date": "", "heure": "", "quand": "2026-11-23T08:30:00Z"}, "2026-11-23T08:30"),
            ({"date": "", "heure": "", "quand": "2026-11-24T00:00:00"}, "2026-11-23T23:00"),
            ({"fuseau": "America/Montreal"}, "2026-11-23T14:30"),
            ({"fuseau": "montreal"}, "2026-11-23T14:30"),
            ({"marque": "mots-passants"}, "2026-11-23T14:30"),
        ],
    )
    def test_any_form_in_any_zone(self, cells: dict[str, str], utc: str) -> None:
        """Date and hour, or one column; the row's zone, else its brand's."""
        row = read(BRANDS, **cells)

        assert codes(row) == []
        assert row.moment is not None
        assert row.moment.instant == datetime.fromisoformat(utc).replace(tzinfo=UTC)

    def test_an_offset_is_told_in_the_brands_own_hour(self) -> None:
        """People read local hours, whatever the file gave."""
        row = read(date="", heure="", quand="2026-11-23T08:30:00Z")

        assert row.moment is not None
        assert (row.moment.local, row.moment.zone) == ("2026-11-23T09:30", "Europe/Paris")

    @pytest.mark.parametrize(
        ("cells", "code", "column"),
        [
            ({"date": ""}, "date_missing", "Jour"),
            ({"date": "31/11/2026"}, "date_unreadable", "Jour"),
            ({"heure": ""}, "hour_missing", "heure"),
            ({"date": "2026-11-23T00:00:00", "heure": ""}, "hour_missing", "heure"),
            ({"heure": "25h"}, "hour_unreadable", "heure"),
            ({"date": "mardi 23 novembre 2026"}, "weekday_wrong", "Jour"),
            ({"date": "23/11/2026 8h", "heure": "9h"}, "hours_differ", "heure"),
            ({"fuseau": "Mars/Olympus"}, "row_zone_unknown", "fuseau"),
            ({"date": "28/03/2027", "heure": "2h30"}, "time_does_not_exist", "heure"),
        ],
    )
    def test_what_cannot_be_a_time(self, cells: dict[str, str], code: str, column: str) -> None:
        """Each with its sentence and the column as the person named it."""
        row = read(BRANDS, **cells)

        assert codes(row) == [code]
        assert row.problems[0].column == column
        assert row.refused

    def test_twice_is_the_first_with_a_warning(self) -> None:
        """The row is good, and says so."""
        row = read(date="25/10/2026", heure="2h30")

        assert codes(row) == ["time_happens_twice"]
        assert not row.refused
        assert row.moment is not None
        assert row.moment.instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


class TestText:
    def test_a_thread(self) -> None:
        """Parts are separated by a line `---` (or what a word processor makes of it)."""
        row = read(texte="Un\n---\nDeux\nsuite\n  ———  \nTrois - et --- quatre\n---\n")

        assert row.parts == ("Un", "Deux\nsuite", "Trois - et --- quatre")
        assert codes(row) == []

    def test_an_empty_part(self) -> None:
        """A part that says nothing is a mistake."""
        assert codes(read(texte="Un\n---\n\n---\nTrois")) == ["part_empty"]

    def test_overrides(self) -> None:
        """A network, a group or an account may say it otherwise; the account's own comes first, then its group's."""
        row = read(
            comptes="partout, journal",
            texte_at_mastodon="Pouet",
            texte_at_partout="Tous",
            texte_at_sky="Court\n---\nFil",
        )

        assert codes(row) == []
        assert row.texts == {
            "site": ("Tous",),
            "masto": ("Tous",),
            "sky": ("Court", "Fil"),
            "journal": ("Bonjour",),  # as everywhere: `site` is an account here, and no longer a network
        }

    def test_an_override_for_a_network(self) -> None:
        """Every account of the row on that network says it, and no other."""
        assert read(comptes="partout", texte_at_mastodon="Pouet").texts == {"masto": ("Pouet",)}
        assert read(comptes="site, journal", texte_at_site="Page").texts == {"site": ("Page",), "journal": ("Bonjour",)}

    def test_an_override_for_nobody(self) -> None:
        """A misspelt column would let the wrong text leave: the row is refused."""
        assert codes(read(texte_at_mastodn="Pouet")) == ["override_unknown"]

    def test_an_override_without_use(self) -> None:
        """A text for an account the row does not go to is told."""
        row = read(texte_at_mastodon="Pouet")

        assert codes(row) == ["override_unused"]
        assert not row.refused

    def test_nothing_said(self) -> None:
        """No text, no picture, no link."""
        assert codes(read(texte="")) == ["text_missing"]
        assert codes(read(texte="", media="a.jpg", alt="Un pain")) == []
        assert codes(read(texte="", lien="https://a.example")) == []


class TestMedia:
    @pytest.mark.parametrize(
        ("cell", "where"),
        [
            ("pain.jpg", ["pain.jpg"]),
            ("photos/pain.jpg", ["photos/pain.jpg"]),
            ("a.jpg\nb.png", ["a.jpg", "b.png"]),
            ("a.jpg | b.png", ["a.jpg", "b.png"]),
            ("a.jpg; b.png", ["a.jpg", "b.png"]),
            ("a.jpg, b.png", ["a.jpg", "b.png"]),
            ("pain, beurre.jpg", ["pain, beurre.jpg"]),
            ("https://a.example/p,w_200/x.jpg", ["https://a.example/p,w_200/x.jpg"]),
            ("https://a.example/x.jpg, https://b.example/y", ["https://a.example/x.jpg", "https://b.example/y"]),
        ],
    )
    def test_one_or_several(self, cell: str, where: list[str]) -> None:
        """Line breaks, `|`, `;`, and commas where they separate."""
        row = read(media=cell, alt="|".join("x" for _ in where))

        assert codes(row) == []
        assert [wanted.where for wanted in row.media] == where

    def test_each_has_its_description(self) -> None:
        """In their order; a single one may have lines."""
        row = read(media="a.jpg\nb.jpg", alt="Un pain, doré ; chaud\nUne brioche")
        one = read(media="a.jpg", alt="Un pain\ndoré | chaud")

        assert [wanted.alt for wanted in row.media] == ["Un pain, doré ; chaud", "Une brioche"]
        assert [wanted.alt for wanted in one.media] == ["Un pain doré | chaud"]

    def test_a_missing_description(self) -> None:
        """It names the file that has none."""
        row = read(media="a.jpg|photos/b.jpg", alt="Un pain")

        assert codes(row) == ["media_without_alt"]
        assert row.problems[0].fields["name"] == "b.jpg"

    def test_too_many_descriptions(self) -> None:
        """Which belongs to which cannot be known."""
        assert codes(read(media="a.jpg|b.jpg", alt="a|b|c")) == ["alts_too_many"]

    @pytest.mark.parametrize("address", ["https://[bad", "https://x:y/a.jpg", "https://\u2100.example/a.jpg"])
    def test_an_address_that_cannot_be_taken_apart_has_a_name(self, address: str) -> None:
        """Whatever is then said of it names it: it stopped the import of the whole file."""
        row = read(media=address)

        assert codes(row) == ["media_without_alt"]
        assert row.media[0].name

    def test_in_the_parts_of_a_thread(self) -> None:
        """A line `---` among the media moves on to the next part."""
        row = read(texte="Un\n---\nDeux\n---\nTrois", media="a.jpg\n---\n---\nb.jpg\nc.jpg", alt="a\n---\nb\nc")

        assert codes(row) == []
        assert [(wanted.where, wanted.part, wanted.alt) for wanted in row.media] == [
            ("a.jpg", 0, "a"),
            ("b.jpg", 2, "b"),
            ("c.jpg", 2, "c"),
        ]

    def test_beyond_the_thread(self) -> None:
        """A picture for a part that is not there."""
        assert codes(read(media="---\na.jpg", alt="a")) == ["media_beyond_thread"]

    @pytest.mark.parametrize(
        "path",
        ["../secret.jpg", "/etc/passwd", "a/../../b.jpg", "C:\\x.jpg", "~/x.jpg", "\\\\s\\x.jpg", "C://x.jpg"],
    )
    def test_paths_that_lead_out(self, path: str) -> None:
        """Only what lies beside the calendar, or below."""
        assert codes(read(media=path, alt="x")) == ["media_path"]

    @pytest.mark.parametrize("address", ["ftp://a.example/x.jpg", "file:///x.jpg", "HTTP://a.example/x.jpg"])
    def test_an_address_of_another_scheme_is_an_address(self, address: str) -> None:
        """What opens addresses refuses it, and says which ones it opens; it is no path that leads out of the folder."""
        row = read(media=address, alt="x")

        assert codes(row) == []
        assert row.media[0].is_address

    def test_what_a_person_calls_it(self) -> None:
        """The last piece of the path, without what a server adds."""
        assert MediaWanted("https://a.example/p/pain.jpg?w=200").name == "pain.jpg"
        assert MediaWanted("photos/pain.jpg").name == "pain.jpg"


class TestTheRest:
    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("brouillon", Status.DRAFT),
            ("Brouillon", Status.DRAFT),
            ("draft", Status.DRAFT),
            ("à valider", Status.TO_APPROVE),
            ("A VALIDER", Status.TO_APPROVE),
            ("to approve", Status.TO_APPROVE),
            ("", Status.SCHEDULED),
            ("programmé", Status.SCHEDULED),
            ("Programmée", Status.SCHEDULED),
            ("scheduled", Status.SCHEDULED),
            ("annulé", Status.CANCELLED),
            ("Annulee", Status.CANCELLED),
            ("cancelled", Status.CANCELLED),
        ],
    )
    def test_status(self, text: str, status: Status) -> None:
        """Programmed unless said."""
        row = read(statut=text)

        assert codes(row) == []
        assert row.status is status

    def test_unknown_words_are_refused(self) -> None:
        """A status or visibility that we do not know is not taken for the usual one."""
        assert codes(read(statut="peut-être")) == ["status_unknown"]
        assert codes(read(visibilité="bof")) == ["visibility_unknown"]
        assert codes(read(langue="le français de Belgique")) == ["language_unknown"]

    def test_everything_is_told_at_once(self) -> None:
        """A person mends a row once."""
        row = read(date="31/11/2026", comptes="jurnal", statut="peut-être", media="a.jpg", lien="truc")

        assert set(codes(row)) == {
            "date_unreadable",
            "account_unknown",
            "status_unknown",
            "media_without_alt",
            "link_unreadable",
        }

    def test_a_cancelled_row_needs_only_to_be_known(self) -> None:
        """With an `id`, nothing else matters; without, account and time do."""
        assert codes(read(id="a", statut="annulé", texte="", date="", comptes="")) == []
        assert codes(read(statut="annulé", texte="", media="a.jpg")) == []
        assert codes(read(statut="annulé", date="")) == ["date_missing"]
        assert codes(read(id="a", statut="annulé", marque="?")) == ["brand_unknown"]

    @pytest.mark.parametrize(
        ("text", "visibility"),
        [
            ("public", Visibility.PUBLIC),
            ("Publique", Visibility.PUBLIC),
            ("non listé", Visibility.UNLISTED),
            ("unlisted", Visibility.UNLISTED),
            ("privé", Visibility.PRIVATE),
            ("abonnés", Visibility.PRIVATE),
        ],
    )
    def test_visibility(self, text: str, visibility: Visibility) -> None:
        """In French or English."""
        assert read(visibilité=text).visibility is visibility

    def test_texts_beside(self) -> None:
        """What stands beside the text is kept as written."""
        row = read(
            premier_commentaire="Et vous ?",
            avertissement="Gluten",
            campagne="Noël",
            format="Story",
            étiquettes="#pain, levain; ; pain",
            langue="en",
            lien="https://martin.example/é?a=1",
            id=" 12 ",
        )

        assert codes(row) == []
        assert (row.first_comment, row.content_warning, row.campaign) == ("Et vous ?", "Gluten", "Noël")
        assert (row.format, row.labels, row.language) == ("story", ("pain", "levain"), "en")
        assert row.link == "https://martin.example/é?a=1"

    @pytest.mark.parametrize(
        ("text", "language"), [("fr", "fr"), ("pt-BR", "pt-BR"), ("pt_BR", "pt-BR"), ("Français", "fr"), ("", "fr")]
    )
    def test_language(self, text: str, language: str) -> None:
        """A code, or the two names people write; else the brand's."""
        assert read(langue=text).language == language

    @pytest.mark.parametrize("link", ["truc", "javascript:alert(1)", "https://", "https://a b", "http://[", "ftp://a"])
    def test_links_that_are_none(self, link: str) -> None:
        """Only addresses of pages."""
        assert codes(read(lien=link)) == ["link_unreadable"]

    @pytest.mark.parametrize(
        ("text", "poll"),
        [
            ("croissant | pain au chocolat", Poll(options=("croissant", "pain au chocolat"))),
            ("croissant\nchausson\n3 jours", Poll(options=("croissant", "chausson"), minutes=4320)),
            ("a|b|c|90 min|choix multiple", Poll(options=("a", "b", "c"), minutes=90, multiple=True)),
            ("oui|non|24h", Poll(options=("oui", "non"), minutes=1440)),
        ],
    )
    def test_polls(self, text: str, poll: Poll) -> None:
        """Answers, and how long it is open."""
        assert read(sondage=text).poll == poll

    @pytest.mark.parametrize("text", ["oui", "oui|oui", "24h|oui", "oui|non|0 min"])
    def test_polls_that_are_none(self, text: str) -> None:
        """A choice needs two different answers and some time."""
        assert codes(read(sondage=text)) == ["poll_unreadable"]

    def test_an_endless_id(self) -> None:
        """An id is a name, not a text."""
        assert codes(read(id="x" * 101)) == ["id_too_long"]


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "id", "quand", "fuseau", "media", "alt", "lien", "sondage", "statut", "texte@sky"]),
        st.text(max_size=60) | st.sampled_from(["9h", "2027-03-28", "2h30", "---", "a|b", "\n", "https://x"]),
    )
)
def test_rubbish_is_said_never_raised(cells: dict[str, str]) -> None:
    """Whatever the cells hold, a row comes back, and each problem can be read."""
    row = read_row(Row(2, {name: text.strip() for name, text in cells.items() if text.strip()}), BRANDS, {})

    codes(ReadRow(number=2, problems=tuple(found for found in row.problems if "{" not in str(found.fields))))
    assert row.refused or row.moment is not None or row.status is Status.CANCELLED


def test_the_documentation_names_every_column_and_status() -> None:
    """docs/calendar.md is the reference that people read."""
    text = (Path(__file__).parents[4] / "docs" / "calendar.md").read_text(encoding="utf-8")

    table = [line for line in text.splitlines() if line.startswith("| `")]
    for header in Column:
        (line,) = [line for line in table if f"`{header}`" in line.split("|")[1]]
        for name in re.findall(r"`([^`]+)`", "|".join(line.split("|")[1:3])):
            assert column_called(name), name
    for status in ("brouillon", "à valider", "programmé", "annulé", "draft", "to approve", "scheduled", "cancelled"):
        assert status in text
        assert codes(read(statut=status)) == []

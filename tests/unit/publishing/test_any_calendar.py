"""A calendar of hostile cells, through the whole import and the real rules of the networks: a report, never a crash."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import html5lib
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from heraut.brands import Account, NetworkName
from heraut.fetch import Guard
from heraut.letters import clean
from heraut.networks import registry
from heraut.publishing.report import Outcome, as_html, as_json
from tests.hostile_text import HOSTILE
from tests.twins.brands import BrandsTwin
from tests.twins.site_objects import SiteObjectsTwin
from tests.unit.publishing.test_import_calendar import BAKERY, NOW, Desk

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SKY = Account(name="sky", network=NetworkName.BLUESKY, handle="martin.test", service="https://pds.example")
STORY = Account(name="story", network=NetworkName.BY_HAND, url="https://www.instagram.com/")
BRAND = BAKERY.model_copy(update={"accounts": (*BAKERY.accounts[:1], SKY, STORY), "groups": {}})
COLUMNS = {
    "id": HOSTILE,
    "marque": st.just("martin") | HOSTILE,
    "date": st.just("24/11/2026") | HOSTILE,
    "heure": st.just("9h30") | HOSTILE,
    "comptes": st.sampled_from(["site", "sky", "site, sky, story"]) | HOSTILE,
    "texte": HOSTILE,
    "texte@sky": st.just("") | HOSTILE,
    "media": st.just("") | st.just("pain.png") | HOSTILE | HOSTILE.map(lambda text: f"https://{text}"),
    "alt": HOSTILE,
    "lien": st.just("") | HOSTILE | HOSTILE.map(lambda text: f"https://a.example/{text}"),
    "sondage": st.just("") | HOSTILE | st.tuples(HOSTILE, HOSTILE).map("|".join),
    "premier commentaire": st.just("") | HOSTILE,
    "avertissement": st.just("") | HOSTILE,
    "campagne": HOSTILE,
    "étiquettes": HOSTILE,
    "langue": st.just("") | HOSTILE,
}
GOOD = {"marque": "martin", "date": "24/11/2026", "heure": "9h30"} | dict.fromkeys(("media", "alt", "lien"), "")
GOOD_COLUMNS = COLUMNS | {name: st.just(value) for name, value in (GOOD | {"sondage": "", "langue": ""}).items()}
GOOD_COLUMNS |= {
    "texte": HOSTILE.map(lambda text: f"pain {text}"),
    "comptes": st.sampled_from(["site", "sky", "site, sky, story"]),
}
ROW = st.fixed_dictionaries(COLUMNS) | st.fixed_dictionaries(GOOD_COLUMNS)
QUICKLY = settings(max_examples=60, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def desk() -> Desk:
    """Give a desk whose networks are the real ones, as far as they need no server."""
    made = Desk(brands=(BRAND,))
    networks = registry(Guard(frozenset()), SiteObjectsTwin, "https://site.example", lambda: NOW)
    made.secrets.save_secret("martin", "sky", {"password": "correct-horse-battery-staple"})
    made.world = replace(made.world, networks=networks)
    return made


def tags(page: Element) -> set[tuple[str, tuple[str, ...]]]:
    """Give each kind of element with the names of its attributes."""
    return {(str(one.tag), tuple(sorted(one.keys()))) for one in page.iter()}


@QUICKLY
@given(st.lists(ROW, min_size=1, max_size=3), HOSTILE, HOSTILE)
def test_any_row_is_queued_clean_or_refused_with_a_sentence(rows: list[dict[str, str]], column: str, name: str) -> None:
    """Every row has its outcome, the page of the report is sound, and what is queued holds no letter that deceives."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow([*COLUMNS, column])
    table.writerows([*row.values(), column] for row in rows)
    made = desk()

    report = made.drop_bytes(written.getvalue().encode(errors="replace"), f"{name}.csv")

    json.loads(as_json(report))
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(as_html(report).strip())
    assert not {"script", "img", "a", "b"} & {tag for tag, _ in tags(page)}
    assert {name for _, names in tags(page) for name in names} <= {"lang", "charset", "name", "content", "rel"} | {
        "href",
        "class",
        "scope",
    }
    for entry in report.entries:
        for found in entry.problems:
            assert found.message("fr")
            assert found.remedy("en") is not None
        if entry.outcome is Outcome.QUEUED:
            post = made.posts.post("martin", entry.post or "")
            assert post is not None
            texts = [part.text for part in post.content.parts] + [post.content.link or ""]
            assert [clean(text) for text in texts] == texts


def test_a_row_for_a_network_that_is_only_listened_to_says_so_plainly() -> None:
    """Facebook and Instagram: which network, and that a person can publish there meanwhile."""
    made = desk()
    page = Account(name="page", network=NetworkName.FACEBOOK)
    made.world = replace(made.world, brands=BrandsTwin(BRAND.model_copy(update={"accounts": (*BRAND.accounts, page)})))

    (refused, queued) = made.drop(
        "martin;24/11/2026;9h30;page;Nos bûches", "martin;24/11/2026;9h30;story;Nos bûches"
    ).entries

    assert (refused.outcome, queued.outcome) == (Outcome.REFUSED, Outcome.QUEUED)
    (found,) = refused.problems
    assert (found.code, found.column) == ("meta_not_published_yet", "comptes")
    assert found.message("fr").startswith("Héraut ne publie pas encore sur Facebook")
    assert "by_hand" in found.remedy("fr")

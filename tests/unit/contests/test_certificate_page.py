"""The certificate page as it is written: who is named, what is counted, what its policy lets run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from bs4 import BeautifulSoup

from heraut.contests import certificate_page
from heraut.contests.certificate import Certificate
from heraut.contests.certificate_page import RELAYS, About, render, words_of_checks
from heraut.contests.model import Reason
from heraut.contests.published import PAGES
from heraut.problems import Language
from tests.twins.draws import MadeDraw

DRAW = MadeDraw()
FIRST = DRAW.people[DRAW.certificate["ranking"][0]["handle"]]
SECOND = DRAW.people[DRAW.certificate["ranking"][1]["handle"]]
ABOUT = About(
    "Maison <Martin>",
    "Le jeu & la fête",
    "Europe/Paris",
    ("Un coffret", "Une boîte"),
    {DRAW.ids[FIRST]: "@lea", DRAW.ids[SECOND]: "@paul"},
    rules="rules.txt",
    previous="../avant/certificate.json",
)
LANGUAGES: tuple[Language, ...] = ("fr", "en")


def page(language: Language = "fr", about: About = ABOUT, **fields: Any) -> BeautifulSoup:
    """Write the page of the draw with some fields of its certificate otherwise."""
    text = json.dumps(DRAW.certificate | fields).encode()
    return BeautifulSoup(render(Certificate.read(text), about, language), "html.parser")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_sound_html(language: Language) -> None:
    """Strictly read, whatever stands in a name; each language leads to the other."""
    html = render(DRAW.read(), ABOUT, language)
    html5lib.HTMLParser(strict=True).parse(html)
    found = BeautifulSoup(html, "html.parser")
    other: Language = "en" if language == "fr" else "fr"

    assert found.html
    assert found.html["lang"] == language
    assert [link["href"] for link in found.select("header a")] == [PAGES[other]]
    assert found.select_one("h1").text == "Le jeu & la fête"  # type: ignore[union-attr]
    ids = [one["id"] for one in found.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {one["for"] for one in found.select("label")} <= set(ids)
    assert not [name for one in found.find_all() for name in one.attrs if name.startswith("on") or name == "style"]


def test_only_those_who_agreed_are_named() -> None:
    """A name that is known stays unsaid until the certificate announces it; others stand under their first digits."""
    text = page().select_one("main").text  # type: ignore[union-attr]
    handle = DRAW.certificate["ranking"][1]["handle"]

    assert "@lea" in text
    assert "@paul" not in text
    assert f"Participant {handle[:4]} {handle[4:8]}…" in text
    assert "@lea" not in str(page(announced=[]))
    for one in DRAW.ids:
        assert one not in str(page(announced=[]))


def test_prizes_go_to_winners_in_their_order() -> None:
    """The first prize beside the first rank; alternates win nothing yet."""
    rows = [one.get_text(" ", strip=True) for one in page().select(".places li")]

    assert [row.split(" Un")[1] for row in rows] == [" coffret", "e boîte"]
    assert len(page().select(".others li")) == 3


def test_rejections_are_counted_in_plain_words() -> None:
    """Most frequent first; a reason of a later release is counted too; the sum is told."""
    rows = page(rejected={"late": 2, "few_friends": 5, "of_later": 1}).select("tbody tr")

    assert [row.get_text("|", strip=True) for row in rows] == [
        *("pas assez d'amis mentionnés|5", "arrivée après la clôture|2", "autre motif (of_later)|1"),
    ]
    assert "Participations écartées|8" in page(rejected={"late": 3, "few_friends": 5}).select_one("dl").get_text(  # type: ignore[union-attr]
        "|", strip=True
    )


def test_every_reason_has_its_words() -> None:
    """No code is shown to the public."""
    known = certificate_page.wording.sentences()

    assert [reason for reason in Reason if f"because_{reason}" not in known] == []


def test_instants_are_those_of_the_contests_zone() -> None:
    """Local, to the second, with the place."""
    assert "mercredi 23 août 2023 à 17:59:24 (Paris)" in page().text
    there = page("en", About("Martin", "Jeu", "America/Martinique"))
    assert "Wednesday 23 August 2023 at 11:59:24 (Martinique)" in there.text


def test_a_draw_of_nobody_and_of_one() -> None:
    """Said as a person would."""
    none, one = (
        BeautifulSoup(render(MadeDraw(count=count).read(), ABOUT, "fr"), "html.parser").select_one("main")
        for count in (0, 1)
    )

    assert none
    assert one
    assert "personne n'a participé" in none.text
    assert "parmi un seul participant" in one.text
    assert "Le gagnant" in one.text


def test_only_addresses_of_the_web_are_links() -> None:
    """A witness's evidence comes from a file: it runs nothing."""
    commit = DRAW.commitment.commit()
    post = {"kind": "post", "commit": commit}
    found = page(
        witnesses=[post | {"evidence": "javascript:alert(1)"}, post | {"evidence": "https://piaf.example/@m/1"}]
    )

    assert [one["href"] for one in found.select("#evidence ~ ul a")] == [
        *("certificate.json", "entrants.bin", "rules.txt", "../avant/certificate.json", "https://piaf.example/@m/1"),
    ]


# ---------------------------------------------------------------------------- what runs
def test_the_policy_lets_run_what_the_page_holds_and_nothing_else() -> None:
    """Style and script by their hashes; files beside; the beacon's relays; no other third party anywhere."""
    html = render(DRAW.read(), ABOUT, "fr").decode()
    found = BeautifulSoup(html, "html.parser")
    policy = dict(one.split(" ", 1) for one in str(found.select("meta[http-equiv]")[0]["content"]).split("; "))
    scripts = [one for one in found.select("script") if one.get("type") != "application/json"]

    assert policy == {
        "default-src": "'none'",
        "style-src": f"'{digest(str(found.style.string))}'",  # type: ignore[union-attr]
        "script-src": f"'{digest(str(scripts[0].string))}'",
        "worker-src": "blob:",
        "connect-src": f"'self' {' '.join(RELAYS)}",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert len(scripts) == len(found.select("style")) == 1
    assert not found.select("[src], iframe, object, embed, link[rel=stylesheet]")


def digest(text: str) -> str:
    """Hash a text as a policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_no_name_ends_the_script() -> None:
    """What stands in the page's data cannot close its element."""
    about = About("</script><script>alert(1)</script>", "<!--<script>", "Europe/Paris", names={DRAW.ids[FIRST]: "<b>"})
    html = render(DRAW.read(), about, "fr").decode()

    assert len(BeautifulSoup(html, "html.parser").select("script")) == 2
    assert "alert(1)</script>" not in html
    assert "</script" not in certificate_page._asset("page", "bundle.js")
    assert "<!--" not in certificate_page._asset("page", "bundle.js")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_script_finds_every_word_it_says(language: Language) -> None:
    """Each code that a module names has its sentence, with a field for nothing else."""
    folder = Path(certificate_page.__file__).parent / "page"
    modules = [file for file in folder.glob("*.js") if file.name != "bundle.js"]
    text = "\n".join(file.read_text(encoding="utf-8") for file in modules)
    said = set(re.findall(r'\b(?:pass|fail|unchecked)\("?\w+"?, "(\w+)"', text))
    said |= set(re.findall(r'new Wrong\("(\w+)"', text)) | set(re.findall(r'put\("\w+", "(\w+)"', text))
    said |= {f"step_{name}" for name in re.findall(r'\b(?:pass|fail|unchecked)\("(\w+)"', text)}
    words = words_of_checks(language)

    assert len(said) > 50
    assert said - words.keys() == set()
    assert [code for code in said if not words[code].strip()] == []


# ---------------------------------------------------------------------------- who reads it
PAIRS = [
    *(("text", "card"), ("text", "page"), ("text", "quote"), ("soft", "card"), ("soft", "page"), ("go", "card")),
    *(("go", "page"), ("on-go", "go"), ("stop", "card"), ("calm", "card"), ("doubt", "card")),
    *(("card", "calm"), ("card", "stop"), ("card", "doubt")),  # the marks of the steps
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_letters_stand_out(scheme: str, front: str, back: str) -> None:
    """A contrast of 4.5 at least, in light and dark (WCAG 2.2, 1.4.3)."""
    style = certificate_page._asset("templates", "certificate_page.css")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", light if scheme == "light" else dark))

    assert contrast(colours[front], colours[back]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Compare two colours as WCAG does."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Give a colour's relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

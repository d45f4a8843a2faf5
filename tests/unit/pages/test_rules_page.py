"""The page of a contest's rules: the same words as the text, set as a page."""

from __future__ import annotations

import re
import string
from hashlib import sha256
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from heraut.contests.publish_page import DRAWN
from heraut.pages import rules_page as module
from heraut.pages.rules_page import WORDS, blocks_of, rules_page

TEXT = """\
# Règlement

## 1. Qui

Peut participer <tous>.
Voir https://a.example/x

- un ;
- deux.

- trois

## 2. Fin
Fin.
"""
PARAGRAPH = (
    '<p dir="auto">Peut participer &lt;tous&gt;.<br>\n'
    'Voir <a href="https://a.example/x" rel="nofollow noopener">https://a.example/x</a></p>'
)


def page(text: str) -> str:
    """Write the page of a text."""
    return rules_page("Boulangerie Martin", "fr", text, sha256(text.encode()).hexdigest(), "rules.txt").decode()


def test_headings_lists_and_paragraphs_are_set_as_such() -> None:
    """Blank lines part them; what looks like an address is a link; everything else is text."""
    found = [(block.kind, [str(line) for line in block.lines]) for block in blocks_of(TEXT)]

    assert found == [
        ("h1", ["Règlement"]),
        ("h2", ["1. Qui"]),
        ("text", [PARAGRAPH]),
        ("list", ["un ;", "deux."]),
        ("list", ["trois"]),
        ("h2", ["2. Fin"]),
        ("text", ['<p dir="auto">Fin.</p>']),
    ]


def test_the_page_says_where_the_exact_text_is_and_its_hash() -> None:
    """Whoever wants to check them finds both."""
    html = page(TEXT)

    assert '<a href="rules.txt">Le texte exact de ce règlement</a>' in html
    assert sha256(TEXT.encode()).hexdigest() in html
    assert "<title>Règlement</title>" in html
    assert '<html lang="fr">' in html


def test_nothing_comes_from_anywhere_else() -> None:
    """No script, no picture, no address of ours or others but links of the text."""
    html = page(TEXT)

    assert "<script" not in html
    assert re.findall(r'(?:src|href)="([^"]*)"', html) == ["data:,", "#rules", "https://a.example/x", "rules.txt"]
    assert "default-src 'none'" in html


@settings(max_examples=60)
@given(st.text())
def test_any_text_is_a_page_that_says_it(text: str) -> None:
    """Whatever a brand writes as its own rules is shown as text: no mark-up of it is obeyed."""
    html = page(text)
    tree = html5lib.parse(html, namespaceHTMLElements=False)

    assert len(tree.findall(".//main")) == 1
    assert tree.findall(".//script") == []


@pytest.mark.parametrize("code", WORDS.sentences())
def test_both_languages_are_there_with_the_same_fields(code: str) -> None:
    """Each sentence of the page."""
    both = WORDS.sentences()[code]

    assert both.keys() == {"fr", "en"}
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in both.values()]
    assert fields[0] == fields[1]


def test_every_sentence_is_said() -> None:
    """None is left over."""
    template = (Path(module.__file__).parent / "templates" / "contest_rules.html").read_text(encoding="utf-8")

    by_code = {*(f"link_{what}" for what in DRAWN), "cancelled"}  # said before the template is
    assert {code for code in WORDS.sentences() if f'words("{code}")' not in template} == by_code


def test_the_page_leads_to_what_became_public_since() -> None:
    """In words, each to its file; nothing before."""
    digest = sha256(TEXT.encode()).hexdigest()
    made = rules_page("Boulangerie", "fr", TEXT, digest, "rules.md", [(what, f"{what}.x") for what in DRAWN]).decode()

    html5lib.HTMLParser(strict=True).parse(made)
    for what in DRAWN:
        assert f'<a href="{what}.x">{escape(WORDS.say(f"link_{what}", "fr"))}</a>' in made
    assert WORDS.say("links", "fr") not in page(TEXT)

"""The site's pages: texts as HTML, colours one can read, words in two languages."""

from __future__ import annotations

import colorsys
import re
import string
from pathlib import Path
from typing import get_args

import pytest

from heraut.pages import site_page
from heraut.pages.site_page import SitePage, html_of, shown_link
from heraut.problems import Language

TEMPLATES = Path(site_page.__file__).parent / "templates"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("Bonjour", '<p dir="auto">Bonjour</p>'),
        ("a\nb", '<p dir="auto">a<br>\nb</p>'),
        ("a\n\nb", '<p dir="auto">a</p>\n<p dir="auto">b</p>'),
        ("\n\na\n \n\n\nb\n", '<p dir="auto">a</p>\n<p dir="auto">b</p>'),
        ('<b> & "x"', '<p dir="auto">&lt;b&gt; &amp; &#34;x&#34;</p>'),
        (
            "Voir https://a.fr/?y=1&z=2.",
            '<p dir="auto">Voir <a href="https://a.fr/?y=1&amp;z=2" rel="nofollow noopener">https://a.fr/?y=1&amp;z=2</a>.</p>',
        ),
        (
            "(www.martin.fr)",
            '<p dir="auto">(<a href="https://www.martin.fr" rel="nofollow noopener">www.martin.fr</a>)</p>',
        ),
        ("javascript:alert(1)", '<p dir="auto">javascript:alert(1)</p>'),
        ("mailto:a@b.fr a@b.fr", '<p dir="auto">mailto:a@b.fr a@b.fr</p>'),
        ("//evil.example ftp://evil.example", '<p dir="auto">//evil.example ftp://evil.example</p>'),
    ],
)
def test_texts_become_paragraphs_and_links(text: str, html: str) -> None:
    """Blank lines part paragraphs, lines are kept, web addresses are links, everything else is text."""
    assert str(html_of(text)) == html


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://www.example.org/", "example.org"),
        ("http://example.org/a/b?c=d", "example.org/a/b"),
        ("https://example.org/" + "a" * 99, "example.org/" + "a" * 47 + "…"),
    ],
)
def test_links_are_shown_as_people_say_them(address: str, shown: str) -> None:
    """Without https:// and www, not too long."""
    assert shown_link(address) == shown


@pytest.mark.parametrize(
    ("brand", "letter"), [("boulangerie Martin", "B"), ("« Épices »", "É"), ("3 Suisses", "3"), ("!!", "·")]
)
def test_a_brand_has_a_letter(brand: str, letter: str) -> None:
    """The first letter or digit of its name."""
    assert SitePage(brand, "fr").monogram == letter


def test_a_brand_keeps_its_colour() -> None:
    """The same on every machine, within the twelve of the style sheet."""
    hues = {SitePage(f"brand {number}", "fr").hue // 30 for number in range(200)}

    assert hues == set(range(12))
    assert SitePage("Boulangerie Martin", "fr").hue == SitePage("Boulangerie Martin", "en").hue


def luminance(red: float, green: float, blue: float) -> float:
    """Give the relative luminance of WCAG 2.2."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Give the contrast ratio of WCAG 2.2."""
    dark, light = sorted((luminance(*one), luminance(*other)))
    return (light + 0.05) / (dark + 0.05)


def hsl(hue: float, saturation: float, lightness: float) -> tuple[float, float, float]:
    """Read a colour as the style sheet writes it (degrees and per cent)."""
    return colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)


def grey(code: str) -> tuple[float, float, float]:
    """Read #rrggbb."""
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255)


def test_every_colour_can_be_read() -> None:
    """Links and grey words have the contrast that WCAG AA asks of text (4.5), everywhere, by day and by night."""
    style = (TEMPLATES / "site.css").read_text(encoding="utf-8")
    colours = [(int(hue), int(deep)) for hue, deep in re.findall(r"\.hue-\d+\{--hue:(\d+);--deep:(\d+)%\}", style)]
    assert len(colours) == 12
    day, night = (dict(re.findall(r"--(\w+):(#\w{6})", part)) for part in style.split("prefers-color-scheme:dark")[:2])
    day["card"] = "#ffffff"
    for hue, deep in colours:
        for names, accent, tint in (
            (day, hsl(hue, 62, deep), hsl(hue, 55, 94)),
            (night, hsl(hue, 75, 74), hsl(hue, 30, 20)),
        ):
            for back in (grey(names["back"]), grey(names["card"]), tint):
                assert contrast(accent, back) >= 4.5
                assert contrast(grey(names["ink"]), back) >= 7
                assert contrast(grey(names["soft"]), back) >= 4.5
        assert contrast((1, 1, 1), hsl(hue, 62, deep)) >= 4.5


def test_words_exist_in_both_languages_and_are_used() -> None:
    """Both languages name the same fields; none is missing, none is left over."""
    sources = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("site*"))
    sources += (TEMPLATES.parents[1] / "networks" / "site_pages.py").read_text(encoding="utf-8")
    used = set(re.findall(r"words\(\s*[\"'](\w+)[\"']", sources))

    assert used == site_page.WORDS.sentences().keys()
    for said in site_page.WORDS.sentences().values():
        assert said.keys() == set(get_args(Language))
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in said.values()]
        assert fields[0] == fields[1]

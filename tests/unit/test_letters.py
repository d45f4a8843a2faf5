"""Which letters a text may hold: decided once, for posts, messages and terminals."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heraut.letters import LONGEST_SAID, MOST_MARKS, clean, in_one_line, said
from heraut.problems import problem

ANY = st.text(st.characters(exclude_categories=()))  # unpaired surrogates too
TRICKY = st.text(
    st.sampled_from(
        "a é\n\t\r\x00\x1b\x7f\x9b\ud800\udfff\ufffe"
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200d\u2028"
        "\u0301\u0489\ufeff\u3164ש👨\U0001f3f4\U000e0067\U000e007f\U0010ffff"
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    "text",
    [
        "Œufs à 3 € — « l'été » ; 50 % 😀",
        "👨‍👩‍👧‍👦 👍🏽 ❤️ 1️⃣ 🇫🇷 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می‌خواهم · क्‍ष",
        "\u2067שלום\u2069 et bonjour\u200f",
        "Việt Nam, ཧཱུྃ, שָׁלוֹם, ที่นี่, Z̷a̷",
        "deux lignes\net\tune tabulation",
        "mot\u00adcé\u00adsure \u200bici",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    """Every script, emoji of several characters, marks of direction that close, soft hyphens: as they were typed."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b]0;x\x07b\x9b31m", "a]0;xb31m"),
        ("\ud83dx\udc00", "x"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2067jamais fermé\nligne", "jamais fermé\nligne"),
        ("rien d'ouvert\u202c\u2069", "rien d'ouvert"),
        ("a" + "\u200b" * 500 + "b", "a\u200b\u200bb"),
        ("z" + "\u0301" * 500, "z" + "\u0301" * MOST_MARKS),
        ("vu\U000e0068\U000e0069", "vu"),
        ("x\ufdd0\U0001fffe", "x"),
    ],
)
def test_what_deceives_or_breaks_is_left_out(text: str, expected: str) -> None:
    """Escape sequences, halves of letters, forced direction, heaps of marks, invisible messages."""
    assert clean(text) == expected


@given(ANY | TRICKY)
@example("\u2066\u202a\u2069\u202c")
@example("\u115f\u115f\u2066\u200b")
def test_clean_is_clean_whatever_comes(text: str) -> None:
    """Cleaning twice is cleaning once, the result can be written as UTF-8 and holds nothing forbidden."""
    kept = clean(text)

    assert clean(kept) == kept
    assert kept.encode().decode() == kept
    assert not [one for one in kept if unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t"]
    assert not set(kept) & {"\u202d", "\u202e"}


@given(ANY | TRICKY)
def test_one_line_is_one_line(text: str) -> None:
    """Nothing that begins a line, moves a cursor or turns what stands beside it."""
    line = in_one_line(text)

    assert len(line.splitlines()) <= 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", line)


def test_a_sentence_quotes_nothing_that_breaks_it() -> None:
    """What a file, a network or a forger wrote is quoted clean and cut, wherever a problem is made."""
    found = problem("column_unknown", "\x1b[2J\ud800", name="\u202e" + "x" * 5_000)

    assert found.column == "[2J"
    assert found.fields["name"] == said("x" * 5_000)
    assert len(str(found.fields["name"])) == LONGEST_SAID
    assert found.message("fr").encode()

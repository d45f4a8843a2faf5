"""What Bluesky would refuse is found before it does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from heraut.networks.bluesky_checks import LIMITS, problems_of
from heraut.publishing.model import Content, Media


def picture(**fields: object) -> dict[str, object]:
    """A picture with these fields."""
    return {
        "key": "k",
        "content_type": "image/png",
        "size": 1,
        "sha256": "0",
        "alt": "Un pain",
        "name": "pain.png",
    } | fields


def found(*parts: Mapping[str, object], **content: object) -> list[tuple[str, str | None, bool]]:
    """Code, column and kind of everything that is found."""
    said = Content.model_validate({"parts": list(parts) or [{"text": "Bonjour"}], **content})
    return [(problem.code, problem.column, problem.warning) for problem in problems_of(said, LIMITS)]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"link": "https://exemple.fr/a?b=c"},
        {"link": "exemple.fr"},
        {"language": "pt-BR"},
        {"language": "zh-Hant-TW"},
        {"language": "fr, en, de"},
        {"format": "post"},
        {"first_comment": "Sources"},
    ],
)
def test_what_is_fine(content: dict[str, object]) -> None:
    """An ordinary post has no problem."""
    assert found(**content) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"poll": {"options": ["a", "b"]}}, ("bluesky_no_polls", "sondage", False)),
        ({"visibility": "private"}, ("bluesky_not_private", "visibilité", False)),
        ({"visibility": "unlisted"}, ("bluesky_not_unlisted", "visibilité", True)),
        ({"content_warning": "Sang"}, ("bluesky_warning_in_text", "avertissement", True)),
        ({"format": "story"}, ("bluesky_format", "format", False)),
        ({"language": "français"}, ("bluesky_language", "langue", False)),
        ({"language": "fr en de it"}, ("bluesky_too_many_languages", "langue", True)),
        ({"link": "voir le site"}, ("bluesky_link_unreadable", "lien", False)),
        ({"link": "ftp://exemple.fr"}, ("bluesky_link_unreadable", "lien", False)),
        ({"link": "https://[exemple"}, ("bluesky_link_unreadable", "lien", False)),
        ({"first_comment": "é" * 301}, ("bluesky_comment_too_long", "premier commentaire", False)),
    ],
)
def test_what_the_network_does_not_know(content: dict[str, object], expected: tuple[str, str, bool]) -> None:
    """Each thing that Bluesky cannot do is refused, or said where it goes out all the same."""
    assert found(**content) == [expected]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["é" * 300], []),
        (["é" * 301], ["bluesky_text_too_long"]),
        (["Un", "é" * 301], ["bluesky_part_too_long"]),
        (["👨‍👩‍👧" * 166], []),
        (["👨‍👩‍👧" * 167], ["bluesky_text_too_heavy"]),
        ([""], ["bluesky_nothing_to_say"]),
        (["Un", " \n"], ["bluesky_nothing_to_say"]),
    ],
)
def test_the_length_of_texts(texts: list[str], expected: list[str]) -> None:
    """300 characters and 3 000 bytes, part by part."""
    assert [code for code, _, _ in found(*({"text": text} for text in texts))] == expected


def test_the_numbers_are_said() -> None:
    """A text too long says how long it is and which part."""
    said = Content.model_validate({"parts": [{"text": "Un"}, {"text": "é" * 305}]})
    (problem,) = problems_of(said, LIMITS)
    assert problem.fields == {"length": 305, "limit": 300, "part": 2}
    assert "305" in problem.message("fr")
    assert "Part 2" in problem.message("en")


def test_what_is_added_counts() -> None:
    """A warning above the text and a link below it count with it."""
    assert found({"text": "é" * 290}, content_warning="Sang versé") == [
        ("bluesky_warning_in_text", "avertissement", True),
        ("bluesky_text_too_long", "texte", False),
    ]
    with_picture = {"text": "é" * 290, "media": [picture()]}
    assert found(with_picture, link="https://exemple.fr") == [("bluesky_text_too_long", "texte", False)]


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ([picture()] * 4, []),
        ([picture()] * 5, [("bluesky_too_many_pictures", "media", False)]),
        ([picture(alt=" ")], [("bluesky_alt_missing", "alt", False)]),
        ([picture(content_type="video/mp4")], [("bluesky_no_films", "media", False)]),
        ([picture(content_type="application/pdf")], [("bluesky_media_kind", "media", False)]),
        ([picture(content_type="image/gif")], [("bluesky_still_picture", "media", True)]),
        ([picture(size=30_000_000)], []),
    ],
)
def test_pictures(media: list[dict[str, object]], expected: list[tuple[str, str, bool]]) -> None:
    """Four pictures with a description; films are not ours to send; a large picture is made smaller, not refused."""
    assert found({"text": "Ce matin", "media": media}) == expected


def test_pictures_alone_say_enough() -> None:
    """A post may be pictures without a text, or a link without one."""
    assert found({"text": "", "media": [Media.model_validate(picture()).model_dump()]}) == []
    assert found({"text": ""}, link="https://exemple.fr") == []

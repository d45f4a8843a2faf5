"""What Bluesky would refuse, or show otherwise than one expects, found before it does (pure rules)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from heraut.networks import bluesky_text
from heraut.networks.base import Limits
from heraut.networks.bluesky_records import MOST_LANGUAGES, languages, messages
from heraut.problems import problem, warning
from heraut.publishing.model import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.networks.bluesky_records import Message
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Media

LIMITS = Limits(
    characters=bluesky_text.MOST_CHARACTERS,
    text_bytes=bluesky_text.MOST_BYTES,
    media=4,  # lexicon app.bsky.embed.images
    # The lexicon of today says 2 000 000; servers that were not updated (measured: PDS 0.4.217) still refuse more than
    # 1 000 000, and nobody sees the difference on a screen.
    image_bytes=1_000_000,
    image_pixels=16_000_000,
    image_types=("image/jpeg", "image/png", "image/webp"),
    alt_required=True,
    threads=True,
    first_comment=True,
)
_FORMATS = frozenset({"", "post", "publication", "thread", "fil"})
# BCP 47 without extensions: language, script, region, variants; the server checks the form, not the register.
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*", re.IGNORECASE
)
_MOVING = "image/gif"


def problems_of(content: Content, limits: Limits) -> Iterator[Problem]:
    """Find everything, refusals and warnings, each with the column of the calendar it concerns."""
    yield from _of_the_whole(content)
    yield from _of_language(content)
    said = messages(content)
    for number, message in enumerate(said, start=1):
        comment = content.first_comment is not None and number > len(content.parts)
        yield from _of_text(message, number, limits, threaded=len(content.parts) > 1, comment=comment)
        yield from _of_media(message.pictures, limits)


def _of_the_whole(content: Content) -> Iterator[Problem]:
    if content.poll is not None:
        yield problem("bluesky_no_polls", "sondage")
    if content.visibility is Visibility.PRIVATE:
        yield problem("bluesky_not_private", "visibilité")
    if content.visibility is Visibility.UNLISTED:
        yield warning("bluesky_not_unlisted", "visibilité")
    if content.content_warning:
        yield warning("bluesky_warning_in_text", "avertissement")
    if (content.format or "").strip().lower() not in _FORMATS:
        yield problem("bluesky_format", "format", format=content.format or "")
    if content.link and not _is_address(content.link):
        yield problem("bluesky_link_unreadable", "lien", link=content.link[:80])


def _of_language(content: Content) -> Iterator[Problem]:
    named = languages(content)
    if len(named) > MOST_LANGUAGES:
        yield warning("bluesky_too_many_languages", "langue", found=len(named), limit=MOST_LANGUAGES)
    for language in named:
        if not _LANGUAGE.fullmatch(language):
            yield problem("bluesky_language", "langue", language=language[:40])


def _of_text(message: Message, part: int, limits: Limits, *, threaded: bool, comment: bool) -> Iterator[Problem]:
    column = "premier commentaire" if comment else "texte"
    if not (message.text.strip() or message.pictures or message.card):
        yield problem("bluesky_nothing_to_say", column, part=part)
    length, weight = bluesky_text.count(message.text), bluesky_text.size(message.text)
    if limits.characters is not None and length > limits.characters:
        code = "bluesky_part_too_long" if threaded else "bluesky_text_too_long"
        numbers = {"length": length, "limit": limits.characters, "part": part}
        yield problem("bluesky_comment_too_long" if comment else code, column, **numbers)
    elif limits.text_bytes is not None and weight > limits.text_bytes:
        yield problem("bluesky_text_too_heavy", column, length=weight, limit=limits.text_bytes, part=part)


def _of_media(pictures: tuple[Media, ...], limits: Limits) -> Iterator[Problem]:
    if len(pictures) > limits.media:
        yield problem("bluesky_too_many_pictures", "media", found=len(pictures), limit=limits.media)
    for media in pictures:
        if media.content_type.startswith(("video/", "audio/")):
            yield problem("bluesky_no_films", "media", name=media.name)
        elif not media.content_type.startswith("image/"):
            yield problem("bluesky_media_kind", "media", name=media.name, kind=media.content_type)
        elif not media.alt.strip():
            yield problem("bluesky_alt_missing", "alt", name=media.name)
        if media.content_type == _MOVING:
            yield warning("bluesky_still_picture", "media", name=media.name)


def _is_address(link: str) -> bool:
    if re.search(r"\s", link.strip()):
        return False
    try:
        address = urlsplit(bluesky_text.address(link.strip()))
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and "." in (address.hostname or "")

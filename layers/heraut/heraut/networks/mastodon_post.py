"""What is said on Mastodon: the body of each part of a thread, and everything the server would refuse in it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from heraut.networks.mastodon_media import is_picture
from heraut.networks.mastodon_text import URL_CHARACTERS, count
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.networks.base import Job, Limits
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Media, Part, Poll

SHORTEST_POLL, LONGEST_POLL = 5, 43_829  # minutes: 300 s and 2 629 746 s, Mastodon's own
_FEWEST_OPTIONS = 2
_DAY = 24 * 60
_MEGABYTE = 1_000_000
_FORMATS = frozenset({"", "post", "thread"})
_REGIONAL = frozenset({"zh", "nan", "sr"})  # Mastodon knows only these by country or script


def text_of(content: Content, part: int) -> str:
    """Give the text of a part; the link goes below the first one, unless the thread has it already."""
    text = content.parts[part].text.replace("\r\n", "\n").strip()
    if part or not content.link or any(content.link in one.text for one in content.parts):
        return text
    return f"{text}\n\n{content.link}".strip()


def body_of(job: Job, part: int, media_ids: tuple[str, ...], reply_to: str | None) -> dict[str, Any]:
    """Give the body of `POST /api/v1/statuses` for a part; never `scheduled_at`: the instant is ours to keep."""
    content = job.content
    body: dict[str, Any] = {
        "status": text_of(content, part),
        "visibility": content.visibility.value,
        "language": _language(content.language),
        "lang": job.account.language or "fr",  # of the server's sentences, should it refuse
    }
    if media_ids:
        body["media_ids"] = list(media_ids)
    if content.content_warning:
        body |= {"spoiler_text": content.content_warning.strip(), "sensitive": True}
    if reply_to:
        body["in_reply_to_id"] = reply_to
    if content.poll and not part:
        poll = content.poll
        body["poll"] = {
            "options": [option.strip() for option in poll.options],
            "expires_in": poll.minutes * 60,
            "multiple": poll.multiple,
        }
    return body


def key_of(job: Job, part: int) -> str:
    """Give the Idempotency-Key of a part: the same at every attempt of one version, another for each part."""
    return hashlib.sha256(f"{job.key}\n{part}".encode()).hexdigest()


def problems_of(content: Content, limits: Limits) -> Iterator[Problem]:
    """Find everything that the server would refuse."""
    if (content.format or "").strip().casefold() not in _FORMATS:
        yield problem("mastodon_format", "format", format=content.format or "")
    if content.first_comment:
        yield warning("mastodon_first_comment", "premier commentaire")
    for number, part in enumerate(content.parts):
        yield from _text_problems(content, number, limits)
        yield from _media_problems(part, limits)
    if content.poll:
        yield from _poll_problems(content, content.poll, limits)


def _text_problems(content: Content, number: int, limits: Limits) -> Iterator[Problem]:
    text = text_of(content, number)
    if not text and not content.parts[number].media:
        code = "mastodon_poll_without_text" if content.poll and not number else "mastodon_nothing_to_say"
        yield problem(code, "texte", part=number + 1)
    url = limits.url_characters or URL_CHARACTERS
    length = count(text, url, content.content_warning or "")
    if limits.characters is not None and length > limits.characters:
        code = "mastodon_part_too_long" if len(content.parts) > 1 else "mastodon_text_too_long"
        yield problem(code, "texte", part=number + 1, length=length, limit=limits.characters, url=url)


def _media_problems(part: Part, limits: Limits) -> Iterator[Problem]:
    if len(part.media) > limits.media:
        yield problem("mastodon_too_many_media", "media", found=len(part.media), limit=limits.media)
    films = [item for item in part.media if not is_picture(item)]
    if films and len(part.media) > 1:
        yield problem("mastodon_film_not_alone", "media", name=films[0].name)
    for item in films:
        yield from _film_problems(item, limits)
    for item in part.media:
        length = count(item.alt)
        if limits.alt_characters is not None and length > limits.alt_characters:
            yield problem("mastodon_alt_too_long", "alt", name=item.name, length=length, limit=limits.alt_characters)


def _film_problems(item: Media, limits: Limits) -> Iterator[Problem]:
    if limits.video_types and item.content_type not in limits.video_types:
        yield problem("mastodon_media_kind", "media", name=item.name, kind=item.content_type)
    if limits.video_bytes is not None and item.size > limits.video_bytes:
        size, limit = -(-item.size // _MEGABYTE), limits.video_bytes // _MEGABYTE
        yield problem("mastodon_film_too_large", "media", name=item.name, size=size, limit=limit)


def _poll_problems(content: Content, poll: Poll, limits: Limits) -> Iterator[Problem]:
    if not limits.poll_options:
        yield problem("mastodon_no_polls", "sondage")
        return
    if content.parts and content.parts[0].media:
        yield problem("mastodon_poll_with_media", "sondage")
    options = [option.strip() for option in poll.options]
    if not _FEWEST_OPTIONS <= len(options) <= limits.poll_options:
        yield problem("mastodon_poll_options", "sondage", found=len(options), limit=limits.poll_options)
    if not all(options):
        yield problem("mastodon_poll_option_empty", "sondage")
    if len(set(options)) < len(options):
        yield problem("mastodon_poll_options_alike", "sondage")
    for option in options:
        length = len(option)
        if limits.poll_option_characters is not None and length > limits.poll_option_characters:
            yield problem(
                "mastodon_poll_option_too_long",
                "sondage",
                option=option,
                length=length,
                limit=limits.poll_option_characters,
            )
    if not SHORTEST_POLL <= poll.minutes <= LONGEST_POLL:
        yield problem(
            "mastodon_poll_duration",
            "sondage",
            minutes=poll.minutes,
            shortest=SHORTEST_POLL,
            longest=LONGEST_POLL // _DAY,
        )


def _language(tag: str) -> str:
    """Give the language as Mastodon knows it: `fr` for `fr-CA`, but `zh-TW` as it is."""
    primary = tag.partition("-")[0].casefold()
    return tag if primary in _REGIONAL else primary

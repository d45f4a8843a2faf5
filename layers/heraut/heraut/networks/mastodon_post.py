"""What is said on Mastodon: the body of each part of a thread, and everything the server would refuse in it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from heraut.networks.mastodon_text import URL_CHARACTERS, count, mentions
from heraut.networks.replies import answering
from heraut.problems import problem
from heraut.publishing.model import Content, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.brands import Account
    from heraut.conversations.model import Interaction
    from heraut.networks.base import Job, Limits
    from heraut.problems import Problem
    from heraut.publishing.model import Media, Poll

_FEWEST_OPTIONS = 2
_HOUR = 60  # minutes
_DAY = 24 * _HOUR
_MEGABYTE = 1_000_000
VISIBILITY = "visibility"  # of what is answered
_CIRCLES = ("public", "unlisted", "private", "direct")
_FORMATS = frozenset({"", "post", "publication", "thread", "fil"})
_REGIONAL = frozenset({"zh", "nan", "sr"})  # Mastodon knows only these by country or script


def messages(content: Content) -> tuple[Part, ...]:
    """Turn content into posts: the parts of a thread, then the first comment as an answer to it.

    The link goes below the first text, unless the thread has it already: the server makes a card of it.
    """
    parts = [part.model_copy(update={"text": _plain(part.text)}) for part in content.parts]
    if content.link and not any(content.link in part.text for part in parts):
        parts[0] = parts[0].model_copy(update={"text": f"{parts[0].text}\n\n{content.link}".strip()})
    comment = _plain(content.first_comment or "")
    return (*parts, Part(text=comment)) if comment else tuple(parts)


def is_picture(media: Media) -> bool:
    """Whether it is a picture (and not a film or a sound)."""
    return media.content_type.startswith("image/")


def body_of(job: Job, part: int, media_ids: tuple[str, ...], reply_to: str | None) -> dict[str, Any]:
    """Give the body of `POST /api/v1/statuses` for a message; never `scheduled_at`: the instant is ours to keep."""
    content = job.content
    body: dict[str, Any] = {
        "status": messages(content)[part].text,
        "visibility": _circle(content),
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


def reply_of(account: Account, interaction: Interaction, text: str) -> Content:
    """Answer somebody: addressed by name, else they would not hear of it, and before no wider circle than theirs."""
    handle, said = interaction.author.handle, text.strip()
    names = {found.casefold() for found in mentions(said)}
    return Content(
        parts=(Part(text=said if handle.casefold() in names else f"{handle} {said}"),),
        language=interaction.language or account.language or "fr",
        in_reply_to=answering(interaction),
    )


def _circle(content: Content) -> str:
    """Say who may see it: of an answer, whoever saw what it answers; a circle that we do not know is that person."""
    if content.in_reply_to is None:
        return content.visibility.value
    circle = content.in_reply_to.reference.get(VISIBILITY, "direct")
    return circle if circle in _CIRCLES else "direct"


def key_of(job: Job, part: int) -> str:
    """Give the Idempotency-Key of a part: the same at every attempt of one version, another for each part."""
    return hashlib.sha256(f"{job.key}\n{part}".encode()).hexdigest()


def problems_of(content: Content, limits: Limits) -> Iterator[Problem]:
    """Find everything that the server would refuse."""
    if (content.format or "").strip().casefold() not in _FORMATS:
        yield problem("mastodon_format", "format", format=content.format or "")
    for number, message in enumerate(messages(content)):
        yield from _text_problems(content, message, number, limits)
        yield from _media_problems(message, limits)
    if content.poll:
        yield from _poll_problems(content, content.poll, limits)


def _text_problems(content: Content, message: Part, number: int, limits: Limits) -> Iterator[Problem]:
    comment = number == len(content.parts)
    column = "premier commentaire" if comment else "texte"
    if not message.text and not message.media:
        code = "mastodon_poll_without_text" if content.poll and not number else "mastodon_nothing_to_say"
        yield problem(code, column, part=number + 1)
    url = limits.url_characters or URL_CHARACTERS
    length = count(message.text, url, content.content_warning or "")
    if limits.characters is not None and length > limits.characters:
        code = "mastodon_part_too_long" if len(content.parts) > 1 else "mastodon_text_too_long"
        code = "mastodon_comment_too_long" if comment else code
        yield problem(code, column, part=number + 1, length=length, limit=limits.characters, url=url)


def _media_problems(part: Part, limits: Limits) -> Iterator[Problem]:
    if len(part.media) > limits.media:
        yield problem("mastodon_too_many_media", "media", found=len(part.media), limit=limits.media)
    films = [item for item in part.media if not is_picture(item)]
    if films and len(part.media) > 1:
        yield problem("mastodon_film_not_alone", "media", name=films[0].name)
    for item in films:
        yield from _film_problems(item, limits)
    for item in part.media:
        if limits.alt_required and not item.alt.strip():
            yield problem("mastodon_alt_missing", "alt", name=item.name)
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
    shortest, longest = limits.poll_shortest or 0, limits.poll_longest or poll.minutes
    if not shortest <= poll.minutes <= longest:
        by_day = longest >= 2 * _DAY
        yield problem(
            "mastodon_poll_duration" if by_day else "mastodon_poll_duration_hours",
            "sondage",
            minutes=poll.minutes,
            shortest=shortest,
            longest=longest // (_DAY if by_day else _HOUR),
        )


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _language(tag: str) -> str:
    """Give the language as Mastodon knows it: `fr` for `fr-CA`, but `zh-TW` as it is."""
    primary = tag.partition("-")[0].casefold()
    return tag if primary in _REGIONAL else primary

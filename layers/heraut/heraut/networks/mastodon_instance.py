"""What a Mastodon server says of itself: what it accepts, and whether it is Mastodon or only speaks like it.

`GET /api/v2/instance`, where it is absent `GET /api/v1/instance`, else Mastodon's defaults
(https://docs.joinmastodon.org/entities/Instance/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from heraut.networks.base import Limits
from heraut.networks.mastodon_text import URL_CHARACTERS

DEFAULTS = Limits(
    characters=500,
    url_characters=URL_CHARACTERS,
    media=4,
    image_bytes=16_777_216,
    image_pixels=33_177_600,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    video_bytes=103_809_024,
    video_types=("video/mp4", "video/webm", "video/quicktime"),
    alt_characters=1500,
    poll_options=4,
    poll_option_characters=50,
    poll_shortest=5,  # 300 s
    poll_longest=43_829,  # 2 629 746 s
    first_comment=True,
    visibility=True,
    content_warning=True,
)
_FILMS = ("video/", "audio/")
# Versions of Mastodon and of its close forks: 4.7.0, 4.6.0-rc.1, 4.7.0-nightly.2026-11-20+glitch, 4.2.1+hometown-1.1.
# Pleroma, snac, Friendica, Pixelfed... say "2.7.2 (compatible; Pleroma 2.5)", GoToSocial 0.17, Takahe "takahe/0.11".
_MASTODON = re.compile(r"[3-9]\.\d+\.\d+(-(alpha|beta|rc|nightly)[.\w-]*)?(\+(glitch|hometown)[.\w-]*)?")


@dataclass(frozen=True)
class Instance:
    """A server: its name, what it accepts, and whether it is real Mastodon (which honours keys and keeps ids)."""

    domain: str | None
    limits: Limits
    is_mastodon: bool


UNKNOWN = Instance(domain=None, limits=DEFAULTS, is_mastodon=False)


def instance_of(body: Any) -> Instance | None:
    """Read the answer of `/api/v2/instance` or `/api/v1/instance`; None when it is neither."""
    if not isinstance(body, dict) or not isinstance(body.get("version"), str):
        return None
    return Instance(
        domain=_domain(body),
        limits=_limits(body),
        is_mastodon=_MASTODON.fullmatch(body["version"].strip()) is not None,
    )


def _domain(body: dict[str, Any]) -> str | None:
    named = body.get("domain") or body.get("uri")
    if not isinstance(named, str) or not named:
        return None
    return named.partition("://")[2].strip("/") if "://" in named else named


def _limits(body: dict[str, Any]) -> Limits:
    said = _part(body, "configuration")
    statuses, media, polls = (_part(said, name) for name in ("statuses", "media_attachments", "polls"))
    old_polls = _part(body, "poll_limits")  # Pleroma's v1
    types = [one for one in media.get("supported_mime_types") or () if isinstance(one, str)]
    return Limits(
        characters=_number(statuses, "max_characters") or _number(body, "max_toot_chars") or DEFAULTS.characters,
        url_characters=_number(statuses, "characters_reserved_per_url") or DEFAULTS.url_characters,
        media=_number(statuses, "max_media_attachments") or DEFAULTS.media,
        image_bytes=_number(media, "image_size_limit") or DEFAULTS.image_bytes,
        image_pixels=_number(media, "image_matrix_limit") or DEFAULTS.image_pixels,
        image_types=tuple(one for one in types if one.startswith("image/")) or DEFAULTS.image_types,
        video_bytes=_number(media, "video_size_limit") or DEFAULTS.video_bytes,
        video_types=tuple(one for one in types if one.startswith(_FILMS)) or DEFAULTS.video_types,
        alt_characters=_number(media, "description_limit")
        or _number(body, "description_limit")
        or DEFAULTS.alt_characters,
        poll_options=_number(polls, "max_options")
        or _number(old_polls, "max_options")
        or (0 if said else DEFAULTS.poll_options),  # a server that tells its limits tells those of polls, if it has any
        poll_option_characters=_number(polls, "max_characters_per_option")
        or _number(old_polls, "max_option_chars")
        or DEFAULTS.poll_option_characters,
        poll_shortest=_minutes(polls, old_polls, "min_expiration", DEFAULTS.poll_shortest, up=True),
        poll_longest=_minutes(polls, old_polls, "max_expiration", DEFAULTS.poll_longest, up=False),
        first_comment=True,
        visibility=True,
        content_warning=True,
    )


def _minutes(
    polls: dict[str, Any], old_polls: dict[str, Any], name: str, default: int | None, *, up: bool
) -> int | None:
    """Read a length told in seconds, rounded to the minute that is surely accepted."""
    seconds = _number(polls, name) or _number(old_polls, name)
    if seconds is None:
        return default
    return -(-seconds // 60) if up else seconds // 60


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _number(body: dict[str, Any], name: str) -> int | None:
    found = body.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None

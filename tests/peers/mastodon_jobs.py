"""What the tests of Mastodon's adapter give it: an account on a peer, a job, pictures and a film."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from PIL import Image

from heraut.brands import Account, NetworkName
from heraut.fetch import Guard
from heraut.networks.base import Job, Preparation, Window
from heraut.networks.http import Http
from heraut.networks.mastodon import Mastodon
from heraut.publishing.model import Content, Media, Part, Prepared

PROMISE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def adapter(*urls: str, seconds: float = 10.0) -> Mastodon:
    """Give an adapter that may open these servers."""
    allowed = frozenset(urlsplit(url).netloc for url in urls)
    return Mastodon(Http(Guard(allowed), total_seconds=seconds), clock=lambda: datetime.now(UTC))


def job(url: str, token: str, *texts: str, key: str = "martin/p1/mastodon/1", **content: object) -> Job:
    """Give a job for an account on the server at `url`; `content` is the rest of what is said."""
    parts = tuple(Part(text=text) for text in texts)
    return Job(
        brand="martin",
        brand_name="Boulangerie Martin",
        post="p1",
        version=1,
        key=key,
        account=Account(name="mastodon", network=NetworkName.MASTODON, instance=url),
        secret={"access_token": token},
        content=Content.model_validate({"parts": parts, **content}),
        created_at=PROMISE,
    )


def carrying(asked: Job, *media: Media, part: int = 0) -> Job:
    """Give the job with media on one of its parts."""
    parts = list(asked.content.parts)
    parts[part] = parts[part].model_copy(update={"media": media})
    return replace(asked, content=asked.content.model_copy(update={"parts": tuple(parts)}))


def prepared(asked: Job, preparation: Preparation) -> Job:
    """Give the job as it is after its uploads."""
    kept = Prepared(version=asked.version, remote=dict(preparation.remote), expires_at=preparation.expires_at)
    return replace(asked, prepared=kept)


def picture(width: int = 40, height: int = 30, alt: str = "Un carré rouge", color: str = "red") -> tuple[Media, bytes]:
    """Draw a PNG."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return media_of(out.getvalue(), "image/png", "affiche.png", alt), out.getvalue()


def film(alt: str = "Le four") -> tuple[Media, bytes]:
    """Make bytes that are called a film."""
    body = b"not really a film"
    return media_of(body, "video/mp4", "four.mp4", alt), body


def media_of(body: bytes, content_type: str, name: str, alt: str) -> Media:
    """Describe a file as the media bucket would."""
    digest = hashlib.sha256(body).hexdigest()
    return Media(
        key=f"media/martin/{digest}", content_type=content_type, size=len(body), sha256=digest, alt=alt, name=name
    )


def reading(*files: tuple[Media, bytes]) -> Callable[[Media], bytes]:
    """Read these files as the media bucket would."""
    held = {media.key: body for media, body in files}
    return lambda media: held[media.key]


def around_now(before: float = 60, after: float = 60) -> Window:
    """Give a window around now, in seconds."""
    now = datetime.now(UTC)
    return Window(now - timedelta(seconds=before), now + timedelta(seconds=after))

"""What is made ready ahead for a Bluesky post: its pictures uploaded, the card of its link, who its mentions are.

A blob that no record uses is thrown away by the server after "minutes" (com.atproto.repo.uploadBlob), hence the short
lead and the short life. Remembered as JSON: `picture.<message>.<number>`, `card.<message>`, `did.<handle>`; an empty
card or DID is one that was looked for and not found.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heraut.errors import CredentialsExpired, NetworkError, PreparationLost, RateLimited, Refused
from heraut.networks import bluesky_text
from heraut.networks.base import Preparation
from heraut.networks.bluesky_checks import LIMITS
from heraut.networks.bluesky_records import bare_card, card_embed, messages, picture, pictures_embed
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from heraut.networks.base import Job
    from heraut.networks.bluesky_records import Message
    from heraut.networks.bluesky_repository import Repository
    from heraut.networks.cards import Card
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Media

AHEAD = timedelta(minutes=2)
GOOD_FOR = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=5)


def ahead(content: Content) -> timedelta | None:
    """Say how long before its instant uploads may begin; None when there is nothing to make ready."""
    wanted = any(
        message.pictures or message.card or bluesky_text.handles(message.text) for message in messages(content)
    )
    return AHEAD if wanted else None


def prepare(repository: Repository, job: Job, read: Callable[[Media], bytes]) -> Preparation:
    """Make ready what is not yet; what was reached is kept when the server stops us midway.

    Pictures must be there; a card or a mention that cannot be had is a warning and never stops a post.
    """
    remote, expires_at = _still_good(job, repository.now)
    before = dict(remote)
    problems: list[Problem] = []
    look_at = None
    try:
        for number, message in enumerate(messages(job.content)):
            _pictures(repository, remote, number, message, read)
            problems += _mentions(repository, remote, message)
            problems += _card(repository, remote, number, message)
    except NetworkError as stopped:
        if remote == before or isinstance(stopped, Refused | CredentialsExpired):
            raise
        look_at = repository.now + LOOK_AGAIN
        if isinstance(stopped, RateLimited):
            return Preparation(remote, expires_at, stopped.until, tuple(problems), stopped.allowance)
    return Preparation(remote, expires_at, look_at, tuple(problems), repository.allowance)


def embed_of(job: Job, number: int, message: Message, now: datetime) -> dict[str, Any] | None:
    """Give what a message carries; PreparationLost when its pictures are not uploaded (any more)."""
    remote = _remote(job, now)
    if message.pictures:
        keys = [f"picture.{number}.{place}" for place in range(len(message.pictures))]
        if any(key not in remote for key in keys):
            raise PreparationLost(problem("bluesky_pictures_missing"))
        return pictures_embed([json.loads(remote[key]) for key in keys])
    if message.card is None:
        return None
    card = json.loads(remote.get(f"card.{number}") or "null")
    if isinstance(card, dict):
        return card
    return None if message.card_in_text else bare_card(message.card)


def dids_of(job: Job) -> dict[str, str]:
    """Give who the handles of the post are, as far as they are somebody; that never expires."""
    remote = job.prepared.remote if job.prepared else {}
    return {key.removeprefix("did."): did for key, did in remote.items() if key.startswith("did.") and did}


def _remote(job: Job, now: datetime) -> Mapping[str, str]:
    prepared = job.prepared
    if prepared is None or prepared.version != job.version:
        return {}
    if prepared.expires_at is not None and prepared.expires_at <= now:
        return {}
    return prepared.remote


def _still_good(job: Job, now: datetime) -> tuple[dict[str, str], datetime]:
    remote = dict(_remote(job, now))
    kept = job.prepared.expires_at if remote and job.prepared else None
    return remote, kept or now + GOOD_FOR


def _pictures(
    repository: Repository, remote: dict[str, str], number: int, message: Message, read: Callable[[Media], bytes]
) -> None:
    from heraut.networks import images  # Pillow is slow to load

    for place, media in enumerate(message.pictures):
        key = f"picture.{number}.{place}"
        if key not in remote:
            fitted = images.fit(
                read(media),
                types=LIMITS.image_types,
                limit_bytes=LIMITS.image_bytes,
                limit_pixels=LIMITS.image_pixels,
                name=media.name,
            )
            blob = repository.upload(fitted.body, fitted.content_type)
            remote[key] = json.dumps(picture(blob, media.alt, fitted.width, fitted.height))


def _mentions(repository: Repository, remote: dict[str, str], message: Message) -> Iterator[Problem]:
    for handle in bluesky_text.handles(message.text):
        key = f"did.{handle}"
        if not remote.get(key):
            remote[key] = _did(repository, handle)
            if not remote[key]:
                yield warning("bluesky_unknown_handle", "texte", handle=handle)


def _did(repository: Repository, handle: str) -> str:
    try:
        return repository.did_of(handle) or ""
    except NetworkError:
        return ""  # who somebody is never stops a post: the name stays plain text, and a warning says so


def _card(repository: Repository, remote: dict[str, str], number: int, message: Message) -> Iterator[Problem]:
    from heraut.networks.cards import card_of  # so is what reads a page

    key = f"card.{number}"
    if message.card is None or key in remote:
        return
    card = card_of(message.card, repository.http.guard)
    if card is None:
        remote[key] = ""
        yield warning("bluesky_no_card", "lien", link=message.card)
        return
    remote[key] = json.dumps(card_embed(message.card, card.title, card.description, _thumb(repository, card)))


def _thumb(repository: Repository, card: Card) -> dict[str, Any] | None:
    if card.picture is None:
        return None
    try:
        return repository.upload(card.picture.body, card.picture.content_type)
    except CredentialsExpired:
        raise
    except NetworkError:
        return None  # a card without its picture is still a card

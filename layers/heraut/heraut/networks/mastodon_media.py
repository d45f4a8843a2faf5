"""Uploading to Mastodon ahead: `POST /api/v2/media`, then the wait while the server works on a film.

https://docs.joinmastodon.org/methods/media/: 200 is ready, 202 is still worked on, `GET /api/v1/media/:id` then answers
206 until it is ready (200) or failed (422). An upload that no post uses is deleted after a day.
What is remembered of each: `<part>.<number>` -> `<state> <id> <sha256>`.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from heraut.errors import NetworkError, NotReady, OutcomeUnknown, PreparationLost, RateLimited, Refused, Unreachable
from heraut.networks.base import Preparation
from heraut.networks.http import allowance_of
from heraut.networks.mastodon_answers import entity, is_good, refusal, sentence
from heraut.networks.mastodon_post import is_picture, messages
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from heraut.allowance import Allowance
    from heraut.networks.base import Job, Limits
    from heraut.networks.http import Answer
    from heraut.networks.mastodon_server import Server
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Media

GOOD_FOR = timedelta(hours=23)  # Mastodon deletes unused uploads after a day
LOOK_AGAIN = timedelta(seconds=5)
PICTURES_AHEAD, FILMS_AHEAD = timedelta(minutes=15), timedelta(hours=1)
UPLOADS_WINDOW = timedelta(minutes=30)  # in which an account may upload 30 times
_UPLOAD_SECONDS, _LONGEST_UPLOAD = 30.0, 600.0
_BYTES_A_SECOND = 250_000  # of a slow server
_ABSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE, HTTPStatus.NOT_IMPLEMENTED})
_READY, _PENDING = "ready", "pending"


@dataclass(frozen=True)
class _Upload:
    """One picture or film on the server."""

    id: str
    ready: bool
    sha256: str

    def written(self) -> str:
        return f"{_READY if self.ready else _PENDING} {self.id} {self.sha256}"


def ahead(content: Content) -> timedelta | None:
    """Say how long before its instant uploads may begin: films take a server minutes."""
    if not content.media:
        return None
    return PICTURES_AHEAD if all(is_picture(item) for item in content.media) else FILMS_AHEAD


def prepare(server: Server, job: Job, read: Callable[[Media], bytes], limits: Limits) -> Preparation:
    """Upload what is missing and look at what was pending; what was reached is kept when the server stops us midway."""
    remote, expires_at = _still_good(job, server.now)
    before = dict(remote)
    look_at, allowance = None, None
    stilled: list[Problem] = []
    try:
        for key, media in _places(job.content):
            upload = _look(server, remote.get(key), media)
            if upload is None:
                upload, still, allowance = _send(server, media, read, limits)
                stilled += [warning("mastodon_still_picture", "media", name=media.name)] if still else []
            remote[key] = upload.written()
            if not upload.ready:
                look_at = server.now + LOOK_AGAIN
    except (RateLimited, Unreachable, OutcomeUnknown) as stopped:
        if remote == before:
            raise
        look_at = server.now + LOOK_AGAIN
        if isinstance(stopped, RateLimited):
            look_at, allowance = stopped.until, stopped.allowance
    return Preparation(remote, expires_at if remote else None, look_at, tuple(stilled), allowance)


def ids_of_part(server: Server, job: Job, part: int) -> tuple[str, ...]:
    """Give the server's ids of what a part carries; PreparationLost when something was not uploaded or is not ready."""
    ids = known_ids(job, part)
    if len(ids) < len(messages(job.content)[part].media):
        raise PreparationLost(problem("mastodon_upload_gone", host=server.host))
    return ids


def known_ids(job: Job, part: int) -> tuple[str, ...]:
    """Give the ids of what a part carries, as far as they were uploaded and ready."""
    remote = job.prepared.remote if job.prepared else {}
    uploads = (_read(remote.get(key), media) for key, media in _places(job.content) if key.startswith(f"{part}."))
    return tuple(upload.id for upload in uploads if upload and upload.ready)


def refused_for_media(server: Server, ids: tuple[str, ...], refused: NetworkError) -> NetworkError:
    """Say what a refusal of a post with these uploads means: are they gone, or still worked on, or is it the post?

    The server's sentence is in the reader's language, so the uploads themselves are looked at: one that is gone
    (deleted, or attached to another post) answers 404, one still worked on 206.
    """
    for media_id in ids:
        try:
            status = server.call("GET", f"/api/v1/media/{media_id}").status
        except NetworkError:
            return refused  # nothing more can be learned: the server's own sentence stands
        if status == HTTPStatus.NOT_FOUND:
            return PreparationLost(problem("mastodon_upload_gone", host=server.host))
        if status == HTTPStatus.PARTIAL_CONTENT:
            return NotReady(problem("mastodon_upload_pending", host=server.host), server.now + LOOK_AGAIN)
    return refused


def _places(content: Content) -> Iterator[tuple[str, Media]]:
    for part, said in enumerate(content.parts):
        for number, media in enumerate(said.media):
            yield f"{part}.{number}", media


def _still_good(job: Job, now: datetime) -> tuple[dict[str, str], datetime]:
    prepared = job.prepared
    if prepared is None or prepared.version != job.version:
        return {}, now + GOOD_FOR
    if prepared.expires_at is not None and prepared.expires_at <= now:
        return {}, now + GOOD_FOR
    return dict(prepared.remote), prepared.expires_at or now + GOOD_FOR


def _read(written: str | None, media: Media) -> _Upload | None:
    state, _, rest = (written or "").partition(" ")
    media_id, _, sha256 = rest.partition(" ")
    if not media_id or sha256 != media.sha256:
        return None
    return _Upload(media_id, state == _READY, sha256)


def _look(server: Server, written: str | None, media: Media) -> _Upload | None:
    """Look at an upload that was made; None when it has to be made (again)."""
    upload = _read(written, media)
    if upload is None or upload.ready:
        return upload
    answer = server.call("GET", f"/api/v1/media/{upload.id}")
    if answer.status == HTTPStatus.NOT_FOUND:
        return None
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise _unusable(server, media, answer)
    if not is_good(answer):
        raise refusal(answer, server.now)
    return _Upload(upload.id, answer.status == HTTPStatus.OK, media.sha256)


def _send(
    server: Server, media: Media, read: Callable[[Media], bytes], limits: Limits
) -> tuple[_Upload, bool, Allowance | None]:
    """Upload one picture or film; True when an animation became a still picture; what the server told of its limits."""
    body, content_type, still = read(media), media.content_type, False
    if is_picture(media):
        body, content_type, still = _fitted(body, media, limits)
    patient = server.patient(min(_LONGEST_UPLOAD, _UPLOAD_SECONDS + len(body) / _BYTES_A_SECOND))
    form: Mapping[str, str] = {"description": media.alt} if media.alt else {}
    name = media.sha256[:16] + (mimetypes.guess_extension(content_type) or "")
    answer = patient.call("POST", "/api/v2/media", data=form, files={"file": (name, body, content_type)})
    if answer.status in _ABSENT:
        answer = patient.call("POST", "/api/v1/media", data=form, files={"file": (name, body, content_type)})
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise _unusable(server, media, answer)
    if not is_good(answer):
        raise refusal(answer, server.now)
    media_id = str(entity(answer, "id")["id"])
    upload = _Upload(media_id, answer.status != HTTPStatus.ACCEPTED, media.sha256)
    return upload, still, allowance_of(answer, server.now, UPLOADS_WINDOW)


def _fitted(body: bytes, media: Media, limits: Limits) -> tuple[bytes, str, bool]:
    from heraut.networks import images

    picture = images.fit(
        body,
        types=limits.image_types,
        limit_bytes=limits.image_bytes,
        limit_pixels=limits.image_pixels,
        name=media.name,
    )
    return picture.body, picture.content_type, picture.still


def _unusable(server: Server, media: Media, answer: Answer) -> Refused:
    said = sentence(answer) or str(answer.status)
    return Refused(problem("mastodon_upload_failed", "media", host=server.host, name=media.name, said=said))

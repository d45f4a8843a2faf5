"""`site`: a public page, Atom and JSON Feed in a bucket; it needs no account anywhere.

Each post is an object of its own, created once: whoever creates it has published it, and doing it again is harmless.
Pages and feeds are made from the listing and replaced only if nobody changed them since they were read. Reading the
page comes before listing the posts, so whoever writes last has seen every post written before: two posts in one second
both stand. What a crash leaves between the post and its pages is mended by `find`, and by the next post.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from heraut.brands import NetworkName
from heraut.errors import (
    ConfigurationError,
    HerautError,
    OutcomeUnknown,
    PreparationLost,
    ReadBackUnavailable,
    Refused,
    TryAgain,
    Unreachable,
)
from heraut.networks.base import Identity, Limits, Preparation, Published
from heraut.networks.site_posts import SiteMedia, SitePost, plain, post_of
from heraut.problems import problem, warning
from heraut.publishing.model import Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account
    from heraut.networks.base import Job, Window
    from heraut.networks.site_pages import Place
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Media

PREPARE_AHEAD = timedelta(minutes=10)
REPEAT_IS_SAFE = timedelta(days=3650)  # a post is created once, whenever
NEWEST = 50  # posts on the page and in the feeds
OLDEST = 2000  # posts in the list of older ones
TRIES = 14  # at a page that others are writing too
LONGEST_SIDE = 1600  # pixels
READ_AGAIN = "no-cache"  # a reader asks each time whether it changed
FOR_EVER = "public, max-age=31536000, immutable"
HTML = "text/html; charset=utf-8"

LIMITS = Limits(
    media=20,
    image_bytes=1_000_000,
    image_pixels=LONGEST_SIDE * LONGEST_SIDE,
    video_bytes=100_000_000,
    video_types=("video/mp4", "video/webm", "video/quicktime"),
    poll_options=20,
    first_comment=True,
    visibility=True,
    content_warning=True,
)
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
}


@dataclass(frozen=True)
class SiteObject:
    """What an object holds, and the mark of exactly this content (ETag)."""

    body: bytes = field(repr=False)
    etag: str


@dataclass(frozen=True)
class SiteEntry:
    """An object in a listing, and when it was written."""

    key: str
    modified: datetime


class SiteObjects(Protocol):
    """The public bucket. Keys have no leading slash; `cache` is the Cache-Control that readers are given.

    Every method raises TryAgain when the bucket could not answer.
    """

    def read(self, key: str) -> SiteObject | None:
        """Read an object; None when it is not there."""

    def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
        """Write an object that is not there yet (If-None-Match: *); False when it is, or somebody else is at it."""

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        """Write over an object that still has this ETag (If-Match); False when it has not, or is gone."""

    def entries(self, prefix: str) -> Sequence[SiteEntry]:
        """Give every object whose key starts with `prefix`."""


@dataclass(frozen=True)
class Site:
    """Publishing on our own pages; `public_url` is where a browser finds the bucket's root (empty: not served)."""

    objects: SiteObjects
    public_url: str
    pause: Callable[[float], None] = time.sleep

    name = NetworkName.SITE
    reads_back = True
    secret_fields: tuple[str, ...] = ()

    def prepare_ahead(self, content: Content) -> timedelta | None:
        """Ten minutes for pictures and films; None for a text alone."""
        return PREPARE_AHEAD if content.media else None

    def limits(self, account: Account, secret: Mapping[str, str]) -> Limits:  # noqa: ARG002 -- the same for all
        """Give the limits: a page has few."""
        return LIMITS

    def count(self, text: str, limits: Limits) -> int:  # noqa: ARG002 -- no limit changes the count
        """Count characters."""
        return len(text)

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:
        """Refuse what a public page cannot keep private, a post that shows nothing, too many or unknown media."""
        return tuple(_problems(content, limits))

    def prepare(self, job: Job, read: Callable[[Media], bytes], now: datetime) -> Preparation:  # noqa: ARG002
        """Put pictures (made smaller) and films under the account's `media/`; their names say what they hold."""
        prepared = dict(job.prepared.remote) if job.prepared else {}
        problems: list[Problem] = []
        with _before_publishing():
            for media in job.content.media:
                if media.sha256 not in prepared:
                    kept, still = self._keep(job, media, read(media))
                    prepared[media.sha256] = kept.model_dump_json()
                    if still:
                        problems.append(warning("site_animation_stilled", "media", name=media.name))
        return Preparation(remote=prepared, problems=tuple(problems))

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> Published:
        """Create the post's object, then make the pages again.

        Once the object is there the post is out; OutcomeUnknown when the pages could not be written: `find` mends them.
        """
        media = {name: SiteMedia.model_validate_json(kept) for name, kept in _remote(job).items()}
        try:
            post = post_of(job, media, now)
        except KeyError:
            raise PreparationLost(problem("site_media_missing")) from None
        with _creating():
            post = self._create(job, post)
        for remote_id in _remote_ids(job)[len(job.done) :]:
            accepted(remote_id)
        with _making_pages():
            self._make_pages(job, post)
        return self._published(job, post)

    def find(self, job: Job, window: Window, taken: frozenset[str]) -> Published | None:  # noqa: ARG002 -- its name is known
        """Look for the post's object; if it is there its pages are made again, for a crash may have come between."""
        with _while_looking():
            there = self.objects.read(_post_key(job))
            post = SitePost.from_bytes(there.body) if there else None
            if post is None or post.key != job.key:
                return None
            self._make_pages(job, post)
        return self._published(job, post)

    def repeat_is_safe(self, job: Job) -> timedelta | None:  # noqa: ARG002 -- true of every post
        """Always: an object is created once."""
        return REPEAT_IS_SAFE

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:  # noqa: ARG002 -- there is no secret
        """Say where the site is; a warning when nobody can see it."""
        with _before_publishing():
            self.objects.entries("index.html")  # listing is never mistaken: a missing object may be a forbidden one
        home = account.url or self.public_url
        problems = () if home else (warning("site_not_served", account=account.name),)
        return Identity(name=account.handle or account.name, url=home or None, limits=LIMITS, problems=problems)

    def _keep(self, job: Job, media: Media, body: bytes) -> tuple[SiteMedia, bool]:
        kept, still = _ready(media, body)
        path = f"media/{hashlib.sha256(kept[0]).hexdigest()[:32]}.{_ENDINGS[kept[1]]}"
        # Already there is as good: the name says what it holds.
        self.objects.create(f"{_folder(job)}/{path}", kept[0], kept[1], FOR_EVER)
        width, height = kept[2] or (media.width, media.height)
        return SiteMedia(path=path, content_type=kept[1], size=len(kept[0]), width=width, height=height), still

    def _create(self, job: Job, post: SitePost) -> SitePost:
        """Create the object; our own content already there is success, another's is not."""
        key = _post_key(job)
        for attempt in range(TRIES):
            if self.objects.create(key, post.to_bytes(), "application/json", READ_AGAIN):
                return post
            there = self.objects.read(key)
            if there is not None:
                earlier = SitePost.from_bytes(there.body)
                if earlier is None or not earlier.is_same(post):
                    raise Refused(problem("site_other_post"))
                return earlier
            self._wait(attempt)
        raise OutcomeUnknown(problem("site_crowded"))

    def _make_pages(self, job: Job, post: SitePost) -> None:
        """Write every page and feed that does not show the post yet (and whatever else they lack)."""
        from heraut.networks import site_pages  # templates are slow to load, and the post is already out

        place = self._place(job)
        self._write_own_page(f"{_folder(job)}/{site_pages.page_path(post.post)}", site_pages.post_html(place, post))
        left = {"feed.json", "feed.atom", "index.html", "older.html"} if not post.unlisted else set()
        for attempt in range(TRIES):
            left = self._write_pages(job, place, post, left)
            if not left:
                return
            self._wait(attempt)
        raise OutcomeUnknown(problem("site_crowded"))

    def _write_own_page(self, key: str, body: bytes) -> None:
        there = self.objects.read(key)
        if there is None:
            self.objects.create(key, body, HTML, READ_AGAIN)
        elif there.body != body:
            self.objects.replace(key, body, there.etag, HTML, READ_AGAIN)

    def _write_pages(self, job: Job, place: Place, post: SitePost, names: set[str]) -> set[str]:
        """Try each page once, unless it shows the post already; give those that somebody else wrote meanwhile."""
        from heraut.networks import site_pages

        # The order matters: what is read here is older than what is listed below.
        there = {name: self.objects.read(f"{_folder(job)}/{name}") for name in sorted(names | {"feed.json"})}
        mark = site_pages.marker(place, post.post).rpartition(":")[2].encode()
        names = {name for name in names if not _shows(there[name], mark)}
        if names <= {"older.html"}:
            return set()  # whoever wrote the others writes it too; if not, the next post does
        listed = sorted(
            self.objects.entries(f"{_folder(job)}/posts/"), key=lambda entry: (entry.modified, entry.key), reverse=True
        )
        if all(_name(entry) != post.post for entry in listed[:NEWEST]):
            return set()  # newer ones have taken its place already
        made = self._made(place, listed, there["feed.json"])
        return {
            name
            for name in sorted(names)
            if made[name] and not self._write(f"{_folder(job)}/{name}", there[name], made[name])
        }

    def _made(self, place: Place, listed: Sequence[SiteEntry], feed: SiteObject | None) -> dict[str, bytes]:
        from heraut.networks import site_pages

        known = _known(feed)
        posts = [post for entry in listed[:NEWEST] if (post := known.get(_name(entry)) or self._read(entry))]
        posts.sort(key=lambda post: (post.published_at, post.post), reverse=True)
        older = [(_name(entry), entry.modified) for entry in listed[NEWEST : NEWEST + OLDEST]]
        return {
            "feed.json": site_pages.json_feed(place, posts),
            "feed.atom": site_pages.atom(place, posts),
            "index.html": site_pages.index_html(place, posts, older=bool(older)),
            "older.html": site_pages.older_html(place, older) if older else b"",
        }

    def _read(self, entry: SiteEntry) -> SitePost | None:
        there = self.objects.read(entry.key)
        return SitePost.from_bytes(there.body) if there else None

    def _write(self, key: str, there: SiteObject | None, body: bytes) -> bool:
        content_type = _PAGE_TYPES[key.rpartition(".")[2]]
        if there is None:
            return self.objects.create(key, body, content_type, READ_AGAIN)
        if there.body == body:
            return True
        return self.objects.replace(key, body, there.etag, content_type, READ_AGAIN)

    def _wait(self, attempt: int) -> None:
        self.pause(random.uniform(0.02, 0.1 * (attempt + 1)))  # noqa: S311 -- only so that two do not keep in step

    def _place(self, job: Job) -> Place:
        from heraut.networks.site_pages import Place

        return Place(
            job.brand,
            plain(job.account.handle or job.brand_name),
            job.account.name,
            job.language,
            job.zone,
            self._home(job),
        )

    def _home(self, job: Job) -> str:
        if job.account.url:
            return job.account.url.rstrip("/")
        return f"{self.public_url.rstrip('/')}/{_folder(job)}" if self.public_url else ""

    def _published(self, job: Job, post: SitePost) -> Published:
        from heraut.networks import site_pages

        home = self._home(job)
        url = f"{home}/{site_pages.page_path(post.post)}" if home else None
        return Published(remote_ids=_remote_ids(job), url=url, at=post.published_at)


_PAGE_TYPES = {
    "html": HTML,
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


def page_address(public_url: str, brand: str, account: Account) -> str | None:
    """Give where a browser finds an account's page; None: nobody can see it. No bucket serves `/`, hence the file."""
    if account.url:
        return account.url
    return f"{public_url.rstrip('/')}/{brand}/{account.name}/index.html" if public_url else None


def _folder(job: Job) -> str:
    return f"{job.brand}/{job.account.name}"


def _post_key(job: Job) -> str:
    # An unlisted post stands apart, so that no list of older posts leads to it.
    kind = "posts" if job.content.visibility is Visibility.PUBLIC else "unlisted"
    return f"{_folder(job)}/{kind}/{job.post}.json"


def _name(entry: SiteEntry) -> str:
    return entry.key.rpartition("/")[2].removesuffix(".json")


def _remote(job: Job) -> Mapping[str, str]:
    return job.prepared.remote if job.prepared else {}


def _remote_ids(job: Job) -> tuple[str, ...]:
    """Name each part: the whole thread is one object."""
    return tuple(job.post if place == 0 else f"{job.post}#{place + 1}" for place in range(len(job.content.parts)))


def _shows(there: SiteObject | None, mark: bytes) -> bool:
    return there is not None and mark in there.body


def _known(feed: SiteObject | None) -> dict[str, SitePost]:
    """Take from the last feed the posts it was made of: a post never changes."""
    from heraut.networks.site_pages import EXTENSION

    if feed is None:
        return {}
    try:
        kept = [json.dumps(item[EXTENSION]["post"]) for item in json.loads(feed.body)["items"]]
    except (ValueError, KeyError, TypeError):
        return {}
    posts = [post for text in kept if (post := SitePost.from_bytes(text.encode()))]
    return {post.post: post for post in posts}


def _ready(media: Media, body: bytes) -> tuple[tuple[bytes, str, tuple[int, int] | None], bool]:
    """Give a picture as the page shows it, a film as it is: bytes, type and size, and whether it stopped moving."""
    if not media.content_type.startswith("image/"):
        return (body, media.content_type, None), False
    from heraut.networks import images

    fitted = images.fit(
        body,
        types=LIMITS.image_types,
        limit_bytes=LIMITS.image_bytes,
        longest_side=LONGEST_SIDE,
        name=media.name,
    )
    return (fitted.body, fitted.content_type, (fitted.width, fitted.height)), fitted.still


def _problems(content: Content, limits: Limits) -> Iterator[Problem]:
    if content.visibility is Visibility.PRIVATE:
        yield problem("site_not_private", "visibilité")
    if not content.media and not content.poll and not any(part.text.strip() for part in content.parts):
        yield problem("site_nothing_to_show", "texte")
    for part in content.parts:
        if len(part.media) > limits.media:
            yield problem("site_too_many_media", "media", count=len(part.media), limit=limits.media)
    for media in content.media:
        if media.content_type not in _ENDINGS:
            yield problem("site_media_unknown", "media", name=media.name)
        elif media.content_type in limits.video_types and media.size > (limits.video_bytes or 0):
            yield problem("site_film_too_large", "media", name=media.name, limit=(limits.video_bytes or 0) // 1_000_000)


@contextmanager
def _before_publishing() -> Iterator[None]:
    """Nothing is public yet: whatever fails, it may be tried again."""
    try:
        yield
    except ConfigurationError as error:
        raise Refused(problem("site_not_writable")) from error
    except TryAgain as error:
        raise Unreachable(problem("site_silent")) from error


@contextmanager
def _creating() -> Iterator[None]:
    """The post may be out when no answer comes; when writing is forbidden it is not."""
    try:
        yield
    except (Refused, OutcomeUnknown):
        raise
    except ConfigurationError as error:
        raise Refused(problem("site_not_writable")) from error
    except HerautError as error:
        raise OutcomeUnknown(problem("site_silent")) from error


@contextmanager
def _making_pages() -> Iterator[None]:
    """The post is out, and not everywhere to be seen: `find` comes back to it."""
    try:
        yield
    except OutcomeUnknown:
        raise
    except HerautError as error:
        raise OutcomeUnknown(problem("site_silent")) from error


@contextmanager
def _while_looking() -> Iterator[None]:
    """What cannot be read proves nothing."""
    try:
        yield
    except HerautError as error:
        raise ReadBackUnavailable(problem("site_silent")) from error

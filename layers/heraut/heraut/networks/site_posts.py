"""What the site keeps of a post: one small object, written once, from which every page and feed is made."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from heraut.due import require_aware
from heraut.letters import clean
from heraut.publishing.model import Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.networks.base import Job

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
Moment = Annotated[datetime, AfterValidator(require_aware)]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class SiteMedia(_Kept):
    """A picture or film as the site shows it; `path` is relative to the account's folder, `size` bytes."""

    path: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None
    alt: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as a picture."""
        return self.content_type.startswith("image/")


class SitePart(_Kept):
    """One message of a thread."""

    text: str
    media: tuple[SiteMedia, ...] = ()


class SitePost(_Kept):
    """A post on the site. `key` is the delivery's: the same at every attempt; `published_at` is when it was written."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    key: str
    brand: str
    account: str
    post: str
    created_at: Moment
    published_at: Moment
    language: str
    parts: tuple[SitePart, ...]
    link: str | None = None
    content_warning: str | None = None
    first_comment: str | None = None
    options: tuple[str, ...] = ()  # of a poll
    unlisted: bool = False

    def to_bytes(self) -> bytes:
        """Write it."""
        return self.model_dump_json(by_alias=True, indent=1).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Self | None:
        """Read it; None when this is no post of ours."""
        try:
            return cls.model_validate_json(body)
        except ValidationError:
            return None

    def is_same(self, other: SitePost) -> bool:
        """Whether the other is this very post, whenever it was written."""
        return self == other.model_copy(update={"published_at": self.published_at})


def post_of(job: Job, media: Mapping[str, SiteMedia], now: datetime) -> SitePost:
    """Make the post of a delivery; `media` are its pictures and films as prepared, by digest (KeyError: not yet)."""
    content = job.content
    return SitePost(
        key=job.key,
        brand=job.brand,
        account=job.account.name,
        post=job.post,
        created_at=job.created_at,
        published_at=now,
        language=content.language if _LANGUAGE.fullmatch(content.language) else job.language,
        parts=tuple(
            SitePart(
                text=plain(part.text),
                media=tuple(media[one.sha256].model_copy(update={"alt": plain(one.alt)}) for one in part.media),
            )
            for part in content.parts
        ),
        link=plain(content.link) if content.link else None,
        content_warning=plain(content.content_warning) if content.content_warning else None,
        first_comment=plain(content.first_comment) if content.first_comment else None,
        options=tuple(plain(option) for option in content.poll.options) if content.poll else (),
        unlisted=content.visibility is not Visibility.PUBLIC,
    )


def plain(text: str) -> str:
    """Leave out what no page and no feed may hold."""
    return clean(text).strip()

"""Events of one's own: what a site's form, a shop or an automation says people said, under the scheme `signed`.

A body is `{"interactions": [...], "answers": [...]}`. An interaction needs `id`, `text` and `author` with a `name`;
`kind` is `message` unless it says another (`review`, with `stars`), `thread` what it stands under (itself), `at` an
instant with its zone (when it came). An answer is `id`, `to` (the interaction answered) and `at`. docs/webhooks.md
shows one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heraut.conversations.model import Answered, Author, Instant, Interaction, Kind
from heraut.errors import Unreadable
from heraut.networks.base import Brought

if TYPE_CHECKING:
    from heraut.brands import Account
    from heraut.networks.base import WebhookEvent

Id = Annotated[str, Field(min_length=1, max_length=500)]
Text = Annotated[str, Field(max_length=20_000)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Speaker(_Given):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    id: Id | None = None
    handle: Annotated[str, Field(max_length=200)] = ""
    followers: Annotated[int, Field(ge=0)] | None = None


class _Said(_Given):
    id: Id
    text: Text
    author: _Speaker
    kind: Kind = Kind.MESSAGE
    language: Annotated[str, Field(max_length=35)] | None = None
    answers: Id | None = None
    thread: Id | None = None
    at: Instant | None = None
    url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://")] | None = None
    stars: Annotated[int, Field(ge=1, le=5)] | None = None


class _Reply(_Given):
    id: Id
    to: Id
    at: Instant | None = None


class _Body(_Given):
    interactions: tuple[_Said, ...] = ()
    answers: tuple[_Reply, ...] = ()


def read_own_events(brand: str, account: Account, event: WebhookEvent) -> Brought:
    """Read a body; Unreadable says which field of it is not as it must be, never what it held."""
    try:
        body = _Body.model_validate_json(event.body)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, one["loc"])) or "body" for one in error.errors(include_input=False)[:3])
        raise Unreadable(f"an event of one's own: {where}") from None
    return Brought(
        interactions=tuple(
            Interaction(
                brand=brand,
                account=account.name,
                network=account.network,
                id=one.id,
                kind=one.kind,
                author=Author(
                    id=one.author.id or one.author.handle or one.author.name,
                    handle=one.author.handle,
                    name=one.author.name,
                    followers=one.author.followers,
                ),
                text=one.text,
                language=one.language,
                answers=one.answers,
                thread=one.thread or one.id,
                at=one.at or event.at,
                url=one.url,
                stars=one.stars,
            )
            for one in body.interactions
        ),
        answers=tuple(Answered(id=one.id, to=one.to, at=one.at or event.at) for one in body.answers),
    )

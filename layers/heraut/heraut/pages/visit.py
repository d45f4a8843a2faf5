"""A visit behind a link: what the browser asked for, and what goes back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Request:
    """A request as the function URL got it; `path` is that of the link, `body` the decoded form."""

    method: str
    path: str
    body: str = ""


@dataclass(frozen=True)
class Answer:
    """What goes back to the browser."""

    status: int
    headers: Mapping[str, str]
    body: str

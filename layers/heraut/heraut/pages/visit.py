"""A visit behind a link: what the browser asked for, and what goes back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Mapping


MOST_FIELDS = 10  # of a page's form


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


def form_of(body: str) -> Mapping[str, str]:
    """Read what a page's form sent, the first value of each field; empty when it is not our form."""
    try:
        return {name: values[0] for name, values in parse_qs(body, max_num_fields=MOST_FIELDS).items()}
    except ValueError:  # more fields than our form has: not our form
        return {}

"""One call to a third party: bounded in time and size, repeated at will, since it changes nothing there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from heraut.errors import AddressRefused, HerautError
from heraut.exchange import NotSent, NoWholeAnswer, exchange
from heraut.fetch import USER_AGENT, NameUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.exchange import Reply
    from heraut.fetch import Guard


class NoAnswer(HerautError):
    """No whole answer came; the text is a kind of cause, never an address."""


def call(
    guard: Guard,
    method: str,
    url: str,
    *,
    seconds: float,
    limit_bytes: int,
    headers: Mapping[str, str],
    data: bytes | None = None,
) -> Reply:
    """Make one call and give its whole answer, whatever its status; no redirect is followed. Raises NoAnswer."""
    until = time.monotonic() + seconds
    try:
        target = guard.check(url, seconds)
        return exchange(
            target,
            method,
            until=until,
            limit_bytes=limit_bytes,
            headers={"User-Agent": USER_AGENT, **headers},
            data=data,
        )
    except AddressRefused as error:
        raise NoAnswer(error.problem.code) from error
    except NameUnknown as error:
        raise NoAnswer("name unknown") from error
    except (NotSent, NoWholeAnswer) as error:
        raise NoAnswer(str(error.step)) from error


def host_of(url: str) -> str:
    """Give an address's host, to say who was asked."""
    return urlsplit(url).netloc

"""Who is named in a text of Instagram's."""

from __future__ import annotations

import re

_HANDLE = re.compile(r"(?<![\w.@])@([A-Za-z0-9_.]{1,30})")


def names_in(text: str) -> tuple[str, ...]:
    """Give the different handles that a text names, in their order, without their @ and in small letters."""
    return tuple(dict.fromkeys(found.rstrip(".").casefold() for found in _HANDLE.findall(text)))


def mentioned_in(text: str) -> tuple[str, ...]:
    """Give whom a text mentions, once each, as `networks.base.Entry` has them: Instagram tells their names alone."""
    return tuple(f"@{name}" for name in names_in(text))

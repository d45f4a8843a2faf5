"""Addresses, of the web and of mail, as people, files and networks give them: whether one can be used at all."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_MAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_WEB = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


def is_web(address: str) -> bool:
    """Whether it is an http or https address that can be taken apart: a host, a port that is a number, no space."""
    return _WEB.fullmatch(address) is not None and bool(host(address))


def is_mail(address: str) -> bool:
    """Whether it looks like one e-mail address; whether anybody reads it is known when they do."""
    return _MAIL.fullmatch(address) is not None


def host(address: str) -> str:
    """Give its host in lower case; "" when none can be read."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # read here, so that nobody stumbles over it later
    except ValueError:  # brackets that do not close, a port of letters, a letter that stands for a slash
        return ""
    return parts.hostname or ""

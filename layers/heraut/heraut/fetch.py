"""The only place that opens an address a person typed.

An address in a calendar or a configuration could point into the machine or the network we run in: at its metadata
service, at another function's runtime, at a printer. `Guard` says which addresses may be opened at all, and pins the IP
addresses it checked, so that a name cannot mean something else by the time of the connection; `fetch` reads a file
through it. Ranges: IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890).
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from heraut.errors import AddressRefused, HerautError
from heraut.problems import problem
from heraut.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heraut.exchange import Reply, Step
    from heraut.problems import Problem

USER_AGENT = "Heraut/0.1"
LONGEST_ADDRESS = 2_000  # characters
MOST_REDIRECTS = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_PORTS = {"http": 80, "https": 443}
_MEGABYTE = 1_000_000

_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers (CGNAT)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds put their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Only global unicast may be reached: everything else (mapped IPv4, NAT64, private, link-local, multicast) is outside.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)


class NameUnknown(HerautError):
    """Nobody knows the server's name, or its name server did not answer in time."""


def resolve(host: str, port: int, seconds: float) -> Sequence[str]:
    """Ask the system for a host's IP addresses, in the order to try them; NameUnknown when there are none in time."""
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            answers.put([])
        else:
            answers.put([str(entry[4][0]) for entry in found])

    # The system's call knows no time limit: it is left behind when it takes too long.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        addresses = answers.get(timeout=max(0.0, seconds))
    except queue.Empty:
        addresses = []
    if not addresses:
        raise NameUnknown
    return tuple(dict.fromkeys(addresses))


@dataclass(frozen=True)
class Guard:
    """Which addresses may be opened: public servers over https; loopback ones in `allowed` (`host:port`) over http too.

    Hosts in `plain` are public servers that may be asked over http: those whose answers are signed, named in the
    product and never by a person. `resolve` is what turns a name into IP addresses (host, port, seconds).
    """

    allowed: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    resolve: Callable[[str, int, float], Sequence[str]] = field(default=resolve, repr=False)

    def check(self, url: str, seconds: float = 10.0) -> Target:
        """Resolve an address once and give the IP addresses that may be connected to.

        Raises AddressRefused when it may not be opened, NameUnknown when its name leads nowhere.
        """
        scheme, host, port, ascii_url = _parse(url)
        known = _host_port(host, port) in self.allowed
        addresses = tuple(dict.fromkeys(self.resolve(host, port, seconds)))
        ours = tuple(one for one in addresses if known or _host_port(one, port) in self.allowed)
        if ours and all(_is_loopback(one) for one in addresses):
            return Target(ascii_url, scheme, host, port, ours)
        if scheme != "https" and host not in self.plain:
            raise AddressRefused(problem("address_not_https", host=host))
        if not addresses:
            raise NameUnknown
        if known or not all(_is_public(address) for address in addresses):
            raise AddressRefused(problem("address_private", host=host))
        return Target(ascii_url, scheme, host, port, addresses)


@dataclass(frozen=True)
class Fetched:
    """What was read: `content_type` as announced, in lower case and without parameters; `address` after redirects."""

    body: bytes = field(repr=False)
    content_type: str
    address: str
    charset: str | None = None  # as announced


def fetch(
    url: str,
    *,
    limit_bytes: int,
    kinds: Sequence[str],
    guard: Guard,
    seconds: float = 20.0,
    user_agent: str = USER_AGENT,
) -> Fetched:
    """Read what is at an address a person typed.

    `kinds` are content types that are wanted (`text/html`, or a family: `image/*`); `seconds` bounds everything,
    redirects (at most four, each checked anew) included. Raises AddressRefused, whose problem says why in plain words.
    """
    until = time.monotonic() + seconds
    target = _checked(guard, url, until)
    for _hop in range(MOST_REDIRECTS + 1):
        reply = _exchanged(target, until, limit_bytes, {"User-Agent": user_agent, "Accept": ", ".join(kinds)})
        location = reply.headers.get("Location")
        if reply.status not in _REDIRECTS or location is None:
            return _wanted(reply, target, kinds)
        target = _checked(guard, _join(target, location), until)
    raise AddressRefused(problem("address_too_many_redirects", host=target.host))


def _checked(guard: Guard, address: str, until: float) -> Target:
    try:
        return guard.check(address, until - time.monotonic())
    except NameUnknown:
        raise AddressRefused(problem("address_name_unknown", host=_parse(address)[1])) from None


def _exchanged(target: Target, until: float, limit_bytes: int, headers: dict[str, str]) -> Reply:
    from heraut.exchange import NotSent, NoWholeAnswer, exchange  # brings requests: slow to load, and rarely used

    try:
        return exchange(target, "GET", until=until, limit_bytes=limit_bytes, headers=headers)
    except (NotSent, NoWholeAnswer) as error:
        raise AddressRefused(_said(error.step, target.host, limit_bytes)) from error


def _said(step: Step, host: str, limit_bytes: int) -> Problem:
    from heraut.exchange import Step

    match step:
        case Step.SIZE:
            return problem("address_too_large", host=host, limit=max(1, limit_bytes // _MEGABYTE))
        case Step.TIME:
            return problem("address_too_slow", host=host)
        case Step.TLS:
            return problem("address_not_secure", host=host)
        case _:
            return problem("address_unreachable", host=host)


def _wanted(reply: Reply, target: Target, kinds: Sequence[str]) -> Fetched:
    if reply.status != _OK:
        raise AddressRefused(problem("address_answer", host=target.host, status=reply.status))
    announced = Message()
    announced["Content-Type"] = reply.headers.get("Content-Type", "")
    content_type = announced["Content-Type"].partition(";")[0].strip().lower()
    families = {kind.removesuffix("*") for kind in kinds if kind.endswith("/*")}
    if content_type not in kinds and not any(content_type.startswith(family) for family in families):
        shown = content_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", content_type) else "?"
        raise AddressRefused(problem("address_kind", host=target.host, found=shown))
    return Fetched(reply.body, content_type, target.url, announced.get_content_charset())


def _join(target: Target, location: str) -> str:
    try:
        return urljoin(target.url, location)
    except ValueError:
        raise AddressRefused(problem("address_unreadable")) from None


def _parse(url: str) -> tuple[str, str, int, str]:
    """Take an address apart the way `requests` will: scheme, ASCII host, port and the address with that host."""
    import idna
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    unreadable = AddressRefused(problem("address_unreadable"))
    if len(url) > LONGEST_ADDRESS or re.search(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]", url):
        raise unreadable
    scheme = url.partition(":")[0].lower()
    if scheme not in _PORTS:
        raise AddressRefused(problem("address_scheme"))
    if not url[len(scheme) :].startswith("://"):
        raise unreadable
    authority = re.split(r"[/?#]", url[len(scheme) + 3 :], maxsplit=1)[0]
    if "@" in authority:
        raise AddressRefused(problem("address_userinfo"))
    try:
        parsed = parse_url(url)
        host = (parsed.host or "").strip("[]")
        if ":" not in host:
            host = idna.encode(host, uts46=True).decode("ascii").lower()
        else:
            host = str(ipaddress.IPv6Address(host))  # an address with a zone (%eth0) is local
    except (LocationParseError, UnicodeError, ValueError):
        raise unreadable from None
    port = parsed.port if parsed.port is not None else _PORTS[scheme]
    if not host or not 0 < port < 2**16 or _is_disguised_number(host):
        raise unreadable
    shown = f"[{host}]" if ":" in host else host
    return scheme, host, port, parsed._replace(scheme=scheme, host=shown).url


def _is_disguised_number(host: str) -> bool:
    """Whether the system would read the host as an IPv4 address written in an unusual way (decimal, octal, short)."""
    last = host.rstrip(".").rpartition(".")[2]
    if ":" in host or not re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", last):
        return False
    try:
        return str(ipaddress.IPv4Address(host)) != host
    except ValueError:
        return True


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_public(address: str) -> bool:
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False  # with a zone: local
    if isinstance(read, ipaddress.IPv4Address):
        return not any(read in network for network in _REFUSED_V4)
    return read in _GLOBAL_V6 and not any(read in network for network in _REFUSED_V6)

"""Which addresses a person may make us open, and which IP addresses are then connected to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heraut.errors import AddressRefused
from heraut.fetch import Guard, NameUnknown

if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLIC = "93.184.215.14"


def resolving_to(*addresses: str) -> Guard:
    """A guard in whose world every name leads to these IP addresses (an IP address to itself)."""

    def resolve(host: str, port: int, seconds: float) -> Sequence[str]:
        return [host] if host.replace(".", "").isdigit() or ":" in host else list(addresses)

    return Guard(resolve=resolve)


def refusal(guard: Guard, url: str) -> str:
    """Give the code of the problem with which an address is refused."""
    with pytest.raises(AddressRefused) as caught:
        guard.check(url)
    for language in ("fr", "en"):
        assert caught.value.problem.message(language)
        assert caught.value.problem.remedy(language)
    return caught.value.problem.code


@pytest.mark.parametrize(
    ("url", "opened", "host", "port"),
    [
        ("https://example.org", "https://example.org", "example.org", 443),
        ("https://example.org/a%20b?c=d&e=%C3%A9", "https://example.org/a%20b?c=d&e=%C3%A9", "example.org", 443),
        ("HTTPS://Example.ORG:8443/A", "https://example.org:8443/A", "example.org", 8443),
        ("https://boulangère.example/é", "https://xn--boulangre-63a.example/%C3%A9", "xn--boulangre-63a.example", 443),
        ("https://example.org/@user@host", "https://example.org/@user@host", "example.org", 443),
        ("https://93.184.215.14/", "https://93.184.215.14/", PUBLIC, 443),
        ("https://[2606:2800:21f::1]/", "https://[2606:2800:21f::1]/", "2606:2800:21f::1", 443),
        ("https://example.org./", "https://example.org./", "example.org.", 443),
    ],
)
def test_a_public_address_is_pinned(url: str, opened: str, host: str, port: int) -> None:
    """A public https address gives its host in ASCII, its port and the IP addresses that were checked."""
    found = resolving_to(PUBLIC, "2606:2800:21f::1").check(url)

    assert (found.url, found.host, found.port, found.scheme) == (opened, host, port, "https")
    assert found.addresses[0] in {PUBLIC, "2606:2800:21f::1"}


PRIVATE = [
    "0.0.0.0",  # noqa: S104 -- refused, not bound to
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.215.14",
    "64:ff9b::7f00:1",
    "64:ff9b::5db8:d70e",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:5db8:d70e::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    """Private, loopback, link-local, shared, multicast, reserved, mapped and translated addresses are not opened."""
    assert refusal(resolving_to(address), "https://innocent.example/") == "address_private"


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_once_is_refused(address: str) -> None:
    """One private address among public ones is enough: the name is not to be trusted."""
    assert refusal(resolving_to(PUBLIC, address), "https://innocent.example/") == "address_private"


@pytest.mark.parametrize("address", [address for address in PRIVATE if "%" not in address])
def test_an_inside_address_written_as_such_is_refused(address: str) -> None:
    """The same, typed as numbers."""
    host = f"[{address}]" if ":" in address else address
    assert refusal(resolving_to(PUBLIC), f"https://{host}/latest/meta-data/") == "address_private"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "address_scheme"),
        ("example.org/a.jpg", "address_scheme"),
        ("//example.org/", "address_scheme"),
        ("file:///etc/passwd", "address_scheme"),
        ("ftp://example.org/", "address_scheme"),
        ("gopher://example.org:70/_x", "address_scheme"),
        ("data:text/html,x", "address_scheme"),
        ("javascript:alert(1)", "address_scheme"),
        ("jar:https://example.org!/", "address_scheme"),
        ("http://example.org/", "address_not_https"),
        ("http://93.184.215.14/", "address_not_https"),
        ("http://127.0.0.1/", "address_not_https"),
        ("https:example.org", "address_unreadable"),
        ("https:/example.org", "address_unreadable"),
        ("https://", "address_unreadable"),
        ("https:///etc/passwd", "address_unreadable"),
        ("https://:443/", "address_unreadable"),
        ("https://user@example.org/", "address_userinfo"),
        ("https://user:word@example.org/", "address_userinfo"),  # pragma: allowlist secret
        ("https://example.org@127.0.0.1/", "address_userinfo"),
        ("https://example.org%40127.0.0.1@127.0.0.1/", "address_userinfo"),
        ("https://@example.org/", "address_userinfo"),
        ("https://127.0.0.1\\@example.org/", "address_unreadable"),
        ("https://example.org\\.evil.example/", "address_unreadable"),
        ("https://exam ple.org/", "address_unreadable"),
        (" https://example.org/", "address_unreadable"),
        ("https://example.org/\r\nHost: evil", "address_unreadable"),
        ("https://example.org/\x00", "address_unreadable"),
        ("https://example.org\u2028/", "address_unreadable"),
        ("https://example.org:0/", "address_unreadable"),
        ("https://example.org:65536/", "address_unreadable"),
        ("https://example.org:-1/", "address_unreadable"),
        ("https://example.org:x/", "address_unreadable"),
        ("https://2130706433/", "address_unreadable"),
        ("https://0x7f000001/", "address_unreadable"),
        ("https://0x7f.0.0.1/", "address_unreadable"),
        ("https://0177.0.0.1/", "address_unreadable"),
        ("https://017700000001/", "address_unreadable"),
        ("https://127.1/", "address_unreadable"),
        ("https://127.0.1/", "address_unreadable"),
        ("https://0/", "address_unreadable"),
        ("https://1.2.3.4.5/", "address_unreadable"),
        ("https://256.1.1.1/", "address_unreadable"),
        ("https://127.0.0.1./", "address_unreadable"),
        ("https://①②⑦.⓪.⓪.①/", "address_unreadable"),
        ("https://１２７.０.０.１/", "address_unreadable"),
        ("https://127。0。0。1/", "address_unreadable"),
        ("https://[::1/", "address_unreadable"),
        ("https://[::1%25eth0]/", "address_private"),
        ("https://[fe80::1%25lo]/", "address_private"),
        ("https://[v1.x]/", "address_unreadable"),
        ("https://xn--/", "address_unreadable"),
        ("https://a..b/", "address_unreadable"),
        ("https://-/", "address_unreadable"),
        ("https://example.org/" + "a" * 2000, "address_unreadable"),
    ],
)
def test_an_evil_or_broken_address_is_refused(url: str, code: str) -> None:
    """Other schemes, names before `@`, unusual numbers, control characters: each with a sentence of its own."""
    assert refusal(resolving_to(PUBLIC), url) == code


@pytest.mark.parametrize("answer", ["not-an-address", ""])
def test_a_resolver_that_answers_nonsense_opens_nothing(answer: str) -> None:
    """What is no IP address is not connected to."""
    assert refusal(resolving_to(answer), "https://example.org/") == "address_private"


def test_a_name_that_leads_nowhere_is_said_to_be_unknown() -> None:
    """No address at all: NameUnknown, so that callers may call it unreachable."""
    with pytest.raises(NameUnknown):
        resolving_to().check("https://example.org/")


def test_the_name_is_resolved_once() -> None:
    """The answer that was checked is the one that is connected to."""
    asked: list[str] = []

    def rebinding(host: str, port: int, seconds: float) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["169.254.169.254"]

    assert Guard(resolve=rebinding).check("https://rebind.example/").addresses == (PUBLIC,)
    assert asked == ["rebind.example"]


LOCAL = frozenset({"127.0.0.1:2583", "social.localhost:4566", "[::1]:2583"})


@pytest.mark.parametrize(
    ("url", "answers", "addresses"),
    [
        ("http://127.0.0.1:2583/xrpc", ["127.0.0.1"], ("127.0.0.1",)),
        ("https://127.0.0.1:2583/xrpc", ["127.0.0.1"], ("127.0.0.1",)),
        ("http://localhost:2583/", ["::1", "127.0.0.1"], ("::1", "127.0.0.1")),
        ("http://social.localhost:4566/", ["127.0.0.1", "::1"], ("127.0.0.1", "::1")),
        ("http://[::1]:2583/", ["::1"], ("::1",)),
    ],
)
def test_an_allowed_loopback_server_is_opened(url: str, answers: list[str], addresses: tuple[str, ...]) -> None:
    """On one machine, the servers that are listed are opened, over http too."""
    guard = Guard(LOCAL, resolve=lambda *_: answers)

    assert guard.check(url).addresses == addresses


@pytest.mark.parametrize(
    ("url", "answers"),
    [
        ("http://127.0.0.1:2584/", ["127.0.0.1"]),
        ("http://localhost:22/", ["127.0.0.1"]),
        ("https://localhost/", ["127.0.0.1"]),
        ("https://social.localhost:4566/", ["127.0.0.1", "10.0.0.1"]),
        ("https://social.localhost:4566/", ["169.254.169.254"]),
        ("https://social.localhost:4566/", [PUBLIC]),
        ("https://evil.example:2583/", ["127.0.0.1", PUBLIC]),
        ("https://127.0.0.2:2583/", ["127.0.0.2"]),
    ],
)
def test_the_list_opens_exactly_what_it_names(url: str, answers: list[str]) -> None:
    """Another port, another loopback address, or a listed name that leads elsewhere stays closed."""
    assert refusal(Guard(LOCAL, resolve=lambda *_: answers), url) in {"address_private", "address_not_https"}


def test_without_a_list_nothing_local_is_opened() -> None:
    """In the cloud the list is empty."""
    assert refusal(Guard(resolve=lambda *_: ["127.0.0.1"]), "https://127.0.0.1:2583/") == "address_private"

"""The card of a link, read from real servers on loopback."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from heraut.fetch import Guard
from heraut.networks.cards import Card, card_of
from tests.loopback import Server, answer, read_request, serving

if TYPE_CHECKING:
    import socket

pytestmark = pytest.mark.enable_socket


def photograph() -> bytes:
    """Make a large picture with noise."""
    out = io.BytesIO()
    Image.effect_noise((1800, 900), 60).save(out, "PNG")
    return out.getvalue()


def card(body: bytes, content_type: str = "text/html; charset=utf-8", picture: bytes | None = None) -> Card | None:
    """Give the card of a page that a server answers with this body (and its pictures with another)."""

    def play(connected: socket.socket) -> None:
        request = read_request(connected)
        if picture is not None and request.startswith((b"GET /p ", b"GET /p.")):
            connected.sendall(answer(body=picture, Content_Type="image/png"))
        else:
            connected.sendall(answer(body=body, Content_Type=content_type))

    with serving(play) as server:
        return card_of(f"{server.url}/page", Guard(frozenset({server.host_port})))


def page(head: str) -> bytes:
    """Write a page with this head."""
    return f"<!doctype html><html><head>{head}</head><body><p>Bonjour</p></body></html>".encode()


def test_open_graph_comes_first() -> None:
    """Title, description and picture as the page offers them, the picture small enough to upload."""
    found = card(
        page(
            '<title>Autre</title><meta property="og:title" content="Galette &amp; fève">'
            '<meta name="description" content="autre"><meta property="og:description" content="Dès\n  le 2 janvier">'
            '<meta property="og:image" content="/p.png">'
        ),
        picture=photograph(),
    )

    assert found is not None
    assert (found.title, found.description) == ("Galette & fève", "Dès le 2 janvier")
    assert found.picture is not None
    assert len(found.picture.body) <= 950_000
    assert (found.picture.width, found.picture.height) == (1200, 600)


@pytest.mark.parametrize(
    ("head", "title", "description"),
    [
        ("<title> Le\n pain </title>", "Le pain", ""),
        ('<title>Le pain</title><meta name="Description" content="Bon">', "Le pain", "Bon"),
        ('<meta name="twitter:title" content="T"><meta name="twitter:description" content="D">', "T", "D"),
        ('<meta property="og:title" content=""><title>Repli</title>', "Repli", ""),
        ('<meta name="og:title" content="un"><meta name="og:title" content="deux">', "un", ""),
        ("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>", "<script>alert(1)</script>", ""),
        ("<title>a\u202egpj.exe\u0007</title>", "a gpj.exe", ""),
        ("<title>" + "mot " * 100 + "</title>", ("mot " * 50).strip()[:199].rsplit(" ", 1)[0] + "…", ""),
    ],
)
def test_pages_say_it_in_their_own_ways(head: str, title: str, description: str) -> None:
    """Plain HTML and Twitter's names serve too; long texts are cut at a word."""
    found = card(page(head))

    assert found is not None
    assert (found.title, found.description) == (title, description)


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/html; charset=iso-8859-1", "latin-1"),
        ("text/html", "utf-8"),
        ("text/html; charset=no-such-thing", "utf-8"),
        ("application/xhtml+xml", "utf-8"),
    ],
)
def test_accents_survive(content_type: str, encoding: str) -> None:
    """The charset that was announced is used when it exists."""
    found = card("<meta charset='utf-8'><title>Pâtisserie</title>".encode(encoding), content_type)

    assert found is not None
    assert found.title == "Pâtisserie"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (page(""), "text/html"),
        (b"", "text/html"),
        (b"{}", "application/json"),
        (b"<title>x</title>" + b" " * 5_000_001, "text/html"),
        (b"<title>" * 1000, "text/html"),
        (b"\xff\xfe\x00" * 100, "text/html"),
    ],
)
def test_a_page_without_a_title_has_no_card(body: bytes, content_type: str) -> None:
    """No title, no page, too large: no card, and no error."""
    assert card(body, content_type) is None


@pytest.mark.parametrize(
    "picture",
    ["http://169.254.169.254/p.png", "https://[broken/p.png", "file:///etc/passwd", "data:image/png;base64,AA", "/p"],
)
def test_a_picture_that_cannot_be_had_leaves_the_card(picture: str) -> None:
    """An address inside, nonsense, or no picture at all: a card without a picture."""
    found = card(page(f'<title>Pain</title><meta property="og:image" content="{picture}">'), picture=b"no picture")

    assert found is not None
    assert found.picture is None


def test_a_server_that_is_not_there_has_no_card() -> None:
    """A page that cannot be read is no error."""
    with serving(lambda _: None) as server:
        guard = Guard(frozenset({server.host_port}))
        assert card_of(f"{server.url}/", guard) is None
        assert card_of("https://127.0.0.1/", guard) is None
        assert isinstance(server, Server)

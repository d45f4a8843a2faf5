"""The public folder of a draw on loopback: the page beside the files it verifies, which a test may tamper with."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from heraut.contests.beacon import QUICKNET
from heraut.contests.certificate import Certificate
from heraut.contests.certificate_page import CERTIFICATE, ENTRANTS, About, render
from heraut.contests.published import PAGES
from tests.twins.draws import AUTHORITIES, RULES, MadeDraw

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {"html": "text/html; charset=utf-8", "json": "application/json", "txt": "text/plain; charset=utf-8"}
# Rounds of quicknet as its relays gave them.
ROUNDS = {
    1000: "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    123: "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
}
ROOTS = [one.root.public_bytes(Encoding.DER) for one in AUTHORITIES]
ABOUT = About("Maison Martin", "Le grand jeu de Noël", "Europe/Paris", ("Un coffret", "Une boîte"), rules="rules.txt")


def real_draw(round_number: int = 1000, **options: Any) -> MadeDraw:
    """Make a draw of a real round."""
    return MadeDraw(QUICKNET, round_number, bytes.fromhex(ROUNDS[round_number]), **options)


def published(draw: MadeDraw, about: About = ABOUT) -> dict[str, bytes]:
    """Give the files of a draw by their names, as they are uploaded."""
    pages = {path: render(draw.read(), about, language, ROOTS) for language, path in PAGES.items()}
    return {CERTIFICATE: draw.text(), ENTRANTS: draw.entrants, "rules.txt": RULES} | pages


def published_as(certificate: dict[str, Any], entrants: bytes) -> dict[str, bytes]:
    """Give the files of a certificate and a list, whatever they say."""
    text = json.dumps(certificate).encode()
    pages = {path: render(Certificate.read(text), ABOUT, language, ROOTS) for language, path in PAGES.items()}
    return {CERTIFICATE: text, ENTRANTS: entrants, "rules.txt": RULES} | pages


@dataclass
class DrawSite:
    """`files` are served by their names; `asked` keeps what was asked for."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    asked: list[str] = field(default_factory=list)

    def page(self, language: str = "fr") -> str:
        """Give the page's address."""
        return f"{self.address}/{PAGES[language]}"  # type: ignore[index]  # a test's own literal


@contextmanager
def draw_site() -> Iterator[DrawSite]:
    """Serve a folder until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path[1:]
            site.asked.append(name)
            body = site.files.get(name)
            self.send_response(HTTPStatus.NOT_FOUND if body is None else HTTPStatus.OK)
            self.send_header("Content-Type", KINDS.get(name.rpartition(".")[2], "application/octet-stream"))
            self.send_header("Cache-Control", "no-store")  # a test changes files behind one address
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = DrawSite(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

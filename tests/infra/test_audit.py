"""The dependency audit with uv itself, against an advisory service of our own on loopback.

The advisory is one that exists, in the form that the OSV schema gives it.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from infra import audit
from infra.audit import LookFailed, OutOfReach
from infra.local import environments

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.enable_socket
HOLED = ("jinja2", "3.1.2")
ID = "GHSA-h5c8-rqwp-cjhj"
PINNED = {HOLED: ["one.txt", "two.txt"], ("pydantic", "2.12.4"): ["two.txt"]}


def advisory(*fixed: dict[str, str]) -> dict[str, Any]:
    """What the service tells of the one advisory that it knows."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *fixed]}]
    return {
        "id": ID,
        "aliases": ["CVE-2024-22195"],
        "summary": "Jinja vulnerable to HTML attribute injection",
        "modified": "2024-11-08T16:42:47Z",
        "published": "2024-01-11T15:20:48Z",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"}, "ranges": ranges}],
    }


class Service:
    """Knows one advisory against one version; `asked` keeps every package that it was asked about."""

    def __init__(self, known: dict[str, Any], status: int, raw: bytes | None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.address = ""
        self._known, self._status, self._raw = known, status, raw

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Give the status and the body for one request."""
        if self._raw is not None:
            return self._status, self._raw
        if path == f"/v1/vulns/{ID}":
            return 200, json.dumps(self._known).encode()
        assert path == "/v1/querybatch"
        asked = [(one["package"]["name"], one["version"]) for one in json.loads(body)["queries"]]
        self.asked += asked
        hit = {"vulns": [{"id": ID, "modified": self._known["modified"]}]}
        return 200, json.dumps({"results": [hit if one == HOLED else {} for one in asked]}).encode()


@contextmanager
def serving(known: dict[str, Any] | None = None, status: int = 200, raw: bytes | None = None) -> Iterator[Service]:
    """Serve on a free port while the block runs."""
    service = Service(known or advisory({"fixed": "3.1.3"}), status, raw)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do()

        def do_POST(self) -> None:
            self._do()

        def _do(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code, body = service.answer(self.path, sent)
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True, scope="module")
def _uv() -> None:
    """Have the pinned uv."""
    environments.ensure("uv")


def test_every_pin_of_every_lock_is_asked_about() -> None:
    """All in one look; a version is named as the lock names it."""
    pinned = audit.pins(audit.ROOT, audit.LOCKS)
    with serving() as service:
        assert audit.audit(pinned, service.address) == []

    assert sorted(service.asked) == sorted(pinned)
    assert len(pinned) > 100


def test_an_advisory_is_told_with_its_locks_and_what_mends_it() -> None:
    """A person can act on the line."""
    with serving() as service:
        (line,) = audit.audit(PINNED, service.address)

    assert line == (
        "jinja2 3.1.2 (one.txt, two.txt): Jinja vulnerable to HTML attribute injection "
        f"[{ID}, CVE-2024-22195]; mended in 3.1.3"
    )


def test_an_advisory_that_no_version_mends_is_told_too() -> None:
    """The line says that there is nothing to move to."""
    with serving(advisory()) as service:
        (line,) = audit.audit(PINNED, service.address)

    assert line.endswith("; no version mends it yet")


@pytest.mark.parametrize(("fixed", "lines"), [([{"fixed": "3.1.3"}], 1), ([], 0)])
def test_what_is_accepted_counts_until_a_version_mends_it(fixed: list[dict[str, str]], lines: int) -> None:
    """An exception does not outlive its reason."""
    with serving(advisory(*fixed)) as service:
        assert len(audit.audit(PINNED, service.address, {ID: "templates are ours"})) == lines


@pytest.mark.parametrize(
    ("status", "raw"),
    [(403, b"not from here"), (404, b"{}"), (503, b""), (200, b"<html>please log in</html>")],
)
@pytest.mark.parametrize("columns", ["40", "200"])
def test_a_service_that_is_not_there_is_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, status: int, raw: bytes, columns: str
) -> None:
    """A proxy's page, a refusal, an outage: nobody was asked, however wide the terminal."""
    monkeypatch.setenv("COLUMNS", columns)
    with serving(status=status, raw=raw) as service, pytest.raises(OutOfReach):
        audit.audit(PINNED, service.address)


def test_where_nobody_can_be_asked_the_check_says_so_and_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, which says that nothing was looked at."""
    with serving() as service:
        gone = service.address

    assert audit.main(["--service", gone]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "nothing was looked at, no advisory service answers here (Connection refused" in line


def test_a_machine_that_is_kept_offline_is_told_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its owner said so to uv."""
    monkeypatch.setenv("UV_OFFLINE", "1")

    assert audit.main([]) == 0
    assert "nothing was looked at" in capsys.readouterr().out


@pytest.mark.parametrize(("holed", "status"), [(False, 0), (True, 1)])
def test_the_check_fails_on_an_advisory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], holed: bool, status: int
) -> None:
    """It tells by its exit status and names the package."""
    monkeypatch.setattr(audit, "pins", lambda *_: {pin: PINNED[pin] for pin in PINNED if holed or pin != HOLED})
    with serving() as service:
        assert audit.main(["--service", service.address]) == status

    assert ("jinja2 3.1.2" in capsys.readouterr().err) is holed


def test_a_look_that_went_wrong_does_not_pass_for_a_clean_one() -> None:
    """A pin that uv cannot read, a lock that pins nothing."""
    with serving() as service, pytest.raises(LookFailed, match="uv ended with status 2"):
        audit.audit({("jinja2", "no version"): ["one.txt"]}, service.address)
    with pytest.raises(LookFailed, match="pins nothing"):
        audit.pins(audit.ROOT, ["LICENSE"])

"""A Mastodon API on loopback that honours Idempotency-Key, keeps what it is given, and fails when asked to.

It stores media at once (never 202), counts characters as code points (a real Mastodon counts graphemes, and any link as
23), and its own rate-limit answers give the reset in seconds: `refuse_until` writes it as Mastodon does.
"""

import contextlib
import json
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.peers.places import detail
from tests.peers.servers import free_port, listens, running

#: What it says in /api/v2/instance and /api/v1/instance; it derives `api_versions.mastodon` from it.
VERSION = "4.6.0"
ACCOUNTS = ("gazette", "lectrice")


@dataclass(frozen=True)
class MastodonMock:
    """A running server.

    url: without a slash at the end. tokens: an access token for each of the accounts `gazette` and `lectrice`.
    """

    url: str
    tokens: dict[str, str] = field(repr=False)

    def fail(
        self, effect: dict[str, Any], *, method: str = "POST", path: str = "/api/v1/statuses", times: int = 1
    ) -> None:
        """Give the next requests that match this fate, before they reach the API.

        Args:
            effect: `{"type": "status", "status": 503, "headers": {}, "body": {}}`, `{"type": "latency", "delay_ms": N}`
                (answers late, and does what was asked even if nobody waits any more), `{"type": "timeout"}` (30 s), or
                `{"type": "malformed"}` (200 and broken JSON, nothing done).
            method: of the requests.
            path: of the requests; `*` stands for anything.
            times: how many of them.
        """
        self._ask("POST", "faults", {"match": {"methods": [method], "path": path}, "effect": effect, "count": times})

    def refuse_until(self, moment: datetime, *, path: str = "/api/v1/statuses", times: int = 1) -> None:
        """Answer 429 as Mastodon does: X-RateLimit-Reset is an ISO 8601 date in UTC, and there is no Retry-After."""
        reset = moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        self.fail(
            {"type": "status", "status": 429, "headers": headers, "body": {"error": "Throttled"}},
            path=path,
            times=times,
        )

    def reset(self) -> None:
        """Forget every status, medium, idempotency key and failure; accounts and tokens stay."""
        self._ask("POST", "reset", {})

    def _ask(self, method: str, what: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            f"{self.url}/api/v1/_mock/{what}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()


@contextlib.contextmanager
def mastodon_mock_server() -> Iterator[MastodonMock]:
    """Run the server until the block ends.

    Raises: PeerMissing, ServerFailed.
    """
    python = detail("mastodon_mock", "python")
    folder = Path(tempfile.mkdtemp(prefix="heraut-mastodon-"))
    try:
        port = free_port()
        tokens = {name: f"token-of-{name}" for name in ACCOUNTS}
        (folder / "settings.toml").write_text(_settings(folder, tokens), encoding="utf-8")
        command = [python, "-m", "mastodon_mock", "serve", "--config", str(folder / "settings.toml")]
        command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
        with running(
            "mastodon_mock", command, log=folder / "log", ready=lambda: listens(port), folder=folder, remove=folder
        ):
            yield MastodonMock(url=f"http://127.0.0.1:{port}", tokens=tokens)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, tokens: dict[str, str]) -> str:
    lines = [f'mocked_version = "{VERSION}"', f'media_storage_path = "{folder / "media"}"']
    for name, token in tokens.items():
        lines += [
            "[[seed.accounts]]",
            f'username = "{name}"',
            f'display_name = "{name.title()}"',
            f'access_token = "{token}"',
        ]
    return "\n".join(lines) + "\n"

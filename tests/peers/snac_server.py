"""snac2 on loopback: a real fediverse server that speaks part of Mastodon's API.

What it does otherwise (2.75): no Idempotency-Key, no /api/v2/instance (404), 100 000 characters, a link counts 32, no
rate limits and no Link headers, and what is said of language and of the visibility `unlisted` does not come back.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.peers.places import detail
from tests.peers.servers import ServerFailed, free_port, listens, running

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = "read write follow"
#: It looks up whoever a post mentions, wherever that is: through a proxy that nobody runs, that fails at once.
NO_WAY_OUT = "http://127.0.0.1:9"


@dataclass(frozen=True)
class SnacServer:
    """A running server.

    url: without a slash at the end. tokens: an access token for each user, got through OAuth as an application does.
    passwords: what each signs in with on the server's own pages.
    """

    url: str
    tokens: dict[str, str] = field(repr=False)
    passwords: dict[str, str] = field(repr=False)


@contextlib.contextmanager
def snac_server(*users: str, proxy: str = NO_WAY_OUT) -> Iterator[SnacServer]:
    """Run the server with these users until the block ends; all that it asks of other machines goes to the proxy.

    Raises: PeerMissing, ServerFailed.
    """
    program = detail("snac2", "program")
    ways = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), proxy)
    folder = Path(tempfile.mkdtemp(prefix="heraut-snac-"))
    try:
        port = free_port()
        data = folder / "data"
        # It asks: address, port, host name (what its addresses begin with), path prefix, administrator's mail.
        _tell(program, ["init", str(data)], f"127.0.0.1\n{port}\nlocalhost:{port}\n\n\n")
        settings = json.loads((data / "server.json").read_text(encoding="utf-8"))
        settings |= {"protocol": "http", "disable_inbox_collection": True, "disable_email_notifications": True}
        settings["num_threads"] = 16  # with one or two a core, a reader now and then waits 6 s for a free one
        # What it sends to its own users over loopback it gives up after 6 s, and sends again two minutes later: on a
        # machine that stalls it waits longer, and what was lost all the same goes again at its next look.
        settings |= {"queue_timeout": 30, "queue_timeout_2": 30, "queue_retry_minutes": 0, "queue_retry_max": 100}
        (data / "server.json").write_text(json.dumps(settings), encoding="utf-8")
        passwords = {}
        for user in users:
            said = _tell(program, ["adduser", str(data), user], "")
            passwords[user] = re.findall(r"password is (\S+)", said)[0]
        url = f"http://localhost:{port}"
        with running(
            "snac2",
            [program, "httpd", str(data)],
            log=folder / "log",
            ready=lambda: listens(port),
            environment={**os.environ, **ways, "no_proxy": "localhost,127.0.0.1"},
            ending="KILL",  # asked politely, it waits for its threads; nothing of it is kept
            remove=folder,
        ):
            tokens = {user: _token(url, user, word) for user, word in passwords.items()}
            yield SnacServer(url=url, tokens=tokens, passwords=passwords)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(program: str, arguments: list[str], answers: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "DEBUG"}
    done = subprocess.run(
        [program, *arguments], input=answers, capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise ServerFailed(f"snac {arguments[0]} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def _token(url: str, user: str, password: str) -> str:
    """Register an application, sign in on the page that it would show the user, and trade the code for a token."""
    application = json.loads(
        _post(f"{url}/api/v1/apps", {"client_name": "Héraut", "redirect_uris": OUT_OF_BAND, "scopes": SCOPES})
    )
    asked = {
        "client_id": application["client_id"],
        "redirect_uri": OUT_OF_BAND,
        "response_type": "code",
        "scope": SCOPES,
    }
    with urllib.request.urlopen(f"{url}/oauth/authorize?{urllib.parse.urlencode(asked)}", timeout=10) as page:
        form = _Form()
        form.feed(page.read().decode())
    code = _post(form.action, {**form.hidden, "login": user, "passwd": password})
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": OUT_OF_BAND, "scope": SCOPES}
    secrets = {name: application[name] for name in ("client_id", "client_secret")}
    return str(json.loads(_post(f"{url}/oauth/token", {**grant, **secrets}))["access_token"])


def _post(address: str, form: dict[str, Any]) -> str:
    with urllib.request.urlopen(address, data=urllib.parse.urlencode(form).encode(), timeout=10) as answer:
        return str(answer.read().decode())


class _Form(HTMLParser):
    """The address and the hidden fields of a page's only form."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the form needs."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]

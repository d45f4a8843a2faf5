"""A real browser, headless, driven over the DevTools protocol through a pipe: no port, no library, one process group.

https://chromedevtools.github.io/devtools-protocol/ : messages are JSON ended by a zero byte, ours on the browser's file
descriptor 3 and its own on 4.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0  # seconds for any one answer
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-extensions", "--disable-default-apps", "--mute-audio", "--hide-scrollbars"),
    # whatever a page or the browser itself would look up, only this machine is there
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
# Becomes the browser, with our two pipes as its descriptors 3 and 4.
PASSED = """
import fcntl, os, sys
into, out = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])
os.dup2(into, 3)
os.dup2(out, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class BrowserFailed(Exception):
    """The browser answered with an error, or not at all; the message says to what."""


def program() -> str | None:
    """Give the path of the machine's Chromium, None where it has none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """A page; `told` keeps what it said of itself: console errors, exceptions, requests."""

    browser: Browser
    session: str
    exceptions: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask one thing of the page and wait for the answer."""
        return self.browser.send(method, self.session, **params)

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.browser.forget(self.session, "Page.loadEventFired")
        answer = self.send("Page.navigate", url=address)
        if "errorText" in answer:
            raise BrowserFailed(f"{address}: {answer['errorText']}")
        self.browser.until(self.session, "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """Give the JSON value of an expression; a promise is waited for."""
        answer = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            told = answer["exceptionDetails"]
            raise BrowserFailed(told.get("exception", {}).get("description") or told["text"])
        return answer["result"].get("value")

    def call(self, function: str, *arguments: Any) -> Any:
        """Call a function, written as JavaScript, with JSON arguments."""
        return self.evaluate(f"({function})({', '.join(json.dumps(one) for one in arguments)})")

    def until(self, expression: str, seconds: float = PATIENCE) -> Any:
        """Wait until an expression is true, and give it."""
        deadline = time.monotonic() + seconds
        while not (found := self.evaluate(expression)):
            if time.monotonic() > deadline:
                raise BrowserFailed(f"not so after {seconds:.0f} s: {expression}")
            time.sleep(0.02)
        return found

    def shape(self, width: int, height: int = 844, *, dark: bool = False) -> None:
        """Be as wide as a phone, in light or dark."""
        mobile = width < 600
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=scheme)

    def offline(self) -> None:
        """Cut the network."""
        self.send(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    def picture(self) -> bytes:
        """Give the whole page as PNG."""
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        """Close it."""
        target = self.browser.targets.pop(self.session)
        self.browser.send("Target.closeTarget", targetId=target)


class Browser:
    """A running browser; `tab()` opens pages that share nothing."""

    def __init__(self, into: int, out: int) -> None:
        self._into = into
        self._out = out
        self._last = 0
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._events: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._heard = threading.Condition()
        self.targets: dict[str, str] = {}
        self._tabs: dict[str, Tab] = {}
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Ask one thing and wait for the answer."""
        self._last += 1
        number = self._last
        answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers[number] = answers
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._into, json.dumps(message).encode() + b"\0")
        try:
            answer = answers.get(timeout=PATIENCE)
        except queue.Empty:
            raise BrowserFailed(f"no answer to {method} after {PATIENCE:.0f} s") from None
        if "error" in answer:
            raise BrowserFailed(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def tab(self) -> Tab:
        """Open a page of its own: no cookies, no cache, nothing of the others'."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.targets[session] = target
        tab = self._tabs[session] = Tab(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            tab.send(f"{domain}.enable")
        return tab

    def events(self, session: str, method: str) -> list[dict[str, Any]]:
        """Give what was said so far in a session by one kind of event."""
        with self._heard:
            return list(self._events.get((session, method), []))

    def forget(self, session: str, method: str) -> None:
        """Begin anew to count events of a kind."""
        with self._heard:
            self._events.pop((session, method), None)

    def until(self, session: str, method: str) -> dict[str, Any]:
        """Wait for an event of a kind."""
        with self._heard:
            if not self._heard.wait_for(lambda: self._events.get((session, method)), PATIENCE):
                raise BrowserFailed(f"no {method} after {PATIENCE:.0f} s")
            return self._events[session, method][-1]

    def over(self) -> None:
        """Close both pipes, once the browser has ended."""
        self._thread.join(10)
        os.close(self._into)
        os.close(self._out)

    def _listen(self) -> None:
        rest = b""
        while piece := os.read(self._out, 1 << 20):
            *messages, rest = (rest + piece).split(b"\0")
            for message in messages:
                self._hear(json.loads(message))

    def _hear(self, said: dict[str, Any]) -> None:
        if "id" in said:
            self._answers.pop(said["id"]).put(said)
            return
        session, method, params = said.get("sessionId", ""), said["method"], said.get("params", {})
        tab = self._tabs.get(session)
        if tab and method == "Network.requestWillBeSent":
            tab.requests.append(params["request"]["url"])
        if tab and method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            tab.exceptions.append(details.get("exception", {}).get("description") or details["text"])
        if tab and method == "Log.entryAdded" and params["entry"]["source"] == "security":
            tab.exceptions.append(params["entry"]["text"])
        with self._heard:
            self._events.setdefault((session, method), []).append(params)
            self._heard.notify_all()


@contextlib.contextmanager
def browser(path: str) -> Iterator[Browser]:
    """Run a browser until the block ends; its profile goes with it."""
    to_read, to_write = os.pipe()  # what we say
    from_read, from_write = os.pipe()  # what it says
    with TemporaryDirectory(prefix="heraut-browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-c",
                PASSED,
                str(to_read),
                str(from_write),
                path,
                *OPTIONS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(to_read, from_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_read)
        os.close(from_write)
        running = Browser(to_write, from_read)
        try:
            yield running
        finally:
            with contextlib.suppress(BrowserFailed, OSError):
                running.send("Browser.close")
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # the group is its own: nobody else's browser is in it
                process.wait()
            running.over()

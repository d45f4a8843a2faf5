"""`make rehearse`: deploys on the embedded stack with the answers given for AWS, upgrading from the last release.

usage: python -m infra.rehearse

Once there is a release tag (`v...`), that release is deployed first and posts are queued with it; this version is then
deployed over it, and every post must be read on the public page exactly once. Exit status 1 when something is wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from infra import account
from infra.local import environments, session, stack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = stack.ROOT / ".heraut" / "rehearsal"
STACK = "heraut-rehearsal"
ACCOUNTS = ("place", "marche")
POSTS = 10
FIRST, APART = timedelta(seconds=100), timedelta(seconds=4)
PATIENCE = 120  # seconds after the last post's instant
ZONE = ZoneInfo("Europe/Paris")


def main() -> int:
    """Rehearse; see the module."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    running = stack.start(stack.free_port(), FOLDER)
    try:
        return rehearse(running)
    except stack.StackError as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        running.stop()


def rehearse(running: stack.Emulator) -> int:
    """Deploy the last release and queue posts with it, deploy this version over it, count. Returns the exit status.

    Raises: StackError.
    """
    wanted = parameters(running.port)
    release = last_release()
    if release is None:
        print("There is no release yet to upgrade from: this version is deployed alone.")
        deploy(running, stack.ROOT, wanted)
        print("Rehearsed: it deploys, and every function starts.")
        return 0
    print(f"Deploying {release} ...")
    previous = unpack(release)
    outputs = deploy(running, previous, {**wanted, "PublicSite": "bucket"})
    due = queue_posts(running, previous, outputs)
    print(f"Deploying this version over it, with {POSTS * len(ACCOUNTS)} posts in the queue ...")
    outputs = deploy(running, stack.ROOT, {**wanted, "PublicSite": "bucket"})
    return count(outputs, due)


def parameters(port: int) -> dict[str, str]:
    """The answers given for AWS over those of one machine."""
    return {**session.parameters(port), **account.answers().parameters}


def last_release() -> str | None:
    """The newest release tag that this version comes from, if there is one."""
    found = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0", "--match", "v*"],
        cwd=stack.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or None


def unpack(release: str) -> Path:
    """The files of a release, in a folder of their own."""
    folder = FOLDER / "previous"
    folder.mkdir()
    archive = subprocess.run(["git", "archive", release], cwd=stack.ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


def deploy(running: stack.Emulator, root: Path, wanted: Mapping[str, str]) -> dict[str, str]:
    """Build and deploy the template of a folder, and try its functions; returns the outputs.

    Raises: StackError.
    """
    built = stack.build(FOLDER / ("this" if root == stack.ROOT else "before"), print, root)
    outputs = stack.deploy(running, built, STACK, wanted, print)
    stack.try_functions(running, outputs, print)
    return outputs


def queue_posts(running: stack.Emulator, release: Path, outputs: Mapping[str, str]) -> datetime:
    """Apply a configuration and drop a calendar, with the release's own code; returns when the last post is due."""
    local = {"endpoint": running.endpoint, "region": stack.REGION, "stack": STACK, "outputs": dict(outputs)}
    place = FOLDER / "local.json"
    place.write_text(json.dumps({**local, "access_key": "test", "secret_key": "test"}), encoding="utf-8")
    configuration = FOLDER / "heraut.yaml"
    accounts = "".join(f"      - {{name: {name}, network: site}}\n" for name in ACCOUNTS)
    configuration.write_text(
        f"brands:\n  - id: essai\n    name: Essai\n    zone: {ZONE.key}\n    language: fr\n    accounts:\n{accounts}",
        encoding="utf-8",
    )
    command = [environments.program("desk", "python"), "-c", "from heraut.cli.main import app; app()"]
    subprocess.run(
        [*command, "apply", str(configuration), "--yes"],
        env={**os.environ, "PYTHONPATH": str(release / "layers" / "heraut"), "HERAUT_LOCAL": str(place)},
        cwd=FOLDER,
        check=True,
    )
    first = datetime.now(UTC) + FIRST
    instants = [first + number * APART for number in range(POSTS)]
    rows = [
        f"{number};essai;{at.astimezone(ZONE):%d/%m/%Y;%H:%M:%S};{'+'.join(ACCOUNTS)};{text_of(number)}"
        for number, at in enumerate(instants)
    ]
    body = "\n".join(["id;marque;date;heure;comptes;texte", *rows]).encode()
    running.client("s3").put_object(Bucket=outputs["FilesBucket"], Key="inbox/repetition.csv", Body=body)
    return instants[-1]


def text_of(number: int) -> str:
    """The text of a post, that no other has."""
    return f"Répétition numéro {number:03}."


def count(outputs: Mapping[str, str], due: datetime) -> int:
    """Wait for the last post, then count each on each public page; 0 when each is there once."""
    deadline = due + timedelta(seconds=PATIENCE)
    times = seen(outputs)
    while datetime.now(UTC) < due or (0 in times.values() and datetime.now(UTC) < deadline):
        time.sleep(2)
        times = seen(outputs)
    lost = sum(one == 0 for one in times.values())
    doubled = sum(one > 1 for one in times.values())
    print(f"published={len(times) - lost} lost={lost} doubled={doubled}")
    return 1 if lost or doubled else 0


def seen(outputs: Mapping[str, str]) -> dict[tuple[str, int], int]:
    """How often each post stands in the feed of each account."""
    feeds = {name: feed_of(outputs, name) for name in ACCOUNTS}
    return {(name, number): feed.count(text_of(number)) for name, feed in feeds.items() for number in range(POSTS)}


def feed_of(outputs: Mapping[str, str], name: str) -> list[str]:
    """The texts in an account's feed, as a stranger reads them; none while there is no feed."""
    try:
        with urllib.request.urlopen(f"{outputs['PublicUrl']}/essai/{name}/feed.json", timeout=10) as answer:  # noqa: S310 -- the stack of this machine
            return [str(item["content_text"]).strip() for item in json.loads(answer.read())["items"]]
    except urllib.error.HTTPError:
        return []


if __name__ == "__main__":
    sys.exit(main())

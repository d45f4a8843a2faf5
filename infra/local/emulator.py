"""Starts MiniStack, in MiniStack's own environment, with what its version 1.5.33 lacks for this project.

Additions (docs/decisions/0002-embedded-emulator.md):

* it stops cleanly, which saves its state, when its standard input closes: whoever started it is dead;
* it holds a turn until its very end: whoever starts anew knows when the state is saved;
* while it runs, a file `unsaved` stands in its state folder: MiniStack saves only when it stops, so the file found
  at a start says that what lies beside it is older than what was done;
* with HERAUT_SNAPSHOT_SECONDS set, it saves its tables so often, and everything whenever a file `save` stands in its
  state folder (which it then takes away): what a kill loses is seconds;
* with HERAUT_RESTORED set, the table of posts is marked as one that comes from a backup before anything runs: it sends
  nothing until `heraut doctor --reconcile` has read back what went out since;
* what is authorised is what AWS checks: a raw mail on the identity it is sent from, ssm:GetParameters on the names it
  asks for, batches of messages as the single action;
* a layer is unpacked once and shared by all workers, as Lambda does: writing and unpacking it for each start, in the
  process that serves every queue, made posts late by seconds on two cores;
* what streams carried is saved with the tables: MiniStack saves how far each consumer has read, but not the records,
  so after a restart nobody heard of anything until as many new ones had come;
* each mail sent is also kept as a file in the folder HERAUT_MAILS, to be opened with any mail program;
* with HERAUT_RECORD set, each authorised action of a role is appended to that file when it is first asked for, one JSON
  object a line: `{"role", "action", "resource", "allowed"}`.
"""

import asyncio
import base64
import copy
import datetime as dt
import hashlib
import io
import json
import os
import posixpath
import signal
import sys
import tempfile
import threading
import time
import zipfile
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime, persistence
from ministack.services import dynamodb, lambda_svc, ses_v2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from infra.local import turn


def _authorise_as_aws_does() -> None:
    """Name the action and the resource that AWS checks, where MiniStack checks another action or `*`."""
    action, resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def extract_iam_action(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
        if _sends_mail(service, method, path) and "Raw" in _json(body).get("Content", {}):
            return "ses:SendRawEmail"
        found = action(service, method, path, headers, body, *rest)
        return found.removesuffix("Batch") if service == "sqs" and found else found

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        if _sends_mail(service, method, path):
            sender = parseaddr(str(_json(body).get("FromEmailAddress", "")))[1]
            return f"arn:aws:ses:{region}:{account}:identity/{sender}"
        if service == "sns":  # the form is in the body; a telephone number has no ARN
            form = {name: held[0] for name, held in parse_qs(body.decode()).items()}
            query = {**query, **{name: [one] for name, one in form.items()}}
            if "PhoneNumber" in form:
                return form["PhoneNumber"]
        names = _json(body).get("Names") if service == "ssm" else None
        if names:
            shared = names[0] if len(names) == 1 else posixpath.commonpath(names) + "/*"
            return f"arn:aws:ssm:{region}:{account}:parameter/{shared.lstrip('/')}"
        return resource(service, method, path, headers, body, query, region, account)

    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.extract_resource_arn = extract_resource_arn


def _sends_mail(service: str, method: str, path: str) -> bool:
    return service == "ses" and method == "POST" and path.rstrip("/").endswith("/outbound-emails")


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _keep_mails(folder: Path) -> None:
    """Write each raw mail as `<instant>.eml`; MiniStack itself keeps only its subject and its text."""
    parse = ses_v2._parse_raw_mime  # noqa: SLF001 - the emulator's version is pinned

    def parse_and_keep(encoded: str) -> Any:
        (folder / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S.%fZ}.eml").write_bytes(base64.b64decode(encoded))
        return parse(encoded)

    ses_v2._parse_raw_mime = parse_and_keep  # noqa: SLF001


class _Layers:
    """Layers as workers find them: each unpacked once, when a worker first needs it."""

    def __init__(self) -> None:
        self._unpacking = threading.Lock()
        self._folders: dict[str, tuple[bytes, Path]] = {}

    def folder(self, attachment: str | dict[str, Any]) -> Path | None:
        """Give where a layer of a function is unpacked; None where it has no content."""
        content = lambda_svc._resolve_layer_zip(attachment)  # noqa: SLF001 - the emulator's version is pinned
        if not content:
            return None
        name = attachment if isinstance(attachment, str) else attachment["Arn"]
        with self._unpacking:
            known = self._folders.get(name)
            if known is None or known[0] is not content:
                known = self._folders[name] = content, self._unpacked(content)
        return known[1]

    @staticmethod
    def _unpacked(content: bytes) -> Path:
        shared = Path(tempfile.gettempdir()) / "layers" / hashlib.sha256(content).hexdigest()
        if not shared.exists():
            unfinished = shared.with_suffix(".unfinished")
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                packed.extractall(unfinished)
            unfinished.rename(shared)
        return shared


def _share_layers() -> None:
    """Start each worker with the folders of its layers; MiniStack would write and unpack all of them once more."""
    layers, spawn = _Layers(), lambda_runtime.Worker._spawn  # noqa: SLF001

    def spawn_with_shared_layers(worker: Any) -> None:
        whole = worker.config
        folders = [folder for one in whole.get("Layers", []) if (folder := layers.folder(one))]
        variables = dict(whole.get("Environment", {}).get("Variables", {}))
        if folders:
            variables["_LAMBDA_LAYERS_DIRS"] = os.pathsep.join(map(str, folders))  # where its Python workers look
        worker.config = {**whole, "Layers": [], "Environment": {"Variables": variables}}
        try:
            spawn(worker)
        finally:
            worker.config = whole

    lambda_runtime.Worker._spawn = spawn_with_shared_layers  # noqa: SLF001


def _keep_streams() -> None:
    """Save the records of streams, and how many were dropped before them, with the tables they are of."""
    save, load = dynamodb.get_state, dynamodb.load_persisted_state
    held = {"stream_records": dynamodb._stream_records, "stream_trimmed": dynamodb._stream_trimmed}  # noqa: SLF001

    def get_state() -> Any:
        return save() | {name: copy.deepcopy(one) for name, one in held.items()}

    def load_persisted_state(data: Any) -> None:
        load(data)
        for name, one in held.items():
            one.update((data or {}).get(name, {}))

    dynamodb.get_state, dynamodb.load_persisted_state = get_state, load_persisted_state


def _take_snapshots(seconds: float) -> None:
    """Save tables every so many seconds, in the loop that serves every request: no half of a transaction is saved.

    It holds the loop for some hundredths of a second.
    """
    start = app._run_ready_scripts  # noqa: SLF001 - the first thing that runs once all is served
    folder = Path(persistence.STATE_DIR)

    async def snapshots() -> None:
        due = 0.0
        while True:
            await asyncio.sleep(min(seconds, 0.5))
            if (folder / "save").exists():
                persistence.save_all(app._build_persistence_save_dict())  # noqa: SLF001
                (folder / "save").unlink()
            elif time.monotonic() >= due:
                due = time.monotonic() + seconds
                persistence.save_state("dynamodb", dynamodb.get_state())

    async def ready() -> None:
        task = asyncio.create_task(snapshots())
        task.add_done_callback(lambda done: done.cancelled() or done.result())
        await start()

    app._run_ready_scripts = ready  # noqa: SLF001


def _mark_as_restored() -> None:
    """Say in each table of posts that its content is older than what went out (`*#brake`, `table`)."""
    load = dynamodb.load_persisted_state
    mark = {"pk": {"S": "*#brake"}, "sk": {"S": "table"}, "name": {"S": "a killed run"}, "schema": {"N": "1"}}

    def load_persisted_state(data: Any) -> None:
        load(data)
        for (_account, _region, name), table in dynamodb._tables.all_items():  # noqa: SLF001
            if "-PostsTable-" in name:
                table["items"].setdefault(mark["pk"]["S"], {})[mark["sk"]["S"]] = mark

    dynamodb.load_persisted_state = load_persisted_state


def _record_actions(path: str) -> None:
    """Write down each decision about a role's request, once: a storm asks the same thing thousands of times.

    Appended, so that several workers may share the file.
    """
    original = iam_evaluator.evaluate
    written: set[str] = set()

    def evaluate(ctx: Any, policies: Any, *limits: Any) -> Any:
        result = original(ctx, policies, *limits)
        line = {
            "role": ctx.principal_arn.split("/")[1] if ":assumed-role/" in ctx.principal_arn else ctx.principal_arn,
            "action": ctx.action,
            "resource": ctx.resource_arn,
            "allowed": result.decision == "Allow",
        }
        told = json.dumps(line) + "\n"
        if told not in written:
            written.add(told)
            with open(path, "a", encoding="utf-8") as out:  # noqa: PTH123
                out.write(told)
        return result

    iam_evaluator.evaluate = evaluate


def _stop_with_the_starter() -> None:
    """Standard input is a pipe from the process that started us; its end means that process is gone."""

    def watch() -> None:
        while os.read(0, 1):  # not sys.stdin: its lock would be held while the interpreter ends
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch-starter", daemon=True).start()


def main() -> None:
    """Serve until SIGTERM or SIGINT; the port and the rest come from MiniStack's own environment variables."""
    with turn.hold(Path(os.environ["HERAUT_TURN"])):
        _serve()


def _serve() -> None:
    unsaved = Path(os.environ["STATE_DIR"]) / "unsaved"
    unsaved.write_text(f"{dt.datetime.now().astimezone():%Y-%m-%d %H:%M:%S}\n", encoding="utf-8")
    if not sys.stdin.isatty():
        _stop_with_the_starter()
    _authorise_as_aws_does()
    _share_layers()
    _keep_streams()
    if os.environ.get("HERAUT_RESTORED"):
        _mark_as_restored()
    if os.environ.get("HERAUT_SNAPSHOT_SECONDS"):
        _take_snapshots(float(os.environ["HERAUT_SNAPSHOT_SECONDS"]))
    _keep_mails(Path(os.environ["HERAUT_MAILS"]))
    if os.environ.get("HERAUT_RECORD"):
        _record_actions(os.environ["HERAUT_RECORD"])
    app.main()  # returns once the state is saved
    unsaved.unlink()


if __name__ == "__main__":
    main()

"""Which stack the command speaks to: `local` (the one `make run` started here) or one deployed in AWS."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from heraut.aws.stacks import NotLetIn, deployed, embedded
from heraut.cli.speech import CannotGoOn
from heraut.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.aws.clients import Clients

LOCAL = "local"
PLACE = "HERAUT_LOCAL"  # where local.json is, when not in the project or above the current folder
ANSWER_SECONDS = 2


@dataclass(frozen=True)
class OpenStack:
    """A stack to speak to: how to reach it, and the names of what it is made of."""

    name: str
    clients: Clients
    outputs: Mapping[str, str]
    local_servers: frozenset[str] = frozenset()

    def __getitem__(self, output: str) -> str:
        """Give an output of the stack."""
        if output not in self.outputs:
            raise CannotGoOn("stack_older", stack=self.name, output=output)
        return self.outputs[output]


def open_stack(name: str | None) -> OpenStack:
    """Open a stack by name; none given: the local one when it runs, else HERAUT_STACK. Raises CannotGoOn."""
    place = _local_file()
    if name == LOCAL or (name is None and place is not None):
        if place is None:
            raise CannotGoOn("local_not_running")
        return _local(place)
    wanted = name or os.environ.get("HERAUT_STACK")
    if not wanted:
        raise CannotGoOn("no_stack")
    try:
        clients, outputs = deployed(wanted)
    except NotFound:
        raise CannotGoOn("stack_unknown", stack=wanted) from None
    except NotLetIn as shut:
        raise CannotGoOn(f"aws_{shut.reason}", stack=wanted, detail=shut.detail) from shut
    return OpenStack(wanted, clients, outputs)


def _local(place: Path) -> OpenStack:
    try:
        told: Mapping[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        endpoint, outputs = told["endpoint"], told["outputs"]
        clients = embedded(endpoint, told["access_key"], told["secret_key"], told["region"])
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotGoOn("local_unreadable", file=place) from None
    if not _answers(endpoint):
        raise CannotGoOn("local_gone", file=place)
    servers = frozenset(server for server in told.get("local_servers", "").split(",") if server)
    return OpenStack(LOCAL, clients, outputs, servers)


def _answers(endpoint: str) -> bool:
    """Whether somebody listens there: a run that was killed leaves its local.json behind."""
    try:
        place = urlsplit(endpoint)
        socket.create_connection((place.hostname or "", place.port or 80), timeout=ANSWER_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _local_file() -> Path | None:
    given = os.environ.get(PLACE)
    places = [Path(given)] if given else [folder / ".heraut" / "local.json" for folder in _folders()]
    return next((place for place in places if place.is_file()), None)


def _folders() -> list[Path]:
    here = Path.cwd()
    return [here, *here.parents, *Path(__file__).parents]

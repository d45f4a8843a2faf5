"""Which stack the command speaks to: `local` (the one `make run` started here) or one deployed in AWS."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heraut.aws.stacks import deployed, embedded
from heraut.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.aws.clients import Clients

LOCAL = "local"
PLACE = "HERAUT_LOCAL"  # where local.json is, when not in the project or above the current folder


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
            raise ConfigurationError(f"the stack {self.name} is older than this command: it has no {output}")
        return self.outputs[output]


def open_stack(name: str | None) -> OpenStack:
    """Open a stack by name; none given: the local one when it runs, else HERAUT_STACK."""
    place = _local_file()
    if name == LOCAL or (name is None and place is not None):
        if place is None:
            raise NotFound("local_not_running")
        return _local(json.loads(place.read_text(encoding="utf-8")))
    wanted = name or os.environ.get("HERAUT_STACK")
    if not wanted:
        raise NotFound("no_stack")
    clients, outputs = deployed(wanted)
    return OpenStack(wanted, clients, outputs)


def _local(told: Mapping[str, Any]) -> OpenStack:
    clients = embedded(told["endpoint"], told["access_key"], told["secret_key"], told["region"])
    servers = frozenset(server for server in told.get("local_servers", "").split(",") if server)
    return OpenStack(LOCAL, clients, told["outputs"], servers)


def _local_file() -> Path | None:
    given = os.environ.get(PLACE)
    places = [Path(given)] if given else [folder / ".heraut" / "local.json" for folder in _folders()]
    return next((place for place in places if place.is_file()), None)


def _folders() -> list[Path]:
    here = Path.cwd()
    return [here, *here.parents, *Path(__file__).parents]

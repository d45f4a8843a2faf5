"""Every call that clients make, with what was asked and what was answered: botocore's own events, nothing replaced."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call: `asked` are its parameters, `answered` the parsed answer, `wire_bytes` the length of its body."""

    service: str
    operation: str
    asked: dict[str, Any]
    answered: dict[str, Any]
    wire_bytes: int

    @property
    def name(self) -> str:
        """Give `service:Operation`."""
        return f"{self.service}:{self.operation}"


@dataclass
class Recorder:
    """Listens to clients; `calls` grows in order."""

    calls: list[Call] = field(default_factory=list)

    def listen(self, *clients: Any) -> None:
        """Note every call of these clients from now on."""
        for client in clients:
            client.meta.events.register("before-parameter-build", self._asked)
            client.meta.events.register("after-call", self._answered)

    def counts(self) -> Counter[str]:
        """Count the calls by name."""
        return Counter(call.name for call in self.calls)

    def _asked(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["bench_asked"] = dict(params)

    def _answered(
        self, http_response: Any, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        service = model.service_model.service_name
        asked = context.get("bench_asked", {})
        # A body that is streamed (GetObject) is still to be read by whoever asked.
        length = 0 if model.has_streaming_output else len(http_response.content)
        self.calls.append(Call(service, model.name, asked, parsed, length))

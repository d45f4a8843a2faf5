"""The real template on the embedded stack, once for the whole suite, under each function's real permissions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.local import environments, session, stack
from tests.e2e.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
STACK = "heraut-e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands here, give it time for a first build, and look at permissions when all else has run."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.enable_socket)
            item.add_marker(pytest.mark.timeout(300))
    items.sort(key=lambda item: item.path.name == "test_permissions.py")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stack of its own: free port, temporary state, and a record of every authorised action."""
    for name in ("ministack", "sam"):
        environments.ensure(name)
    folder = tmp_path_factory.mktemp("stack")
    record = folder / "actions.jsonl"
    record.touch()
    built = stack.build(stack.ROOT / ".heraut" / "e2e", print)
    emulator = stack.start(stack.free_port(), folder, authorise=True, record=record)
    try:
        outputs = stack.deploy(emulator, built, STACK, session.parameters(emulator.port), print)
        yield World(emulator, STACK, outputs, record)
    finally:
        assert emulator.stop(), "the emulator did not stop cleanly"

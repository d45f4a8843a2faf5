"""The way into a function: one world, and a collector of garbage that rests only while things load."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from heraut import lambdas
from heraut.lambdas.entry import function

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Context:
    function_name = "publish"


CONTEXT = cast("LambdaContext", Context())


@pytest.fixture(autouse=True)
def _resting() -> Any:
    """As after the function's modules were loaded."""
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def test_the_world_is_built_once() -> None:
    """Two calls, one world."""
    built: list[str] = []

    def build() -> str:
        built.append("world")
        return "world"

    @function(build)
    def handler(event: dict[str, Any], world: str) -> str:
        return f"{event['who']} in the {world}"

    assert [handler({"who": name}, CONTEXT) for name in ("Léa", "Paul")] == ["Léa in the world", "Paul in the world"]
    assert built == ["world"]


def test_garbage_is_collected_once_the_world_is_built() -> None:
    """A function that lives for hours must not grow."""

    @function(lambda: "world")
    def handler(event: dict[str, Any], world: str) -> bool:
        return gc.isenabled()

    assert handler({}, CONTEXT) is True


def test_garbage_is_collected_also_where_the_world_could_not_be_built() -> None:
    """A missing setting fails each call, and nothing else."""

    def fails() -> str:
        raise RuntimeError("no settings")

    @function(fails)
    def handler(event: dict[str, Any], world: str) -> None:
        raise AssertionError

    with pytest.raises(RuntimeError, match="no settings"):
        handler({}, CONTEXT)
    assert gc.isenabled()


@pytest.mark.parametrize(("where", "collects"), [({"AWS_LAMBDA_FUNCTION_NAME": "publish"}, "False"), ({}, "True")])
def test_garbage_waits_while_a_function_loads_and_nowhere_else(where: dict[str, str], collects: str) -> None:
    """What builds no world, a test or a bench, would never turn the collector on again."""
    code = "import gc, heraut.lambdas; print(gc.isenabled())"
    environment = {"PYTHONPATH": str(Path(lambdas.__file__).parents[2]), **where}

    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == collects

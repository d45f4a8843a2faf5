"""Of the services botocore describes, the layer keeps what functions call: one left out fails at its first call."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.infra.translated import layer_services

HOUSE = Path(__file__).parents[2] / "layers" / "heraut" / "heraut"
DESKS = {"cloudwatch", "logs", "schedules"}  # attributes of `Clients` that the command alone uses
THE_SDKS = {"sts"}  # which botocore reads for some ways to sign in


def clients() -> dict[str, str]:
    """Each attribute of `Clients` with the service it speaks to."""
    tree = ast.parse((HOUSE / "aws" / "clients.py").read_text(encoding="utf-8"))
    found = {}
    for made in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(made) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "client":
                assert isinstance(call.args[0], ast.Constant)
                found[made.name] = str(call.args[0].value)
    return found


def used_by_functions(names: set[str]) -> set[str]:
    """The attributes of `Clients` that stand in the room of the functions, by name or as an attribute."""
    found: set[str] = set()
    for module in (HOUSE / "lambdas").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found & names


def test_the_layer_keeps_what_functions_call_and_no_more() -> None:
    """Ten megabytes that nobody reads are ten megabytes at each start."""
    made = clients()
    used = used_by_functions(set(made))

    assert used == made.keys() - DESKS - {"calling"}
    assert {made[name] for name in used} | THE_SDKS == layer_services()


def test_a_desks_service_is_used_by_what_no_function_loads() -> None:
    """`heraut doctor` reads alarms; no module beside it asks for their services."""
    askers = {
        str(module.relative_to(HOUSE))
        for module in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in DESKS
    }
    loaders = {
        str(module.relative_to(HOUSE))
        for module in HOUSE.rglob("*.py")
        if "heraut.aws.health" in module.read_text(encoding="utf-8")
    }

    assert askers == {"aws/health.py"}
    assert loaders
    assert all(loader.startswith("cli/") for loader in loaders)

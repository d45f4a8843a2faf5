"""The arrows between rooms go one way, and each outside thing is known in one room only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "layers" / "heraut" / "heraut"
SHARED = {
    "local_time",
    "addresses",
    "allowance",
    "errors",
    "clock",
    "problems",
    "due",
    "events",
    "expressions",
    "links",
    "retention",
    "settings",
    "fetch",
    "exchange",
    "target",
    "wording",
    "letters",
}
FEATURES = {"brands", "publishing", "conversations", "mornings", "contests", "gatherings"}
MAY_IMPORT: dict[str, set[str]] = {
    "shared": SHARED,
    "brands": SHARED | {"notifications", "networks.base"},
    "publishing": SHARED | {"brands", "conversations", "networks.base", "notifications", "pages"},
    "conversations": SHARED | {"brands", "networks.base", "notifications", "pages"},
    "mornings": SHARED | {"brands", "conversations", "notifications"},
    "contests": SHARED | {"brands", "publishing", "conversations", "networks.base", "notifications", "pages"},
    "gatherings": SHARED | {"brands", "contests", "networks.base", "notifications", "pages"},
    "networks": SHARED | {"brands", "publishing.model", "conversations.model", "pages"},
    "notifications": SHARED | {"brands"},
    "witnesses": SHARED | {"contests"},
    "pages": SHARED,
    "aws": SHARED | {"brands", "publishing", "conversations", "contests", "gatherings", "networks", "notifications"},
    "lambdas": SHARED
    | {"brands", "publishing", "conversations", "mornings", "contests", "gatherings"}
    | {"networks", "witnesses", "notifications", "pages", "aws"},
    "cli": SHARED
    | {"brands", "publishing", "conversations", "contests", "gatherings"}
    | {"networks", "witnesses", "notifications", "pages", "aws"},
}
ONLY_IN: dict[str, set[str]] = {
    "boto3": {"aws"},
    "botocore": {"aws"},
    "aws_lambda_powertools": {"lambdas"},
    "requests": {"networks", "witnesses", "shared"},
    "urllib3": {"shared"},
    "typer": {"cli"},
    "rich": {"cli"},
    "ruamel": {"cli"},
}
MODULES = sorted(HOUSE.rglob("*.py"))


def room_of(module: Path) -> str:
    """Give the room a module stands in; modules at the top are shared by all."""
    inside = module.relative_to(HOUSE).parts
    return inside[0] if len(inside) > 1 and inside[0] != "problems" else "shared"


def imports_of(module: Path) -> set[str]:
    """Give every module imported, also for type checking and inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules_of(module: Path) -> set[str]:
    """Give every module that is imported from, without the names taken from it."""
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    taken = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return taken | {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}


def is_inside(imported: str, features: set[str]) -> bool:
    """Whether a module stands inside one of these features: `heraut.brands.model`, not `heraut.brands`."""
    return any(imported.startswith(f"heraut.{feature}.") for feature in features)


def allowed(imported: str, room: str) -> bool:
    """Whether a module of `room` may import `heraut.<imported>`."""
    if imported.split(".", maxsplit=1)[0] == room:
        return True
    return any(imported == place or imported.startswith(f"{place}.") for place in MAY_IMPORT[room]) or any(
        place.startswith(f"{imported}.") for place in MAY_IMPORT[room]
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_rooms_import_only_what_stands_below_them(module: Path) -> None:
    """No feature knows AWS, no adapter knows a use case, nobody knows the command."""
    room = room_of(module)
    inside = {name.removeprefix("heraut.") for name in imports_of(module) if name.startswith("heraut.")}

    assert {name for name in inside if not allowed(name, room)} == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_features_meet_through_what_they_export(module: Path) -> None:
    """A feature takes from another what its `__init__` gives, and knows nothing of how it is made."""
    room = room_of(module)
    others = FEATURES - {room} if room in FEATURES else set()

    assert {name for name in modules_of(module) if is_inside(name, others)} == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_each_outside_thing_is_known_in_one_room(module: Path) -> None:
    """boto3 stays in `aws`, Powertools in `lambdas`, requests with the networks, the terminal in `cli`."""
    outside = {name.split(".")[0] for name in imports_of(module)}
    runtime = {name for name in outside & ONLY_IN.keys() if room_of(module) not in ONLY_IN[name]}

    assert runtime == set() or _only_for_types(module, runtime)


def _only_for_types(module: Path, names: set[str]) -> bool:
    """Whether these names are imported for annotations alone."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    guarded = [
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    every = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return all(node in guarded for node in every if _top(node) & names)


def _top(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_features_do_not_read_the_environment(module: Path) -> None:
    """Settings are given, not read, but where the world is put together."""
    if room_of(module) in {"lambdas", "aws", "cli"}:
        return

    assert "os.environ" not in module.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_nobody_reads_the_clock_in_the_middle_of_a_rule(module: Path) -> None:
    """The time is an argument; only the clock itself, the command and the calls' time bounds read it."""
    if module.name == "clock.py" or room_of(module) == "cli":
        return
    text = module.read_text(encoding="utf-8")

    assert "datetime.now(" not in text
    assert "utcnow(" not in text
    assert "time.time(" not in text


def test_no_room_is_called_for_what_nobody_can_name() -> None:
    """A module named `utils` is a module without a reason."""
    banned = {"utils", "common", "helpers", "manager", "misc"}

    assert [
        module for module in MODULES if module.stem in banned or set(module.relative_to(HOUSE).parts) & banned
    ] == []


def test_the_rules_can_fail(tmp_path: Path) -> None:
    """A room that broke a rule would be seen."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import boto3\nfrom heraut.aws.table import Table\n")

    assert {"boto3", "heraut.aws.table"} <= imports_of(wrong)
    assert is_inside("heraut.brands.model", FEATURES)
    assert not is_inside("heraut.brands", FEATURES)
    assert not allowed("aws.table", "publishing")
    assert not allowed("publishing.publish_post", "networks")
    assert allowed("publishing.model", "networks")

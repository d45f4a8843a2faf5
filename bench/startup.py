"""Start-up of each function as a ratio to `import boto3` and one client, which any function in Python pays.

Fresh interpreters on the layer as it is deployed, taken in pairs: baseline, then the function (its module, and the
self-test event, which builds its world). Processor seconds are compared, and the median of the pairs' ratios is kept,
so that what else the machine does changes little. Nothing but the layer is on the path, and no compiled file is written
beside it: what the layer holds is what an execution environment finds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from bench.layers import HOST, build
from bench.results import ROOT

if TYPE_CHECKING:
    from bench.results import Figures

PAIRS = 5
AIM = 1.5
BASELINE = "import boto3\nboto3.client('dynamodb')\n"
FUNCTION = """
import importlib.util
class Context:
    function_name = "{name}"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-west-3:123456789012:function:heraut"
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
spec = importlib.util.spec_from_file_location("app", r"{file}")
app = importlib.util.module_from_spec(spec)
spec.loader.exec_module(app)
assert app.lambda_handler({{"self_test": True}}, Context()) == {{"ok": True}}
"""
TIMED = "import time\nbegan = time.process_time()\n{code}\nprint(time.process_time() - began)\n"
TEMPLATE = ROOT / "infra" / "template.yaml"
EMPTY = frozenset({"LOCAL_SERVERS", "HEARTBEAT_URL"})  # what a deployment may leave empty, and loads something if not
OUTSIDE = {
    "POWERTOOLS_METRICS_NAMESPACE": "heraut/bench",
    "AWS_DEFAULT_REGION": "eu-west-3",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_LAMBDA_FUNCTION_NAME": "heraut",
}


def measure() -> Figures:
    """Start each function, and the baseline, PAIRS times each; milliseconds are this machine's, ratios travel."""
    layer = build("layer-host", HOST)
    ratios = {name: _ratio(name, layer, settings) for name, settings in settings_of_each().items()}
    worst = max(ratios, key=lambda name: float(ratios[name]["ratio"]))
    return {
        "pairs": PAIRS,
        "aim": AIM,
        "functions": ratios,
        "worst": worst,
        "worst_ratio": ratios[worst]["ratio"],
        "baseline_ms": round(statistics.median(one["baseline_ms"] for one in ratios.values())),
    }


def table(figures: Figures) -> list[str]:
    """Say each function's ratio."""
    lines = [f"{'function':<20}{'ratio':>8}{'function ms':>14}{'baseline ms':>14}   (aim: at most {AIM})"]
    for name, one in figures["functions"].items():
        missed = "" if one["ratio"] <= AIM else "  above the aim"
        lines.append(f"{name:<20}{one['ratio']:>8.2f}{one['function_ms']:>14}{one['baseline_ms']:>14}{missed}")
    return lines


def broken(figures: Figures) -> str | None:  # noqa: ARG001 -- an aim is no promise
    """A slow start is said, and harms nobody."""
    return None


def settings_of_each() -> dict[str, dict[str, str]]:
    """Give the settings each function finds, as the template names them; values are of the right shape, no more."""
    functions = (
        resource["Properties"]
        for resource in YAML().load(TEMPLATE)["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    )
    found = {
        Path(one["CodeUri"]).name: {name: _value(name) for name in one["Environment"]["Variables"]} for one in functions
    }
    return dict(sorted(found.items()))


def _value(name: str) -> str:
    if name in EMPTY:
        return ""
    if name == "MAIL_FROM":
        return "heraut@example.com"
    return "https://bench.example/000000000000/bench" if name.endswith("_URL") else "bench"


def _ratio(name: str, layer: Path, settings: dict[str, str]) -> dict[str, float]:
    code = FUNCTION.format(name=name, file=ROOT / "functions" / name / "app.py")
    pairs = [(_seconds(BASELINE, layer, {}), _seconds(code, layer, settings)) for _ in range(PAIRS)]
    return {
        "ratio": round(statistics.median(function / baseline for baseline, function in pairs), 2),
        "function_ms": round(statistics.median(function for _, function in pairs) * 1000),
        "baseline_ms": round(statistics.median(baseline for baseline, _ in pairs) * 1000),
    }


def _seconds(code: str, layer: Path, settings: dict[str, str]) -> float:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "HERAUT_"))}
    paths = {"PYTHONPATH": str(layer / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-S", "-c", TIMED.format(code=code)],
        env={**kept, **OUTSIDE, **settings, **paths},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(ran.stdout)  # functions write what they complain of there
    return float(ran.stdout)

"""What a function loads before anything happens: nothing that most of its runs do without."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench.results import ROOT
from bench.startup import FUNCTION, OUTSIDE, settings_of_each

LOADED = "\nimport sys\nprint(*sorted(one for one in sys.modules if one.startswith('heraut.')))\n"
# Most ticks bring nothing, renew nothing, are nobody's morning, and tell nobody.
JUDGING = {"heraut.conversations.receive_interaction", "heraut.brands.rules", "heraut.conversations.labels"}
POSTS = {"heraut.aws.posts_table", "heraut.publishing.model", "heraut.aws.outbox"}
TELLING = {"heraut.notifications.ways", "heraut.notifications.email", "heraut.exchange"}
RUNNING = {
    "heraut.brands",
    "heraut.networks",
    "heraut.conversations.model",
    "heraut.contests.running",
    "heraut.contests.advance_contest",
    "heraut.gatherings.running",
}
WITHOUT = {
    "send_morning_point": {*JUDGING, *POSTS, *TELLING, "heraut.conversations.model", "heraut.networks.base"},
    "poll_networks": {*JUDGING, *POSTS, *TELLING, "heraut.conversations.own_events"},
    "escalate_alerts": {*JUDGING, *POSTS, "heraut.networks.base"},
    "route_interaction": {*POSTS, *TELLING, "heraut.conversations.own_events"},
    "receive_webhook": {*JUDGING, *POSTS, *TELLING},
    "note_bounce": {*JUDGING, *POSTS},
    "run_contests": {
        *JUDGING,
        *POSTS,
        *TELLING,
        "heraut.brands",
        "heraut.networks",
        "heraut.conversations.model",
        *RUNNING,
    },
    "dispatch_posts": {*JUDGING, *TELLING, "heraut.conversations.model", "heraut.networks.base"},
}


@pytest.mark.parametrize("name", WITHOUT)
def test_a_start_loads_nothing_that_most_runs_do_without(name: str) -> None:
    """Whoever adds an import at the top of a module meets it here, before a bench does."""
    code = FUNCTION.format(name=name, file=ROOT / "functions" / name / "app.py") + LOADED
    kept = {key: held for key, held in os.environ.items() if not key.startswith(("AWS_", "HERAUT_"))}
    paths = {"PYTHONPATH": str(ROOT / "layers" / "heraut")}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **OUTSIDE, **settings_of_each()[name], **paths},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    loaded = set(ran.stdout.split())

    assert "heraut.lambdas.bootstrap" in loaded
    assert loaded & WITHOUT[name] == set()

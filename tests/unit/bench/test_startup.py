"""What each function finds in its environment when its start is measured."""

from __future__ import annotations

from bench.results import ROOT
from bench.startup import settings_of_each


def test_every_function_is_started_with_the_settings_of_the_template() -> None:
    """A function that reads a setting more would otherwise not start in the benchmark alone."""
    settings = settings_of_each()

    assert set(settings) == {folder.parent.name for folder in (ROOT / "functions").glob("*/app.py")}
    assert "CONVERSATIONS_TABLE" in settings["route_interaction"]
    assert "CONVERSATIONS_TABLE" not in settings["prepare_delivery"]
    assert settings["dispatch_posts"]["HEARTBEAT_URL"] == ""
    assert settings["dispatch_posts"]["DELIVERY_QUEUE_URL"].startswith("https://")

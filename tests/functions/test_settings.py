"""A function that misses a setting says which, on its first call and in one sentence."""

from __future__ import annotations

import pytest

from heraut.errors import ConfigurationError
from tests.architecture.test_names import FUNCTIONS
from tests.functions.conftest import Running


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_missing_setting_is_named(running: Running, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing reads nothing; the first call does, and names what is missing."""
    for table in ("POSTS_TABLE", "BRANDS_TABLE", "CONVERSATIONS_TABLE"):
        monkeypatch.delenv(table)

    with pytest.raises(ConfigurationError, match=r"(POSTS|BRANDS|CONVERSATIONS)_TABLE"):
        running.call(name, {"self_test": True})

"""Web addresses that people, files and networks give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.addresses import host, is_web
from tests.hostile_text import HOSTILE


@pytest.mark.parametrize(
    ("address", "stands"),
    [
        ("https://example.org", True),
        ("HTTP://EXAMPLE.ORG/a", True),
        ("https://[bad", False),
        ("https://\u2100.example", False),
        ("https:///a", False),
        (" https://example.org", False),
        ("javascript:alert(1)//https://example.org", False),
        ("https://example.org:port/", False),
        ("https://example.org:99999/", False),
        ("https://example.org/a b", False),
        ("https://martin.example:8443/a?b=[c]", True),
    ],
)
def test_an_address_is_one_that_can_be_taken_apart(address: str, stands: bool) -> None:
    """Others break whatever looks at their host: a page, a message, an import."""
    assert is_web(address) is stands


@given(HOSTILE | HOSTILE.map(lambda text: f"https://{text}") | st.text("htps:/[]@.:0a\\", max_size=20))
def test_any_text_may_be_asked(text: str) -> None:
    """No text is too odd, and what is an address has a host."""
    assert not is_web(text) or host(text)

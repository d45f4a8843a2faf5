"""What stands in for AWS here keeps the promises that the stores rely on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from moto.dynamodb.parsing.validators import UpdateExpressionValidator

if TYPE_CHECKING:
    import pytest

    from tests.contracts.stack import Stack

MANY = 8


def test_a_condition_is_checked_and_written_as_one(brands_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many who write what must not be there yet, each in a thread of its own, one does, however slow it is."""
    validate = UpdateExpressionValidator.validate

    def slowly(*given: Any) -> Any:
        time.sleep(0.02)  # between the look at what the condition asks and the writing
        return validate(*given)

    monkeypatch.setattr(UpdateExpressionValidator, "validate", slowly)
    table = brands_stack.table

    def write(number: int) -> bool:
        condition = "attribute_not_exists(#by)"
        return table.update(("essai", "person#lea"), "SET #by = :by", {"by": number}, condition).done

    with ThreadPoolExecutor(MANY) as threads:
        assert sum(threads.map(write, range(MANY))) == 1

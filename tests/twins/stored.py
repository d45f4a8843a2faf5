"""What a value is like after it was kept: instants lose what is finer than a millisecond (`due.stamp`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from heraut.due import instant, stamp

Model = TypeVar("Model", bound=BaseModel)


def kept(model: Model) -> Model:
    """Give the model as a store would give it back."""
    return type(model).model_validate(_coarse(model.model_dump(by_alias=True)))


def _coarse(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(stamp(value))
    if isinstance(value, dict):
        return {key: _coarse(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_coarse(held) for held in value]
    return value

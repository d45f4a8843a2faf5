"""How values are written in tables: plain types, instants as text, and nothing lost that a newer release wrote.

What conditions and indexes need stands at top level; the rest is a JSON text in `document`, which keeps
numbers, absent values and unknown fields exactly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from pydantic import BaseModel

from heraut.due import stamp
from heraut.errors import NewerRelease

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Model = TypeVar("Model", bound=BaseModel)
Values = dict[str, Any]

SCHEMA = 1  # the form in which this release writes
PK, SK = "pk", "sk"
EXPIRES = "expires"  # epoch seconds: the table forgets the item some time after


def plain(value: Any) -> Any:
    """Give a value as JSON knows it; instants are `due.stamp`s, sets are sorted lists."""
    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(held) for held in value)
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value


def document(model: BaseModel) -> str:
    """Write a model as the JSON text of a `document`."""
    return json.dumps(plain(model), ensure_ascii=False, separators=(",", ":"))


def from_document(model: type[Model], text: str) -> Model:
    """Read what `document` wrote; NewerRelease when its `schema` is not known yet."""
    values = json.loads(text)
    return model.model_validate(readable(values))


def readable(values: Values) -> Values:
    """Refuse, with NewerRelease, what has a higher `schema` than this release knows."""
    schema = values.get("schema", SCHEMA)
    if schema > SCHEMA:
        where = f" ({values[PK]}, {values[SK]})" if PK in values else ""
        raise NewerRelease(f"an item{where} has schema {schema}, this release reads up to {SCHEMA}: upgrade it")
    return values


def to_item(values: Mapping[str, Any]) -> dict[str, AttributeValueTypeDef]:
    """Write values as DynamoDB attributes."""
    serialise = TypeSerializer().serialize
    return {name: serialise(_exact(plain(value))) for name, value in values.items()}


def from_item(item: Mapping[str, Any]) -> Values:
    """Read DynamoDB attributes (of an item, or of an image in a stream); whole numbers are int, others float."""
    deserialise = TypeDeserializer().deserialize
    return readable({name: _number(deserialise(value)) for name, value in item.items()})


def _exact(value: Any) -> Any:
    """DynamoDB takes no float: write it as the decimal a person would read."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _exact(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_exact(held) for held in value]
    return value


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _number(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_number(held) for held in value]
    return value

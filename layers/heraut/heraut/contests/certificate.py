"""A draw's certificate, `tirage/v1/certificate`: what is published of a draw, and how it is read and written.

Whether what it says is so: `checks.py`.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import datetime
from math import floor
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    ValidationError,
)

from heraut.contests.draw import LARGEST, Commitment, parsed, refused

FORMAT: Literal["tirage/v1/certificate"] = "tirage/v1/certificate"

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Text = Annotated[str, Field(min_length=1, max_length=1_000)]
_Count = Annotated[int, Field(ge=0, le=LARGEST)]
_Rank = Annotated[int, Field(ge=1, le=LARGEST)]


_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Place(_Part):
    """One line of the ranking: winners first, in the order of the prizes, then alternates; ranks begin at 1."""

    handle: _Hash
    rank: _Rank


def _unix(at: Any) -> Any:
    """Give a date (RFC 3339, in capitals) as whole Unix seconds; any other text is refused, the rest as it is."""
    if not isinstance(at, str):
        return at
    if not _DATE.fullmatch(at):
        raise ValueError("no date of RFC 3339")
    return floor(datetime.fromisoformat(at).replace(microsecond=0).timestamp())


def _commitment(given: Any) -> Commitment:
    return given if isinstance(given, Commitment) else Commitment.of(given)


class Witness(_Part):
    """Who saw the commit before its round.

    `at` is when, in Unix seconds (a date of RFC 3339 is read too). `evidence` is, for `rfc3161`, the authority's answer
    or its bare token in base64 (hexadecimal is read too); for `post` and `git`, the public address where the commit is
    to be seen; for `ots`, the proof in base64.
    """

    kind: Literal["rfc3161", "post", "ots", "git"]
    commit: _Hash
    at: Annotated[_Count | None, BeforeValidator(_unix)] = None
    evidence: Annotated[str, Field(max_length=400_000)]


class Announced(_Part):
    """A winner who agreed to be named: id and nonce give back the handle of their rank.

    Winners are named after the draw, so a later release may say more of them: fields that this one does not know are
    kept, and change nothing.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    id: _Text
    nonce: _Hash
    handle: _Hash | None = None
    rank: _Rank | None = None


class Certificate(BaseModel):
    """What is published of a draw; fields that this release does not know are kept, and told by `checks`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    format: Literal["tirage/v1/certificate"] = FORMAT
    commitment: Annotated[InstanceOf[Commitment], BeforeValidator(_commitment), PlainSerializer(asdict)]
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{96}$")]
    ranking: list[Place]
    rejected: dict[_Text, _Count] = Field(default_factory=dict)
    witnesses: list[Witness] = Field(default_factory=list)
    announced: list[Announced] = Field(default_factory=list)

    @classmethod
    def read(cls, text: bytes) -> Certificate:
        """Read a certificate; InvalidInput names the first field that is missing or wrong."""
        parsed(text)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            place = ".".join(map(str, error.errors()[0]["loc"]))
            raise refused("draw_certificate_field", field=place or "—") from error

    def text(self) -> bytes:
        """Give it as it is published: JSON in ASCII, keys sorted."""
        dumped = self.model_dump(exclude_none=True)
        return json.dumps(dumped, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def previous_of(text: bytes) -> Commitment:
    """Read the operator's commitment before this one, from its certificate or alone. Raises InvalidInput."""
    said: Any = parsed(text)
    if isinstance(said, dict) and "commitment" in said:
        said = said["commitment"]
    return Commitment.of(said)

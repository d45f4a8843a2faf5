"""What an organiser shows one auditor: who stands behind the codes that an audit opens, and what they did.

JSON, `heraut/v1/opened`. Nonces and ids are in it, so it is for that person alone. Whether it is so: `audit.py`.
Instants are Unix seconds, as in the certificate.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heraut.brands import EntryKind
from heraut.contests.draw import LARGEST, parsed, refused

FORMAT: Literal["heraut/v1/opened"] = "heraut/v1/opened"

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Id = Annotated[str, Field(min_length=1, max_length=1_000)]
_Count = Annotated[int, Field(ge=0, le=LARGEST)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Look(StrEnum):
    """What came of asking the network again for one thing that somebody did."""

    FOUND = "found"
    GONE = "gone"
    CANNOT_BE_ASKED = "cannot be asked"


class Shown(_Part):
    """One thing that somebody did, as it was kept at the closing, and what its network said when it was asked again.

    `account` is the brand's account, `post` its network's id of the contest's post, `remote` that of the comment.
    `address` is where people read it, where the network told it. `theirs`: whether the network says that it is of this
    entrant; `same_text`: whether it says the same words still; None where it did not tell.
    """

    kind: EntryKind
    account: str
    post: str
    seen_at: _Count
    look: Look
    remote: str | None = None
    text: str = ""
    at: _Count | None = None
    edited_at: _Count | None = None
    gone_at: _Count | None = None
    address: str = ""
    theirs: bool | None = None
    same_text: bool | None = None


class OpenedEntrant(_Part):
    """Who stands behind a handle of the list; `judged_now` is the reason that what is online now would give, or ""."""

    handle: _Hash
    id: _Id
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]
    chances: _Count
    name: str = ""
    page: str = ""
    judged_now: str = ""
    evidence: list[Shown]


class Unopened(_Part):
    """A handle of which nothing is kept any more: erased as its owner asked, or after the time that the rules say."""

    handle: _Hash
    why: Literal["not kept"] = "not kept"


class OpenedRejected(_Part):
    """Somebody who is not in the list: the reason (None: nothing kept says it any more), and what they are told."""

    id: _Id
    reason: str | None
    told: str
    name: str = ""
    page: str = ""
    evidence: list[Shown]


class Rejected(_Part):
    """Who was left out: counted again from what is kept, by reason; `unexplained` those of no known reason."""

    counted: dict[str, _Count]
    unexplained: _Count = 0
    opened: list[OpenedRejected]


class Opened(_Part):
    """Everything shown to one auditor (`auditor`, by name) of one draw, by whom of the team and when."""

    format: Literal["heraut/v1/opened"] = FORMAT
    draw_id: str
    commit: _Hash
    size: Annotated[int, Field(ge=1, le=LARGEST)]
    auditor: str
    by: str
    at: _Count
    opened: list[OpenedEntrant]
    unopened: list[Unopened]
    rejected: Rejected

    @classmethod
    def read(cls, text: bytes) -> Opened:
        """Read such a file; InvalidInput names the first field that is missing or wrong."""
        parsed(text)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            place = ".".join(map(str, error.errors()[0]["loc"]))
            raise refused("audit_opened_field", field=place or "—") from None  # its text holds what was given

    def text(self) -> bytes:
        """Give it as it is written: JSON that a person can read too."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2).encode() + b"\n"

    @property
    def shown(self) -> list[Shown]:
        """Everything that anybody of it did."""
        every = [*(one.evidence for one in self.opened), *(one.evidence for one in self.rejected.opened)]
        return [one for evidence in every for one in evidence]

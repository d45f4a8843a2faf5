"""The draw itself, `tirage/v1`, to the byte: handles, the frozen list, the commitment, the seed, the ranking.

Pure functions of bytes; nothing here knows a contest, a network or a clock. docs/draw.md tells the scheme and why it is
so. Conventions: H is SHA-256, integers are big-endian, `TAG(s)` is s in ASCII and a zero byte, `LP(b)` is the length of
b in four bytes and b.

The list is a binary file of records of 36 bytes, `handle (32) || weight (4)`, in strictly increasing order of handle.
It is read in one pass of O(log n) memory, and checked as it is read.
"""

from __future__ import annotations

import json
import re
import struct
from bisect import bisect_left
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from itertools import islice, pairwise
from operator import lt
from typing import TYPE_CHECKING, Any, BinaryIO

from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HANDLE_BYTES = 32
RECORD_BYTES = 36
HEAVIEST = 1_000  # tickets of one entrant
FIRST_PREV = "0" * 64
LARGEST = 2**53 - 1  # the largest integer that every reader of JSON keeps
DEEPEST = 64  # objects and lists in each other, in JSON
LONGEST_NUMBER = 100  # digits of any number in JSON, whatever it is for
LONGEST_NAME = 200  # characters of an operator's or a draw's name
_RECORD = struct.Struct(">32sI")
_PIECE = 4_096  # records read at once: a power of two, so that each whole piece is one subtree
_LEAF, _NODE = b"\x00", b"\x01"  # RFC 6962, section 2.1
_FIRST_TICKET = bytes(4)
_ASCII = re.compile(r"[ -~]+")
_HASH = re.compile(r"[0-9a-f]{64}")


def refused(code: str, **said: str | int) -> InvalidInput:
    """Make the error that says in both languages why something is not of this draw (`problems/draw.toml`)."""
    from heraut.problems import problem  # brings pydantic, which a draw that is right does not need

    return InvalidInput([problem(code, None, **said)])


def tag(name: str) -> bytes:
    """Give what a hash of this scheme begins with, so that one made for one purpose never serves another."""
    return name.encode("ascii") + b"\x00"


def _prefixed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


# ---------------------------------------------------------------------------- entrants
def handle_of(draw_id: str, nonce: bytes, entrant: str) -> bytes:
    """Give an entrant's public handle, 32 bytes.

    `nonce` is 32 secret random bytes of this entrant alone, `entrant` their stable id (`network:stable-user-id`, never
    an @name), taken as UTF-8. Without nonce and id nobody can link the handle to a person.
    """
    if len(nonce) != HANDLE_BYTES:
        raise ValueError("a nonce has 32 bytes")
    named = _prefixed(draw_id.encode("ascii"))
    return sha256(tag("tirage/v1/entrant") + named + nonce + _prefixed(entrant.encode())).digest()


def records_of(entrants: Iterable[tuple[bytes, int]]) -> list[bytes]:
    """Give the records of `entrants.bin`, in its order, for handles (32 bytes) and weights (1 to 1000) in any order.

    Raises InvalidInput where a handle comes twice or a weight is out of bounds.
    """
    records = sorted(_record(handle, weight) for handle, weight in entrants)
    for before, after in zip(records, islice(records, 1, None), strict=False):
        if before[:HANDLE_BYTES] == after[:HANDLE_BYTES]:
            raise refused("draw_list_twice", handle=after[:HANDLE_BYTES].hex())
    return records


def _record(handle: bytes, weight: int) -> bytes:
    if len(handle) != HANDLE_BYTES:
        raise ValueError("a handle has 32 bytes")
    if not 1 <= weight <= HEAVIEST:
        raise refused("draw_list_weight", handle=handle.hex(), weight=weight, most=HEAVIEST)
    return _RECORD.pack(handle, weight)


@dataclass(frozen=True)
class Frozen:
    """What a commitment says of a list: the root of its tree (hexadecimal), how many entrants and tickets it holds."""

    root: str
    entrants: int
    tickets: int


def frozen(file: BinaryIO) -> Frozen:
    """Read a list once, from where it stands to its end, and give its root, entrants and tickets.

    Raises InvalidInput where it is cut in a record, out of order, names somebody twice, or a weight is out of bounds.
    """
    subtrees: list[tuple[int, bytes]] = []  # whole ones, larger to smaller: (leaves, hash)
    rest = b""
    entrants = tickets = 0
    for piece, weights in _pieces(file):
        entrants += len(weights)
        tickets += sum(weights)
        root = _root_of_piece(piece)
        if len(weights) < _PIECE:
            rest = root
            continue
        leaves = _PIECE
        while subtrees and subtrees[-1][0] == leaves:
            root = sha256(_NODE + subtrees.pop()[1] + root).digest()
            leaves *= 2
        subtrees.append((leaves, root))
    hashes = [root for _leaves, root in subtrees] + ([rest] if rest else [])
    whole = hashes.pop() if hashes else sha256(b"").digest()
    while hashes:
        whole = sha256(_NODE + hashes.pop() + whole).digest()
    return Frozen(whole.hex(), entrants, tickets)


def records_in(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Read a list once and give each handle (32 bytes) with its weight; raises InvalidInput as `frozen` does."""
    for piece, weights in _pieces(file):
        for at, weight in zip(range(0, len(piece), RECORD_BYTES), weights, strict=True):
            yield piece[at : at + HANDLE_BYTES], weight


def weight_in(records: bytes, handle: bytes) -> int:
    """Give the weight of a handle (32 bytes) in a list held in memory; 0 where it is not in it."""
    count = len(records) // RECORD_BYTES
    at = bisect_left(range(count), handle, key=lambda place: _handle_at(records, place))
    if at == count:
        return 0
    there, weight = _RECORD.unpack_from(records, at * RECORD_BYTES)
    return int(weight) if there == handle else 0


def _handle_at(records: bytes, place: int) -> bytes:
    start = place * RECORD_BYTES
    return records[start : start + HANDLE_BYTES]


def _root_of_piece(piece: bytes) -> bytes:
    """Give the root of the tree over some records; a node without a neighbour goes up as it is (RFC 6962)."""
    hashed = sha256
    level = [hashed(_LEAF + piece[at : at + RECORD_BYTES]).digest() for at in range(0, len(piece), RECORD_BYTES)]
    while len(level) > 1:
        above = [hashed(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def _pieces(file: BinaryIO) -> Iterator[tuple[bytes, tuple[int, ...]]]:
    """Give the records of a list some thousands at a time, each with its weights, once they were checked."""
    last = b""
    while piece := _read(file, _PIECE * RECORD_BYTES):
        if len(piece) % RECORD_BYTES:
            raise refused("draw_list_cut", size=RECORD_BYTES)
        handles: tuple[bytes, ...]
        weights: tuple[int, ...]
        handles, weights = zip(*_RECORD.iter_unpack(piece), strict=True)
        if not (last < handles[0] and all(map(lt, handles, islice(handles, 1, None)))):
            raise _out_of_order((last, *handles))
        if min(weights) < 1 or max(weights) > HEAVIEST:
            wrong = next(at for at, weight in enumerate(weights) if not 1 <= weight <= HEAVIEST)
            raise refused("draw_list_weight", handle=handles[wrong].hex(), weight=weights[wrong], most=HEAVIEST)
        last = handles[-1]
        yield piece, weights


def _read(file: BinaryIO, size: int) -> bytes:
    """Read so many bytes, fewer only at the end: a pipe or a connection gives what it has."""
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _out_of_order(handles: Sequence[bytes]) -> InvalidInput:
    before, after = next(pair for pair in pairwise(handles) if pair[0] >= pair[1])
    return refused("draw_list_twice" if before == after else "draw_list_order", handle=after.hex())


# ---------------------------------------------------------------------------- the commitment
@dataclass(frozen=True)
class Commitment:
    """What the organiser binds themselves to before the randomness exists; making one checks every field.

    `rules`, `root`, `prev` and `chain` are SHA-256 in lower-case hexadecimal; `draw_time` and `frozen_at` are Unix
    seconds. Raises InvalidInput, which names the field.
    """

    draw_id: str
    operator: str
    seq: int
    prev: str
    rules: str
    root: str
    entrants: int
    tickets: int
    winners: int
    alternates: int
    chain: str
    round: int
    draw_time: int
    frozen_at: int
    v: int = 1

    def __post_init__(self) -> None:
        """Refuse what canonical JSON could not say, or what could be read in two ways."""
        for name in ("draw_id", "operator"):
            value = getattr(self, name)
            if not isinstance(value, str) or len(value) > LONGEST_NAME or not _ASCII.fullmatch(value):
                raise refused("draw_field_text", field=name, most=LONGEST_NAME)
        for name in ("prev", "rules", "root", "chain"):
            value = getattr(self, name)
            if not isinstance(value, str) or not _HASH.fullmatch(value):
                raise refused("draw_field_hash", field=name)
        for name in _INTEGERS:
            value = getattr(self, name)
            least = 1 if name in _FROM_ONE else 0
            if type(value) is not int or not least <= value <= LARGEST:  # a boolean is an int to isinstance
                raise refused("draw_field_integer", field=name, least=least)
        if self.v != 1:
            raise refused("draw_version", given=self.v)

    @classmethod
    def of(cls, given: Any) -> Commitment:
        """Make one of what JSON gave; InvalidInput where a field is missing, unknown or wrong."""
        if not isinstance(given, dict):
            raise refused("draw_no_object")
        known = {field.name for field in fields(cls)}
        for name in sorted(known - given.keys()):
            raise refused("draw_field_missing", field=name)
        for name in sorted(given.keys() - known):
            raise refused("draw_field_unknown", field=name)
        return cls(**given)

    def canonical(self) -> bytes:
        """Give the one JSON text of it: keys sorted, no spaces, ASCII."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")

    def commit(self) -> str:
        """Give the hash that stands for it, in hexadecimal: what witnesses are to see."""
        return sha256(tag("tirage/v1/commit") + self.canonical()).hexdigest()

    def frozen(self) -> Frozen:
        """Give what it says of the list."""
        return Frozen(self.root, self.entrants, self.tickets)


_INTEGERS = (
    *("v", "seq", "entrants", "tickets", "winners", "alternates"),
    *("round", "draw_time", "frozen_at"),
)
_FROM_ONE = frozenset({"v", "seq", "winners", "round"})


def parsed(text: bytes) -> Any:
    """Read JSON as this format allows it: UTF-8, integers only, no name twice in an object.

    Nothing either that some reader would stumble over: halves of letters, hundreds of digits, a thousand brackets.
    Raises InvalidInput, which says what stands there instead.
    """
    hooks: dict[str, Any] = {"parse_int": _integer, "parse_float": _no_number, "parse_constant": _no_number}
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_object, **hooks)
        if b"\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # halves of letters can only be written so
    except (ValueError, RecursionError) as error:
        raise refused("draw_unreadable") from error
    if _is_deeper(found, DEEPEST):
        raise refused("draw_unreadable")
    return found


def _is_deeper(value: Any, most: int) -> bool:
    """Whether more than so many objects and lists stand in each other."""
    level = [value]
    for _ in range(most):
        inner = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [child for children in inner for child in children if isinstance(child, dict | list)]
    return bool(level)


def _integer(given: str) -> int:
    if len(given) > LONGEST_NUMBER:
        raise ValueError("a number that no reader keeps")
    return int(given)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise refused("draw_field_twice", field=name)
        found[name] = value
    return found


def _no_number(given: str) -> Any:
    raise refused("draw_number", given=given[:40])


# ---------------------------------------------------------------------------- seed and ranking
def seed_of(commit: str, chain: str, round_number: int, signature: bytes) -> bytes:
    """Give the seed, 32 bytes; `signature` is the round's (48 bytes), and must have been verified before."""
    return sha256(
        tag("tirage/v1/seed")
        + bytes.fromhex(commit)
        + bytes.fromhex(chain)
        + struct.pack(">Q", round_number)
        + sha256(signature).digest()
    ).digest()


def ranking(file: BinaryIO, seed: bytes, places: int) -> list[str]:
    """Read a list once and give the handles (hexadecimal) of the first `places`, in order: winners, then alternates.

    An entrant's score is the least of their tickets, the order is that of (score, handle); memory follows `places`,
    never the list. Fewer entrants than places: all of them. Raises InvalidInput as `frozen` does.
    """
    hashed, prefix = sha256, tag("tirage/v1/ticket") + seed
    best: list[bytes] = []  # score || handle, sorted whenever it was cut
    bound = b"\xff" * (2 * HANDLE_BYTES + 1)  # what is not below it has no place; at first all are
    most = 2 * places + 1_024
    for piece, weights in _pieces(file):
        for at, weight in zip(range(0, len(piece), RECORD_BYTES), weights, strict=True):
            handle = piece[at : at + HANDLE_BYTES]
            score = hashed(prefix + handle + _FIRST_TICKET).digest()
            if weight > 1:
                score = min(score, *(hashed(prefix + handle + _number(one)).digest() for one in range(1, weight)))
            if score < bound:
                best.append(score + handle)
        if len(best) > most:
            best = sorted(best)[:places]
            bound = best[-1] if best else b""
    return [one[HANDLE_BYTES:].hex() for one in sorted(best)[:places]]


_number = struct.Struct(">I").pack

"""A contest's draw of a million entrants: frozen, drawn and verified from disk; processor seconds and peak memory.

Each part runs in an interpreter of its own, whose whole processor time and peak memory the system tells (`wait4`),
start included; a peak below this program's own is told as that. `kernel` is what a browser or a phone would compute:
root, tickets and ranking, and nothing of the command. `hashing` are the same hashes (a leaf, a node and a ticket an
entrant) without anything around them: what is left of the difference when the machine is busy is their ratio. Then the
same list through the store, in the steps of the function (bench/freeze.py).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from heraut.contests.beacon import QUICKNET
from heraut.contests.draw import FIRST_PREV, Commitment, frozen

if TYPE_CHECKING:
    from bench.results import Figures

ENTRANTS = 1_000_000
WINNERS, ALTERNATES = 10, 100
ROUND = 1_000
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
ROOT = Path(__file__).resolve().parents[1]
LEAST_SECONDS = 0.05  # of bare hashing that can be told from how unevenly interpreters start
AIM = {"kernel": (4.0, 34.0), "freeze": (10.0, 128.0)}  # seconds, MiB: twice the 2.0 s and 17 MiB that were tried once

FREEZE = """
import os
from hashlib import sha256
from heraut.contests.draw import frozen, handle_of, records_of
entrants = ((handle_of("bench", sha256(b"%d" % i).digest(), f"mastodon:{i}"), 1) for i in range(COUNT))
with open(LIST, "wb") as file:
    file.writelines(records_of(entrants))
with open(LIST, "rb") as file:
    frozen(file)
"""
PARTS_OF = """
from hashlib import sha256
from heraut.contests.draw import records_of
from heraut.contests.stretch import PEOPLE_AT_ONCE
for at in range(0, COUNT, PEOPLE_AT_ONCE):
    with open(f"{LIST}.{at}", "wb") as file:
        people = range(at, min(at + PEOPLE_AT_ONCE, COUNT))
        file.writelines(records_of((sha256(b"%d" % one).digest(), 1) for one in people))
"""
LOADED = """
import boto3
from heraut.aws.clients import Clients
from heraut.aws.contests_table import ContestsTable
from heraut.contests import advance_contest
clients = Clients(session=boto3.Session(region_name="eu-west-3"))
clients.dynamodb, clients.s3
"""
MERGE = """
from pathlib import Path
from heraut.contests.draw import frozen
from heraut.contests.freeze_entrants import listed
from heraut.contests.stretch import PEOPLE_AT_ONCE
names = [f"{LIST}.{at}" for at in range(0, COUNT, PEOPLE_AT_ONCE)]
file = listed(names, b"", lambda name: Path(name).read_bytes())
file.seek(0)
frozen(file)
file.getvalue()
"""
KERNEL = """
from heraut.contests.draw import frozen, ranking
with open(LIST, "rb") as file:
    frozen(file)
    file.seek(0)
    ranking(file, bytes(32), 110)
"""
HASHING = """
from hashlib import sha256
leaf, node, ticket = bytes(37), bytes(65), bytes(85)
for _ in range(COUNT):
    sha256(leaf).digest()
    sha256(node).digest()
    sha256(ticket).digest()
"""
COMMAND = "from heraut.cli.main import app; app()"


def measure(entrants: int = ENTRANTS) -> Figures:
    """Freeze, draw and verify in turn; seconds and MiB of each, and how often bare hashing kernel and freeze take."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "entrants.bin"
        figures: Figures = {"entrants": entrants}
        figures["nothing"] = _run("pass", listed, entrants)
        figures["hashing"] = _run(HASHING, listed, entrants)
        figures["freeze"] = _run(FREEZE, listed, entrants)
        _run(PARTS_OF, listed, entrants)
        figures["loaded"] = _run(LOADED, listed, entrants)
        figures["merge"] = _run(LOADED + MERGE, listed, entrants)
        figures["kernel"] = _run(KERNEL, listed, entrants)
        certificate, commitment = _published(Path(folder), listed)
        given = ["--entrants", str(listed)]
        rank = ["draw", "rank", "--commitment", str(commitment), "--signature", SIGNATURE, *given]
        figures["rank"] = _run(COMMAND, listed, entrants, rank)
        figures["verify"] = _run(COMMAND, listed, entrants, ["draw", "verify", str(certificate), *given], status=1)
    for name in ("kernel", "freeze"):
        figures[f"{name}_to_hashing"] = times_hashing(figures, name)
    from bench import freeze  # brings much: what ran until now would be told as large as this program

    figures["store"] = freeze.measure()
    return figures


def times_hashing(figures: Figures, name: str) -> float | None:
    """Say how many times its bare hashes a part takes; None where those are too few to be told from a start."""
    start = figures["nothing"]["seconds"]
    hashing = figures["hashing"]["seconds"] - start
    return round((figures[name]["seconds"] - start) / hashing, 2) if hashing >= LEAST_SECONDS else None


def _published(folder: Path, listed: Path) -> tuple[Path, Path]:
    """Write a certificate (true but for its witnesses, which nobody can date back) and its commitment."""
    with listed.open("rb") as entrants:
        found = frozen(entrants)
    at = QUICKNET.time_of(ROUND)
    commitment = Commitment(
        draw_id="bench",
        operator="bench",
        seq=1,
        prev=FIRST_PREV,
        rules=sha256(b"").hexdigest(),
        root=found.root,
        entrants=found.entrants,
        tickets=found.tickets,
        winners=WINNERS,
        alternates=ALTERNATES,
        chain=QUICKNET.hash,
        round=ROUND,
        draw_time=at,
        frozen_at=at - 600,
    )
    certificate = {"commitment": asdict(commitment), "signature": SIGNATURE, "ranking": []}
    files = folder / "certificate.json", folder / "commitment.json"
    for file, said in zip(files, (certificate, asdict(commitment)), strict=True):
        file.write_text(json.dumps(said), encoding="utf-8")
    return files


def _run(
    program: str, listed: Path, count: int, arguments: list[str] | None = None, status: int = 0
) -> dict[str, float]:
    """Run a program in an interpreter of its own and give its processor seconds and peak MiB."""
    text = program.replace("LIST", repr(str(listed))).replace("COUNT", str(count))
    silent = os.open(os.devnull, os.O_WRONLY)
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", text, *(arguments or [])],
        {**os.environ, "PYTHONPATH": str(ROOT / "layers" / "heraut")},
        file_actions=[(os.POSIX_SPAWN_DUP2, silent, 1)],
    )
    os.close(silent)
    _pid, ended, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(ended) != status:
        raise RuntimeError(f"ended with {os.waitstatus_to_exitcode(ended)}, not {status}")
    peak = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return {"seconds": round(used.ru_utime + used.ru_stime, 2), "peak_mib": round(peak, 1)}


PARTS = {
    "nothing": "an interpreter that does nothing",
    "hashing": "its hashes alone",
    "freeze": "frozen: handles, list, root",
    "loaded": "the function's modules, loaded",
    "merge": "frozen from parts, as it does, with these",
    "kernel": "verified: root, tickets, ranking",
    "rank": "heraut draw rank",
    "verify": "heraut draw verify",
}


def table(figures: Figures) -> list[str]:
    """Say each part's seconds and memory."""
    lines = [f"{figures['entrants']} entrants".ljust(36) + "processor      peak"]
    lines += [
        f"{said:36}{figures[name]['seconds']:>7} s{figures[name]['peak_mib']:>7} MiB" for name, said in PARTS.items()
    ]
    if figures["kernel_to_hashing"] is not None:
        lines.append(f"verifying takes {figures['kernel_to_hashing']} times its hashes alone")
        lines.append(f"freezing takes {figures['freeze_to_hashing']} times those, its handles' hashes included")
    for name, (seconds, peak) in AIM.items():
        if figures[name]["seconds"] > seconds or figures[name]["peak_mib"] > peak:
            lines.append(f"missed: {PARTS[name]} within {seconds} s and {peak} MiB")
    from bench import freeze

    return lines + freeze.table(figures["store"])


def broken(_figures: Figures) -> str | None:
    """Nothing here must hold but that each part ends as it should, or `measure` fails."""
    return None

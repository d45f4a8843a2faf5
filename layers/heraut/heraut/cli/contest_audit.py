"""`heraut contest audit`: opens designated entrants of a drawn contest for one auditor, who is named.

What is written links public codes to people: it is asked first, prints no nonce, and lies in a folder that only its
owner can read.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.speech import CannotGoOn, language, person, say, tell

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.contests.opened import Opened
    from heraut.contests.running import Contest

Auditor = Annotated[str, typer.Option("--auditor", metavar="NAME")]
Folder = Annotated[Path, typer.Option("--output", metavar="FOLDER")]
Size = Annotated[int, typer.Option("--size", min=1, max=1_000)]
LETTERS = {"fr": "a-lire.txt", "en": "read-me.txt"}


def audit_of(
    contest: Contest, brand: Brand, auditor: str, size: int, folder: Path, desk: Desk, *, yes: bool, as_json: bool
) -> None:
    """Open entrants of a contest for an auditor, say how many of whom, ask, and write the folder."""
    from heraut.cli.shown import print_json

    _require_drawn(contest, desk)
    _require_free(folder)
    opened = _opened(contest, brand, auditor, size, desk)
    if not opened.opened and opened.unopened:
        raise CannotGoOn("contest_audit_nothing", contest=contest.agreed.title)
    counted = _counted(contest, opened)
    if not as_json:
        _say(opened, counted)
    question = say("contest_audit_question", people=counted["opened"] + counted["rejected"], folder=folder)
    writes = yes or typer.confirm(question, default=False, err=as_json)
    if writes:
        _write(contest, opened, folder, desk)
    if as_json:
        print_json(counted | {"folder": str(folder) if writes else None})
    elif writes:
        tell(say("contest_audit_written", folder=folder, auditor=opened.auditor), "green")
    else:
        tell(say("contest_audit_not_written"))


def _require_drawn(contest: Contest, desk: Desk) -> None:
    """Refuse before the certificate: the seed that designates anybody does not exist yet."""
    from heraut.wording import at_moment

    if contest.certified:
        return
    if contest.called_off:
        raise CannotGoOn("contest_audit_cancelled", contest=contest.agreed.title)
    draws = contest.agreed.draws
    if contest.commitments:
        draws = datetime.fromtimestamp(int(contest.last.commitment["draw_time"]), UTC)
    at = at_moment(draws, contest.agreed.zone, language(), desk.clock.now())
    raise CannotGoOn("contest_audit_early", contest=contest.agreed.title, at=at)


def _require_free(folder: Path) -> None:
    """Refuse a folder that holds something: what is written is to be found and deleted as a whole."""
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise CannotGoOn("file_not_written", file=folder, why=error.strerror or "") from error
    if taken:
        raise CannotGoOn("contest_audit_folder", folder=folder)


def _opened(contest: Contest, brand: Brand, auditor: str, size: int, desk: Desk) -> Opened:
    from heraut.contests.open_entrants import Files, Reader, open_entrants
    from heraut.letters import in_one_line

    named = in_one_line(auditor).strip()
    if not named:
        raise CannotGoOn("contest_audit_nobody")
    files = Files(desk.contests, desk.public, desk.secrets, desk.networks)
    return open_entrants(contest, brand, Reader(named, person(), size), files, desk.clock.now())


def _counted(contest: Contest, opened: Opened) -> dict[str, Any]:
    """Give how many of each there are, as a program reads it; nobody's id or nonce."""
    from heraut.contests.opened import Look

    looks = [one.look for one in opened.shown]
    return {
        "brand": contest.brand,
        "contest": contest.name,
        "auditor": opened.auditor,
        "size": opened.size,
        "designated": len(opened.opened) + len(opened.unopened),
        "opened": len(opened.opened),
        "not_kept": len(opened.unopened),
        "rejected": len(opened.rejected.opened),
        "found": looks.count(Look.FOUND),
        "gone": looks.count(Look.GONE),
        "cannot_be_asked": looks.count(Look.CANNOT_BE_ASKED),
    }


def _say(opened: Opened, counted: dict[str, Any]) -> None:
    tell(say("contest_audit_designated", **counted))
    if opened.unopened:
        tell(say("contest_audit_not_kept", **counted), "yellow")
    tell(say("contest_audit_rejected", **counted))
    tell(say("contest_audit_looks", **counted))
    tell(say("contest_audit_for", **counted))


def _write(contest: Contest, opened: Opened, folder: Path, desk: Desk) -> None:
    """Write the folder; nobody but its owner can read it."""
    from heraut.contests.audit_letter import letter

    files = {
        "opened.json": opened.text(),
        LETTERS[contest.agreed.language]: letter(contest, opened, desk.stack["PublicUrl"]).encode(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in files.items():
            with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
                file.write(text)
    except OSError as error:
        raise CannotGoOn("file_not_written", file=folder, why=error.strerror or "") from error

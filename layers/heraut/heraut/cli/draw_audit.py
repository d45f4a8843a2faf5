"""`heraut draw sample` and `audit`: whom an organiser must open for an auditor, and whether they did. No stack needed.

`sample` prints a line for each entrant who must be opened (name, code, chances), or nothing where the certificate, its
list or its round's signature is wrong: exit status 0, 1, 2. `audit` says a line for each check, those of `verify`
first, then AUDITED, PARTLY AUDITED or NOT AUDITED: exit status 0 for the first alone, else 1, 2 where a file cannot be
read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.draw_files import (
    CertificateFile,
    Entrants,
    Online,
    TsaRoot,
    certificate_in,
    line,
    readable,
    readable_json,
    roots_in,
    whole,
)
from heraut.cli.options import Json
from heraut.cli.speech import complain, language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.contests.checks import Check

Size = Annotated[int, typer.Option("--size", min=1, max=1_000)]
SAMPLE = 30


def sample(certificate: CertificateFile, entrants: Entrants, size: Size = SAMPLE, as_json: Json = False) -> None:
    from heraut.cli.shown import print_json
    from heraut.contests.audit_sample import to_open
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.checks import NotTheDraw, proven_seed

    read = certificate_in(certificate)
    try:
        with readable(entrants), entrants.open("rb") as listed:
            seed = proven_seed(read.commitment, listed, QUICKNET, read.signature)
            asked = to_open(read.commitment, listed, seed, size)
    except NotTheDraw as error:
        complain(one.reason(language()) for one in error.checks)
        raise typer.Exit(1) from error
    if as_json:
        rows = [{"name": one.name, "handle": one.handle, "chances": one.chances} for one in asked]
        print_json({"commit": read.commitment.commit(), "seed": seed.hex(), "size": size, "open": rows})
        return
    for one in asked:
        typer.echo(f"{one.name} {one.handle} {one.chances}")


def audit(
    certificate: CertificateFile,
    entrants: Entrants,
    opened: Annotated[Path, typer.Option("--opened")],
    size: Size = SAMPLE,
    online: Online = False,
    tsa_root: TsaRoot = None,
    as_json: Json = False,
) -> None:
    from heraut.cli.shown import print_json
    from heraut.contests.audit import Verdict, verdict

    made = []
    roots = tsa_root or []
    for one in _checks(certificate, entrants, opened, size, roots, online=online):
        if not as_json:
            line(one.outcome, one.name, one.reason(language()))
        made.append(one)
    found = verdict(made)
    if as_json:
        rows = [{"outcome": one.outcome, "name": one.name, "reason": one.reason(language())} for one in made]
        print_json({"verdict": found, "checks": rows})
    else:
        typer.echo(found)
    raise typer.Exit(0 if found is Verdict.AUDITED else 1)


def _checks(
    certificate: Path, entrants: Path, opened: Path, size: int, tsa_roots: list[Path], *, online: bool
) -> Iterator[Check]:
    """Check what was given; what is no certificate, or no file of an organiser's, is one check that failed."""
    from heraut.contests.audit import audited
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.checks import Check, Given, Outcome
    from heraut.contests.opened import Opened
    from heraut.contests.public_witnesses import looking
    from heraut.errors import InvalidInput
    from heraut.fetch import Guard

    name = "certificate"
    try:
        read = certificate_in(certificate)
        name = "opened"
        with readable_json(opened):
            shown = Opened.read(whole(opened))
    except InvalidInput as error:
        yield Check(name, Outcome.FAIL, problem=error.problems[0])
        return
    given = Given(roots_in(tsa_roots), look=looking(Guard()) if online else None)
    with readable(entrants), entrants.open("rb") as listed:
        yield from audited(read, listed, shown, QUICKNET, given, size)

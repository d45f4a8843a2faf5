"""`heraut draw`: computes a contest's draw again, and says whether a certificate is true. No stack, no account.

`rank` gives the ranking of a commitment, its list and its round's signature, or nothing: exit status 0, 1 when anything
differs, 2 when a file cannot be read (it is not there, or no JSON). `verify` says a line for each check, then VERIFIED
or NOT VERIFIED: exit status 0, 1, 2. `sample` and `audit` are `draw_audit.py`. Only the public chain counts here; no
option changes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.draw_audit import audit, sample
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
    unusable,
    whole,
)
from heraut.cli.speech import complain, language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.contests.checks import Given


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    draws = typer.Typer(no_args_is_help=True)
    draws.command("rank")(rank)
    draws.command("verify")(verify)
    draws.command("sample")(sample)
    draws.command("audit")(audit)
    app.add_typer(draws, name="draw")


def rank(
    commitment: Annotated[Path, typer.Option("--commitment")],
    entrants: Entrants,
    signature: Annotated[str, typer.Option("--signature")],
) -> None:
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.checks import NotTheDraw, ranked
    from heraut.contests.draw import Commitment, parsed

    with readable_json(commitment):
        said = Commitment.of(parsed(whole(commitment)))
    try:
        with readable(entrants), entrants.open("rb") as listed:
            handles = ranked(said, listed, QUICKNET, signature.lower())
    except NotTheDraw as error:
        complain(one.reason(language()) for one in error.checks)
        raise typer.Exit(1) from error
    typer.echo(json.dumps({"ranking": handles}))


def verify(
    certificate: CertificateFile,
    entrants: Entrants,
    online: Online = False,
    tsa_root: TsaRoot = None,
    previous: Annotated[Path | None, typer.Option("--previous")] = None,
    rules: Annotated[Path | None, typer.Option("--rules")] = None,
) -> None:
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.checks import checks, is_verified
    from heraut.errors import InvalidInput

    given = _given(tsa_root or [], previous, rules, online=online)
    try:
        read = certificate_in(certificate)
    except InvalidInput as error:
        line("FAIL", "certificate", error.problems[0].message(language()))
        typer.echo("NOT VERIFIED")
        raise typer.Exit(1) from error
    made = []
    with readable(entrants), entrants.open("rb") as listed:
        for one in checks(read, listed, QUICKNET, given):
            line(one.outcome, one.name, one.reason(language()))
            made.append(one)
    verified = is_verified(made)
    typer.echo("VERIFIED" if verified else "NOT VERIFIED")
    raise typer.Exit(0 if verified else 1)


def _given(tsa_roots: Sequence[Path], previous: Path | None, rules: Path | None, *, online: bool) -> Given:
    """Read what the verifier has beside the certificate and the list."""
    from heraut.contests.certificate import previous_of
    from heraut.contests.checks import Given
    from heraut.contests.public_witnesses import looking
    from heraut.errors import InvalidInput
    from heraut.fetch import Guard

    before = None
    if previous:
        try:
            before = previous_of(whole(previous))
        except InvalidInput as error:
            raise unusable(previous, error.problems[0].message(language())) from error
    roots = roots_in(tsa_roots)
    return Given(roots, whole(rules) if rules else None, before, looking(Guard()) if online else None)

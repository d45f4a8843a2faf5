"""`heraut draw`: computes a contest's draw again, and says whether a certificate is true. No stack, no account.

`rank` gives the ranking of a commitment, its list and its round's signature, or nothing: exit status 0, or 1 when
anything differs, 2 when a file cannot be read. `verify` says a line for each check, then VERIFIED or NOT VERIFIED: exit
status 0, 1, 2. Only the public chain counts here; no option changes it.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.speech import complain, language, say
from heraut.letters import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography.x509 import Certificate as Root

    from heraut.contests.certificate import Certificate
    from heraut.contests.checks import Given

UNREADABLE = 2
MOST_BYTES = 200_000_000  # of what is read whole: a certificate, the rules; the list is read as it comes

Entrants = Annotated[Path, typer.Option("--entrants")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    draws = typer.Typer(no_args_is_help=True)
    draws.command("rank")(rank)
    draws.command("verify")(verify)
    app.add_typer(draws, name="draw")


def rank(
    commitment: Annotated[Path, typer.Option("--commitment")],
    entrants: Entrants,
    signature: Annotated[str, typer.Option("--signature")],
) -> None:
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.checks import NotTheDraw, ranked
    from heraut.contests.draw import Commitment, parsed

    said = Commitment.of(parsed(_whole(commitment)))
    try:
        with _readable(entrants), entrants.open("rb") as listed:
            handles = ranked(said, listed, QUICKNET, signature.lower())
    except NotTheDraw as error:
        complain(one.reason(language()) for one in error.checks)
        raise typer.Exit(1) from error
    typer.echo(json.dumps({"ranking": handles}))


def verify(
    certificate: Annotated[Path, typer.Argument()],
    entrants: Entrants,
    online: Annotated[bool, typer.Option("--online")] = False,
    tsa_root: Annotated[list[Path] | None, typer.Option("--tsa-root")] = None,
    previous: Annotated[Path | None, typer.Option("--previous")] = None,
    rules: Annotated[Path | None, typer.Option("--rules")] = None,
) -> None:
    from heraut.contests.beacon import QUICKNET
    from heraut.contests.checks import checks, is_verified

    given = _given(tsa_root or [], previous, rules, online=online)
    read = _certificate(certificate)
    made = []
    with _readable(entrants), entrants.open("rb") as listed:
        for one in checks(read, listed, QUICKNET, given):
            _line(one.outcome, one.name, one.reason(language()))
            made.append(one)
    verified = is_verified(made)
    typer.echo("VERIFIED" if verified else "NOT VERIFIED")
    raise typer.Exit(0 if verified else 1)


def _line(outcome: str, name: str, reason: str) -> None:
    typer.echo(f"{outcome} {name} {in_one_line(reason)}")


def _given(tsa_roots: Sequence[Path], previous: Path | None, rules: Path | None, *, online: bool) -> Given:
    """Read what the verifier has beside the certificate and the list."""
    from heraut.contests.certificate import previous_of
    from heraut.contests.checks import Given
    from heraut.contests.public_witnesses import looking
    from heraut.contests.timestamps import product_roots
    from heraut.errors import InvalidInput
    from heraut.fetch import Guard

    before = None
    if previous:
        try:
            before = previous_of(_whole(previous))
        except InvalidInput as error:
            raise _unusable(previous, error.problems[0].message(language())) from error
    roots = [*product_roots(), *(root for file in tsa_roots for root in _roots(file))]
    return Given(roots, _whole(rules) if rules else None, before, looking(Guard()) if online else None)


def _roots(file: Path) -> list[Root]:
    from heraut.contests.timestamps import roots_from

    try:
        return roots_from(_whole(file))
    except ValueError as error:
        raise _unusable(file, say("draw_no_certificate")) from error


def _certificate(file: Path) -> Certificate:
    """Read the certificate; what is no JSON cannot be read, what is no certificate is not verified."""
    from heraut.contests.certificate import Certificate
    from heraut.errors import InvalidInput

    try:
        return Certificate.read(_whole(file))
    except InvalidInput as error:
        (wrong,) = error.problems
        if wrong.code == "draw_unreadable":
            raise _unusable(file, wrong.message(language())) from error
        _line("FAIL", "certificate", wrong.message(language()))
        typer.echo("NOT VERIFIED")
        raise typer.Exit(1) from error


def _whole(file: Path) -> bytes:
    with _readable(file), file.open("rb") as opened:
        text = opened.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise _unusable(file, say("draw_file_too_large", file=file))
    return text


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Say that a file cannot be read, and end with the status of that."""
    try:
        yield
    except FileNotFoundError as error:
        raise _unusable(file, say("file_missing", file=file)) from error
    except OSError as error:
        raise _unusable(file, say("file_unreadable", file=file, why=error.strerror or "")) from error


def _unusable(file: Path, why: str) -> typer.Exit:
    complain([why if str(file) in why else f"{file}{say('colon')} {why}"])
    return typer.Exit(UNREADABLE)

"""What `heraut draw` reads and prints: files whole or as they come; what cannot be read ends with exit status 2.

What is no JSON cannot be read either. What can be read and is wrong is the matter of whoever reads it.
"""

from __future__ import annotations

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

UNREADABLE = 2
MOST_BYTES = 200_000_000  # of what is read whole: a certificate, the rules; the list is read as it comes

CertificateFile = Annotated[Path, typer.Argument()]
Entrants = Annotated[Path, typer.Option("--entrants")]
Online = Annotated[bool, typer.Option("--online")]
TsaRoot = Annotated[list[Path] | None, typer.Option("--tsa-root")]


def certificate_in(file: Path) -> Certificate:
    """Read a certificate; InvalidInput where it is JSON, and no certificate."""
    from heraut.contests.certificate import Certificate

    with readable_json(file):
        return Certificate.read(whole(file))


def roots_in(files: Sequence[Path]) -> list[Root]:
    """Give the roots of authorities: those of the product, and those of these files (PEM or DER)."""
    from heraut.contests.timestamps import product_roots, roots_from

    found = list(product_roots())
    for file in files:
        try:
            found += roots_from(whole(file))
        except ValueError as error:
            raise unusable(file, say("draw_no_certificate")) from error
    return found


def line(outcome: str, name: str, reason: str) -> None:
    """Print what came of a check; nothing in the reason begins a line of its own."""
    typer.echo(f"{outcome} {name} {in_one_line(reason)}")


def whole(file: Path) -> bytes:
    """Read a file whole."""
    with readable(file), file.open("rb") as opened:
        text = opened.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise unusable(file, say("draw_file_too_large", file=file))
    return text


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Say that a file cannot be read, and end with the status of that."""
    try:
        yield
    except FileNotFoundError as error:
        raise unusable(file, say("file_missing", file=file)) from error
    except OSError as error:
        raise unusable(file, say("file_unreadable", file=file, why=error.strerror or "")) from error


@contextmanager
def readable_json(file: Path) -> Iterator[None]:
    """Say that a file is no JSON, and end with the status of what cannot be read; else InvalidInput goes on."""
    from heraut.errors import InvalidInput

    try:
        yield
    except InvalidInput as error:
        wrong = error.problems[0]
        if wrong.code == "draw_unreadable":
            raise unusable(file, wrong.message(language())) from error
        raise


def unusable(file: Path, why: str) -> typer.Exit:
    """Say why a file cannot be used; gives the end of the command."""
    complain([why if str(file) in why else f"{file}{say('colon')} {why}"])
    return typer.Exit(UNREADABLE)

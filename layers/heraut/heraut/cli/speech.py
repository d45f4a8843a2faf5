"""What the command says, and in which language: French when the environment's language is French, else English."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from heraut.errors import (
    AddressRefused,
    ConfigurationError,
    Conflict,
    HerautError,
    InvalidInput,
    NetworkError,
    NewerRelease,
    TryAgain,
)
from heraut.letters import in_one_line
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from heraut.problems import Language, Problem

wording = Wording("heraut.cli", "words.toml")
WIDTH_OF_FILES = 240  # columns, where nobody's window says how wide it is


class CannotGoOn(HerautError):
    """Something the command itself finds in its way; `code` is its sentence."""

    def __init__(self, code: str, **fields: object) -> None:
        """Keep the sentence's code and fields."""
        self.code = code
        self.fields = fields
        super().__init__(code)


def language() -> Language:
    """Give the language of the environment (HERAUT_LANGUAGE, LC_ALL, LC_MESSAGES, LANG; the first that is set)."""
    names = ("HERAUT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "fr" if chosen.lower().startswith("fr") else "en"


def person() -> str:
    """Give who acts: HERAUT_PERSON, else the login name."""
    return in_one_line(os.environ.get("HERAUT_PERSON") or getpass.getuser())


def say(code: str, **fields: object) -> str:
    """Give a sentence of the command."""
    return wording.say(code, language(), **fields)


def console(*, errors: bool = False) -> Console:
    """Give the terminal, or what stands in its place; nothing in a text is taken for markup."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else WIDTH_OF_FILES
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width, soft_wrap=True)


def safe(text: str) -> str:
    """Give a text that a terminal only shows: no escape sequence in it is obeyed, whoever wrote it."""
    lines = text.split("\n")
    return "\n".join(" " * (len(line) - len(line.lstrip(" "))) + in_one_line(line) for line in lines)


def tell(text: str, style: str | None = None) -> None:
    """Print a line."""
    console().print(safe(text), style=style)


def complain(lines: Iterable[str], style: str = "red") -> None:
    """Print lines on standard error."""
    terminal = console(errors=True)
    for line in lines:
        terminal.print(safe(line), style=style)


def problem_line(found: Problem) -> str:
    """Say a problem in one line: where, what, what to do."""
    chosen = language()
    where = f"{found.column}{say('colon')} " if found.column else ""
    return " ".join(part for part in (where + found.message(chosen), found.remedy(chosen)) if part)


def sentences_of(error: HerautError) -> list[str]:
    """Say an error as sentences a person can act upon."""
    match error:
        case CannotGoOn():
            return [say(error.code, **error.fields)]
        case InvalidInput():
            return [problem_line(found) for found in error.problems]
        case NetworkError() | AddressRefused():
            return [problem_line(error.problem)]
        case _:
            code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "went_wrong")
            return [say(code, detail=str(error))]


def sentences_of_trial(error: HerautError) -> list[str]:
    """Say why an account could not be tried; nothing was sent, so nothing may be online."""
    from heraut.networks.base import problem_of_trial

    return [problem_line(problem_of_trial(error))] if isinstance(error, NetworkError) else sentences_of(error)


_CODES: dict[type[HerautError], str] = {
    TryAgain: "try_again",
    NewerRelease: "newer_release",
    Conflict: "changed_meanwhile",
    ConfigurationError: "installation_wrong",
}

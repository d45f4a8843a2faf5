"""The `heraut` command: `heraut --help` says what it can do.

Commands are thin: read what was typed, make one call, say what came of it. What they need is imported when they run,
so that help and mistakes answer at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import rich_utils
from typer.core import TyperGroup

from heraut.cli import accounts, calendar, configuration, listing, people, posts
from heraut.cli.speech import complain, say, sentences_of, wording
from heraut.errors import HerautError

if TYPE_CHECKING:
    from collections.abc import Iterable

PANELS = ("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "ERRORS_PANEL_TITLE")


class Heraut(TyperGroup):
    """The root: speaks the person's language, and turns what goes wrong into a sentence and exit status 1."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Put every help text into the language of the environment, then run."""
        for panel in PANELS:
            setattr(rich_utils, panel, say(panel.lower()))
        speak(self)
        return super().main(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run; nothing that is raised on purpose is shown as a traceback."""
        try:
            return super().invoke(ctx)
        except HerautError as error:
            complain(sentences_of(error))
            raise typer.Exit(1) from error


def speak(command: Any, path: tuple[str, ...] = ()) -> None:
    """Give a command, its options and what stands below it their help in the language of the environment."""
    command.help = say("_".join(("help", *path)))
    for parameter in (*command.params, command.get_help_option(typer.Context(command))):
        parameter.help = say(option_code(path, parameter.name))
        parameter.display_type_rich = _no_type
    for name, below in getattr(command, "commands", {}).items():
        speak(below, (*path, name))


def _no_type(ctx: typer.Context) -> None:
    """Show no Python type beside an option: its help says what to give."""


def option_code(path: Iterable[str], name: str) -> str:
    """Give the code of an option's help: its command's own, else the one that several commands share."""
    own = "_".join(("option", *path, name))
    return own if own in wording.sentences() else f"option_{name}"


app = typer.Typer(cls=Heraut, name="heraut", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def heraut(ctx: typer.Context, stack: Annotated[str | None, typer.Option("--stack")] = None) -> None:
    ctx.obj = stack


configuration.add_to(app)
accounts.add_to(app)
people.add_to(app)
calendar.add_to(app)
posts.add_to(app)
listing.add_to(app)

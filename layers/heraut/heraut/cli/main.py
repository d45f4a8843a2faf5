"""The `heraut` command: `heraut --help` says what it can do.

Commands are thin: read what was typed, make one call, say what came of it. What they need is imported when they run,
so that help and mistakes answer at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from heraut.cli import (
    accounts,
    alerts,
    brake,
    brands,
    calendar,
    configuration,
    contests,
    doctor,
    draws,
    events,
    inbox,
    listing,
    moderation,
    people,
    posts,
    reply,
    rules,
    testimonials,
    ways,
    webhooks,
)
from heraut.cli.speech import complain, say, sentences_of, wording
from heraut.errors import HerautError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WRONG_USAGE = 2
SHOWS_HELP = "NoArgsIsHelpError"  # Typer's own way to show the help of a command that was given nothing
PANELS = ("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE")


class Heraut(TyperGroup):
    """The root: speaks the person's language, and turns what goes wrong into a sentence and an exit status."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Put every help text into the language of the environment, then run."""
        speak(self)
        return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read what stands before the command."""
        with _in_words():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run; nothing that is raised on purpose is shown as a traceback."""
        with _in_words():
            return super().invoke(ctx)


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what went wrong: exit status 1, or 2 where the command was typed wrongly."""
    try:
        yield
    except HerautError as error:
        complain(sentences_of(error))
        raise typer.Exit(1) from error
    except typer.TyperException as error:
        if type(error).__name__ == SHOWS_HELP:
            raise
        complain(wrong_usage(error))
        raise typer.Exit(WRONG_USAGE) from error


def wrong_usage(error: Any) -> list[str]:
    """Say how the command was typed wrongly, and where its help is."""
    parameter, option = getattr(error, "param", None), getattr(error, "option_name", None)
    match type(error).__name__:
        case "MissingParameter" if parameter is not None:
            said = say("usage_missing", name=parameter.name)
        case "NoSuchOption":
            said = say("usage_no_option", name=option)
        case "BadOptionUsage":
            said = say("usage_option_empty", name=option)
        case _:
            said = say("usage_wrong", detail=error.format_message().rstrip("."))
    context = getattr(error, "ctx", None)
    return [said, say("usage_help", command=context.command_path if context else "heraut")]


def name_panels() -> None:
    """Give the panels of a help page their titles in the language of the environment; loading them takes its time."""
    from typer import rich_utils

    for panel in PANELS:
        setattr(rich_utils, panel, say(panel.lower()))


def _with_panels(show: Callable[..., None]) -> Callable[..., None]:
    def shown(*args: Any) -> None:
        name_panels()
        show(*args)

    return shown


def speak(command: Any, path: tuple[str, ...] = ()) -> None:
    """Give a command, its options and what stands below it their help in the language of the environment."""
    command.format_help = _with_panels(type(command).format_help.__get__(command))
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
brands.add_to(app)
calendar.add_to(app)
posts.add_to(app)
listing.add_to(app)
inbox.add_to(app)
webhooks.add_to(app)
ways.add_to(app)
reply.add_to(app)
alerts.add_to(app)
rules.add_to(app)
moderation.add_to(app)
testimonials.add_to(app)
contests.add_to(app)
draws.add_to(app)
events.add_to(app)
brake.add_to(app)
doctor.add_to(app)

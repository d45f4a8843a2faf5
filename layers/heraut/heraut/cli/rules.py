"""`heraut rules test`: what the rules would have made of what people said."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, File, Json, Stack, brands_called, no_such_brand, open_desk
from heraut.cli.speech import CannotGoOn, complain, language, problem_line, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.brands import Brand
    from heraut.conversations import Interaction
    from heraut.conversations.replay import Replayed
    from heraut.problems import Problem

SOME_REFUSED = 3
LONGEST = 100  # characters of what was said
MOST_BYTES = 200_000_000

Configuration = Annotated[Path | None, typer.Option("--config")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    rules = typer.Typer(no_args_is_help=True)
    rules.command("test")(try_rules)
    app.add_typer(rules, name="rules")


def try_rules(
    ctx: typer.Context,
    file: File,
    config: Configuration = None,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.conversations.replay import replay
    from heraut.conversations.rules import rulebook

    brands = _brands(ctx, config, brand, stack)
    said, problems = _read(file, {one.id for one in brands})
    times: Counter[tuple[str, str]] = Counter()
    for owner in brands:
        mine = [one for one in said if one.brand == owner.id]
        for done in replay(mine, owner, rulebook(owner)):
            times.update((owner.id, decision.rule) for decision in done.verdict.decisions)
            if as_json:
                typer.echo(json.dumps(_as_object(done), ensure_ascii=False))
            else:
                _show(done, owner)
    if not as_json:
        _summary(brands, times, len(said))
    complain(map(problem_line, problems))
    if problems:
        raise typer.Exit(SOME_REFUSED)


def _brands(ctx: typer.Context, config: Path | None, name: str | None, stack: str | None) -> Sequence[Brand]:
    """Give the brands with the rules in force, or those of a file that is not applied yet."""
    if config is None:
        return brands_called(open_desk(ctx, stack).brands, name)
    from heraut.brands.configuration import read_configuration
    from heraut.cli.configuration_file import read_file
    from heraut.cli.public_days import with_public_days
    from heraut.clock import SystemClock

    brands = with_public_days(read_configuration(read_file(config).document), SystemClock().now())
    found = [one for one in brands if name in {None, one.id, one.name}]
    if not found:
        raise no_such_brand(name, brands)
    return found


def _read(file: Path, brands: set[str]) -> tuple[list[Interaction], list[Problem]]:
    """Read lines of JSON as `heraut inbox --json` writes them; what is wrong with a line holds back no other."""
    from pydantic import ValidationError

    from heraut.conversations import Interaction
    from heraut.problems import problem

    said, problems = [], []
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        where = f"{file.name}:{number}"
        try:
            one = Interaction.model_validate_json(line)
        except ValidationError as invalid:
            fields = [".".join(map(str, error["loc"])) for error in invalid.errors()]
            problems.append(problem("interaction_unreadable", where, fields=", ".join(filter(None, fields)) or "—"))
            continue
        if one.brand in brands:
            said.append(one)
        else:
            problems.append(problem("interaction_of_nobody", where, brand=one.brand, known=", ".join(sorted(brands))))
    return said, problems


def _lines(file: Path) -> list[str]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CannotGoOn("file_too_large", file=file, limit=MOST_BYTES // 1_000)
        return file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise CannotGoOn("file_missing", file=file) from None
    except UnicodeDecodeError:
        raise CannotGoOn("file_no_text", file=file) from None
    except OSError as error:
        raise CannotGoOn("file_unreadable", file=file, why=error.strerror or "") from error


def _as_object(done: Replayed) -> dict[str, Any]:
    """Give what would have happened as a program reads it."""
    said, verdict = done.interaction, done.verdict
    return {
        "brand": said.brand,
        "id": said.id,
        "text": said.text,
        "rules": [one.model_dump(mode="json") for one in verdict.decisions],
        "muted": verdict.mute,
        "urgency": verdict.urgency,
        "tells": [person.id for person in done.people],
        "told_at": done.told_at.isoformat() if done.told_at else None,
        "deadline": done.deadline.isoformat() if done.deadline else None,
        "labels": [*(label.name for label in said.labels), *verdict.labels],
        "assigned_to": verdict.assign,
        "group": verdict.group,
        "suggests": verdict.suggest,
        "removal": verdict.removal,
        "for_real": verdict.for_real,
    }


def _show(done: Replayed, owner: Brand) -> None:
    """Say what would have happened to one interaction."""
    from heraut.cli.alerts import decision_lines
    from heraut.letters import in_one_line
    from heraut.wording import at_moment

    said = done.interaction
    text = in_one_line(said.text)
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    when = at_moment(said.at, owner.zone, language(), said.at.replace(year=1))
    tell(say("rules_said", when=when, author=said.author.name, text=short), "bold")
    for line in decision_lines(done.verdict.decisions):
        tell(f"  {line}")
    if done.told_at is None or done.deadline is None:
        tell(f"  {say('rules_nobody')}")
        return
    told = at_moment(done.told_at, owner.zone, language(), said.at)
    deadline = at_moment(done.deadline, owner.zone, language(), said.at)
    people = ", ".join(person.name for person in done.people)
    tell(f"  {say('rules_told', people=people, when=told, deadline=deadline)}")


def _summary(brands: Sequence[Brand], times: Counter[tuple[str, str]], total: int) -> None:
    """Say how often each rule was right, those that never were too."""
    tell(say("rules_summary", count=total))
    for owner in brands:
        for rule in owner.rules:
            tell(f"  {times[owner.id, rule['name']]:>6}  {rule['name']}")

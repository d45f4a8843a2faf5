"""The options that several commands share. What each one is for stands in words.toml, under `option_<name>`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.speech import CannotGoOn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from heraut.brands import Account, Brand, Brands, Person
    from heraut.cli.desk import Desk
    from heraut.conversations import Alert
    from heraut.publishing.model import Post

Stack = Annotated[str | None, typer.Option("--stack")]
BrandName = Annotated[str | None, typer.Option("--brand")]
Json = Annotated[bool, typer.Option("--json")]
Yes = Annotated[bool, typer.Option("--yes", "-y")]
DryRun = Annotated[bool, typer.Option("--dry-run")]
File = Annotated[Path, typer.Argument()]
_REST = inspect.Parameter.VAR_KEYWORD


def taking(options: Mapping[str, Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command these options (each with its type), before its `--json`; they arrive in its `**said`."""

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.kind is not _REST]
        before = [one.name for one in own].index("as_json")
        more = [
            inspect.Parameter(
                option.replace("-", "_"),
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=None,
                annotation=Annotated[kind, typer.Option(f"--{option}")],
            )
            for option, kind in options.items()
        ]
        signature = inspect.Signature([*own[:before], *more, *own[before:]])
        command.__signature__ = signature  # type: ignore[attr-defined]  # what Typer reads
        return command

    return with_options


def open_desk(ctx: typer.Context, stack: str | None) -> Desk:
    """Open the stack chosen after the command, before it, or by the environment."""
    from heraut.cli import stacks
    from heraut.cli.desk import Desk

    before = ctx.find_root().obj
    return Desk(stacks.open_stack(stack or before))


def brands_called(brands: Brands, name: str | None) -> Sequence[Brand]:
    """Give the brand of this id or name, or every brand where none is named; CannotGoOn when there is none."""
    from heraut.publishing.calendar.columns import plain

    every = brands.every_brand()
    if name is None and every:
        return every
    found = [brand for brand in every if name and plain(name) in {plain(brand.id), plain(brand.name)}]
    if not found:
        raise no_such_brand(name, every)
    return found


def no_such_brand(name: str | None, every: Sequence[Brand]) -> CannotGoOn:
    """Say that no brand has this name, and which there are; where there is none at all, what to do first."""
    if not every:
        return CannotGoOn("no_brand_yet")
    return CannotGoOn("brand_unknown", name=name, known=", ".join(brand.id for brand in every))


def accounts_called(brands: Sequence[Brand], name: str | None) -> list[tuple[Brand, Account]]:
    """Give the accounts of this name, or every account where none is named; CannotGoOn when there is none."""
    every = [(brand, account) for brand in brands for account in brand.accounts]
    found = [(brand, account) for brand, account in every if name in {None, account.name}]
    if not found:
        known = ", ".join(dict.fromkeys(account.name for _, account in every))
        raise CannotGoOn("account_unknown" if name else "no_account", name=name, known=known)
    return found


def people_called(brands: Sequence[Brand], name: str) -> list[tuple[Brand, list[Person]]]:
    """Give the brands with their people of this id or name; CannotGoOn when there is nobody."""
    from heraut.publishing.calendar.columns import plain

    found = [
        (brand, [one for one in brand.people if plain(name) in {plain(one.id), plain(one.name)}]) for brand in brands
    ]
    chosen = [(brand, people) for brand, people in found if people]
    if not chosen:
        known = ", ".join(dict.fromkeys(one.id for brand in brands for one in brand.people))
        raise CannotGoOn("person_unknown", name=name, known=known)
    return chosen


def post_called(desk: Desk, name: str, brand: str | None) -> Post:
    """Find a post by its id (or that of one of its deliveries, `post@account`); CannotGoOn: none, or several."""
    wanted = name.partition("@")[0]
    brands = brands_called(desk.brands, brand)
    found = [post for one in brands if (post := desk.posts.post(one.id, wanted)) is not None]
    if not found:
        raise CannotGoOn("post_unknown", name=name)
    if len(found) > 1:
        raise CannotGoOn("post_of_several", name=name, brands=", ".join(post.brand for post in found))
    return found[0]


def alert_called(desk: Desk, name: str, brand: str | None) -> tuple[Brand, Alert]:
    """Find an alert by its id, or what its id begins or ends with among the open ones; CannotGoOn: none, or several."""
    brands = brands_called(desk.brands, brand)
    exact = [(owner, alert) for owner in brands if (alert := desk.conversations.alert(owner.id, name)) is not None]
    found = exact or [
        (owner, alert)
        for owner in brands
        for alert in desk.conversations.open_alerts(owner.id)
        if alert.id.startswith(name) or alert.id.endswith(name)
    ]
    if not found:
        raise CannotGoOn("alert_unknown", name=name)
    if len(found) > 1:
        raise CannotGoOn("alert_of_several", name=name, known=", ".join(alert.id for _, alert in found))
    return found[0]

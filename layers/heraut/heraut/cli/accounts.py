"""`heraut account ...`: which accounts there are, whether each works, and their secrets."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, accounts_called, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, complain, console, problem_line, say, sentences_of_trial, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Account, Brand
    from heraut.cli.desk import Desk

MOST_BYTES = 100_000  # of a secret on standard input
MISSING = "missing"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    account = typer.Typer(no_args_is_help=True)
    account.command("list")(list_accounts)
    account.command("check")(check)
    account.command("secret")(secret)
    app.add_typer(account, name="account")


def list_accounts(ctx: typer.Context, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    rows = [_row(desk, owner, one) for owner, one in accounts_called(brands_called(desk.brands, brand), None)]
    if as_json:
        print_json(rows)
    else:
        _print_table(rows)


def check(
    ctx: typer.Context,
    name: str | None = typer.Argument(None),
    brand: BrandName = None,
    stack: Stack = None,
) -> None:
    desk = open_desk(ctx, stack)
    chosen = accounts_called(brands_called(desk.brands, brand), name)
    good = [_check(desk, owner, one) for owner, one in chosen]
    if not all(good):
        raise typer.Exit(1)


def secret(ctx: typer.Context, name: str, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.brands.connect_account import connect_account

    desk = open_desk(ctx, stack)
    chosen = accounts_called(brands_called(desk.brands, brand), name)
    if len(chosen) > 1:
        raise CannotGoOn("account_of_several", name=name, brands=", ".join(owner.id for owner, _ in chosen))
    owner, account = chosen[0]
    adapter = desk.networks[account.network]
    if not adapter.secret_fields:
        tell(say("no_secret_needed", account=account.name))
        return
    given = _read_secret(adapter.secret_fields, account)
    connected = connect_account(
        owner, account, given, brands=desk.brands, secrets=desk.secrets, adapter=adapter, clock=desk.clock
    )
    if connected.problem is not None:
        code = "secret_kept_unchecked" if connected.kept else "secret_refused"
        complain([f"{say(code, account=account.name)} {problem_line(connected.problem)}"])
        raise typer.Exit(1)
    tell(say("secret_kept", account=account.name), "green")
    if connected.identity is not None:
        tell(say("account_is", account=account.name, name=connected.identity.name), "green")
        for found in connected.identity.problems:
            tell(f"  {problem_line(found)}", "yellow")


def _read_secret(fields: tuple[str, ...], account: Account) -> dict[str, str]:
    """Ask for each field without showing what is typed; where nobody sits at the terminal, read standard input."""
    if at_terminal():
        asked = {field: _ask(field, account) for field in fields}
    else:
        asked = secret_of(sys.stdin.read(MOST_BYTES), fields)
    if not all(asked.values()):
        raise CannotGoOn("secret_empty", account=account.name)
    return asked


def at_terminal() -> bool:
    """Whether somebody sits at standard input."""
    return sys.stdin.isatty()


def _ask(field: str, account: Account) -> str:
    label = say(f"secret_{field}", account=account.name)
    return str(typer.prompt(label, hide_input=True, default="", show_default=False)).strip()


def secret_of(text: str, fields: tuple[str, ...]) -> dict[str, str]:
    """Read a secret from text: a JSON object with the fields, or a line for each, in order. Never told in an error."""
    stripped = text.strip()
    if stripped.startswith("{"):
        try:
            held = json.loads(stripped)
        except ValueError:
            raise CannotGoOn("secret_unreadable", fields=", ".join(fields)) from None
        if set(held) != set(fields) or not all(isinstance(value, str) for value in held.values()):
            raise CannotGoOn("secret_unreadable", fields=", ".join(fields))
        return {field: held[field].strip() for field in fields}
    lines = [line.strip() for line in stripped.splitlines() if line.strip()]
    if len(lines) != len(fields):
        raise CannotGoOn("secret_unreadable", fields=", ".join(fields))
    return dict(zip(fields, lines, strict=True))


def _check(desk: Desk, owner: Brand, account: Account) -> bool:
    """Try an account for real, and say in one line what is so or what a person must do."""
    from heraut.errors import ConfigurationError, NetworkError

    named = f"{owner.id}/{account.name}"
    adapter = desk.networks[account.network]
    held: Mapping[str, str] = {}
    try:
        if adapter.secret_fields:
            held = desk.secrets.secret(owner.id, account.name) or {}
            if not held:
                tell(say("check_no_secret", named=named, account=account.name, brand=owner.id), "red")
                return False
        identity = adapter.check(account, held)
    except (NetworkError, ConfigurationError) as error:
        tell(say("check_bad", named=named, why=" ".join(sentences_of_trial(error))), "red")
        return False
    page = _page(desk, owner, account) or identity.url
    where = f" ({page})" if page else ""
    told = " ".join(problem_line(found) for found in identity.problems)
    tell(say("check_good", named=named, name=f"{identity.name}{where}") + (f" {told}" if told else ""), "green")
    return True


def _page(desk: Desk, owner: Brand, account: Account) -> str | None:
    """Give where our own public page is; its adapter knows the account and not whose it is."""
    from heraut.brands import NetworkName
    from heraut.networks.site import page_address

    return page_address(desk.stack["PublicUrl"], owner.id, account) if account.network is NetworkName.SITE else None


def _row(desk: Desk, owner: Brand, account: Account) -> dict[str, Any]:
    needed = desk.networks[account.network].secret_fields
    kept = bool(needed) and desk.secrets.secret(owner.id, account.name) is not None
    return {
        "brand": owner.id,
        "account": account.name,
        "network": account.network.value,
        "server": account.instance or account.service,
        "handle": account.handle,
        "url": account.url,
        "secret": ("kept" if kept else MISSING) if needed else "none",
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    names = ("brand", "account", "network", "where", "secret")
    table = Table(*(say(f"column_{name}") for name in names), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        where = " ".join(part for part in (row["handle"], row["server"], row["url"]) if part)
        network = say(f"network_{row['network']}")
        style = "red" if row["secret"] == MISSING else ""
        state = Text(say(f"secret_is_{row['secret']}"), style=style)
        table.add_row(Text(row["brand"]), Text(row["account"]), Text(network), Text(where), state)
    console().print(table, soft_wrap=False)

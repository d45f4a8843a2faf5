"""`heraut webhook ...`: have a network send what is said to an account, see how that goes, try it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.accounts import MOST_BYTES, at_terminal, secret_of
from heraut.cli.options import BrandName, Json, Stack, accounts_called, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, complain, language, say, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Account, Brand
    from heraut.cli.desk import Desk
    from heraut.conversations.subscribe_webhook import Subscribed
    from heraut.conversations.try_webhook import Tried
    from heraut.conversations.webhook import Webhook

Scheme = Annotated[str | None, typer.Option("--scheme")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    webhook = typer.Typer(no_args_is_help=True)
    webhook.command("subscribe")(subscribe)
    webhook.command("status")(status)
    webhook.command("test")(try_it)
    app.add_typer(webhook, name="webhook")


def subscribe(
    ctx: typer.Context,
    name: str,
    scheme: Scheme = None,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import print_json
    from heraut.conversations.subscribe_webhook import scheme_for, subscribe_webhook

    desk = open_desk(ctx, stack)
    owner, account = _one(desk, name, brand)
    chosen = scheme_for(account, scheme, desk.networks)
    fields, own = desk.subscribing.scheme(chosen).given, desk.secrets.secret(owner.id, account.name) or {}
    known = {field: own[field] for field in fields if field in own}  # an app has one secret: it was given already
    given = known | _given(tuple(field for field in fields if field not in known), account)
    done = subscribe_webhook(owner, account, chosen, given, desk.subscribing, desk.clock.now())
    if as_json:
        print_json(_row(done.webhook, desk) | {"address": done.address, "drawn": dict(done.drawn), "asked": done.asked})
    else:
        _show_subscribed(owner, account, done, desk)


def status(
    ctx: typer.Context,
    name: str | None = typer.Argument(None),
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    owned = accounts_called(brands_called(desk.brands, brand), name)
    found = [(owner, one, desk.webhooks.webhook(owner.id, one.name)) for owner, one in owned]
    if as_json:
        print_json([_row(webhook, desk) for _, _, webhook in found if webhook])
        return
    if not any(webhook for _, _, webhook in found):
        tell(say("webhook_none"))
    for owner, account, webhook in found:
        if webhook:
            _show_status(owner, account, webhook, desk)


def try_it(ctx: typer.Context, name: str, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli.shown import print_json
    from heraut.conversations.try_webhook import Trying, try_webhook
    from heraut.networks.http import Http

    desk = open_desk(ctx, stack)
    owner, account = _one(desk, name, brand)
    http = Http(desk.guard)

    def send(url: str, headers: Mapping[str, str], body: bytes) -> int:
        return http.call("POST", url, headers=headers, data=body).status

    world = Trying(desk.webhooks, desk.secrets, desk.subscribing.scheme, send, desk.clock)
    tried = try_webhook(owner, account, world)
    if as_json:
        print_json({"passed": tried.passed, "stopped_at": tried.stopped_at, "why": tried.why, "skipped": tried.skipped})
    else:
        _show_tried(account, tried)
    if tried.stopped_at:
        raise typer.Exit(1)


def _one(desk: Desk, name: str, brand: str | None) -> tuple[Brand, Account]:
    chosen = accounts_called(brands_called(desk.brands, brand), name)
    if len(chosen) > 1:
        raise CannotGoOn("account_of_several", name=name, brands=", ".join(owner.id for owner, _ in chosen))
    return chosen[0]


def _given(fields: tuple[str, ...], account: Account) -> dict[str, str]:
    """Ask for what must be copied from the network, without showing it; else read it from standard input."""
    if not fields:
        return {}
    if at_terminal():
        labels = {field: say(f"webhook_field_{field}", account=account.name) for field in fields}
        asked = {
            field: str(typer.prompt(label, hide_input=True, default="", show_default=False)).strip()
            for field, label in labels.items()
        }
    else:
        asked = secret_of(sys.stdin.read(MOST_BYTES), fields)
    if not all(asked.values()):
        raise CannotGoOn("secret_empty", account=account.name)
    return asked


def _row(webhook: Webhook, desk: Desk) -> dict[str, Any]:
    from heraut.conversations.tend_webhooks import troubles
    from heraut.conversations.webhook import lost_lately

    now = desk.clock.now()
    return {
        "brand": webhook.brand,
        "account": webhook.account,
        "scheme": webhook.scheme,
        "made_at": webhook.made_at.isoformat(),
        "heard_at": webhook.heard_at.isoformat() if webhook.heard_at else None,
        "lease_until": webhook.lease_until.isoformat() if webhook.lease_until else None,
        "lost": lost_lately(webhook, now),
        "troubles": sorted(troubles(webhook, now)),
    }


def _show_subscribed(owner: Brand, account: Account, done: Subscribed, desk: Desk) -> None:
    scheme = done.webhook.scheme
    tell(say("webhook_subscribed" if done.asked else "webhook_ready", account=account.name), "green")
    if done.webhook.lease_until:
        tell(f"  {say('webhook_lease', at=_at(done.webhook.lease_until, owner, desk))}")
    if not done.asked:
        tell(f"  {say(f'webhook_clicks_{scheme}')}")
        tell(f"  {say('webhook_address', address=done.address)}")
        for field, value in done.drawn.items():
            tell(f"  {say(f'webhook_drawn_{field}', value=value)}")
    tell(f"  {say('webhook_try', account=account.name)}")


def _show_status(owner: Brand, account: Account, webhook: Webhook, desk: Desk) -> None:
    from heraut.conversations.tend_webhooks import troubles, wording

    heard = (
        say("webhook_heard", at=_at(webhook.heard_at, owner, desk)) if webhook.heard_at else say("webhook_never_heard")
    )
    lease = f" {say('webhook_lease', at=_at(webhook.lease_until, owner, desk))}" if webhook.lease_until else ""
    found = troubles(webhook, desk.clock.now())
    tell(f"{owner.id}/{account.name} ({webhook.scheme}){say('colon')} {heard}{lease}", "yellow" if found else None)
    for trouble, what in found.items():
        shown = what if isinstance(what, int) else _at(what, owner, desk)
        fields = {"account": account.name, "what": shown}
        said = [wording.say(f"{trouble}_{part}", language(), **fields) for part in ("happened", "why")]
        tell(f"  {said[0]}. {said[1]}", "yellow")


def _show_tried(account: Account, tried: Tried) -> None:
    for step in tried.passed:
        tell(f"✓ {say(f'webhook_step_{step}')}", "green")
    if tried.stopped_at:
        complain([f"✗ {say(f'webhook_stop_{tried.stopped_at}', account=account.name, why=tried.why)}"])
    elif tried.skipped:
        tell(say("webhook_skipped"))


def _at(instant: Any, owner: Brand, desk: Desk) -> str:
    from heraut.wording import at_moment

    return at_moment(instant, owner.zone, language(), desk.clock.now())

"""`heraut webhook`: subscribe, see, try."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Account, NetworkName
from heraut.conversations.webhook import passed_test, secret_name
from heraut.fetch import Guard
from heraut.networks.facebook import Facebook
from heraut.networks.http import Answer, Http
from heraut.networks.instagram import Instagram
from tests.contracts.cli_shop import BAKERY
from tests.twins.graph_double import graph

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop


def test_an_account_gets_an_address_and_a_secret(shop: Shop) -> None:
    """With what to do with them; asked again, the same ones."""
    first = shop.heraut("webhook", "subscribe", "story", "--json").json
    assert (first["scheme"], first["asked"]) == ("signed", False)
    assert first["address"].startswith("https://hooks.example/martin/story/")
    shown = shop.heraut("webhook", "subscribe", "story").out
    assert first["address"] in shown
    assert first["drawn"]["signing_secret"] in shown
    assert "heraut webhook test story" in shown


def test_what_the_network_gave_is_read_and_never_shown(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """From standard input, where nobody sits at a terminal; the network is asked with it."""
    called: list[str] = []

    def call(_: Http, method: str, url: str, **__: Any) -> Answer:
        called.append(f"{method} {url}")
        return Answer(200, {}, b"{}", "api.telegram.org")  # type: ignore[arg-type]

    monkeypatch.setattr(Http, "call", call)
    said = shop.heraut(
        "webhook", "subscribe", "story", "--scheme", "telegram", typed="1:correct-horse-battery-staple\n"
    )
    assert (said.status, called) == (0, ["POST https://api.telegram.org/bot1:correct-horse-battery-staple/setWebhook"])
    assert "le réseau enverra ici" in said.out
    assert "correct-horse" not in said.out + said.err


@pytest.mark.enable_socket
@pytest.mark.parametrize("network", [NetworkName.FACEBOOK, NetworkName.INSTAGRAM])
def test_an_account_of_metas_is_subscribed_without_a_question(shop: Shop, network: NetworkName) -> None:
    """The app's secret was given with the account; Meta is told the address and the word it will ask for."""
    with graph() as double:
        page = Account(name="page", network=network, service=double.url)
        shop.brands.save(BAKERY.model_copy(update={"accounts": (page,), "revision": 2}), 1)
        made = {NetworkName.FACEBOOK: Facebook, NetworkName.INSTAGRAM: Instagram}[network]
        shop.networks |= {network: made(Http(Guard(frozenset({double.host_port}))), lambda: datetime.now(UTC))}
        keys = {"app_id": double.app_id, "app_secret": double.app_secret, "access_token": double.token}
        shop.secrets.save_secret("martin", "page", keys)
        done = shop.heraut("webhook", "subscribe", "page", "--json").json

    (told,) = double.app_subscriptions
    kept = shop.secrets.secret("martin", secret_name("page")) or {}
    assert (done["scheme"], done["asked"]) == ("meta", True)
    assert told["callback_url"] == done["address"]
    assert told["verify_token"] == kept["verify_token"]
    assert kept["app_secret"] == double.app_secret
    assert double.subscribed == ("feed", "mention")


def test_a_form_that_an_account_cannot_have_is_refused(shop: Shop) -> None:
    """The possible ones are named."""
    said = shop.heraut("webhook", "subscribe", "masto", "--scheme", "slack")
    assert said.status == 1
    assert "signed" in said.err


def test_status_says_what_came_and_what_did_not(shop: Shop) -> None:
    """For people and for programs."""
    assert "Aucun compte n'envoie ici." in shop.heraut("webhook", "status").out
    assert shop.heraut("webhook", "status", "--json").json == []
    shop.heraut("webhook", "subscribe", "story")
    assert "rien n'est encore arrivé" in shop.heraut("webhook", "status", "story").out
    made = shop.webhooks.webhook("martin", "story")
    assert made is not None
    shop.webhooks.save_webhook(made.model_copy(update={"lost": {made.made_at.date(): 2}, "heard_at": made.made_at}))
    (row,) = shop.heraut("webhook", "status", "--json").json
    assert (row["lost"], row["troubles"], row["scheme"]) == (2, ["lost"], "signed")
    assert "a perdu 2 message(s)" in shop.heraut("webhook", "status").out


def test_a_trial_says_where_it_stops(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step by step; exit status 1 where one does not hold."""
    said = shop.heraut("webhook", "test", "story")
    assert said.status == 1
    assert "heraut webhook subscribe story" in said.err
    shop.heraut("webhook", "subscribe", "story")

    def call(_: Http, method: str, url: str, headers: dict[str, str], data: bytes, **__: Any) -> Answer:
        signed = "webhook-signature" in headers
        if signed:
            made = shop.webhooks.webhook("martin", "story")
            assert made is not None
            shop.webhooks.change_webhook(made, passed_test(made, json.loads(data)["heraut_test"]))
            monkeypatch.setattr("heraut.aws.webhooks_table.WebhooksTable.is_known", lambda *_: True)
        return Answer(200 if signed else 401, {}, b"", "hooks.example")  # type: ignore[arg-type]

    monkeypatch.setattr(Http, "call", call)
    said = shop.heraut("webhook", "test", "story")
    assert (said.status, said.out.count("✓")) == (0, 6)
    assert shop.heraut("webhook", "test", "story", "--json").json["stopped_at"] is None

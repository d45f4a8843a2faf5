"""A brand whose accounts are sent events, and requests as networks send them."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.secrets import ParameterSecrets
from heraut.aws.table import Table
from heraut.aws.webhooks_table import WebhooksTable
from heraut.brands import NetworkName
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration
from heraut.clock import SystemClock
from heraut.conversations.subscribe_webhook import Subscribing, subscribe_webhook
from heraut.conversations.webhook import secret_name
from heraut.fetch import Guard
from heraut.networks.base import Signs
from heraut.networks.by_hand import ByHand
from heraut.networks.facebook import Facebook
from heraut.networks.http import Http
from heraut.networks.memory import Memory
from heraut.networks.webhooks import scheme
from tests.e2e.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.twins.graph_double import GraphDouble

BRAND = "orage"
TIMEOUT = 60  # seconds for one answer, of an emulator that runs everything on two processors


class Storm:
    """A brand whose accounts are sent events, and what its stack keeps of them."""

    def __init__(self, world: World, meta: GraphDouble, topic: str) -> None:
        self.world, self.meta = world, meta
        clients = world.client("dynamodb")
        kept = Table(clients, world.outputs["ConversationsTable"])
        self.webhooks, self.conversations = WebhooksTable(kept), ConversationsTable(kept)
        self.secrets = ParameterSecrets(world.client("ssm"), world.outputs["SecretsPath"], SystemClock().now)
        self.brands = BrandsTable(Table(clients, world.outputs["BrandsTable"]))
        key = {"app_id": meta.app_id, "app_secret": meta.app_secret, "access_token": meta.token}
        self.secrets.save_secret(BRAND, "page", key)
        accounts = [
            {"name": "contact", "network": "by_hand", "url": "https://x.example/"},
            {"name": "page", "network": "facebook", "service": self.meta.url},
        ]
        person = {"id": "zoe", "name": "Zoé", "email": "zoe@orage.example", "roles": ["conversations"]}
        short = {**person, "id": "sam", "email": "sam@orage.example", "phone": "+33612345680", "ways": ["sms"]}
        listed = {**person, "id": "tom", "email": "tom@orage.example", "topic": topic, "ways": ["topic"]}
        always = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
        people = [person, short, listed]
        brand = {"id": BRAND, "name": "Orage", "accounts": accounts, "people": people, "working_hours": always}
        crowd = {"volume": {"interactions": 1000, "within": "10min", "of": "thread"}}
        rules = [{"name": "Foule", "when": crowd, "then": {"urgency": "crisis"}}]
        wanted = read_configuration({"brands": [{**brand, "rules": rules}]})
        apply_configuration(plan_configuration(wanted, self.brands), self.brands)
        found = self.brands.brand(BRAND)
        assert found is not None
        self.brand = found

    def subscribe(self, name: str, form: str, **given: str) -> dict[str, str]:
        """Give an account a webhook; its secret, address included."""
        http = Http(Guard(frozenset({self.meta.host_port})))
        networks: Any = {
            NetworkName.BY_HAND: ByHand(),
            NetworkName.FACEBOOK: Facebook(http, SystemClock().now, Memory()),
        }
        subscribing = Subscribing(
            self.webhooks, self.secrets, networks, scheme, self.world.outputs["WebhooksUrl"], lambda _: None
        )
        account = self.brand.account(name)
        assert account is not None
        subscribe_webhook(self.brand, account, form, given, subscribing, datetime.now(UTC))
        return dict(self.secrets.secret(BRAND, secret_name(name)) or {})

    def known(self) -> int:
        """How many interactions were taken in so far, without reading them."""
        pages = self.world.client("dynamodb").get_paginator("query")
        asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": f"{BRAND}#known"}}}
        found = pages.paginate(TableName=self.world.outputs["ConversationsTable"], Select="COUNT", **asked)
        return sum(page["Count"] for page in found)

    def waiting(self) -> list[str]:
        """Every interaction of the brand that waits for an answer, as often as an alert names it."""
        return [one for alert in self.conversations.open_alerts(BRAND) for one in alert.waiting]


def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send one request over a connection of its own; its status."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=TIMEOUT)
    try:
        connection.request("POST", place.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status


def signed(form: str, secret: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The headers of a request as its network sends it, signed now."""
    found = scheme(form)
    assert isinstance(found, Signs)
    return {"content-type": "application/json", **found.sign(body, secret, datetime.now(UTC))}


def comment(name: str, **more: Any) -> bytes:
    """An event of one's own: somebody says something."""
    said = {"id": name, "text": f"Bonjour {name}", "author": {"name": f"Paul {name}"}}
    return json.dumps({"interactions": [said], **more}).encode()

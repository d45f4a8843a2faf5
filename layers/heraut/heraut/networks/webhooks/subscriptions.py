"""Subscriptions made by a call, of networks that have no room here yet: their accounts are `by_hand`."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from heraut.errors import OutcomeUnknown, Refused
from heraut.networks.webhooks.youtube import TOPIC
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.brands import Account
    from heraut.networks.base import Subscribes
    from heraut.networks.http import Answer, Http

TELEGRAM = "https://api.telegram.org"
HUB = "https://pubsubhubbub.appspot.com/subscribe"
LEASE = timedelta(days=5)  # what Google's hub gives who asks for no more than it likes


class TelegramSubscription:
    """`setWebhook` (https://core.telegram.org/bots/api#setwebhook): messages, and channel posts."""

    subscribes_by = ("telegram",)

    def __init__(self, http: Http, base: str = TELEGRAM) -> None:
        self._http, self._base = http, base

    def subscribe(
        self,
        account: Account,  # noqa: ARG002 -- whose it is stands in the address
        secret: Mapping[str, str],  # noqa: ARG002
        webhook: Mapping[str, str],
        now: datetime,  # noqa: ARG002
    ) -> None:
        """Have messages sent to our address, for ever."""
        asked = {
            "url": webhook["address"],
            "secret_token": webhook["secret_token"],
            "allowed_updates": ["message", "edited_message"],
        }
        answer = self._http.call("POST", f"{self._base}/bot{webhook['bot_token']}/setWebhook", json=asked)
        _check(answer)


class YouTubeSubscription:
    """A subscription at the hub (https://www.w3.org/TR/websub/#subscriber-sends-subscription-request)."""

    subscribes_by = ("youtube",)

    def __init__(self, http: Http, hub: str = HUB) -> None:
        self._http, self._hub = http, hub

    def subscribe(
        self,
        account: Account,  # noqa: ARG002 -- whose it is stands in the address
        secret: Mapping[str, str],  # noqa: ARG002
        webhook: Mapping[str, str],
        now: datetime,
    ) -> datetime:
        """Have new and changed videos of the channel told to our address, for five days."""
        asked = {
            "hub.mode": "subscribe",
            "hub.topic": TOPIC + webhook["channel_id"],
            "hub.callback": webhook["address"],
            "hub.secret": webhook["hub_secret"],
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        _check(self._http.call("POST", self._hub, data=asked))
        return now + LEASE


def subscriber(name: str, http: Http) -> Subscribes | None:
    """Give who asks for events of a scheme; None where only a person can."""
    if name == "telegram":
        return TelegramSubscription(http)
    return YouTubeSubscription(http) if name == "youtube" else None


def _check(answer: Answer) -> None:
    """Raise Refused when the network clearly said no, OutcomeUnknown when it could not say."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise OutcomeUnknown(problem("webhook_not_answered", host=answer.host, status=answer.status))
    raise Refused(problem("webhook_refused", host=answer.host, status=answer.status))

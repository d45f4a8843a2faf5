"""`by_hand`: the network for everything no program may publish to.

Stories, groups, personal profiles, and every account whose app is not approved yet. A person publishes: ten minutes
ahead and at the minute they get text and media ready to copy and a link that opens the network (`account.url`);
« C'est publié » closes it, silence reminds, then escalates. Same calendar, states, approval and brake as any network.
`publish_post` and `prepare_delivery` hand it over; no call is ever made here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from heraut.brands import NetworkName
from heraut.errors import ReadBackUnavailable, Refused
from heraut.networks import by_hand_webhooks
from heraut.networks.base import Identity, Limits, Preparation
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account
    from heraut.networks.base import Brought, Job, Published, WebhookEvent, Window
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Media

AHEAD = timedelta(minutes=10)

# A person knows what the network takes: nothing is refused here.
LIMITS = Limits(
    media=1000,
    image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
    video_types=("video/mp4", "video/quicktime", "video/webm"),
    alt_required=False,
    poll_options=100,
    first_comment=True,
    visibility=True,
    content_warning=True,
)


class ByHand:
    """Publishing by a person."""

    name = NetworkName.BY_HAND
    reads_back = False
    secret_fields: tuple[str, ...] = ()

    webhook_schemes = by_hand_webhooks.SCHEMES

    def parse_webhook(
        self,
        brand: str,
        account: Account,
        secret: Mapping[str, str],  # noqa: ARG002 -- nothing more is asked
        event: WebhookEvent,
        now: datetime,  # noqa: ARG002
    ) -> Brought:
        """Read what a network without a room of its own sent."""
        return by_hand_webhooks.parse(brand, account, event)

    def prepare_ahead(self, content: Content) -> timedelta:  # noqa: ARG002 -- whatever is said, a person wants the same warning
        """Warn the person ten minutes ahead."""
        return AHEAD

    def limits(self, account: Account, secret: Mapping[str, str]) -> Limits:  # noqa: ARG002 -- the same for all
        """Give the limits: none."""
        return LIMITS

    def count(self, text: str, limits: Limits) -> int:  # noqa: ARG002 -- no limit changes the count
        """Count characters."""
        return len(text)

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:  # noqa: ARG002 -- nothing is refused
        """Refuse nothing."""
        return ()

    def prepare(self, job: Job, read: Callable[[Media], bytes], now: datetime) -> Preparation:  # noqa: ARG002
        """Upload nothing."""
        return Preparation(remote={})

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> NoReturn:  # noqa: ARG002
        """Refuse: publishing here is never a call."""
        raise Refused(problem("by_hand_is_for_people"))

    def find(self, job: Job, window: Window, taken: frozenset[str]) -> Published | None:  # noqa: ARG002
        """Say that only a person can look."""
        raise ReadBackUnavailable(problem("by_hand_is_for_people"))

    def repeat_is_safe(self, job: Job) -> timedelta | None:  # noqa: ARG002 -- nobody refuses a person's repeat
        """Never."""
        return None

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:  # noqa: ARG002 -- there is no secret
        """Say which account it is; a warning when no link can open it."""
        problems = () if account.url else (warning("by_hand_without_address", "url", account=account.name),)
        return Identity(name=account.handle or account.name, url=account.url, limits=LIMITS, problems=problems)

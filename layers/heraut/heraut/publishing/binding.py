"""Links to decisions about a post: bound to one person, one brand, the version and attempt that were seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.links import LIFETIME, Link

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Person
    from heraut.links import Action, Links
    from heraut.publishing.model import Delivery


@dataclass(frozen=True)
class Binding:
    """Where links are kept and open, and when they are made."""

    links: Links
    links_url: str
    now: datetime

    def link(self, action: Action, delivery: Delivery, person: Person, *, whole_post: bool = False) -> str:
        """Make a link, and give its address; `whole_post`: it decides for every account of the post."""
        token = tokens.new_token()
        self.links.save(
            Link(
                hash=tokens.hash_of(token),
                brand=delivery.brand,
                person=person.id,
                action=action,
                post=delivery.post,
                account=None if whole_post else delivery.account,
                version=delivery.version,
                attempt=delivery.attempt.id if delivery.attempt and not whole_post else None,
                created_at=self.now,
                expires_at=self.now + LIFETIME,
            )
        )
        return tokens.address(self.links_url, delivery.brand, token)

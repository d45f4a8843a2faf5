"""Makes the one final call of each delivery that the queue brings, a thread each."""

from __future__ import annotations

from typing import Any

from heraut.lambdas import bootstrap
from heraut.aws.outbox import read_message
from heraut.lambdas.entry import function
from heraut.lambdas.records import each_record
from heraut.publishing.publish_post import publish_post
from heraut.publishing.world import World


@function(bootstrap.publish_post)
def lambda_handler(event: dict[str, Any], world: World) -> Any:
    """Publish each record; only those whose state could not be read come back."""
    return each_record(event, lambda body: publish_post(read_message(body), world))

"""Webhooks of a Mastodon server's owner: `X-Hub-Signature: sha256=<hex>` of the raw body.

https://docs.joinmastodon.org/admin/webhooks and app/workers/webhooks/delivery_worker.rb: the header's name is not
Meta's "-256"; the secret is shown on the webhook's page.
"""

from __future__ import annotations

from heraut.networks.webhooks.signature import HexSignature

SCHEME = HexSignature("x-hub-signature", "sha256=", "signing_secret", drawn=False)

"""
Reach a person by e-mail: the message as text and as HTML, readable on a phone, nothing from third parties.

What carries the bytes is a port of this module, `SendsMail`; `heraut/aws/mail.py` implements it.
"""

from __future__ import annotations

from typing import Protocol


class SendsMail(Protocol):
    """A way to hand a finished e-mail to the post."""

    def send(self, raw: bytes, sender: str, to: str) -> None:
        """
        Send `raw` (a whole MIME message) from the address `sender` to the address `to` (both bare: no display name).

        Raises TryAgain when the same bytes may be accepted later, InvalidInput when this recipient never will be.
        """

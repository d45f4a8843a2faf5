"""E-mail through SES."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from heraut.aws.edge import code_of, edge
from heraut.errors import ConfigurationError, InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sesv2 import SESV2Client

TAG = "heraut-"  # before the names of our tags
_NEVER = frozenset({"BadRequestException", "MessageRejected"})
_NOT_YET = frozenset({"MailFromDomainNotVerifiedException", "SendingPausedException", "AccountSuspendedException"})


class SesMail:
    """The port `notifications.email.SendsMail` over SES."""

    def __init__(self, client: SESV2Client, events: str = "") -> None:
        """Send through `client`; `events` is the configuration set by which SES tells what becomes of a mail later."""
        self._client = client
        self._events = events

    def send(self, raw: bytes, sender: str, to: str, about: Mapping[str, str]) -> None:
        """Send a whole MIME message, tagged with what it is about.

        TryAgain when the same bytes may be accepted later; InvalidInput (`mail_refused`) when SES will not send to this
        address; ConfigurationError when the sender is not verified or SES does not let us send at all.
        """
        with edge("send an e-mail"):
            try:
                self._client.send_email(
                    FromEmailAddress=sender,
                    Destination={"ToAddresses": [to]},
                    Content={"Raw": {"Data": raw}},
                    **self._tags(about),
                )
            except ClientError as error:
                if code_of(error) in _NEVER:
                    raise InvalidInput([problem("mail_refused", address=to)]) from error
                if code_of(error) in _NOT_YET:
                    raise ConfigurationError(f"SES does not let this stack send mail: {code_of(error)}") from error
                raise

    def _tags(self, about: Mapping[str, str]) -> dict[str, Any]:
        if not self._events:
            return {}
        tags = [{"Name": f"{TAG}{name}", "Value": value} for name, value in about.items()]
        return {"ConfigurationSetName": self._events, "EmailTags": tags}

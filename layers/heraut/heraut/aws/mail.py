"""E-mail through SES."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from heraut.aws.edge import code_of, edge
from heraut.errors import ConfigurationError, InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_NEVER = frozenset({"BadRequestException", "MessageRejected"})
_NOT_YET = frozenset({"MailFromDomainNotVerifiedException", "SendingPausedException", "AccountSuspendedException"})


class SesMail:
    """The port `notifications.email.SendsMail` over SES."""

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def send(self, raw: bytes, sender: str, to: str) -> None:
        """Send a whole MIME message.

        TryAgain when the same bytes may be accepted later; InvalidInput (`mail_refused`) when SES will not send to this
        address; ConfigurationError when the sender is not verified or SES does not let us send at all.
        """
        with edge("send an e-mail"):
            try:
                self._client.send_email(
                    FromEmailAddress=sender, Destination={"ToAddresses": [to]}, Content={"Raw": {"Data": raw}}
                )
            except ClientError as error:
                if code_of(error) in _NEVER:
                    raise InvalidInput([problem("mail_refused", address=to)]) from error
                if code_of(error) in _NOT_YET:
                    raise ConfigurationError(f"SES does not let this stack send mail: {code_of(error)}") from error
                raise

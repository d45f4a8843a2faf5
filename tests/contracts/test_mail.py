"""What SES does with a finished e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.mail import SesMail
from heraut.errors import ConfigurationError, HerautError, InvalidInput, TryAgain
from tests.contracts.stack import clients

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

RAW = b"From: heraut@example.com\r\nTo: lea@example.com\r\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\r\n\r\nBonjour"


@pytest.fixture
def ses(aws: None) -> SESV2Client:
    """SES over moto, with the sender verified."""
    client = clients().mail
    client.create_email_identity(EmailIdentity="heraut@example.com")
    return client


def test_the_bytes_go_out_as_they_are(ses: SESV2Client) -> None:
    """To the person and nobody else (moto's own list counts each recipient twice: address and header)."""
    asked: list[dict[str, Any]] = []
    hooks: Any = ses.meta.events
    hooks.register("provide-client-params.sesv2.SendEmail", lambda params, **_: asked.append(params))
    SesMail(ses).send(RAW, "heraut@example.com", "lea@example.com", {})
    assert asked == [
        {
            "FromEmailAddress": "heraut@example.com",
            "Destination": {"ToAddresses": ["lea@example.com"]},
            "Content": {"Raw": {"Data": RAW}},
        }
    ]


def test_a_mail_is_tagged_so_that_what_becomes_of_it_is_known(ses: SESV2Client) -> None:
    """Where the stack has a place for such news; tags hold no more than letters, digits, `-` and `_`."""
    asked: list[dict[str, Any]] = []
    hooks: Any = ses.meta.events
    hooks.register("provide-client-params.sesv2.SendEmail", lambda params, **_: asked.append(params))
    ses.create_configuration_set(ConfigurationSetName="events")
    about = {"brand": "martin", "sending": "20261123100000000000-0a1b2c3d"}
    SesMail(ses, "events").send(RAW, "heraut@example.com", "lea@example.com", about)

    (sent,) = asked
    assert sent["ConfigurationSetName"] == "events"
    assert {one["Name"]: one["Value"] for one in sent["EmailTags"]} == {
        "heraut-brand": "martin",
        "heraut-sending": "20261123100000000000-0a1b2c3d",
    }


def test_an_unverified_sender_is_refused(ses: SESV2Client) -> None:
    """Nothing goes out in the name of somebody else."""
    with pytest.raises(HerautError):
        SesMail(ses).send(RAW.replace(b"heraut@", b"other@"), "other@example.com", "lea@example.com", {})


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("TooManyRequestsException", 429, TryAgain),
        ("InternalFailure", 500, TryAgain),
        ("MessageRejected", 400, InvalidInput),
        ("BadRequestException", 400, InvalidInput),
        ("AccessDeniedException", 403, ConfigurationError),
        ("MailFromDomainNotVerifiedException", 400, ConfigurationError),
        ("SendingPausedException", 400, ConfigurationError),
        ("AccountSuspendedException", 400, ConfigurationError),
        ("LimitExceededException", 400, TryAgain),
        ("Unheard", 400, HerautError),
    ],
)
def test_errors_carry_the_decision(ses: SESV2Client, code: str, status: int, expected: type[Exception]) -> None:
    """Later, never to this person, or a setting to mend."""
    raw = type("Raw", (), {"status_code": status, "headers": {}, "content": b""})()
    parsed = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    hooks: Any = ses.meta.events
    hooks.register("before-call.sesv2.SendEmail", lambda **_: (raw, parsed))
    with pytest.raises(expected) as raised:
        SesMail(ses).send(RAW, "heraut@example.com", "lea@example.com", {})
    if isinstance(raised.value, InvalidInput):
        assert [one.code for one in raised.value.problems] == ["mail_refused"]

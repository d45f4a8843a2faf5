"""E-mails as Amazon SES puts them into a bucket: its own headers above those of the sender."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

DOMAIN = "reponses.example.com"


def ses_headers(
    to: str, sender: str, *, spf: str = "pass", dkim: str = "pass", dmarc: str = "pass", **more: str
) -> str:
    """What SES writes above a mail that it received from `sender` for `to`."""
    domain = sender.rpartition("@")[2]
    told = f"(spfCheck: domain of {domain} designates 203.0.113.7 as permitted sender) client-ip=203.0.113.7;"
    envelope = f" envelope-from={sender}; helo=mail.{domain};"
    given = {"X-SES-Spam-Verdict": "PASS", "X-SES-Virus-Verdict": "PASS", "signer": domain, "path": sender} | more
    return "\r\n".join(
        (
            f"Return-Path: <{given['path']}>",
            f"Received: from mail.{domain} (mail.{domain} [203.0.113.7])",
            " by inbound-smtp.eu-west-1.amazonaws.com with SMTP id o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1",
            f" for {to};",
            " Mon, 23 Nov 2026 09:12:00 +0000 (UTC)",
            f"X-SES-Spam-Verdict: {given['X-SES-Spam-Verdict']}",
            f"X-SES-Virus-Verdict: {given['X-SES-Virus-Verdict']}",
            f"Received-SPF: {spf} {told}{envelope}",
            "Authentication-Results: amazonses.com;",
            f" spf={spf} {told}{envelope}",
            f" dkim={dkim} header.i=@{given['signer']};",
            f" dmarc={dmarc} header.from={domain};",
            "X-SES-RECEIPT: AEFBQUFBQUFBQUFGTG1qTnJZ",
            "X-SES-DKIM-SIGNATURE: a=rsa-sha256; q=dns/txt; b=Zm9v; c=relaxed/simple; s=ihchhvubuqgj;",
            "",
        )
    )


def written(
    to: str,
    text: str | None = "Oui, lundi.",
    sender: str = "lea@x.example",
    *,
    html: str | None = None,
    files: tuple[tuple[str, bytes], ...] = (),
    headers: dict[str, str] | None = None,
    **verdicts: str,
) -> bytes:
    """A mail from `sender` to `to`, as SES keeps it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Quelqu'un <{sender}>"
    mail["To"] = to
    mail["Subject"] = "Re: [Boulangerie Martin · Bluesky] Zoe attend une réponse"
    mail["Message-ID"] = "<CAF1@mail.example>"
    for name, value in (headers or {}).items():
        del mail[name]
        mail[name] = value
    if text is not None:
        mail.set_content(text)
    if html is not None and text is None:
        mail.set_content(html, subtype="html")
    elif html is not None:
        mail.add_alternative(html, subtype="html")
    for name, body in files:
        mail.add_attachment(body, maintype="image", subtype="jpeg", filename=name)
    return ses_headers(to, sender, **verdicts).encode() + mail.as_bytes()

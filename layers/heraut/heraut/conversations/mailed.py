"""Read an e-mail as Amazon SES puts it into a bucket: to which address of ours, by whom, surely or not, its words.

SES writes its own headers above the mail's: one `Received` (`by inbound-smtp.<region>.amazonaws.com … for <address>`),
`X-SES-Spam-Verdict`, `X-SES-Virus-Verdict`, `Authentication-Results: amazonses.com; spf=… dkim=… dmarc=…`
(https://docs.aws.amazon.com/ses/latest/dg/receiving-email-concepts.html). A sender may write headers of the same names
below them: only the first of each is believed.
"""

from __future__ import annotations

import email
import email.utils
import hashlib
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from typing import TYPE_CHECKING

from heraut.brands import NAME
from heraut.links import MAIL_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

LONGEST = 200_000  # characters of a body that are looked at
LOGO_BYTES = 50_000  # a picture inside the text, up to this size: a signature's
_BY_SES = re.compile(r"\bby\s+inbound-smtp\.[a-z0-9-]+\.amazonaws\.com\b")
_RESULT = re.compile(r"\b(spf|dkim|dmarc)=(\w+)([^;]*)")
_SIGNED = re.compile(r"header\.[id]=@?([\w.-]+)")
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:r[ée]ponse automatique|absence du bureau|absente? du bureau|auto(?:matic)?[- ]?reply|out of office)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mailed:
    """One e-mail. `id` names it, however often it is delivered; `to` are the addresses of ours: brand and token.

    `sender` is the one address it is from, "" where there are several or none. `proven`: that address' domain vouches
    for it. `automatic`: no person wrote it. `attached` are the names of what is attached.
    """

    id: str
    to: tuple[tuple[str, str], ...]
    sender: str
    proven: bool
    automatic: bool
    text: str
    attached: tuple[str, ...] = ()


def read_mail(raw: bytes, domain: str) -> Mailed:
    """Read one; nothing is raised, whatever it is. `domain` is that of our addresses."""
    try:
        return _read(raw, domain)
    except RecursionError:  # a thousand parts in each other: no program writes such, and nobody is answered
        return Mailed(id=hashlib.sha256(raw).hexdigest(), to=(), sender="", proven=False, automatic=True, text="")


def _read(raw: bytes, domain: str) -> Mailed:
    mail = email.message_from_bytes(raw)
    sender = _sender(mail)
    text = _text(mail)
    named = f"{_first(mail, 'Message-ID')}\n{sender}\n{text}"
    return Mailed(
        id=hashlib.sha256(named.encode("utf-8", "replace")).hexdigest(),
        to=_addressed(mail, domain),
        sender=sender,
        proven=_is_proven(mail, sender),
        automatic=_is_automatic(mail),
        text=text,
        attached=tuple(_attached(mail)),
    )


def _first(mail: Message, name: str) -> str:
    """Give the first header of a name in one line, as it is written (""), whatever it holds."""
    value = mail.get(name)
    return " ".join(str(value).split()) if value is not None else ""


def _addressed(mail: Message, domain: str) -> tuple[tuple[str, str], ...]:
    address = re.compile(
        rf"(?<![\w.+-])({NAME.strip('^$')})\.({MAIL_TOKEN})@{re.escape(domain)}(?![\w.-])", re.IGNORECASE
    )
    written = [_first(mail, name) for name in ("Received", "To", "Cc", "Delivered-To", "X-Original-To")]
    found = [match for one in written for match in address.findall(one.lower())]
    return tuple(dict.fromkeys((brand, token) for brand, token in found))


def _sender(mail: Message) -> str:
    senders = mail.get_all("From", [])
    addresses = [address for _, address in email.utils.getaddresses([str(one) for one in senders])]
    return addresses[0].strip().lower() if len(senders) == len(addresses) == 1 and "@" in addresses[0] else ""


def _is_proven(mail: Message, sender: str) -> bool:
    """Whether SES found that the sender's domain vouches for it, and neither spam nor a virus in it.

    DMARC says it by itself. A domain without DMARC must pass SPF, and its own DKIM signature must hold.
    """
    if not sender or not _BY_SES.search(_first(mail, "Received")):
        return False
    if "PASS" not in _first(mail, "X-SES-Virus-Verdict") or "FAIL" in _first(mail, "X-SES-Spam-Verdict"):
        return False
    authority, _, results = _first(mail, "Authentication-Results").partition(";")
    if authority.strip().lower() != "amazonses.com":
        return False
    verdicts: dict[str, list[tuple[str, str]]] = {}
    for method, result, rest in _RESULT.findall(results.lower()):
        verdicts.setdefault(method, []).append((result, rest))
    dmarc = [result for result, _ in verdicts.get("dmarc", [])]
    if dmarc != ["none"] and dmarc:
        return dmarc == ["pass"]
    domain = sender.rpartition("@")[2]
    signed = [_SIGNED.search(rest) for result, rest in verdicts.get("dkim", []) if result == "pass"]
    by = [found[1] for found in signed if found]
    return [result for result, _ in verdicts.get("spf", [])] == ["pass"] and domain in by


def _is_automatic(mail: Message) -> bool:
    """Whether a machine wrote it: holiday answers, bounces, lists (RFC 3834, RFC 5321 section 4.5.5, RFC 2369)."""
    submitted = _first(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in {"", "no"} or mail.get_content_type() == "multipart/report":
        return True
    if _first(mail, "Return-Path").replace(" ", "") == "<>":
        return True
    if _first(mail, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    named = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply-From", "List-Id", "List-Unsubscribe")
    return any(name in mail for name in named) or bool(_AUTOMATIC_SUBJECT.match(_decoded(_first(mail, "Subject"))))


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError):  # no header that can be decoded: as it is
        return value


def _text(mail: Message) -> str:
    """Give the words: from the page where there is one, since plain texts are often broken at the 76th letter."""
    plain, pages = [], []
    for part in _inside(mail):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        if kind == "text/plain":
            plain.append(_unbroken(part))
        elif kind == "text/html":
            pages.append(_words(part))
    if pages:
        from heraut.conversations.mailed_page import as_text

        return as_text("\n".join(pages)[:LONGEST])
    return "\n".join(plain)[:LONGEST]


def _inside(mail: Message) -> Iterator[Message]:
    """Give the parts that hold something; what a forwarded mail holds is its own."""
    if mail.get_content_type() == "message/rfc822" or not mail.is_multipart():
        yield mail
        return
    for part in mail.get_payload():
        if not isinstance(part, str):
            yield from _inside(part)


def _attached(mail: Message) -> Iterator[str]:
    """Name what is attached, but for signatures and the small pictures in them."""
    for part in _inside(mail):
        kind, name = part.get_content_type(), _decoded(str(part.get_filename() or ""))
        shown = part.get_content_disposition() != "attachment"
        if kind in _SIGNATURES or (shown and not name and kind in {"text/plain", "text/html"}):
            continue
        payload = part.get_payload(decode=True)
        small = isinstance(payload, bytes) and len(payload) <= LOGO_BYTES
        if shown and "Content-ID" in part and kind.startswith("image/") and small:
            continue
        yield " ".join(name.split()) or kind


def _words(part: Message) -> str:
    payload = part.get_payload(decode=True)
    held = payload if isinstance(payload, bytes) else b""
    try:
        return held.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a character set that nobody knows
        return held.decode("utf-8", "replace")


def _unbroken(part: Message) -> str:
    """Give a plain text with the lines that were broken to fit joined again (RFC 3676, format=flowed)."""
    text = _words(part).replace("\r\n", "\n")
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    lines: list[str] = []
    goes_on = False
    joint = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    for line in text.split("\n"):
        quoted, unstuffed = line.startswith(">"), line.removeprefix(" ")
        if goes_on and not quoted:
            lines[-1] = lines[-1].rstrip(" ") + joint + unstuffed
        else:
            lines.append(line if quoted else unstuffed)
        goes_on = line.endswith(" ") and unstuffed != "-- " and not quoted
    return "\n".join(lines)

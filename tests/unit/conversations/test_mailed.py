"""Reading a raw e-mail: its words as a person sees them, and what is attached to it."""

from __future__ import annotations

from re import fullmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands import NAME
from heraut.conversations.mailed import read_mail
from heraut.conversations.mailed_page import as_text
from heraut.links import mail_address, new_mail_token
from tests.ses import DOMAIN, ses_headers, written

TO = f"martin.{'a' * 26}@{DOMAIN}"
OUTLOOK = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0}--></style>
</head><body lang="FR"><!--[if gte mso 9]><xml><o:shapedefaults/></xml><![endif]--><div class="WordSection1">
<p class="MsoNormal">Bonjour Zoé,<o:p></o:p></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<p class="MsoNormal">Oui, lundi de 7&nbsp;h
à 19&nbsp;h.<o:p></o:p></p></div></body></html>"""
APPLE = (
    "<body>Oui,&nbsp;<b>lundi</b>.<div><br></div><div>À&nbsp;bientôt</div><ul><li>pain</li><li>brioche</li></ul></body>"
)
GMAIL = (
    '<div dir="ltr"><div>Oui.</div><div><br></div><div>À lundi</div><div class="gmail_signature">Léa<br>03</div></div>'
)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (OUTLOOK, "Bonjour Zoé,\n\nOui, lundi de 7 h à 19 h."),
        (APPLE, "Oui, lundi.\n\nÀ bientôt\npain\nbrioche"),
        (GMAIL, "Oui.\n\nÀ lundi"),
        ("Un &amp; deux &lt;3<script>alert(1)</script>", "Un & deux <3"),
        ("<p>Un</p><p>Deux</p>", "Un\nDeux"),
        ("", ""),
    ],
)
def test_a_page_is_read_as_it_is_seen(page: str, words: str) -> None:
    """Line by line, without what its program keeps for itself, and without a signature that says it is one."""
    assert as_text(page) == words


@given(st.text(alphabet="<>/abdivprbhequo =\"'&;!-\n é", max_size=300))
def test_any_page_is_read(page: str) -> None:
    """Whatever its markup."""
    assert isinstance(as_text(page), str)


@given(st.binary(max_size=400))
def test_any_mail_is_read(raw: bytes) -> None:
    """Nothing is raised, and nothing that is no mail is proven."""
    assert not read_mail(raw, DOMAIN).proven
    assert not read_mail(b"From: a@b.example\r\nContent-Type: text/plain; charset=x\r\n\r\n" + raw, DOMAIN).proven


@pytest.mark.parametrize(
    "deep",
    [
        "Content-Type: text/html\r\n\r\n" + "<div>" * 5_000,
        "".join(f"Content-Type: multipart/mixed; boundary={n}\r\n\r\n--{n}\r\n" for n in range(1_500)),
        "Content-Type: message/rfc822\r\n\r\n" * 1_500,
    ],
)
def test_what_is_nested_without_end_is_nobodys(deep: str) -> None:
    """It is left alone: whoever may write to the domain could else ring an alarm."""
    assert read_mail(f"From: lea@x.example\r\nTo: {TO}\r\n{deep}".encode(), DOMAIN).text == ""


def raw_mail(*lines: str) -> bytes:
    """A mail of these lines below what SES writes."""
    return (ses_headers(TO, "lea@x.example") + "\r\n".join(("From: lea@x.example", f"To: {TO}", *lines))).encode()


def test_broken_lines_are_joined_where_the_mail_says_that_they_are_broken() -> None:
    """A network would show the breaks (RFC 3676)."""
    flowed = raw_mail(
        "Content-Type: text/plain; charset=utf-8; format=flowed", "", "Oui, nous ouvrons ", "lundi.", "", "Léa"
    )
    assert read_mail(flowed, DOMAIN).text == "Oui, nous ouvrons lundi.\n\nLéa"

    fixed = raw_mail("Content-Type: text/plain; charset=utf-8", "", "Oui, nous ouvrons ", "lundi.")
    assert read_mail(fixed, DOMAIN).text == "Oui, nous ouvrons \nlundi."


@pytest.mark.parametrize("charset", ["utf-8", "x-nobody-knows", "utf-8; x"])
def test_letters_that_nobody_knows_do_no_harm(charset: str) -> None:
    """They are read as most are written."""
    assert read_mail(raw_mail(f"Content-Type: text/plain; charset={charset}", "", "Été"), DOMAIN).text == "Été"


def test_what_a_signature_brings_is_not_attached() -> None:
    """A small picture inside the text and a cryptographic signature; what was attached has its name."""
    logo = (
        "Content-Type: multipart/related; boundary=b", "", "--b", "Content-Type: text/html", "", "<p>Oui.</p>", "--b",
        "Content-Type: image/png; name=a.png", "Content-ID: <1>", "Content-Disposition: inline; filename=a.png", "", "",
        "--b", "Content-Type: application/pkcs7-signature; name=smime.p7s", "", "y", "--b--",
    )  # fmt: skip
    assert (read_mail(raw_mail(*logo), DOMAIN).attached, read_mail(raw_mail(*logo), DOMAIN).text) == ((), "Oui.")
    assert read_mail(written(TO, files=(("mon four.jpg", b"x"),)), DOMAIN).attached == ("mon four.jpg",)
    forwarded = raw_mail(
        "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: message/rfc822", "", "A: b", "--b--"
    )
    assert read_mail(forwarded, DOMAIN).attached == ("message/rfc822",)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (f'"Héraut" <{TO}>', 1),
        (TO.upper(), 1),
        (f"quelqu.un@x.example, {TO}", 1),
        (f"x{TO}", 1),
        (TO.replace(DOMAIN, "autre.example"), 0),
        (f"{TO}.example", 0),
        ("martin.tropcourt@reponses.example.com", 0),
    ],
)
def test_our_address_is_found_wherever_it_is_written(header: str, found: int) -> None:
    """However many others there are; it is no address of ours on another domain, or as a part of another one."""
    raw = f"From: lea@x.example\r\nTo: {header}\r\n\r\nOui".encode()
    assert len(read_mail(raw, DOMAIN).to) == found


@pytest.mark.parametrize("brand", ["a", "m" * 37, "m" * 38, "7-" + "m" * 38])
def test_every_brand_has_an_address_that_is_found_again(brand: str) -> None:
    """The longest name too: before the @ stand at most 64 letters (RFC 5321, 4.5.3.1.1), whatever their case."""
    assert fullmatch(NAME, brand)
    token = new_mail_token()
    address = mail_address(DOMAIN, brand, token)
    assert address is not None
    assert len(address.partition("@")[0]) <= 64

    for to in (address, address.upper()):
        assert read_mail(written(to), DOMAIN).to == ((brand, token),)


def test_an_address_of_an_earlier_release_is_found() -> None:
    """Its token is three letters longer."""
    assert read_mail(written(TO), DOMAIN).to == (("martin", "a" * 26),)


@pytest.mark.parametrize(
    "senders", ["From: a@x.example, b@x.example", "From: a@x.example\r\nFrom: b@x.example", "From: ", "X: y"]
)
def test_a_mail_from_several_or_from_nobody_is_from_nobody(senders: str) -> None:
    """Programs disagree about which one they show."""
    assert read_mail(f"{senders}\r\nTo: {TO}\r\n\r\nOui".encode(), DOMAIN).sender == ""

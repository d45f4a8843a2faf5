"""Each scheme against vectors made by the network's own library, where it has one, and against every bad request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from discord_interactions import verify_key
from nacl.signing import SigningKey
from slack_sdk.signature import SignatureVerifier
from standardwebhooks.webhooks import Webhook

from heraut.errors import Unverified
from heraut.networks.base import Opened, Signs, WebhookRequest
from heraut.networks.webhooks import SCHEMES, scheme
from heraut.networks.webhooks.mastodon_push import public_key

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
BODY = '{"object":"page","entry":[{"id":"1","text":"Zoé \\u00e9 🥐"}]}'.encode()
SECRETS: dict[str, dict[str, str]] = {
    "meta": {"app_secret": "a1", "verify_token": "ours"},
    "mastodon_admin": {"signing_secret": "b2"},
    "discourse": {"signing_secret": "c3"},
    "linkedin": {"client_secret": "d4"},
    "x": {"consumer_secret": "e5"},
    "tiktok": {"client_secret": "f6"},
    "telegram": {"bot_token": "1:x", "secret_token": "g7"},
    "slack": {"signing_secret": "h8"},
    "youtube": {"channel_id": "UC1", "hub_secret": "i9"},
    "trustpilot": {"password": "j10"},
    "signed": {"signing_secret": "whsec_" + base64.b64encode(b"k11k11").decode()},
}
SIGNING = sorted(SECRETS)
OTHERS = {"discord", "mastodon_push"}
NO_BODY = {"telegram", "trustpilot"}  # what they give says who speaks, not what was said
TIMED = {"slack", "tiktok", "signed", "discord"}
DISCORD_KEY = SigningKey(b"d" * 32)
DISCORD = {"public_key": DISCORD_KEY.verify_key.encode().hex()}

# Made by http_ece 1.2.1, the reference implementation of both encodings.
PUSH = {"private_key": "ddktlqD8fRjtf9L3Gs-hcf4DdAAKE-00owJIHWrd-Ew", "auth": "MOUkzbV3wihHe93e3bpYyw"}
PUSH_PUBLIC = "BBIMcDl3Dfc7KWei-arrq2yeJHCXPoDpARs1Vj3MOZZxUFvseflt3jhFOAV3tAHAQ8Pizuk3prEbILD0cXxIb9c"
PUSHED = '{"notification_id":7,"notification_type":"mention","title":"Zoé"}'.encode()
DH = "BGTvK6NUwOapfCTgvHXhkxxhVDoQUx2xeFB30yaebajzzsIjRZu8os8d0opAYGqB7NSA0pC90QjAk7nCz66Lhmk"
SALT = "NC2nMgonYQYrVz8DnOj_Lg"
AESGCM = (
    "2_eG53ziZ6uBYtD7c2DYaOlWqoysYYBI6i3nSkYbrnrwSUlrYwU4dBmsRG2YQLQTUHLBjJHKVHDNUH-MCHoJMbuRx0oo-6nl9FHw8-j15hH0LXyU"
)
AES128GCM = (
    "NC2nMgonYQYrVz8DnOj_LgAAEABBBGTvK6NUwOapfCTgvHXhkxxhVDoQUx2xeFB30yaebajzzsIjRZu8os8d0opAYGqB7NSA0pC90QjAk7nCz66L"
    "hmnpJdcGDpnJAJKBJmk3ZJP4pnDYysSiGqrLmRrJFIJ9tPshako4xeS4qchSQfz46tMJwWqJltCp3jM9HRaZ9_XFj-iRdBAk1tmF4o0yDuuGqihk"
    "1w"
)
# RFC 8291, appendix A.
RFC = {"private_key": "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def unpacked(text: str) -> bytes:
    """Read base64url without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def post(headers: dict[str, str], body: bytes = BODY) -> WebhookRequest:
    """A request as the function sees it."""
    return WebhookRequest("POST", {}, headers, body)


def signed(name: str, body: bytes = BODY, at: datetime = NOW, secret: dict[str, str] | None = None) -> WebhookRequest:
    """A request as the network sends it."""
    found = scheme(name)
    assert isinstance(found, Signs)
    return post(dict(found.sign(body, secret or SECRETS[name], at)), body)


def opened(name: str, request: WebhookRequest, secret: dict[str, str] | None = None) -> Opened:
    """What a scheme makes of it, now."""
    return scheme(name).verify(request, SECRETS[name] if secret is None else secret, NOW)


def test_every_scheme_is_looked_at() -> None:
    """One that is added is added here."""
    assert set(SCHEMES) == set(SIGNING) | OTHERS
    with pytest.raises(KeyError):
        scheme("os")


@pytest.mark.parametrize("name", SIGNING)
def test_what_is_signed_with_the_key_is_opened_to_the_byte(name: str) -> None:
    """Escapes and emoji as they came."""
    assert opened(name, signed(name)).body == BODY
    assert opened(name, signed(name, b"")).body == b""


@pytest.mark.parametrize("name", SIGNING)
def test_what_is_not_signed_with_the_key_is_refused(name: str) -> None:
    """Unsigned, an empty header, another key, and a webhook that has no key."""
    request = signed(name)
    for field in scheme(name).given + scheme(name).drawn:
        if field not in {"bot_token", "channel_id", "verify_token"}:
            other = {**SECRETS[name], field: "whsec_" + base64.b64encode(b"other").decode()}
            with pytest.raises(Unverified):
                opened(name, request, other)
            with pytest.raises(Unverified, match="subscribe it again"):
                opened(name, request, {**SECRETS[name], field: ""})
    for header in request.headers:
        with pytest.raises(Unverified):
            opened(name, replace(request, headers={**request.headers, header: ""}))
        with pytest.raises(Unverified):
            opened(name, replace(request, headers={**request.headers, header: "é\x00"}))
    with pytest.raises(Unverified):
        opened(name, replace(request, headers={}))


@pytest.mark.parametrize("name", sorted(set(SIGNING) - NO_BODY))
def test_a_changed_or_truncated_body_is_refused(name: str) -> None:
    """To the byte: what was parsed and written again is another body."""
    request = signed(name)
    for body in (BODY[:-1], BODY + b" ", BODY.replace(b"\\u00e9", "é".encode()), b""):
        with pytest.raises(Unverified):
            opened(name, replace(request, body=body))


@pytest.mark.parametrize("name", SIGNING)
def test_only_schemes_that_sign_a_time_refuse_an_old_request(name: str) -> None:
    """Five minutes either way; Meta's batch comes again a day later and is good."""
    for apart in (timedelta(minutes=4), -timedelta(minutes=4)):
        assert opened(name, signed(name, at=NOW + apart)).body == BODY
    for apart in (timedelta(minutes=6), -timedelta(minutes=6), timedelta(days=400), -timedelta(days=1)):
        request = signed(name, at=NOW + apart)
        if name in TIMED:
            with pytest.raises(Unverified, match="another time"):
                opened(name, request)
        else:
            assert opened(name, request).body == BODY


@pytest.mark.parametrize("at", ["", "x", "-1", "9" * 12, "9" * 40, "1.5", "²"])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    """Signed or not."""
    secret = SECRETS["slack"]
    digest = hmac.new(secret["signing_secret"].encode(), f"v0:{at}:".encode() + BODY, hashlib.sha256).hexdigest()
    with pytest.raises(Unverified):
        opened("slack", post({"x-slack-request-timestamp": at, "x-slack-signature": f"v0={digest}"}))


class TestMeta:
    def ask(self, **changes: str) -> str | None:
        query = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "1158201444"} | changes
        request = WebhookRequest("GET", {name.replace("__", "."): value for name, value in query.items()}, {})
        answer = scheme("meta").challenge(request, SECRETS["meta"])
        return answer.body if answer else None

    def test_whoever_knows_our_token_gets_the_challenge_back(self) -> None:
        """As it is."""
        assert self.ask() == "1158201444"

    def test_nobody_else_does(self) -> None:
        """Another token, another mode, nothing to echo."""
        assert self.ask(hub__verify_token="other") is None
        assert self.ask(hub__mode="unsubscribe") is None
        assert self.ask(hub__challenge="") is None

    def test_what_is_documented(self) -> None:
        """The header's form, by hand: HMAC-SHA256 of the escaped text as Meta writes it."""
        body = rb'{"text":"\u00e4\u00f6\u00e5 <>&"}'
        digest = hmac.new(b"a1", body, hashlib.sha256).hexdigest()
        assert opened("meta", post({"x-hub-signature-256": f"sha256={digest}"}, body)).body == body

    def test_threads_differ_in_body_alone(self) -> None:
        """The same signature over another form."""
        body = b'{"app_id":"1","topic":"moderate","values":{"value":{},"field":"replies"}}'
        assert opened("meta", signed("meta", body)).body == body


class TestLinkedIn:
    def test_the_code_is_signed(self) -> None:
        """In hexadecimal, beside the code."""
        request = WebhookRequest("GET", {"challengeCode": "890e4665-4dfe-4ab1-b689-ed553bceeed0"}, {})
        answer = scheme("linkedin").challenge(request, SECRETS["linkedin"])
        assert answer is not None
        digest = hmac.new(b"d4", b"890e4665-4dfe-4ab1-b689-ed553bceeed0", hashlib.sha256).hexdigest()
        assert json.loads(answer.body) == {
            "challengeCode": "890e4665-4dfe-4ab1-b689-ed553bceeed0",
            "challengeResponse": digest,
        }
        assert answer.content_type == "application/json"
        assert scheme("linkedin").challenge(WebhookRequest("GET", {}, {}), SECRETS["linkedin"]) is None

    def test_the_header_with_its_prefix_or_without(self) -> None:
        """Implementations disagree."""
        digest = hmac.new(b"d4", b"hmacsha256=" + BODY, hashlib.sha256).hexdigest()
        assert opened("linkedin", post({"x-li-signature": digest})).body == BODY
        assert opened("linkedin", post({"x-li-signature": f"hmacsha256={digest}"})).body == BODY


class TestX:
    def test_the_token_is_signed(self) -> None:
        """In base64, with its method before it."""
        answer = scheme("x").challenge(WebhookRequest("GET", {"crc_token": "foo"}, {}), SECRETS["x"])
        assert answer is not None
        digest = base64.b64encode(hmac.new(b"e5", b"foo", hashlib.sha256).digest()).decode()
        assert json.loads(answer.body) == {"response_token": f"sha256={digest}"}
        assert scheme("x").challenge(WebhookRequest("GET", {}, {}), SECRETS["x"]) is None


class TestYouTube:
    TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UC1"

    def ask(self, **changes: str) -> str | None:
        query = {"hub.mode": "subscribe", "hub.topic": self.TOPIC, "hub.challenge": "x9", "hub.lease_seconds": "432000"}
        query |= {name.replace("__", "."): value for name, value in changes.items()}
        answer = scheme("youtube").challenge(WebhookRequest("GET", query, {}), SECRETS["youtube"])
        return answer.body if answer else None

    def test_our_topic_is_confirmed_and_no_other(self) -> None:
        """Nor the end of a subscription that we did not ask for."""
        assert self.ask() == "x9"
        assert self.ask(hub__topic=self.TOPIC + "x") is None
        assert self.ask(hub__mode="unsubscribe") is None

    @pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
    def test_each_method_of_websub(self, method: str) -> None:
        """The hub chooses."""
        digest = hmac.new(b"i9", BODY, method).hexdigest()
        assert opened("youtube", post({"x-hub-signature": f"{method}={digest}"})).body == BODY

    def test_other_methods_are_none(self) -> None:
        """Md5 least of all."""
        digest = hmac.new(b"i9", BODY, "md5").hexdigest()
        with pytest.raises(Unverified, match="method"):
            opened("youtube", post({"x-hub-signature": f"md5={digest}"}))


class TestSlack:
    def test_slack_sdk_and_we_agree(self) -> None:
        """On what it signs, and on what we sign."""
        at = str(int(NOW.timestamp()))
        verifier = SignatureVerifier("h8")
        theirs = verifier.generate_signature(timestamp=at, body=BODY)
        assert theirs is not None
        assert opened("slack", post({"x-slack-request-timestamp": at, "x-slack-signature": theirs})).body == BODY
        assert signed("slack").headers["x-slack-signature"] == theirs

    def test_the_documented_example(self) -> None:
        """https://docs.slack.dev/authentication/verifying-requests-from-slack."""
        body = (
            b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name="
            b"foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F"
            b"hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id="
            b"398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
        )
        headers = {
            "x-slack-request-timestamp": "1531420618",
            "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        }
        secret = {"signing_secret": "8f742231b10e8888abcd99yyyzzz85a5"}
        at = datetime.fromtimestamp(1531420618, UTC)
        assert scheme("slack").verify(post(headers, body), secret, at).body == body

    def test_the_question_for_our_address_is_answered_and_not_kept(self) -> None:
        """It is signed too."""
        body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"}).encode()
        found = opened("slack", signed("slack", body))
        assert (found.reply, found.stored) == ("3eZbrw1a", False)
        other = json.dumps({"type": "event_callback", "text": "url_verification"}).encode()
        assert opened("slack", signed("slack", other)).stored


class TestDiscord:
    def request(self, body: bytes, at: datetime = NOW) -> WebhookRequest:
        stamped = str(int(at.timestamp()))
        signature = DISCORD_KEY.sign(stamped.encode() + body).signature.hex()
        return post({"x-signature-ed25519": signature, "x-signature-timestamp": stamped}, body)

    def test_discords_library_and_we_agree(self) -> None:
        """On a good one and on bad ones."""
        good = self.request(BODY)
        signature, at = good.headers["x-signature-ed25519"], good.headers["x-signature-timestamp"]
        for changed in (BODY, BODY + b" "):
            theirs = verify_key(changed, signature, at, DISCORD["public_key"])
            try:
                ours = opened("discord", replace(good, body=changed), DISCORD).body == changed
            except Unverified:
                ours = False
            assert ours == theirs == (changed == BODY)

    def test_an_old_one_is_refused_and_rubbish_too(self) -> None:
        """Discord tries us with bad signatures, and wants 401."""
        with pytest.raises(Unverified, match="another time"):
            opened("discord", self.request(BODY, NOW - timedelta(minutes=6)), DISCORD)
        good = self.request(BODY)
        for signature in ("zz", "00" * 64, "00", ""):
            with pytest.raises(Unverified):
                opened("discord", replace(good, headers={**good.headers, "x-signature-ed25519": signature}), DISCORD)
        with pytest.raises(Unverified):
            opened("discord", good, {"public_key": "00"})

    def test_pings_are_answered_and_not_kept(self) -> None:
        """Those of webhook events with nothing, those of interactions with a pong; events are kept."""
        ping, interaction = (opened("discord", self.request(body), DISCORD) for body in (b'{"type":0}', b'{"type":1}'))
        event = opened("discord", self.request(b'{"type":1,"event":{"type":"X"}}'), DISCORD)
        assert (ping.reply, ping.stored) == ("", False)
        assert (interaction.reply, interaction.stored) == ('{"type":1}', False)
        assert event.stored


class TestSigned:
    def test_the_specifications_own_example(self) -> None:
        """From the test suites of its libraries."""
        headers = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
        secret = {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        body = b'{"test": 2432232314}'
        found = scheme("signed").verify(post(headers, body), secret, datetime.fromtimestamp(1614265330, UTC))
        assert (found.body, found.id) == (body, "msg_p5jXN8AQM9LWM0D4loKWxJek")

    def test_its_library_and_we_agree(self) -> None:
        """One of several signatures is enough: keys are changed with both."""
        secret = SECRETS["signed"]
        theirs = Webhook(secret["signing_secret"]).sign("msg_1", NOW, BODY.decode())
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(NOW.timestamp())),
            "webhook-signature": f"v1,AAAA v1a,BBBB {theirs}",
        }
        assert opened("signed", post(headers)).id == "msg_1"
        with pytest.raises(Unverified):
            opened("signed", post({**headers, "webhook-id": "msg_2"}))

    def test_a_key_that_is_none_is_said(self) -> None:
        """Not the key itself."""
        with pytest.raises(Unverified, match="not base64") as caught:
            opened("signed", signed("signed"), {"signing_secret": "whsec_%%%"})
        assert "%%%" not in str(caught.value)


class TestMastodonPush:
    def legacy(self, **changes: str) -> WebhookRequest:
        headers = {"content-encoding": "aesgcm", "encryption": f"salt={SALT}", "crypto-key": f"dh={DH};p256ecdsa=BB37"}
        return post(headers | {name.replace("_", "-"): value for name, value in changes.items()}, unpacked(AESGCM))

    def standard(self, body: str = AES128GCM) -> WebhookRequest:
        return post({"content-encoding": "aes128gcm"}, unpacked(body))

    def test_both_encodings(self) -> None:
        """What the server wrote."""
        assert opened("mastodon_push", self.legacy(), PUSH).body == PUSHED
        assert opened("mastodon_push", self.standard(), PUSH).body == PUSHED

    def test_the_rfcs_example(self) -> None:
        """RFC 8291, appendix A."""
        assert (
            opened("mastodon_push", self.standard(RFC_BODY), RFC).body == b"When I grow up, I want to be a watermelon"
        )

    def test_the_public_key_that_a_subscription_gives(self) -> None:
        """The receiver's, as the sender used it."""
        assert public_key(PUSH["private_key"]) == PUSH_PUBLIC

    @pytest.mark.parametrize("changes", [{"private_key": RFC["private_key"]}, {"auth": RFC["auth"]}])
    def test_what_was_written_for_others_is_refused(self, changes: dict[str, str]) -> None:
        """Another key, another secret."""
        for request in (self.legacy(), self.standard()):
            with pytest.raises(Unverified):
                opened("mastodon_push", request, PUSH | changes)

    def test_rubbish_is_refused(self) -> None:
        """Truncated, empty, no point of the curve, no headers, another encoding."""
        bad: list[Any] = [replace(one, body=one.body[:-1]) for one in (self.legacy(), self.standard())]
        bad += [replace(one, body=b"") for one in (self.legacy(), self.standard())]
        bad += [
            self.legacy(encryption="rs=4096"),
            self.legacy(crypto_key="dh=AAAA"),
            self.legacy(content_encoding="gzip"),
        ]
        bad += [self.legacy(encryption=f"salt={SALT}A"), post({}, unpacked(AES128GCM)), self.standard("AAAA")]
        for request in bad:
            with pytest.raises(Unverified):
                opened("mastodon_push", request, PUSH)


def test_discourse_names_its_event_and_asks_whether_we_are_here() -> None:
    """The ping is answered and not kept."""
    request = signed("discourse")
    headers = dict(request.headers)
    assert opened("discourse", replace(request, headers=headers | {"x-discourse-event": "post_created"})) == Opened(
        BODY, kind="post_created"
    )
    assert not opened("discourse", replace(request, headers=headers | {"x-discourse-event": "ping"})).stored


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_a_question_of_nobody_is_not_answered(name: str) -> None:
    """An empty GET."""
    assert scheme(name).challenge(WebhookRequest("GET", {}, {}), SECRETS.get(name, {})) is None


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_what_we_draw_is_drawn_anew_each_time(name: str) -> None:
    """Each field of it, and it works."""
    found = scheme(name)
    first, second = found.draw(), found.draw()
    assert set(first) == set(found.drawn)
    assert all(first[field] != second[field] and len(first[field]) >= 22 for field in found.drawn)
    if isinstance(found, Signs):
        secret = {**dict.fromkeys(found.given, "x"), **first}
        assert opened(name, signed(name, secret=secret), secret).body == BODY

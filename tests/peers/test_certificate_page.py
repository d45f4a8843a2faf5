"""The certificate page in a real browser: it verifies what is true, and says what is not in its own sentence."""

from __future__ import annotations

import base64
import copy
import io
import json
import time
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heraut.contests.beacon import QUICKNET, hash_of
from heraut.contests.certificate import Certificate
from heraut.contests.certificate_page import RELAYS, words_of_checks
from heraut.contests.checks import Given, checks
from heraut.contests.draw import FIRST_PREV, Commitment, frozen, handle_of, ranking, records_of, seed_of
from tests.browser import PATIENCE
from tests.peers.draw_site import ABOUT, ROUNDS, DrawSite, draw_site, published, published_as, real_draw
from tests.twins.chain import OwnChain, alias
from tests.twins.draws import AUTHORITIES, RULES, MadeDraw
from tests.twins.tsa import OwnAuthority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser import Browser, Tab

DRAW = real_draw()
GIVEN = Given(rules=RULES, roots=[one.root for one in AUTHORITIES])
VERDICT = "/pass|fail/.test(document.getElementById('verdict').className)"
GUARDED = """(...given) => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
  try { return (FUNCTION)(...given); } catch (wrong) { return wrong.code; }
}"""
WORDS = words_of_checks("fr")


@pytest.fixture
def site() -> Iterator[DrawSite]:
    """A draw of a real round, served as it is published."""
    with draw_site() as running:
        running.files = published(DRAW)
        yield running


@pytest.fixture(scope="module")
def same_tab(chromium: Browser) -> Iterator[Tab]:
    """A page that many tests open one after the other."""
    opened = chromium.tab()
    opened.shape(390)
    yield opened
    opened.close()


def press(tab: Tab, button: str) -> None:
    """Press a button as a finger does."""
    tab.call("(id) => document.getElementById(id).click()", button)


def verify(tab: Tab) -> str:
    """Press the button, wait for the verdict and give its class."""
    press(tab, "verify")
    tab.until(VERDICT)
    found: str = tab.evaluate("document.getElementById('verdict').className")
    return found


def steps(tab: Tab) -> dict[str, tuple[str, str]]:
    """Give each step that the page shows: outcome and code."""
    script = (
        "[...document.querySelectorAll('#steps li')].map((one) => [one.dataset.name, one.className, one.dataset.code])"
    )
    return {name: (outcome.upper(), code) for name, outcome, code in tab.evaluate(script)}


def failed(tab: Tab) -> dict[str, str]:
    """Give the codes of the steps that failed."""
    return {name: code for name, (outcome, code) in steps(tab).items() if outcome == "FAIL"}


def text_of(tab: Tab, selector: str) -> str:
    """Give what an element says."""
    found: str = tab.call("(selector) => document.querySelector(selector).innerText", selector)
    return found


def in_python(files: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Give what the product says of the same files: name, outcome and code."""
    read = Certificate.read(files["certificate.json"])
    made = checks(read, io.BytesIO(files["entrants.bin"]), QUICKNET, GIVEN)
    return {one.name: (one.outcome.value, one.code or (one.problem.code if one.problem else "")) for one in made}


def said_here(tab: Tab) -> dict[str, tuple[str, str]]:
    """Give what the page says, without what is of a page alone."""
    return {name: said for name, said in steps(tab).items() if name != "shown"}


# ---------------------------------------------------------------------------- what is true
@pytest.mark.parametrize(("round_number", "language"), [(1000, "fr"), (123, "en")])
def test_a_true_draw_of_a_real_round_is_right(tab: Tab, site: DrawSite, round_number: int, language: str) -> None:
    """Every step passes, says so in a sentence, and is what the product says itself; no policy was broken."""
    site.files = published(real_draw(round_number))
    tab.open(site.page(language))

    assert verify(tab) == "pass"
    assert said_here(tab) == in_python(site.files)
    assert steps(tab)["shown"] == ("PASS", "shown")
    assert {name for name, (outcome, _) in steps(tab).items() if outcome != "PASS"} == {"rejected"}
    assert text_of(tab, "#verdict") == words_of_checks(language)["verdict_verified"]  # type: ignore[arg-type]
    assert "{" not in text_of(tab, "main")
    assert "undefined" not in text_of(tab, "main")
    assert tab.exceptions == []
    assert "Horodatage un" in text_of(tab, "[data-name='witness-1']")
    for word in ("horodatage", "time-stamp"):  # nothing is left to say of what was verified
        assert word not in text_of(tab, "#left")


def test_it_says_what_it_did_not_verify(tab: Tab, site: DrawSite) -> None:
    """The truth of the list, the page itself; a post is a link to look at, and the verdict waits for whoever looks."""
    forged = copy.deepcopy(DRAW.certificate)
    post = {"kind": "post", "commit": DRAW.commitment.commit(), "evidence": "https://piaf.example/@martin/1"}
    site.files = published_as(forged | {"witnesses": [forged["witnesses"][0], post]}, DRAW.entrants)
    tab.open(site.page())

    assert verify(tab) == "pass"
    assert steps(tab)["witness-1"] == ("PASS", "witness")
    assert steps(tab)["witness-2"] == ("UNCHECKED", "witness_post")
    assert steps(tab)["witnesses"] == ("UNCHECKED", "witnesses_to_see")
    assert text_of(tab, "#verdict") == WORDS["verdict_right"]
    assert tab.evaluate("document.querySelector('[data-name=witness-2] a').href") == post["evidence"]
    for part in ("publications citées", "aucun calcul ne le prouve", "vient de l'organisateur"):
        assert part in text_of(tab, "#left")


def test_a_page_that_came_in_the_clear_says_that_it_cannot_verify_stamps(
    chromium: Browser, tab: Tab, site: DrawSite
) -> None:
    """A browser keeps its cryptography for https: what stamps say is shown, as "not checked here", and why."""
    tab.send("Fetch.enable", patterns=[{"urlPattern": "http://maison-martin.example/*"}])
    tab.evaluate("void setTimeout(() => (location.href = 'http://maison-martin.example/tirage.html'))")
    hand_over(chromium, tab, site.files, {"tirage.html", "certificate.json", "entrants.bin", "rules.txt"})
    assert tab.evaluate("isSecureContext") is False

    assert verify(tab) == "pass"
    assert {name: said for name, said in steps(tab).items() if name.startswith("witness")} == {
        "witness-1": ("UNCHECKED", "witness_insecure"),
        "witness-2": ("UNCHECKED", "witness_insecure"),
        "witnesses": ("UNCHECKED", "witnesses_to_see"),
    }
    assert text_of(tab, "#verdict") == WORDS["verdict_right"]
    assert "https" in text_of(tab, "[data-name='witness-1']")
    assert WORDS["left_stamps"] in text_of(tab, "#left")


def hand_over(chromium: Browser, tab: Tab, files: dict[str, bytes], wanted: set[str]) -> None:
    """Answer what a page of a paused address asks for, until it has all that is wanted."""
    deadline = time.monotonic() + PATIENCE
    served: set[str] = set()
    while served != wanted:
        assert time.monotonic() < deadline, f"asked for {served} alone"
        for event in chromium.events(tab.session, "Fetch.requestPaused"):
            name = event["request"]["url"].rpartition("/")[2]
            if name in served:
                continue
            served.add(name)
            kind = "text/html" if name.endswith("html") else "application/octet-stream"
            tab.send(
                "Fetch.fulfillRequest",
                requestId=event["requestId"],
                responseCode=200,
                responseHeaders=[{"name": "Content-Type", "value": kind}],
                body=base64.b64encode(files[name]).decode(),
            )
        time.sleep(0.02)


def test_it_works_without_network_once_loaded(tab: Tab, site: DrawSite) -> None:
    """Loaded, then cut off: the same verdict; nothing was asked of anybody but the folder."""
    tab.open(site.page())
    tab.until("performance.getEntriesByType('resource').length >= 3")
    tab.offline()

    assert verify(tab) == "pass"
    assert {one.removeprefix(f"{site.address}/") for one in tab.requests if not one.startswith("blob:")} == {
        *("tirage.html", "certificate.json", "entrants.bin", "rules.txt"),
    }


def test_a_saved_page_takes_the_files_from_the_disk(tab: Tab, tmp_path: Path) -> None:
    """Opened from a disk a page may read nothing: it asks for the files, and says so."""
    for name, body in published(DRAW).items():
        (tmp_path / name).write_bytes(body)
    tab.open((tmp_path / "tirage.html").as_uri())

    assert verify(tab) == "fail"
    assert text_of(tab, "#verdict") == WORDS["not_loaded"]
    for name in ("certificate.json", "entrants.bin"):
        root = tab.send("DOM.getDocument")["root"]["nodeId"]
        chosen = tab.send("DOM.querySelector", nodeId=root, selector=f"#file-{name.partition('.')[0]}")["nodeId"]
        tab.send("DOM.setFileInputFiles", nodeId=chosen, files=[str(tmp_path / name)])
    tab.call("() => new Promise((done) => setTimeout(done, 300))")
    assert verify(tab) == "pass"
    assert steps(tab)["rules"] == ("UNCHECKED", "rules_unknown")


def test_the_draw_before_is_followed(tab: Tab, site: DrawSite) -> None:
    """With the certificate before beside it, a gap in the sequence shows, and one that was begun again."""
    before = real_draw(123)
    after = real_draw(seq=2, prev=before.commitment.commit())
    site.files = published(after, replace(ABOUT, previous="before.json")) | {"before.json": before.text()}
    tab.open(site.page())
    assert verify(tab) == "pass"
    assert steps(tab)["sequence"] == ("PASS", "sequence")

    gap = real_draw(seq=3, prev=before.commitment.commit())
    site.files = published(gap, replace(ABOUT, previous="before.json")) | {"before.json": before.text()}
    tab.open(site.page())
    assert verify(tab) == "fail"
    assert failed(tab) == {"sequence": "sequence_gap"}

    site.files = published(real_draw(), replace(ABOUT, previous="before.json")) | {"before.json": before.text()}
    tab.open(site.page())
    assert verify(tab) == "fail"
    assert failed(tab) == {"sequence": "sequence_again"}


# ---------------------------------------------------------------------------- what was tampered with
Files = tuple[dict[str, Any], bytes]


def certificate(**fields: Any) -> Files:
    """Give the certificate with other fields, and the list as it is."""
    return copy.deepcopy(DRAW.certificate) | fields, DRAW.entrants


def listed(entrants: list[bytes]) -> Files:
    """Give another list under the same certificate."""
    return DRAW.certificate, b"".join(entrants)


def swapped(one: int, other: int) -> Files:
    """Exchange the handles of two ranks."""
    forged = copy.deepcopy(DRAW.certificate)
    places = forged["ranking"]
    places[one]["handle"], places[other]["handle"] = places[other]["handle"], places[one]["handle"]
    return forged, DRAW.entrants


def of_round(number: int, **fields: Any) -> Files:
    """Take another round than the instant's, its true signature too, everything following from it."""
    made = real_draw(number)
    made.commitment = replace(made.commitment, **fields)
    return made.certificate_of(made.commitment), made.entrants


def with_weight(record: bytes, weight: int) -> bytes:
    """Give a record another weight."""
    return record[:32] + weight.to_bytes(4, "big")


def stamp_of(commit: str) -> dict[str, Any]:
    """Give a true stamp over another commit, as if it were over ours."""
    return DRAW.stamp(AUTHORITIES[1], commit) | {"commit": DRAW.commitment.commit()}


def forged_stamp() -> str:
    """Give the second witness's stamp, dated back by a minute without its authority."""
    whole = base64.b64decode(DRAW.certificate["witnesses"][1]["evidence"])
    at = DRAW.stamped_at
    earlier = at - timedelta(minutes=1)
    return base64.b64encode(whole.replace(f"{at:%Y%m%d%H%M%SZ}".encode(), f"{earlier:%Y%m%d%H%M%SZ}".encode())).decode()


R = [DRAW.entrants[at : at + 36] for at in range(0, len(DRAW.entrants), 36)]
LATE = MadeDraw(QUICKNET, 1000, bytes.fromhex(ROUNDS[1000]), stamped_ahead=-5)
OTHER_CHAIN = MadeDraw()
ALIAS = f"{0x9 << 380 | (0x1FFFFFFF << 352) | 7:096x}"  # an x between p and 2^381
WITNESS = DRAW.certificate["witnesses"]
TAMPERED: dict[str, tuple[Files, dict[str, str]]] = {
    "winners swapped": (swapped(0, 1), {"ranking": "ranking_swapped", "announced": "announced_rank"}),
    "another winner": (
        certificate(ranking=[{"handle": "ab" * 32, "rank": 1}, *DRAW.certificate["ranking"][1:]], announced=[]),
        {"ranking": "ranking_other"},
    ),
    "a rank left out": (certificate(ranking=DRAW.certificate["ranking"][:-1]), {"ranking": "ranking_length"}),
    "signature of another round": (certificate(signature=ROUNDS[123]), {"signature": "draw_signature_other"}),
    "signature's second encoding": (certificate(signature=ALIAS), {"signature": "draw_signature_alias"}),
    "no point": (certificate(signature="80" + "00" * 46 + "04"), {"signature": "draw_signature_no_point"}),
    "infinity": (certificate(signature="c0" + "00" * 47), {"signature": "draw_signature_infinity"}),
    "another chain": ((OTHER_CHAIN.certificate, OTHER_CHAIN.entrants), {"chain": "chain_other"}),
    "entrant removed": (
        listed(R[1:]),
        {"root": "root_other", "entrants": "entrants_fewer", "tickets": "tickets_fewer"},
    ),
    "entrant added": (
        listed([*R, b"\xff" * 32 + R[0][32:]]),
        {"root": "root_other", "entrants": "entrants_more", "tickets": "tickets_more"},
    ),
    "entrant replaced": (listed([*R[:-1], b"\xff" * 32 + R[-1][32:]]), {"root": "root_replaced"}),
    "chances given": (listed([with_weight(R[0], 9), *R[1:]]), {"root": "root_other", "tickets": "tickets_more"}),
    "entrant twice": (listed([R[0], *R]), {"list": "draw_list_twice"}),
    "another order": (listed([R[1], R[0], *R[2:]]), {"list": "draw_list_order"}),
    "no chance": (listed([with_weight(R[0], 0), *R[1:]]), {"list": "draw_list_weight"}),
    "too many chances": (listed([with_weight(R[0], 1001), *R[1:]]), {"list": "draw_list_weight"}),
    "list cut": ((DRAW.certificate, DRAW.entrants[:-1]), {"list": "draw_list_cut"}),
    "instant moved": (
        (DRAW.changed(draw_time=DRAW.commitment.draw_time + 3600), DRAW.entrants),
        {"round": "round_early"},
    ),
    "later round": (of_round(1000, draw_time=DRAW.commitment.draw_time - 60), {"round": "round_late"}),
    "frozen late": (of_round(1000, frozen_at=DRAW.commitment.draw_time - 59), {"freeze": "freeze_late"}),
    "rules changed": ((DRAW.changed(rules="ab" * 32), DRAW.entrants), {"rules": "rules_changed"}),
    "operator changed": ((DRAW.changed(operator="somebody-else"), DRAW.entrants), {"ranking": "ranking_other"}),
    "first of a sequence": ((DRAW.changed(prev="ab" * 32), DRAW.entrants), {"sequence": "sequence_first"}),
    "winner nobody drew": (
        certificate(announced=[{"id": "mastodon:somebody", "nonce": "ab" * 32}]),
        {"announced": "announced_nobody"},
    ),
    "winner twice": (certificate(announced=DRAW.certificate["announced"] * 2), {"announced": "announced_twice"}),
    "no witness": (certificate(witnesses=[]), {"witnesses": "witnesses_few"}),
    "one witness": (certificate(witnesses=WITNESS[:1]), {"witnesses": "witnesses_few"}),
    "one witness twice": (certificate(witnesses=[WITNESS[0], WITNESS[0]]), {"witnesses": "witnesses_few"}),
    "witness of something else": (
        certificate(witnesses=[WITNESS[0], WITNESS[1] | {"commit": "ab" * 32}]),
        {"witness-2": "witness_other", "witnesses": "witnesses_few"},
    ),
    "stamp of something else": (
        certificate(witnesses=[WITNESS[0], stamp_of("cd" * 32)]),
        {"witness-2": "draw_stamp_other", "witnesses": "witnesses_few"},
    ),
    "no stamp at all": (
        certificate(witnesses=[WITNESS[0], WITNESS[1] | {"evidence": base64.b64encode(b"nothing").decode()}]),
        {"witness-2": "draw_stamp_unreadable", "witnesses": "witnesses_few"},
    ),
    "witnesses too late": (
        (LATE.certificate, LATE.entrants),
        {"witness-1": "witness_late", "witness-2": "witness_late", "witnesses": "witnesses_few"},
    ),
    "stamp of a forged signature": (
        certificate(witnesses=[WITNESS[0], WITNESS[1] | {"evidence": forged_stamp()}]),
        {"witness-2": "draw_stamp_forged", "witnesses": "witnesses_few"},
    ),
    "stamp of an authority that nobody knows": (
        certificate(witnesses=[WITNESS[0], DRAW.stamp(OwnAuthority("Inconnue"), DRAW.commitment.commit())]),
        {"witnesses": "witnesses_few"},
    ),
    "witness told earlier": (
        certificate(witnesses=[WITNESS[0], WITNESS[1] | {"at": WITNESS[1]["at"] - 3600}]),
        {"witness-2": "witness_moved", "witnesses": "witnesses_few"},
    ),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_each_tampering_fails_in_its_place(same_tab: Tab, site: DrawSite, tampering: str) -> None:
    """NOT VERIFIED, the step that fails says why in the visitor's words, and the product agrees on every step."""
    files, expected = TAMPERED[tampering]
    site.files = published_as(*files)
    same_tab.open(site.page())

    assert verify(same_tab) == "fail"
    assert expected.items() <= failed(same_tab).items()
    assert said_here(same_tab) == in_python(site.files)
    assert text_of(same_tab, "#verdict").startswith("NON VÉRIFIÉ")
    for name, code in failed(same_tab).items():
        begins = WORDS[code].partition("{")[0]
        assert begins in text_of(same_tab, f"[data-name='{name}'] p")
    assert "{" not in text_of(same_tab, "#steps")
    assert same_tab.exceptions == []
    assert same_tab.evaluate("document.getElementById('left').hidden") is True


def test_a_page_that_shows_others_is_caught(tab: Tab, site: DrawSite) -> None:
    """What stands on the page is compared with the certificate beside it."""
    site.files = published(DRAW) | {"tirage.html": published_as(*swapped(0, 1))["tirage.html"]}
    tab.open(site.page())

    assert verify(tab) == "fail"
    assert failed(tab) == {"shown": "shown_other"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "draw_unreadable"),
        (b"\xff", "draw_unreadable"),
        (b"[]", "draw_certificate_field"),
        (DRAW.text().replace(b'"winners": 2', b'"winners": 2, "winners": 1'), "draw_field_twice"),
        (DRAW.text().replace(b'"winners": 2', b'"winners": 2.0'), "draw_number"),
        (DRAW.text().replace(b'"winners": 2', b'"winners": true'), "draw_field_integer"),
        (DRAW.text().replace(b'"winners": 2', b'"winners": 0'), "draw_field_integer"),
        (DRAW.text().replace(b'"winners": 2', b'"winner": 2'), "draw_field_missing"),
        (DRAW.text().replace(b'"winners": 2', b'"winners": 2, "more": 2'), "draw_field_unknown"),
        (DRAW.text().replace(b'"v": 1', b'"v": 2'), "draw_version"),
        (DRAW.text().replace(b'"operator": "', b'"operator": "\xc3\xa9'), "draw_field_text"),
        (DRAW.text().replace(b'"rank": 1}', b'"rank": 0}', 1), "draw_certificate_field"),
        (DRAW.text().replace(b'"kind": "rfc3161"', b'"kind": "oath"', 1), "draw_certificate_field"),
    ],
)
def test_a_certificate_that_could_be_read_in_two_ways_is_none(
    same_tab: Tab, site: DrawSite, text: bytes, code: str
) -> None:
    """The same forms are refused as by the product, by name."""
    site.files["certificate.json"] = text
    same_tab.open(site.page())

    assert verify(same_tab) == "fail"
    assert failed(same_tab) == {"certificate": code}


def test_a_browser_that_cannot_compute_says_so(tab: Tab, site: DrawSite) -> None:
    """Whose worker dies or is forbidden: the verification ends, and nothing is called right."""
    dead = """window.Worker = class extends EventTarget {
      postMessage() { setTimeout(() => this.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }))); }
    }"""
    tab.send("Page.addScriptToEvaluateOnNewDocument", source=dead)
    tab.open(site.page())

    assert verify(tab) == "fail"
    assert text_of(tab, "#verdict") == WORDS["broken"].format(message="out of memory")
    assert steps(tab) == {}


# ---------------------------------------------------------------------------- the beacon, asked
def answered(chromium: Browser, tab: Tab, *answers: tuple[int, dict[str, Any]]) -> list[str]:
    """Answer the page's next requests to the beacon, and give their addresses."""
    asked: list[str] = []
    for number, (status, body) in enumerate(answers, 1):
        while len(found := chromium.events(tab.session, "Fetch.requestPaused")) < number:
            tab.call("() => new Promise((done) => setTimeout(done, 20))")
        request = found[number - 1]
        asked.append(request["request"]["url"])
        tab.send(
            "Fetch.fulfillRequest",
            requestId=request["requestId"],
            responseCode=status,
            responseHeaders=[{"name": "Access-Control-Allow-Origin", "value": "*"}],
            body=base64.b64encode(json.dumps(body).encode()).decode(),
        )
    return asked


@pytest.mark.parametrize(
    ("signature", "kind", "code"),
    [(ROUNDS[1000], "pass", "beacon_same"), (ROUNDS[123], "fail", "beacon_other")],
)
def test_the_beacon_is_asked_only_when_the_visitor_asks(
    chromium: Browser, tab: Tab, site: DrawSite, signature: str, kind: str, code: str
) -> None:
    """One relay after the other, for the round and never the latest; nobody before the second button."""
    tab.send("Fetch.enable", patterns=[{"urlPattern": "https://*"}])
    tab.open(site.page())
    assert tab.evaluate("document.getElementById('ask').hidden") is True
    assert verify(tab) == "pass"
    assert [one for one in tab.requests if one.startswith("https:")] == []

    press(tab, "ask")
    asked = answered(chromium, tab, (502, {}), (200, {"round": 1000, "signature": signature}))

    tab.until("document.getElementById('asked').className")
    assert asked == [f"{relay}/{QUICKNET.hash}/public/1000" for relay in RELAYS[:2]]
    assert tab.evaluate("document.getElementById('asked').className") == kind
    assert text_of(tab, "#asked") == WORDS[code].format(who="api2.drand.sh", round=1000)


def test_a_silent_beacon_takes_nothing_away(tab: Tab, site: DrawSite) -> None:
    """No relay can be reached: said so, and the verdict stays."""
    tab.open(site.page())
    assert verify(tab) == "pass"
    press(tab, "ask")

    tab.until("document.getElementById('asked').className")
    assert text_of(tab, "#asked") == WORDS["beacon_silent"]
    assert tab.evaluate("document.getElementById('verdict').className") == "pass"


# ---------------------------------------------------------------------------- one's own entry
def look_for(tab: Tab, entrant: str, nonce: str) -> tuple[str, str]:
    """Type a receipt, look, and give what is said: its kind and the sentence."""
    fill = (
        """(given) => { for (const name in given) document.getElementById(`receipt-${name}`).value = given[name]; }"""
    )
    tab.call(fill, {"id": entrant, "nonce": nonce})
    press(tab, "find")
    tab.until("document.getElementById('entry').className")
    return tab.evaluate("document.getElementById('entry').className"), text_of(tab, "#entry")


def test_everybody_finds_their_own_entry(tab: Tab, site: DrawSite) -> None:
    """Each entrant with their own receipt: chances and rank among all."""
    order = ranking(
        io.BytesIO(DRAW.entrants), seed_of(DRAW.commitment.commit(), QUICKNET.hash, 1000, DRAW.signature), 20
    )
    tab.open(site.page())

    for rank, handle in enumerate(order, 1):
        who = DRAW.people[handle]
        kind, said = look_for(tab, DRAW.ids[who], DRAW.nonces[who].hex().upper())
        words = "entry_winner" if rank <= 2 else "entry_alternate" if rank <= 5 else "entry_there"
        weight = DRAW.weights[bytes.fromhex(handle)]
        code = words if weight == 1 else f"{words}_chances"
        assert (kind, said) == ("pass", WORDS[code].format(rank=rank, total=20, weight=weight, handle=handle))


def test_a_receipt_of_nobody(tab: Tab, site: DrawSite) -> None:
    """Another id or nonce is not in the list; a form that cannot be one is said at its field."""
    tab.open(site.page())
    assert look_for(tab, DRAW.ids[0], "ab" * 32)[0] == "fail"
    absent = handle_of("noel", bytes.fromhex("ab" * 32), DRAW.ids[0]).hex()
    assert text_of(tab, "#entry") == WORDS["entry_absent"].format(handle=absent)
    assert look_for(tab, "", "ab" * 32) == ("fail", WORDS["receipt_no_id"])
    assert look_for(tab, DRAW.ids[0], "abc") == ("fail", WORDS["receipt_no_nonce"])
    assert tab.evaluate("document.activeElement.id") == "receipt-nonce"
    assert tab.evaluate("document.getElementById('receipt-nonce').getAttribute('aria-invalid')") == "true"


def test_a_receipts_link_fills_the_form_and_is_sent_to_nobody(tab: Tab, site: DrawSite) -> None:
    """What stands behind # stays in the browser."""
    nonce = DRAW.nonces[0].hex()
    tab.open(f"{site.page()}#id=mastodon%3Ahttps%3A%2F%2Fpiaf.example%2Fusers%2F0&nonce={nonce}")

    assert tab.evaluate("document.getElementById('receipt-id').value") == DRAW.ids[0]
    assert tab.evaluate("document.getElementById('receipt-nonce').value") == nonce
    press(tab, "find")
    tab.until("document.getElementById('entry').className")
    assert tab.evaluate("document.getElementById('entry').className") == "pass"
    assert not [one for one in site.asked if nonce in one]


# ---------------------------------------------------------------------------- who reads it
def test_it_can_be_used_with_a_keyboard_alone(tab: Tab, site: DrawSite) -> None:
    """Tab reaches the button, Enter presses it; what happens is announced to whoever does not see it."""
    tab.open(site.page())
    for _ in range(12):
        for kind in ("keyDown", "keyUp"):
            tab.send("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        if tab.evaluate("document.activeElement.id") == "verify":
            break
    assert tab.evaluate("document.activeElement.id") == "verify"
    tab.send("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    tab.until(VERDICT)

    assert tab.evaluate("[...document.querySelectorAll('[aria-live=polite]')].map((one) => one.id)") == [
        *("verdict", "steps", "asked", "entry"),
    ]


@pytest.mark.parametrize("width", [320, 390, 1100])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_leaves_the_screen(tab: Tab, site: DrawSite, width: int, language: str) -> None:
    """No sideways scrolling, before and after; what one presses is as large as a finger."""
    tab.shape(width)
    tab.open(site.page(language))
    verify(tab)
    tab.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")

    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("Math.min(...[...document.querySelectorAll('button')].map((one) => one.offsetHeight))") >= 44


# ---------------------------------------------------------------------------- the same as in Python
@pytest.fixture(scope="module")
def console(chromium: Browser) -> Iterator[Callable[..., Any]]:
    """The page's own code: give a function's text and its arguments, get what it gives, or a code."""
    with draw_site() as running:
        running.files = published(DRAW)
        opened = chromium.tab()
        opened.open(running.page())

        def call(function: str, *arguments: Any) -> Any:
            return opened.call(GUARDED.replace("FUNCTION", function), *arguments)

        yield call
        opened.close()


HANDLES = st.binary(min_size=32, max_size=32)
WEIGHTS = st.one_of(st.integers(1, 5), st.sampled_from([255, 256, 257, 1000]))


def many(count: int, salt: int, heaviest: int) -> dict[bytes, int]:
    """Make a list too long to be drawn entrant by entrant."""
    names = [sha256(b"%d %d" % (salt, number)).digest() for number in range(count)]
    return {name: 1 + name[0] % heaviest for name in names}


LISTS = st.one_of(
    st.dictionaries(HANDLES, WEIGHTS, max_size=12),
    st.builds(many, st.integers(0, 600), st.integers(0, 2**32), st.sampled_from([1, 2, 7])),
)
MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@MANY
@given(entrants=LISTS, seed=st.binary(min_size=32, max_size=32), places=st.integers(0, 50))
def test_browser_and_python_agree_on_any_list(
    console: Callable[..., Any], entrants: dict[bytes, int], seed: bytes, places: int
) -> None:
    """Root, entrants, tickets and ranking, of lists of any size and weights."""
    data = b"".join(records_of(entrants.items()))
    found = frozen(io.BytesIO(data))

    both = "(list, seed, places) => [tirage.frozen(bytes(list)), tirage.ranking(bytes(list), bytes(seed), places)]"
    assert console(both, data.hex(), seed.hex(), places) == [
        {"root": found.root, "entrants": found.entrants, "tickets": found.tickets},
        ranking(io.BytesIO(data), seed, places),
    ]


@MANY
@given(data=st.data(), entrants=st.dictionaries(HANDLES, st.integers(1, 3), min_size=1, max_size=15), seed=HANDLES)
def test_each_rank_is_the_one_of_the_whole_ranking(
    console: Callable[..., Any], data: st.DataObject, entrants: dict[bytes, int], seed: bytes
) -> None:
    """Whoever looks for their entry is told the place that a ranking of everybody would give them."""
    listed_ = b"".join(records_of(entrants.items()))
    order = ranking(io.BytesIO(listed_), seed, len(entrants))
    handle = data.draw(st.sampled_from(order))

    rank = "(list, seed, handle) => tirage.rankOf(bytes(list), bytes(seed), tirage.placeOf(bytes(list), handle))"
    assert console(rank, listed_.hex(), seed.hex(), handle) == order.index(handle) + 1
    assert console("(list, handle) => tirage.placeOf(bytes(list), handle)", listed_.hex(), "00" * 32) == (
        0 if bytes(32) in entrants else -1
    )


NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=200)
HASHES = HANDLES.map(bytes.hex)
COUNTS = st.integers(0, 2**53 - 1)
COMMITMENTS = st.builds(
    Commitment,
    draw_id=NAMES,
    operator=NAMES,
    seq=st.integers(1, 2**53 - 1),
    prev=st.one_of(st.just(FIRST_PREV), HASHES),
    rules=HASHES,
    root=HASHES,
    entrants=COUNTS,
    tickets=COUNTS,
    winners=st.integers(1, 2**53 - 1),
    alternates=COUNTS,
    chain=HASHES,
    round=st.integers(1, 2**53 - 1),
    draw_time=COUNTS,
    frozen_at=COUNTS,
)


@MANY
@given(commitment=COMMITMENTS, signature=st.binary(min_size=48, max_size=48))
def test_browser_and_python_agree_on_any_commitment(
    console: Callable[..., Any], commitment: Commitment, signature: bytes
) -> None:
    """Its one text, its commit, and the seed of a signature."""
    given_ = json.loads(commitment.canonical())
    every = (
        "(given, signature) => { const one = tirage.checkedCommitment(given); const commit = tirage.commitOf(one);"
        "const seed = tirage.seedOf(commit, one.chain, one.round, bytes(signature));"
        "return [tirage.canonical(one), commit, [...seed]]; }"
    )
    seed = seed_of(commitment.commit(), commitment.chain, commitment.round, signature)
    assert console(every, given_, signature.hex()) == [commitment.canonical().decode(), commitment.commit(), list(seed)]


@MANY
@given(draw=NAMES, nonce=HANDLES, entrant=st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_browser_and_python_agree_on_any_handle(
    console: Callable[..., Any], draw: str, nonce: bytes, entrant: str
) -> None:
    """Whatever letters an id is written in."""
    expected = handle_of(draw, nonce, entrant).hex()
    assert console("(draw, nonce, id) => tirage.handleOf(draw, nonce, id)", draw, nonce.hex(), entrant) == expected


@MANY
@given(instant=st.integers(1_600_000_000, 2**40))
def test_browser_and_python_agree_on_any_round(console: Callable[..., Any], instant: int) -> None:
    """The round of an instant, and the instant of a round."""
    found = console("(at) => tirage.roundAt(tirage.QUICKNET, at)", instant)
    if instant < QUICKNET.genesis:
        assert found == "draw_before_chain"
        return
    assert found == QUICKNET.round_at(instant)
    assert console("(round) => tirage.timeOf(tirage.QUICKNET, round)", found) == QUICKNET.time_of(found)


def test_the_second_encoding_of_a_true_signature_is_refused(console: Callable[..., Any]) -> None:
    """Of a chain whose key the test holds: the true one is verified, the alias has its own message, always."""
    own = OwnChain()
    chain = {"id": own.chain.id, "hash": own.chain.hash, "publicKey": own.chain.public_key}
    check = "(chain, round, signature) => tirage.verified(chain, round, signature).length"
    found = [(number, other) for number in range(1, 60) if (other := alias(own.signature(number)))][:5]

    assert len(found) == 5
    for number, other in found:
        assert console(check, chain, number, own.signature(number).hex()) == 48
        assert console(check, chain, number, other.hex()) == "draw_signature_alias"
        assert console(check, chain, number + 1, own.signature(number).hex()) == "draw_signature_other"


def test_the_chain_is_the_one_of_its_hash(console: Callable[..., Any]) -> None:
    """The page's constants are drand's: checked against each other, and against Python's."""
    assert console("() => tirage.hashOfChain(tirage.QUICKNET)") == QUICKNET.hash
    assert hash_of(QUICKNET.public_key, 3, QUICKNET.genesis, QUICKNET.group_hash, "quicknet") == QUICKNET.hash
    assert console("() => tirage.QUICKNET.publicKey") == QUICKNET.public_key


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(count=st.integers(0, 400), round_number=st.sampled_from([123, 1000]))
def test_any_true_draw_passes_on_the_whole_page(tab: Tab, site: DrawSite, count: int, round_number: int) -> None:
    """From the files to the verdict, as a visitor has it."""
    site.files = published(real_draw(round_number, count=count))
    tab.open(site.page())

    assert verify(tab) == "pass"
    assert said_here(tab) == in_python(site.files)

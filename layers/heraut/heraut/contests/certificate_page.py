"""The public page of a draw's certificate: what was drawn, who won, and a button that computes everything again.

One HTML file for each language, which holds its style and its script (`page/bundle.js`, made of the modules beside it
by infra/page/build.mjs) and loads what it verifies from beside it: `certificate.json`, `entrants.bin`, and where they
are given the rules and the certificate before. No third party; docs/decisions/0040-the-certificate-page.md says why.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from heraut.addresses import is_web
from heraut.contests import checks
from heraut.contests.published import PAGES
from heraut.contests.timestamps import product_root_bytes
from heraut.letters import shown
from heraut.pages.site_page import shown_link
from heraut.problems import catalogue
from heraut.wording import Wording, to_the_second

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.contests.certificate import Certificate, Place
    from heraut.problems import Language

CERTIFICATE, ENTRANTS = "certificate.json", "entrants.bin"
# Whom the page may ask for the beacon's round, in this order, and only when the visitor presses the button for it.
RELAYS = ("https://api.drand.sh", "https://api2.drand.sh", "https://api3.drand.sh", "https://drand.cloudflare.com")
SEATED = "seated"  # the fate of an alternate who has a prize
SHORT = 8  # digits of a handle that stand for somebody who is not named
_NARROW = "\N{NARROW NO-BREAK SPACE}"

wording = Wording("heraut.contests", "certificate_page.toml")


@dataclass(frozen=True)
class About:
    """What people read of a draw that its certificate does not say.

    `names` gives the name to show for a winner's id, and is asked only for those whom the certificate announces.
    `fates` say, by rank, why somebody is passed over (a code), or `seated` of an alternate who has a prize.
    `prizes` are those of the ranks, first to last. `rules` and `previous` are addresses relative to the page, of the
    rules' text and of the certificate before this one; empty where they are not published.
    """

    brand: str
    contest: str
    zone: str
    prizes: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    fates: Mapping[int, str] = field(default_factory=dict)
    rules: str = ""
    previous: str = ""


@dataclass(frozen=True)
class Ranked:
    """A line of the ranking as it is shown; `name` is empty unless the certificate announces who it is.

    `fate` is what became of them since, in words.
    """

    rank: int
    handle: str
    name: str
    prize: str
    fate: str = ""

    @property
    def short(self) -> str:
        """The digits that stand for it."""
        return f"{self.handle[: SHORT // 2]} {self.handle[SHORT // 2 : SHORT]}"


@dataclass(frozen=True)
class _Page:
    language: Language
    zone: str

    def words(self, code: str, **fields: object) -> str:
        return wording.say(code, self.language, **fields)

    def at(self, unix: int) -> str:
        """Say an instant in the contest's zone, to the second."""
        return to_the_second(datetime.fromtimestamp(unix, UTC), self.zone, self.language)


def render(certificate: Certificate, about: About, language: Language, roots: Sequence[bytes] = ()) -> bytes:
    """Write the page in one language; it goes to `PAGES[language]` beside the files.

    `roots` (certificates in DER) are those whose time-stamps it believes: those named in the product unless given.
    """
    commitment = certificate.commitment
    places = _ranked(certificate, about, language)
    winners, alternates = places[: commitment.winners], places[commitment.winners :]
    other: Language = "en" if language == "fr" else "fr"
    posts = [one.evidence for one in certificate.witnesses if one.kind in {"post", "git"} and is_web(one.evidence)]
    files = {"certificate": CERTIFICATE, "entrants": ENTRANTS, "rules": about.rules, "previous": about.previous}
    beside = {name: address for name, address in files.items() if address}
    style, script = _asset("templates", "certificate_page.css"), _asset("page", "bundle.js")
    html = _template().render(
        page=_Page(language, about.zone),
        about=about,
        commitment=commitment,
        commit=commitment.commit(),
        winners=winners,
        alternates=alternates,
        rejected=rejected_in_words(certificate.rejected, language),
        passed_over=_passed_over(about.fates, language),
        rejected_total=sum(certificate.rejected.values()),
        posts=posts,
        evidence=[(f"evidence_{name}", address) for name, address in beside.items()],
        other=other,
        other_path=PAGES[other],
        place=about.zone.rpartition("/")[2].replace("_", " "),
        number=lambda count: f"{count:,}".replace(",", _NARROW if language == "fr" else ","),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 -- our own files
        script=Markup(script),  # noqa: S704
        data=_data(language, about.zone, beside, certificate.ranking, roots or product_root_bytes()),
    )
    return html.encode()


def words_of_checks(language: Language) -> dict[str, str]:
    """Give every sentence that the page's script may say: those of the checks and of what can be wrong, and its own."""
    told = {code: both[language] for code, both in checks.wording.sentences().items()}
    wrong = {code: both[language]["message"] for code, both in catalogue().items() if code.startswith("draw_")}
    own = {code: both[language] for code, both in wording.sentences().items()}
    return {code: _whole(text) for code, text in told.items()} | wrong | own


def _whole(text: str) -> str:
    """Write as a sentence what the command writes behind a name."""
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in '.!?…' else '.'}"


def _ranked(certificate: Certificate, about: About, language: Language) -> list[Ranked]:
    """Give the ranking with the names of those who are announced; ids and ranks are checked by whoever verifies."""
    named = _announced(certificate)
    prizes = dict(enumerate(about.prizes, 1))
    return [
        Ranked(
            rank=one.rank,
            handle=one.handle,
            name=about.names.get(named[one.handle], named[one.handle]) if one.handle in named else "",
            prize=prizes.get(one.rank, "")
            if one.rank <= certificate.commitment.winners and one.rank not in about.fates
            else "",
            fate=_fate(about.fates[one.rank], language) if one.rank in about.fates else "",
        )
        for one in certificate.ranking
    ]


def _announced(certificate: Certificate) -> dict[str, str]:
    """Give the ids of those who are announced, by their handle."""
    from heraut.contests.draw import handle_of

    draw = certificate.commitment.draw_id
    return {handle_of(draw, bytes.fromhex(one.nonce), one.id).hex(): one.id for one in certificate.announced}


def rejected_in_words(counted: Mapping[str, int], language: Language) -> list[tuple[str, int]]:
    """Give why entries did not count, in words, most frequent first."""
    known = wording.sentences()
    words = {code: f"because_{code}" if f"because_{code}" in known else "because_other" for code in counted}
    most = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [(wording.say(words[code], language, reason=code), count) for code, count in most]


def _fate(code: str, language: Language) -> str:
    """Say what became of a rank."""
    return wording.say(f"fate_{code}" if f"fate_{code}" in wording.sentences() else "fate_other", language, reason=code)


def _passed_over(fates: Mapping[int, str], language: Language) -> list[tuple[str, int]]:
    """Give why winners were passed over, in words, most frequent first."""
    counted = Counter(code for code in fates.values() if code != SEATED)
    most = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [(_fate(code, language), count) for code, count in most]


def _data(
    language: Language, zone: str, files: Mapping[str, str], places: Sequence[Place], roots: Sequence[bytes]
) -> dict[str, Any]:
    return {
        "language": language,
        "zone": zone,
        "files": files,
        "relays": RELAYS,
        "roots": [base64.b64encode(root).decode() for root in roots],
        "shown": [{"rank": one.rank, "handle": one.handle} for one in places],
        "words": words_of_checks(language),
    }


def _policy(style: str, script: str) -> str:
    """Give the Content-Security-Policy: our own style and script by their hash, files beside, the beacon's relays."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "worker-src blob:",
            f"connect-src 'self' {' '.join(RELAYS)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _asset(*path: str) -> str:
    return resources.files("heraut.contests").joinpath(*path).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("heraut.contests"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"shown_link": shown_link}
    return environment.get_template("certificate_page.html")

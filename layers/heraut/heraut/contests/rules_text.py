"""The rules of a contest as people read them: the built-in text filled in, or the brand's own with the draw added.

Plain text with the few marks of Markdown that everybody reads (`#`, `##`, `-`). The same terms, brand and chain give
the same bytes, whose SHA-256 the draw's commitment carries: whoever publishes them keeps them as they are. Of the brand
they hold its accounts, and for how many months its contests set previous winners aside. A lawyer reads the built-in
text before it is used; it is no legal advice.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from heraut.brands import EntryKind, NetworkName
from heraut.contests.eligibility import STATES, listed_on
from heraut.contests.platforms import Platform, platform_of
from heraut.contests.previous_winners import months_remembered
from heraut.letters import clean, french
from heraut.wording import NBSP, Wording, listed, span, to_the_second

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from jinja2 import Environment

    from heraut.brands import Account, Brand, ContestConditions, Terms
    from heraut.contests.beacon import Chain
    from heraut.problems import Language

wording = Wording("heraut.contests", "rules_text.toml")
OF_AGE = 18
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_DAY = timedelta(days=1)
_SPACE_AT_END = re.compile(r"[ \t]+$", re.MULTILINE)
_LINES_BETWEEN = re.compile(r"\n{3,}")


def rules_text(terms: Terms, brand: Brand, chain: Chain, page: str) -> str:
    """Write the rules; `chain` decides the draw, `page` is the public address where everything can be verified.

    Every account of the contest must be one of the brand's (KeyError), every field that the built-in text names must
    be there (`contests.lint` finds those that are not).
    """
    writer = _Writer(terms, brand, chain, page)
    own = terms.rules.text if terms.rules else None
    if own is None:
        return _tidied(writer.whole(), terms.language)
    return f"{own.strip()}\n\n{_tidied(writer.draw(number=''), terms.language)}"


def rules_digest(text: str) -> str:
    """Give the SHA-256 (hexadecimal) of the rules' bytes, which a commitment carries as `rules`."""
    return sha256(text.encode()).hexdigest()


def country_names() -> frozenset[str]:
    """Give the codes of the countries that the built-in rules can name."""
    return frozenset(code for code in wording.sentences() if code.isupper())


class _Writer:
    """Terms as the sentences of one language."""

    def __init__(self, terms: Terms, brand: Brand, chain: Chain, page: str) -> None:
        self.terms, self.brand, self.chain, self.page = terms, brand, chain, page
        self.language: Language = terms.language
        accounts = {account.name: account for account in brand.accounts}
        self.accounts = [accounts[name] for name in terms.accounts]
        self.platforms = list(dict.fromkeys(map(platform_of, self.accounts)))

    def whole(self) -> str:
        """Write the built-in rules."""
        return self._render("rules", {**self._who(), **self._what(), **self._won(), "draw": self.draw(number="5. ")})

    def draw(self, *, number: str) -> str:
        """Write what is said of the draw: instant, chain, round, method, and what happens when the beacon stops."""
        at = self.terms.draws
        round_number = self.chain.round_at(int(at.timestamp()))
        comes = datetime.fromtimestamp(self.chain.time_of(round_number), UTC)
        return self._render(
            "draw",
            {
                "number": number,
                "chain": self.chain,
                "draws": self._second(at),
                "round": round_number,
                "round_at": self._second(comes),
                "ranks": self._ranks(),
                "page": self.page,
            },
        )

    def _who(self) -> dict[str, object]:
        terms, exclude, rules = self.terms, self.terms.exclude, self.terms.eligibility
        organiser = terms.organiser
        age = rules.age if rules else None
        return {
            "title": terms.title,
            "organiser": ", ".join(part for part in (organiser.name, organiser.address, organiser.registration) if part)
            if organiser
            else "",
            "email": organiser.email if organiser else None,
            "age": age,
            "minors": age is not None and age < OF_AGE,
            "countries": self._listed(self._countries(rules.countries if rules else None)),
            "partners": bool(exclude.partners),
            "families": exclude.families,
            "blocked": exclude.blocked,
            "previous_winners": exclude.previous_winners,
            "suspects": list(self._suspects()),
            "several_networks": len({account.network for account in self.accounts}) > 1,
        }

    def _what(self) -> dict[str, object]:
        terms, more = self.terms, self.terms.more_chances
        every = [terms.on(account.network) for account in self.accounts]
        added = [
            self._say(f"chance_{name}", number=number)
            for name in (*(kind.value for kind in EntryKind), "friend")
            if (number := getattr(more, name, 0))
        ]
        return {
            "opens": self._second(terms.opens),
            "closes": self._second(terms.closes),
            "zone": terms.zone,
            "ways": list(self._ways()),
            "mentions": any(one.friends for one in every),
            "states": any(one.asks(kind) for one in every for kind in STATES),
            "left_for_winners": list(self._left_for_winners()),
            "chances": self._listed(added),
            "most_chances": more.most if more else 1,
        }

    def _won(self) -> dict[str, object]:
        terms, data = self.terms, self.terms.personal_data
        total = sum((prize.value * prize.quantity for prize in terms.prizes if prize.value is not None), start=0)
        return {
            "prizes": [
                self._say(
                    "prize",
                    quantity=prize.quantity,
                    name=prize.name,
                    value=self._money(prize.value or 0),
                    each=self._say("each") if prize.quantity > 1 else "",
                )
                for prize in terms.prizes
            ],
            "total_value": self._money(total),
            "winners": self._counted("winner", terms.winners),
            "alternates": self._counted("alternate", terms.alternates),
            "claim": self._span(terms.claim or timedelta()),
            "announces": self._second(terms.announces) if terms.announces else "",
            "keep_for": self._span(data.keep_for) if data else "",
            "remembered": months_remembered(self.brand),
            "contact": data.contact if data else "",
            "notices": list(self._notices()),
            "page": self.page,
        }

    def _suspects(self) -> Iterator[str]:
        suspects = self.terms.exclude.suspects
        if suspects is None:
            return
        if suspects.account_age:
            yield self._say("suspect_age", days=-(-suspects.account_age // _DAY))
        if suspects.followers:
            yield self._say("suspect_followers", number=suspects.followers)
        if suspects.copied:
            yield self._say("suspect_copied", number=suspects.copied - 1)
        yield self._say("suspect_machine")

    def _ways(self) -> Iterator[dict[str, object]]:
        """Give what one does, account by account; accounts where one does the same stand together."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for account in self.accounts:
            steps = tuple(self._steps(self.terms.on(account.network), self._post_of(account)))
            groups.setdefault(steps, []).append(self._account(account))
        for steps, accounts in groups.items():
            yield {"where": self._say("where", accounts=listed(accounts, self.language)), "steps": steps}

    def _steps(self, conditions: ContestConditions, the_post: str) -> Iterator[str]:
        for kind in conditions.asked:
            yield self._say(f"step_{kind}", the_post=the_post)
        if conditions.friends:
            yield self._say("step_friend" if conditions.friends == 1 else "step_friends", number=conditions.friends)
        words = conditions.words or ()
        if words:
            quoted = [self._say("quoted", text=word) for word in words]
            yield self._say("step_word" if len(words) == 1 else "step_words", words=", ".join(quoted))
        if conditions.answer:
            yield self._say("step_answer", question=conditions.answer.question)

    def _post_of(self, account: Account) -> str:
        """Name the post of an account by its address where it is known."""
        places = [place for place in self.terms.posts if account.name in place.accounts]
        if len(places) > 1:
            return self._say("posts")
        address = places[0].url
        return self._say("post_there", address=address) if address else self._say("post")

    def _account(self, account: Account) -> str:
        network = self._say(platform_of(account).value)
        handle = account.handle
        if not handle or account.network is NetworkName.SITE:
            return network
        return self._say("account", network=network, handle=f"@{handle.removeprefix('@')}")

    def _left_for_winners(self) -> Iterator[str]:
        for account in {account.network: account for account in self.accounts}.values():
            asked = self.terms.on(account.network).asked
            unseen = [kind for kind in STATES if kind in asked and kind not in listed_on(account.network)]
            if unseen:
                acts = self._listed([self._say(f"act_{kind}") for kind in unseen])
                yield _capital(self._say("left", network=self._say(platform_of(account).value), acts=acts))

    def _notices(self) -> Iterator[str]:
        for platform in self.platforms:
            if platform is not Platform.SITE:
                yield self._say("notice", network=self._say(platform.value))
        if Platform.X in self.platforms:
            yield self._say("notice_x")
        if Platform.MASTODON in self.platforms:
            yield self._say("notice_mastodon")

    def _ranks(self) -> str:
        winners, alternates = self.terms.winners, self.terms.alternates
        codes = {0: "then_none", 1: "then_one"}
        then = self._say(codes.get(alternates, "then"), number=alternates)
        return self._say("rank_one" if winners == 1 else "ranks", number=winners, then=then)

    def _countries(self, codes: Sequence[str] | None) -> list[str]:
        known = country_names()
        return [self._say(code) if code in known else code for code in codes or ()]

    def _counted(self, code: str, number: int) -> str:
        if number == 0:
            return self._say(f"{code}s_none")
        return self._say(code if number == 1 else f"{code}s", number=number)

    def _money(self, amount: Decimal | int) -> str:
        """Write an amount: « 1 250,00 € », “€1,250.00”."""
        figures = f"{amount:,.2f}"
        sign = SIGNS.get(self.terms.currency, self.terms.currency)
        if self.language == "fr":
            return f"{figures.replace(',', NBSP).replace('.', ',')}{NBSP}{sign}"
        return f"{sign}{figures}" if len(sign) == 1 else f"{figures}{NBSP}{sign}"

    def _span(self, length: timedelta) -> str:
        return span(length, self.language)

    def _second(self, instant: datetime) -> str:
        return to_the_second(instant, self.terms.zone, self.language)

    def _listed(self, parts: Sequence[str]) -> str:
        return listed(parts, self.language)

    def _say(self, code: str, **fields: object) -> str:
        return wording.say(code, self.language, **fields)

    def _render(self, name: str, values: Mapping[str, object]) -> str:
        return _environment().get_template(f"{name}.{self.language}.md").render(values)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _tidied(text: str, language: Language) -> str:
    """Give the same text however its template was laid out: no spaces at ends of lines, one empty line between."""
    kept = _LINES_BETWEEN.sub("\n\n", _SPACE_AT_END.sub("", clean(text))).strip() + "\n"
    return french(kept) if language == "fr" else kept


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("heraut.contests"),
        autoescape=False,  # noqa: S701 -- a text, which a page escapes when it shows it
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

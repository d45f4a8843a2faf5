"""Routing rules put to the test: which of a brand's rules are about an interaction, and what they decide (pure).

Rules are read from top to bottom, and every one that matches has its say. Where two say different things of one
subject, the higher one is right; people to tell and labels add up; a label that one gives is seen by those below.
`mute` and `stop` end the reading; `mute` counts only where no rule above wants somebody to know.

Most rules are about words, and most comments hold none of them: one pass over the text says which expressions are in it
(RE2's sets), another one which words, whatever they are disguised as, and only rules that can match are looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from heraut.brands import rules_of
from heraut.conversations.disguises import Words
from heraut.conversations.model import Because, Decision
from heraut.expressions import compiled, options, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Actions, Brand, Conditions, Rule, Urgency, Volume
    from heraut.conversations.model import Interaction

Atom = tuple[str, Any]  # something that an interaction has or has not: ("label", "insult"), ("text", 12)

SET_MEMORY = 32 << 20  # bytes that all expressions of a brand may take together, as far as they are used
MOST_STARS = 5


@dataclass(frozen=True)
class Facts:
    """What rules ask beside the interaction: when (by the brand's clock), and what came before it.

    `times`: how many times its author spoke to the brand; `volumes`: how many came, by thread or account and minutes;
    both with this one. `offences`: how many insults, spam and removed comments came from its author, by minutes.
    """

    local: datetime
    working: bool
    times: int = 1
    volumes: Mapping[tuple[str, int], int] = field(default_factory=dict)
    offences: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Verdict:
    """What all rules together decided about an interaction; None, or empty: nothing was said of it."""

    decisions: tuple[Decision, ...] = ()
    tell: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    mute: bool = False
    urgency: Urgency | None = None
    answer_within: int | None = None  # minutes
    assign: str | None = None
    group: str | None = None
    suggest: str | None = None
    hand_over: str | None = None
    removal: str | None = None  # hide or delete
    charter: str | None = None
    for_real: bool = False

    @property
    def wakes(self) -> bool:
        """Whether somebody is to know, whatever the interaction is."""
        return self.urgency is not None or any(getattr(self, name) for name in WAKES)


FIRST_WINS = ("urgency", "answer_within", "assign", "group", "suggest", "hand_over")
WAKES = ("tell", "assign", "hand_over")  # somebody is to know: nothing below mutes it


@dataclass(slots=True)
class _Case:
    """An interaction with all that its rules may ask."""

    interaction: Interaction
    facts: Facts
    text: str
    hits: frozenset[int]
    labels: set[str]
    handle: str
    languages: frozenset[str]


class Rulebook:
    """A brand's rules, made ready once; `volumes` and `offences` say which facts they need."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile the rules; expressions were checked when they were applied."""
        patterns = _Patterns()
        self._rules = [(rule, _Node(rule.when, patterns) if rule.when else None, _actions(rule.then)) for rule in rules]
        self._patterns = patterns.ready()
        self._always: list[int] = []
        self._by_atom: dict[Atom, list[int]] = {}
        for number, (_, node, _) in enumerate(self._rules):
            atoms = node.necessary() if node else None
            if atoms is None:
                self._always.append(number)
            for atom in atoms or ():
                self._by_atom.setdefault(atom, []).append(number)
        nodes = [inner for _, node, _ in self._rules if node for inner in node.walk()]
        self.offences = frozenset(one.when.offences.within for one in nodes if one.when.offences)
        self.volumes = frozenset((v.of, v.within) for one in nodes if (v := one.when.volume) is not None)

    def judge(self, interaction: Interaction, facts: Facts, labels: Iterable[str] = ()) -> Verdict:
        """Say what the rules decide; `labels` are those that the interaction bears."""
        case = self._case(interaction, facts, labels)
        waiting = [*self._always]
        for atom in _atoms(case):
            waiting += self._by_atom.get(atom, ())
        heapify(waiting)
        verdict, last = Verdict(), -1
        while waiting:
            number = heappop(waiting)
            if number == last:
                continue
            last = number
            rule, node, actions = self._rules[number]
            if node is not None and not node.holds(case):
                continue
            because = node.reasons(case) if node else []
            before = set(case.labels)
            did = _apply(actions, verdict, case.labels)
            decision = Decision.model_construct(rule=rule.name, because=tuple(because), did=did)  # nothing to check
            verdict.decisions += (decision,)
            for label in case.labels - before:
                for other in self._by_atom.get(("label", label), ()):
                    if other > number:
                        heappush(waiting, other)
            if rule.stop or verdict.mute:
                break
        return verdict

    def _case(self, interaction: Interaction, facts: Facts, labels: Iterable[str]) -> _Case:
        text = readable(interaction.text)
        language = (interaction.language or "").casefold()
        return _Case(
            interaction=interaction,
            facts=facts,
            text=text,
            hits=self._patterns.hits(interaction.text, text),
            labels=set(labels),
            handle=handle_of(interaction.author.called),
            languages=frozenset({language, language.partition("-")[0]}) - {""},
        )


def rulebook(brand: Brand) -> Rulebook:
    """Give a brand's rules, compiled once for each configuration that this process sees."""
    held = _books.get(brand.id)
    if held is None or held[0] is not brand.rules:
        same = held is not None and held[0] == brand.rules
        _books[brand.id] = held = (brand.rules, held[1] if held and same else Rulebook(rules_of(brand)))
    return held[1]


_books: dict[str, tuple[tuple[dict[str, Any], ...], Rulebook]] = {}  # by brand: what was compiled, and from what


def handle_of(given: str) -> str:
    """Give a handle as it is compared: without its @, whatever its capitals."""
    return given.strip().lstrip("@").casefold()


def readable(text: str) -> str:
    """Give a text as words and expressions are looked for in it: without accents, with plain apostrophes."""
    return plain(text).replace("’", "'")


def _apply(actions: Mapping[str, Any], verdict: Verdict, labels: set[str]) -> dict[str, Any]:
    """Let one rule have its say; gives what took effect."""
    did: dict[str, Any] = {}
    for name in FIRST_WINS:
        if name in actions and getattr(verdict, name) is None:
            setattr(verdict, name, actions[name])
            did[name] = actions[name]
    for name, known in (("tell", verdict.tell), ("labels", verdict.labels)):
        new = tuple(one for one in actions.get(name, ()) if one not in known)
        if new:
            setattr(verdict, name, (*known, *new))
            did[name] = list(new)
    labels.update(actions.get("labels", ()))
    if "removal" in actions and verdict.removal is None:
        verdict.removal, verdict.charter = actions["removal"], actions["charter"]
        verdict.for_real = actions["for_real"]
        did |= {name: actions[name] for name in ("removal", "charter", "for_real")}
    if actions.get("mute") and not any(getattr(verdict, name) for name in WAKES):
        verdict.mute = True
        did["mute"] = True
    return did


def _actions(then: Actions) -> dict[str, Any]:
    """Give the actions of a rule as plain values, only those that it has."""
    given: dict[str, Any] = {name: getattr(then, name) for name in (*FIRST_WINS, "tell", "labels")}
    found = {name: value for name, value in given.items() if value is not None}
    if then.hide or then.delete:
        found |= {"removal": "delete" if then.delete else "hide", "charter": then.charter, "for_real": then.for_real}
    return found | ({"mute": True} if then.mute else {})


class _Patterns:
    """Every word and expression of a rulebook, each once, with a number: found in one pass each over a text."""

    def __init__(self) -> None:
        self._expressions: dict[str, int] = {}
        self._words: dict[str, int] = {}  # numbers below zero
        self._set: Any = None
        self._list = Words([])

    def word(self, word: str) -> int:
        """Take in a word or phrase; signs alone (an emoji) are searched for as they are."""
        if not any(letter.isalnum() for letter in word):
            return self.expression(re.escape(word.strip()))
        return self._words.setdefault(word, -1 - len(self._words))

    def expression(self, expression: str) -> int:
        """Take in an expression."""
        pattern = readable(expression)
        return self._expressions.setdefault(pattern, len(self._expressions))

    def ready(self) -> _Patterns:
        """Compile; nothing is taken in afterwards."""
        self._list = Words(self._words)
        if self._expressions:
            import re2

            together = re2.Set.SearchSet(options(SET_MEMORY))
            for pattern in (*self._expressions, ""):  # the last one is in any text: without it, the set gave up
                together.Add(pattern)
            try:
                together.Compile()
            except re2.error:  # too many: each is searched for by itself
                return self
            self._set = together
        return self

    def hits(self, text: str, readable_text: str) -> frozenset[int]:
        """Give the numbers of what is in a text."""
        words = self._list.found_in(text) if self._words else ()
        return self._matched(readable_text).union([self._words[one.entry] for one in words])

    def _matched(self, text: str) -> frozenset[int]:
        found = frozenset[int](self._set.Match(text)) if self._set else frozenset[int]()
        if len(self._expressions) in found:
            return found
        return frozenset(number for pattern, number in self._expressions.items() if _compiled(pattern).search(text))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    return compiled(pattern)


class _Node:
    """Conditions made ready: what must be in the text by number, handles and languages as they are compared."""

    def __init__(self, when: Conditions, patterns: _Patterns) -> None:
        self.when = when
        self.words = {patterns.word(word): word for word in when.words or ()}
        self.expressions = {patterns.expression(one): one for one in when.expressions or ()}
        self._readable = {number: readable(one) for number, one in self.expressions.items()}
        self.authors = frozenset(handle_of(one) for one in when.authors or ())
        self.languages = frozenset(one.casefold() for one in when.languages or ())
        self.not_ = _Node(when.not_, patterns) if when.not_ else None
        self.any_ = [_Node(one, patterns) for one in when.any_ or ()]
        self.all_ = [_Node(one, patterns) for one in when.all_ or ()]
        self._checks = [check for given, check in self._every_check() if given]
        self._valued = [name for name in _VALUES if getattr(when, name) is not None]

    def holds(self, case: _Case) -> bool:
        """Whether an interaction is like that."""
        return all(check(case) for check in self._checks)

    def walk(self) -> Iterable[_Node]:
        """Give this one and those within it."""
        yield self
        for node in (*([self.not_] if self.not_ else []), *self.any_, *self.all_):
            yield from node.walk()

    def necessary(self) -> frozenset[Atom] | None:
        """Give atoms of which an interaction has one, or is not like that; None: it may be anything."""
        when = self.when
        groups: list[frozenset[Atom]] = [
            frozenset(("text", number) for number in self.words),
            frozenset(("text", number) for number in self.expressions),
            frozenset(("author", handle) for handle in self.authors),
            frozenset(("label", label) for label in when.labels or ()),
            frozenset(("stars", n) for n in range(1, MOST_STARS + 1) if when.stars and when.stars.holds(n)),
        ]
        inner = [group for node in self.all_ if (group := node.necessary()) is not None]
        either = [node.necessary() for node in self.any_]
        known = [group for group in either if group is not None]
        if either and len(known) == len(either):
            inner.append(frozenset[Atom]().union(*known))
        groups += inner
        groups += [
            frozenset(("language", one) for one in self.languages),
            frozenset(("account", one) for one in when.accounts or ()),
            frozenset(("kind", one) for one in when.kinds or ()),
            frozenset(("network", one) for one in when.networks or ()),
        ]
        return next((group for group in groups if group), None)

    def reasons(self, case: _Case) -> list[Because]:
        """Say what met the conditions of an interaction that is like that."""
        when = self.when
        found = [("words", word) for number, word in self.words.items() if number in case.hits]
        found += [
            ("expressions", _seen(one, case.text)) for number, one in self._readable.items() if number in case.hits
        ]
        found += [("labels", label) for label in when.labels or () if label in case.labels]
        found += [(name, str(_VALUES[name](case))) for name in self._valued]
        if when.volume:
            found.append(("volume", str(case.facts.volumes.get((when.volume.of, when.volume.within)))))
        if when.offences:
            found.append(("offences", str(case.facts.offences.get(when.offences.within))))
        because = [Because.model_construct(condition=name, found=value) for name, value in found]
        for node in (*self.all_, *(node for node in self.any_ if node.holds(case))):
            because += node.reasons(case)
        return because

    def _every_check(self) -> list[tuple[Any, Any]]:
        """Give each condition with how it is checked, the cheapest and most telling first."""
        when: Any = self.when  # each check is made only where its condition is given
        words, expressions = frozenset(self.words), frozenset(self.expressions)
        networks, accounts, kinds = (frozenset(held or ()) for held in (when.networks, when.accounts, when.kinds))
        labels = frozenset(when.labels or ())
        inverse: Any = self.not_
        return [
            (words, lambda case: not words.isdisjoint(case.hits)),
            (expressions, lambda case: not expressions.isdisjoint(case.hits)),
            (labels, lambda case: not labels.isdisjoint(case.labels)),
            (networks, lambda case: case.interaction.network in networks),
            (accounts, lambda case: case.interaction.account in accounts),
            (kinds, lambda case: case.interaction.kind.value in kinds),
            (self.languages, lambda case: not self.languages.isdisjoint(case.languages)),
            (self.authors, lambda case: case.handle in self.authors),
            (when.stars, lambda case: when.stars.holds(case.interaction.stars)),
            (when.followers, lambda case: when.followers.holds(case.interaction.author.followers)),
            (when.first_time is not None, lambda case: (case.facts.times == 1) is when.first_time),
            (when.repeated, lambda case: case.facts.times >= when.repeated),
            (when.hours, lambda case: _at_hours(when.hours, case.facts)),
            (when.volume, lambda case: _many(when.volume, case.facts)),
            (
                when.offences,
                lambda case: case.facts.offences.get(when.offences.within, 0) >= when.offences.times,
            ),
            (inverse, lambda case: not inverse.holds(case)),
            (self.any_, lambda case: any(node.holds(case) for node in self.any_)),
            (self.all_, lambda case: all(node.holds(case) for node in self.all_)),
        ]


def _atoms(case: _Case) -> Iterable[Atom]:
    """Give everything that rules are looked up by."""
    said = case.interaction
    yield from (("text", number) for number in case.hits)
    yield from (("label", label) for label in case.labels)
    yield from (("language", one) for one in case.languages)
    yield ("author", case.handle)
    yield ("stars", said.stars)
    yield ("account", said.account)
    yield ("kind", said.kind.value)
    yield ("network", said.network)


_VALUES: dict[str, Callable[[_Case], object]] = {
    "networks": lambda case: case.interaction.network.value,
    "accounts": lambda case: case.interaction.account,
    "kinds": lambda case: case.interaction.kind.value,
    "languages": lambda case: case.interaction.language,
    "authors": lambda case: case.interaction.author.called,
    "followers": lambda case: case.interaction.author.followers,
    "first_time": lambda case: case.facts.times,
    "repeated": lambda case: case.facts.times,
    "stars": lambda case: case.interaction.stars,
    "hours": lambda case: f"{case.facts.local:%H:%M}",
}


def _seen(expression: str, text: str) -> str:
    """Give the part of a text that an expression found."""
    found = _compiled(expression).search(text)
    return str(found[0]).strip() if found else expression


def _many(volume: Volume, facts: Facts) -> bool:
    return facts.volumes.get((volume.of, volume.within), 1) >= volume.interactions


def _at_hours(hours: str, facts: Facts) -> bool:
    if hours in {"working", "closed"}:
        return facts.working is (hours == "working")
    begins, ends = hours.split("-")
    now = f"{facts.local:%H:%M}"
    return begins <= now < ends if begins < ends else now >= begins or now < ends

"""A contest as somebody types it, option by option or answer by answer: read into the words of a file of its own.

Nothing is judged here. What cannot be read is left as it was typed, so that the file's own rules say what is wrong.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from heraut.addresses import is_web
from heraut.brands import EntryKind, NetworkName
from heraut.brands.contests import wall_time
from heraut.cli.speech import CannotGoOn, say, wording
from heraut.local_time import on_the_wall
from heraut.publishing.calendar.columns import plain
from heraut.publishing.calendar.moment import WrongWeekday, read_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from heraut.brands import Brand

LONG_OPEN = timedelta(days=14)
MORNING, NOON, LAST = time(9), time(12), time(23, 59)
WHILE_LIST_IS_MADE = timedelta(hours=1)  # docs/contests.md says how long so many entrants take
LONGEST_NAME = 40
COUNTRY_CODE = 2  # letters
LONGEST_NUMBER = 9  # digits: nothing that is counted here has more
_PLACE = re.compile(r"(?P<accounts>[^=:/]+)=(?P<where>.+)")
_FRIENDS = re.compile(r"(?:friends|amis?|ami\(e\)s)\s*=?\s*(\d+)|(\d+)\s*(?:friends?|amis?)")
_WORD = re.compile(r"(?:word|mot)\s*=\s*(.+)", re.IGNORECASE)

Texts = dict[str, tuple[str, ...]]  # what was typed, by option


@dataclass(frozen=True)
class Field:
    """Something that a contest says: its option, where it stands in a file, how what was typed is read."""

    option: str
    path: str
    read: Callable[[Draft, Sequence[str]], Any]
    needed: bool = True  # a script gives it; else a file does without
    several: bool = False

    def concerns(self, column: str) -> bool:
        """Whether a problem in this column (from the contest on) is about it, or about what it may bring."""
        paths = (self.path, "conditions_on", "more_chances") if self.path == "conditions" else (self.path,)
        return any(re.fullmatch(rf"{re.escape(path)}(?:[.\[].*)?", column) for path in paths)


@dataclass(frozen=True)
class Draft:
    """What was typed so far for a contest of `brand`; `base` is what holds where nothing was (a file, other contests).

    `is_post` says whether the brand has a post of this name; `now` is when somebody began.
    """

    brand: Brand
    now: datetime
    is_post: Callable[[str], bool]
    name: str = ""
    texts: Texts = field(default_factory=dict)
    base: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Give it as a file of its own says it. Raises CannotGoOn where what was typed means nothing."""
        found: dict[str, Any] = deepcopy(dict(self.base))
        for one in FIELDS:
            if one.option not in self.texts:
                continue
            read = one.read(self, self.texts[one.option])
            for path, value in read.items() if one.path == "conditions" else [(one.path, read)]:
                if value not in (None, "", [], {}):
                    _put(found, path, value)
        return found

    def missing(self) -> list[Field]:
        """Give what nobody said and a contest cannot do without."""
        there = self.document()
        return [one for one in FIELDS if one.needed and not _has(there, one.path)]

    def said(self, option: str, *texts: str) -> Draft:
        """Give it with what was typed for an option."""
        return replace(self, texts={**self.texts, option: texts})

    def more(self, option: str, text: str) -> Draft:
        """Give it with one text more for an option that takes several."""
        return self.said(option, *self.texts.get(option, ()), text)

    def called(self) -> str:
        """Give the account names of the brand, as one types them."""
        return ", ".join(account.name for account in self.brand.accounts)

    def wall(self, option: str) -> datetime | None:
        """Give the instant that was typed for an option, as the brand's clock shows it; None: none that can be read."""
        texts = self.texts.get(option)
        return wall_time(_instant(self, texts)) if texts else None

    def number(self, option: str, otherwise: int) -> int:
        """Give the number that was typed for an option."""
        text = self.texts.get(option, ("",))[-1]
        read = _counted(text.strip())
        return read if isinstance(read, int) else otherwise

    def prizes_left(self) -> int:
        """Give how many winners have no prize yet."""
        prizes = _prizes(self, self.texts.get("prize", ()))
        given = [one.get("quantity", 1) for one in prizes]
        return self.number("winners", 1) - sum(one for one in given if isinstance(one, int))

    def default(self, option: str) -> str:
        """Suggest what one would type for an option; "": nothing to suggest."""
        made = DEFAULTS.get(option)
        return made(self) if made else ""


def from_others(brand: Brand) -> tuple[str, dict[str, Any]]:
    """Give who organised the brand's last contest and whom people wrote to, with its title; "" where none says."""
    for contest in reversed(brand.contests.values()):
        if contest.get("organiser"):
            contact = contest.get("personal_data", {}).get("contact")
            data = {"personal_data": {"contact": contact}} if contact else {}
            return str(contest["title"]), {"organiser": contest["organiser"], **data}
    return "", {}


def short_name(title: str) -> str:
    """Make a short name of a title: lower case, digits, dashes."""
    return re.sub(r"[^a-z0-9]+", "-", plain(title)).strip("-")[:LONGEST_NAME].rstrip("-")


def typed(wall: datetime) -> str:
    """Write an instant as one types it here: the day first in French, the year first in English."""
    return wall.strftime(say("contest_typed_instant"))


def _opens(draft: Draft) -> str:
    tomorrow = on_the_wall(draft.now, draft.brand.zone).date() + timedelta(days=1)
    return typed(datetime.combine(tomorrow, MORNING))


def _closes(draft: Draft) -> str:
    opens = draft.wall("opens") or on_the_wall(draft.now, draft.brand.zone)
    return typed(datetime.combine((opens + LONG_OPEN).date(), LAST))


def _draws(draft: Draft) -> str:
    """Suggest the first noon by which the list is long made and published."""
    ready = (draft.wall("closes") or on_the_wall(draft.now, draft.brand.zone)) + WHILE_LIST_IS_MADE
    noon = datetime.combine(ready.date(), NOON)
    return typed(noon if noon >= ready else noon + timedelta(days=1))


DEFAULTS: dict[str, Callable[[Draft], str]] = {
    "opens": _opens,
    "closes": _closes,
    "draws": _draws,
    "condition": lambda _: say("contest_kind_comment"),
    "winners": lambda _: "1",
    "alternates": lambda draft: str(2 * draft.number("winners", 1)),
    "claim-within": lambda _: say("contest_typed_week"),
    "age": lambda _: "18",
    "country": lambda draft: "FR" if draft.brand.language == "fr" else "",
    "contact": lambda draft: draft.texts.get("email", ("",))[-1],
}


def _text(_: Draft, texts: Sequence[str]) -> str:
    return texts[-1].strip()


def _number(_: Draft, texts: Sequence[str]) -> int | str:
    return _counted(texts[-1].strip())


def _counted(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else text


def _instant(_: Draft, texts: Sequence[str]) -> str:
    """Read a day with its hour as a calendar does; anything else stays as it is."""
    text = texts[-1].strip()
    try:
        read = read_moment(text)
    except WrongWeekday:
        return text
    if read is None or read[1] is None:
        return text
    return datetime.combine(read[0], read[1]).isoformat(sep=" ", timespec="seconds" if read[1].second else "minutes")


def _posts(draft: Draft, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Read `accounts=where`: an address, a post of ours, or the id of a row; one account alone goes without saying."""
    places: list[dict[str, Any]] = []
    for text in texts:
        found = _PLACE.fullmatch(text.strip())
        if found is None and len(draft.brand.accounts) != 1:
            raise CannotGoOn("contest_post_account", given=text, known=draft.called())
        accounts = [one.strip() for one in found["accounts"].split(",")] if found else [draft.brand.accounts[0].name]
        where = (found["where"] if found else text).strip()
        way, _, name = where.partition(":")
        if is_web(where) or "://" in where:
            said = {"url": where}
        elif way in {"row", "post"}:
            said = {way: name.strip()}
        else:
            said = {"post" if draft.is_post(where) else "row": where}
        places.append({"accounts": accounts[0] if len(accounts) == 1 else accounts, **said})
    return places


def _conditions(_: Draft, texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read what one does: words for deeds, `friends=2`, `#hashtag`, `word=…`; `facebook:` before it for one network."""
    found: dict[str, dict[str, Any]] = {"conditions": {}}
    for token in (part.strip() for text in texts for part in re.split(r"[,;]", text)):
        network, colon, rest = token.partition(":")
        own = colon and network.strip().lower() in set(NetworkName)
        path = f"conditions_on.{network.strip().lower()}" if own else "conditions"
        if token:
            _condition(rest.strip() if own else token, found.setdefault(path, {}))
    if not found["conditions"] and len(found) > 1:
        found["conditions"] = {EntryKind.COMMENT.value: True}
    return found


def _condition(token: str, into: dict[str, Any]) -> None:
    bare = plain(token)
    friends, word = _FRIENDS.fullmatch(bare), _WORD.fullmatch(token)
    if friends:
        into["friends"] = _counted(friends[1] or friends[2])
    elif word or token.startswith("#"):
        into.setdefault("words", []).append(word[1].strip() if word else token)
    else:
        kind = _deeds().get(bare)
        if kind is None:
            raise CannotGoOn("contest_condition_unknown", given=token)
        into[kind] = True


def _deeds() -> dict[str, str]:
    """Give what people call each deed, in either language."""
    sentences = wording.sentences()
    return {
        plain(word): kind.value
        for kind in EntryKind
        for said in (*sentences[f"contest_typed_{kind}"].values(), *sentences[f"contest_kind_{kind}"].values(), kind)
        for word in said.split(",")
    }


def _prizes(_: Draft, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Read `name;value` or `name;value;how many`."""
    prizes = []
    for text in texts:
        name, value, quantity = (*(part.strip() for part in text.split(";", 2)), "", "")[:3]
        amount = re.sub(r"\s*(?:€|EUR|euros?)$", "", value, flags=re.IGNORECASE)
        said = {"name": name, "value": _counted(amount), "quantity": _counted(quantity)}
        prizes.append({key: held for key, held in said.items() if held != ""})
    return prizes


def _countries(_: Draft, texts: Sequence[str]) -> list[str]:
    """Read codes, or the names of countries in either language."""
    from heraut.contests.rules_text import wording as names

    called = {plain(name): code for code, both in names.sentences().items() if code.isupper() for name in both.values()}
    given = (part.strip() for text in texts for part in re.split(r"[,;]", text))
    return [called.get(plain(one), one.upper() if len(one) == COUNTRY_CODE else one) for one in given if one]


FIELDS = (
    Field("title", "title", _text),
    Field("post", "posts", _posts, several=True),
    Field("opens", "opens", _instant),
    Field("closes", "closes", _instant),
    Field("draws", "draws", _instant),
    Field("announces", "announces", _instant, needed=False),
    Field("condition", "conditions", _conditions, several=True),
    Field("winners", "winners", _number, needed=False),
    Field("alternates", "alternates", _number, needed=False),
    Field("prize", "prizes", _prizes, several=True),
    Field("claim-within", "claim_within", _text),
    Field("organiser", "organiser.name", _text),
    Field("address", "organiser.address", _text),
    Field("email", "organiser.email", _text, needed=False),
    Field("age", "eligibility.age", _number),
    Field("country", "eligibility.countries", _countries, needed=False, several=True),
    Field("contact", "personal_data.contact", _text),
)


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for step in above:
        document = document.setdefault(step, {})
    document[last] = value


def _has(document: Mapping[str, Any], path: str) -> bool:
    held: Any = document
    for step in path.split("."):
        held = held.get(step) if isinstance(held, dict) else None
    return held is not None

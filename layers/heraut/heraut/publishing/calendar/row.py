"""One row of a calendar -> what it asks for, and everything that is wrong with it. Pure: no table, no clock.

A row is read to its end whatever is found, so that a person mends it once.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from heraut.addresses import is_web
from heraut.brands import NetworkName
from heraut.letters import clean
from heraut.local_time import LocalTime, at_local, on_the_wall, zone_called
from heraut.problems import Problem, problem, warning
from heraut.publishing.calendar.columns import OVERRIDE, Column, plain
from heraut.publishing.calendar.moment import WrongWeekday, read_hour, read_instant, read_moment
from heraut.publishing.calendar.sheet import LONGEST_CELL
from heraut.publishing.model import Poll, State, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from heraut.brands import Brand
    from heraut.publishing.calendar.sheet import Row

LONGEST_ID = 100
_PART = re.compile(r"^[^\S\n]*[-–—]{3,}[^\S\n]*$", re.MULTILINE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)  # BCP 47, without its rarest forms
_DURATION = re.compile(r"(\d{1,4}) ?(min|minutes?|h|heures?|hours?|j|jours?|d|days?)")
_MINUTES = {"m": 1, "h": 60, "j": 24 * 60, "d": 24 * 60}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)  # one letter is a Windows drive
_WITH_ENDING = re.compile(r".+\.[a-z0-9]{2,5}", re.IGNORECASE)


class Status(Enum):
    """What a row wants done, and the state of its deliveries."""

    DRAFT = State.DRAFT
    TO_APPROVE = State.TO_APPROVE
    SCHEDULED = State.SCHEDULED
    CANCELLED = State.CANCELLED


_STATUSES = {
    "brouillon": Status.DRAFT,
    "draft": Status.DRAFT,
    "a valider": Status.TO_APPROVE,
    "to approve": Status.TO_APPROVE,
    "programme": Status.SCHEDULED,
    "programmee": Status.SCHEDULED,
    "scheduled": Status.SCHEDULED,
    "annule": Status.CANCELLED,
    "annulee": Status.CANCELLED,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
}
_VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "publique": Visibility.PUBLIC,
    "tout le monde": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "non liste": Visibility.UNLISTED,
    "non listee": Visibility.UNLISTED,
    "discret": Visibility.UNLISTED,
    "private": Visibility.PRIVATE,
    "prive": Visibility.PRIVATE,
    "privee": Visibility.PRIVATE,
    "abonnes": Visibility.PRIVATE,
    "followers": Visibility.PRIVATE,
}
_LANGUAGES = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}
_BY_HAND = {"a la main": NetworkName.BY_HAND, "by hand": NetworkName.BY_HAND}
_WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


@dataclass(frozen=True)
class MediaWanted:
    """A picture or film a row names: an https address or a path beside the file, for which part of the thread."""

    where: str
    alt: str = ""
    part: int = 0

    @property
    def is_address(self) -> bool:
        """Whether it is to be fetched."""
        return _SCHEME.match(self.where) is not None

    @property
    def name(self) -> str:
        """What a person calls it: the last piece of the path."""
        path = urlsplit(self.where).path if is_web(self.where) else self.where
        return path.rstrip("/").rpartition("/")[2] or self.where


@dataclass(frozen=True)
class ReadRow:
    """What a row asks for, as far as it could be read; `refused` when something stops it."""

    number: int
    id: str | None = None
    brand: Brand | None = None
    accounts: tuple[str, ...] = ()
    moment: LocalTime | None = None
    status: Status = Status.SCHEDULED
    parts: tuple[str, ...] = ("",)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    media: tuple[MediaWanted, ...] = ()
    link: str | None = None
    first_comment: str | None = None
    format: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str | None = None
    language: str = "fr"
    poll: Poll | None = None
    campaign: str | None = None
    labels: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether something found stops the row (a warning does not)."""
        return any(not found.warning for found in self.problems)

    @property
    def identities(self) -> frozenset[str]:
        """What makes it this row and no other, within its brand: its `id`, else each account with the local time."""
        if self.brand is None:
            return frozenset()
        if self.id:
            return frozenset({id_key(self.id)})
        return self.time_keys

    @property
    def time_keys(self) -> frozenset[str]:
        """Each account with the local time and its zone."""
        if self.moment is None:
            return frozenset()
        return frozenset(time_key(account, self.moment.local, self.moment.zone) for account in self.accounts)

    def time_key(self, account: str) -> str | None:
        """Give the key of one of its accounts at its local time."""
        return time_key(account, self.moment.local, self.moment.zone) if self.moment else None


def id_key(identity: str) -> str:
    """Give the key of a row that has an `id`."""
    return f"id:{identity}"


def time_key(account: str, local: str, zone: str) -> str:
    """Give the key of a row that has none: account and local time."""
    return f"at:{account}:{local}:{zone}"


def read_row(row: Row, brands: Sequence[Brand], headers: Mapping[str, str]) -> ReadRow:
    """Read one row for the brands of this stack; `headers` are the columns' names as the person wrote them."""
    return _Reader(row, brands, headers).read()


def split_accounts(cell: str) -> list[str]:
    """Split a list of accounts or groups: `,` `+` `;` or a line break."""
    return [name.strip() for name in re.split(r"[,+;\n]", cell) if name.strip()]


class _Reader:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(self, row: Row, brands: Sequence[Brand], headers: Mapping[str, str]) -> None:
        self._row = row
        self._brands = brands
        self._headers = headers
        self._problems = list(row.problems)
        self._cells = {column: self._cleaned(column, text) for column, text in row.cells.items()}

    def read(self) -> ReadRow:
        status = self._status()
        brand = self._brand()
        found = ReadRow(number=self._row.number, id=self._id(), brand=brand, status=status)
        if brand is not None:
            found = replace(
                found, accounts=self._accounts(brand), moment=self._moment(brand), language=self._language(brand)
            )
        if status is Status.CANCELLED:  # what it would have said does not matter any more, only which row it is
            return replace(found, problems=() if found.id and brand else tuple(self._problems))
        parts = self._parts(self._cell(Column.TEXT), Column.TEXT)
        media = self._media(len(parts))
        found = replace(
            found,
            parts=parts,
            texts=self._texts(brand, found.accounts, parts) if brand else {},
            media=media,
            link=self._link(),
            first_comment=self._cell(Column.FIRST_COMMENT) or None,
            format=plain(self._cell(Column.FORMAT)) or None,
            visibility=self._visibility(),
            content_warning=self._cell(Column.WARNING) or None,
            poll=self._poll(),
            campaign=self._cell(Column.CAMPAIGN) or None,
            labels=self._labels(),
        )
        self._check_said(found)
        return replace(found, problems=tuple(self._problems))

    def _cleaned(self, column: str, text: str) -> str:
        """Give a cell without the letters that no text may hold (`heraut.letters`), and say so."""
        if len(text) > LONGEST_CELL:
            self._stop("cell_too_long", column, limit=LONGEST_CELL)
            return ""
        kept = clean(text)
        if kept != text:
            self._warn("letters_left_out", column, letters=len(text) - len(kept))
        return kept.strip()

    def _cell(self, column: str) -> str:
        return self._cells.get(column, "")

    def _name(self, column: str) -> str:
        return self._headers.get(column, column)

    def _stop(self, code: str, column: str, **fields: str | float) -> None:
        self._problems.append(problem(code, self._name(column), **fields))

    def _warn(self, code: str, column: str, **fields: str | float) -> None:
        self._problems.append(warning(code, self._name(column), **fields))

    def _id(self) -> str | None:
        given = self._cell(Column.ID)
        if len(given) > LONGEST_ID:
            self._stop("id_too_long", Column.ID, limit=LONGEST_ID)
            return None
        return given or None

    def _status(self) -> Status:
        given = self._cell(Column.STATUS)
        status = _STATUSES.get(plain(given)) if given else Status.SCHEDULED
        if status is None:
            self._stop("status_unknown", Column.STATUS, given=given[:40])
        return status or Status.SCHEDULED

    def _brand(self) -> Brand | None:
        given = self._cell(Column.BRAND)
        if given:
            wanted = plain(given)
            found = [brand for brand in self._brands if wanted in (plain(brand.id), plain(brand.name))]
            if len(found) == 1:
                return found[0]
            self._stop("brand_unknown", Column.BRAND, given=given[:60], known=_listed(b.name for b in self._brands))
            return None
        if len(self._brands) == 1:
            return self._brands[0]
        names = [plain(name) for name in split_accounts(self._cell(Column.ACCOUNTS))]
        found = [b for b in self._brands if names and all(_known(b, name) for name in names)]
        surest = [b for b in found if any(_own(b, name) for name in names)] or found
        if len(surest) == 1:
            return surest[0]
        self._stop("brand_missing", Column.BRAND, known=_listed(brand.name for brand in self._brands))
        return None

    def _accounts(self, brand: Brand) -> tuple[str, ...]:
        names = split_accounts(self._cell(Column.ACCOUNTS))
        if not names:
            self._stop("account_missing", Column.ACCOUNTS, known=_known_names(brand))
        chosen: dict[str, None] = {}
        for name in names:
            found = _known(brand, plain(name.removeprefix("@")))
            if not found:
                close = difflib.get_close_matches(name.lower(), _names(brand), n=1)
                known = close[0] if close else _known_names(brand)
                self._stop("account_unknown", Column.ACCOUNTS, given=name[:60], brand=brand.name, known=known)
            chosen |= dict.fromkeys(found)
        return tuple(chosen)

    def _moment(self, brand: Brand) -> LocalTime | None:
        zone = self._zone(brand)
        if zone is None:
            return None
        wall = self._wall(zone, brand)
        if wall is None:
            return None
        found = at_local(wall, zone)
        column = self._column_of_hour()
        if isinstance(found, Problem):
            self._problems.append(found.model_copy(update={"column": self._name(column)}))
            return None
        if found.problem:
            self._problems.append(found.problem.model_copy(update={"column": self._name(column)}))
        return found

    def _column_of_hour(self) -> Column:
        return next((c for c in (Column.HOUR, Column.WHEN, Column.DATE) if self._cell(c)), Column.WHEN)

    def _zone(self, brand: Brand) -> str | None:
        given = self._cell(Column.ZONE)
        zone = zone_called(given or brand.zone)
        if zone is None:
            self._stop("row_zone_unknown", Column.ZONE, given=(given or brand.zone)[:60])
        return zone

    def _wall(self, zone: str, brand: Brand) -> datetime | None:
        """Give the date and hour as a clock of the zone shows them."""
        column = Column.WHEN if self._cell(Column.WHEN) else Column.DATE
        given = self._cell(column)
        if not given:
            self._stop("date_missing", Column.WHEN if Column.WHEN in self._headers else Column.DATE)
            return None
        instant = read_instant(given)
        if instant is not None:
            return on_the_wall(instant, zone)
        try:
            found = read_moment(given)
        except WrongWeekday as wrong:
            right = _WEEKDAYS[brand.language][wrong.right]
            self._stop("weekday_wrong", column, given=given[:40], weekday=right)
            return None
        if found is None:
            self._stop("date_unreadable", column, given=given[:40])
            return None
        day, hour = found
        hour = self._hour(hour)
        return None if hour is None else datetime.combine(day, hour)

    def _hour(self, with_date: time | None) -> time | None:
        given = self._cell(Column.HOUR)
        if not given:
            # Spreadsheets export a date alone with a midnight that nobody wrote.
            if with_date is None or (with_date == time() and not self._cell(Column.WHEN)):
                self._stop("hour_missing", Column.HOUR)
                return None
            return with_date
        hour = read_hour(given)
        if hour is None:
            self._stop("hour_unreadable", Column.HOUR, given=given[:40])
        elif with_date is not None and with_date not in (time(), hour):
            self._stop("hours_differ", Column.HOUR, given=given[:40], other=with_date.isoformat("minutes"))
            return None
        return hour

    def _parts(self, text: str, column: str) -> tuple[str, ...]:
        parts = [part.strip() for part in _PART.split(text)]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        if len(parts) > 1 and "" in parts:
            self._stop("part_empty", column, part=parts.index("") + 1)
        return tuple(parts)

    def _texts(self, brand: Brand, names: Sequence[str], common: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Give what each account says instead: its own text, else its group's, else its network's."""
        said: tuple[dict[str, tuple[str, ...]], ...] = ({}, {}, {})  # of accounts, of groups, of networks
        for column, text in self._cells.items():
            if not column.startswith(OVERRIDE):
                continue
            target = plain(column.removeprefix(OVERRIDE))
            rank, found = _meant(brand, target)
            if not found:
                self._stop("override_unknown", column, given=target[:60], known=_known_names(brand))
            elif not set(found) & set(names):
                self._warn("override_unused", column, given=target[:60])
            said[rank].update(dict.fromkeys(found, self._parts(text, column)))
        texts = {name: text for kind in reversed(said) for name, text in kind.items() if name in names}
        # An account may be called like a network (`site`): its text is not that of the network's other accounts.
        alike = [a.name for a in brand.accounts if a.name in names and a.name not in texts and a.network in texts]
        return texts | dict.fromkeys(alike, common)

    def _media(self, parts: int) -> tuple[MediaWanted, ...]:
        cell = self._cell(Column.MEDIA)
        wanted = [
            MediaWanted(where, part=number)
            for number, group in enumerate(_PART.split(cell))
            for where in _split_media(group)
        ]
        alts = self._alts(len(wanted))
        beyond = [one for one in wanted if one.part >= parts]
        if beyond:
            self._stop("media_beyond_thread", Column.MEDIA, name=beyond[0].name, parts=parts)
        for one, alt in zip(wanted, alts, strict=False):
            self._check_media(one, alt)
        return tuple(replace(one, alt=alt) for one, alt in zip(wanted, alts, strict=False))

    def _alts(self, wanted: int) -> list[str]:
        cell = _PART.sub("", self._cell(Column.ALT)).strip()
        if wanted == 1:
            return [" ".join(cell.split())]
        alts = [alt.strip() for alt in re.split(r"\||\n" if "|" not in cell else r"\|", cell) if alt.strip()]
        if len(alts) > wanted:
            self._stop("alts_too_many", Column.ALT, alts=len(alts), media=wanted)
        return [" ".join(alt.split()) for alt in alts[:wanted]] + [""] * (wanted - len(alts))

    def _check_media(self, wanted: MediaWanted, alt: str) -> None:
        if not alt:
            self._stop("media_without_alt", Column.ALT, name=wanted.name[:80])
        if wanted.is_address:
            return
        path = wanted.where
        tricky = path.startswith(("/", "~")) or "\\" in path or ":" in path or ".." in path.split("/")
        if tricky or any(ord(letter) < ord(" ") for letter in path):
            self._stop("media_path", Column.MEDIA, name=path[:80])

    def _link(self) -> str | None:
        given = self._cell(Column.LINK)
        if not given:
            return None
        if not is_web(given):
            self._stop("link_unreadable", Column.LINK, given=given[:80])
        return given

    def _visibility(self) -> Visibility:
        given = self._cell(Column.VISIBILITY)
        found = _VISIBILITIES.get(plain(given)) if given else Visibility.PUBLIC
        if found is None:
            self._stop("visibility_unknown", Column.VISIBILITY, given=given[:40])
        return found or Visibility.PUBLIC

    def _language(self, brand: Brand) -> str:
        given = self._cell(Column.LANGUAGE)
        if not given:
            return brand.language
        language = _LANGUAGES.get(plain(given), given.replace("_", "-"))
        if not _LANGUAGE.fullmatch(language):
            self._stop("language_unknown", Column.LANGUAGE, given=given[:40])
        return language

    def _labels(self) -> tuple[str, ...]:
        pieces = re.split(r"[,;\n]", self._cell(Column.LABELS))
        return tuple(dict.fromkeys(piece.strip().lstrip("#") for piece in pieces if piece.strip().lstrip("#")))

    def _poll(self) -> Poll | None:
        cell = self._cell(Column.POLL)
        if not cell:
            return None
        options: list[str] = []
        minutes, multiple = 24 * 60, False
        for piece in (piece.strip() for piece in re.split(r"[|\n]", cell) if piece.strip()):
            duration = _DURATION.fullmatch(plain(piece))
            if duration:
                minutes = int(duration[1]) * _MINUTES[duration[2][0]]
            elif plain(piece) in ("choix multiple", "choix multiples", "multiple"):
                multiple = True
            else:
                options.append(piece)
        if len(options) < 2 or len(set(options)) < len(options) or not minutes:  # noqa: PLR2004 -- a choice needs two
            self._stop("poll_unreadable", Column.POLL)
            return None
        return Poll(options=tuple(options), minutes=minutes, multiple=multiple)

    def _check_said(self, found: ReadRow) -> None:
        if not any((any(found.parts), found.media, found.texts, found.link, found.poll)):
            self._stop("text_missing", Column.TEXT)


def _split_media(cell: str) -> list[str]:
    """Split a list of media: line breaks, `|` or `;`; commas too where each piece looks like a file or an address."""
    found: list[str] = []
    for piece in (piece.strip() for piece in re.split(r"[|;\n]", cell)):
        smaller = [one.strip() for one in piece.split(",")]
        addresses = [one.startswith("https://") for one in smaller]
        alike = all(addresses) or (not any(addresses) and all(_WITH_ENDING.fullmatch(one) for one in smaller))
        found += smaller if alike else [piece]
    return [one for one in found if one]


def _known(brand: Brand, name: str) -> list[str]:
    """Give the accounts that a name means: an account, a group, or a network where the brand has just one account."""
    own = _own(brand, name)
    if own:
        return own
    network = _network(name)
    there = [account.name for account in brand.accounts if network and account.network is network]
    return there if len(there) == 1 else []


def _own(brand: Brand, name: str) -> list[str]:
    """Give the accounts of a name that the brand gave itself: an account's or a group's."""
    for account in brand.accounts:
        if plain(account.name) == name:
            return [account.name]
    for group, members in brand.groups.items():
        if plain(group) == name:
            return [member for member in members if brand.account(member)]
    return []


def _meant(brand: Brand, target: str) -> tuple[int, list[str]]:
    """Give whose text `texte@<target>` is: an account's (0), a group's (1) or a network's (2) accounts."""
    for account in brand.accounts:
        if plain(account.name) == target:
            return 0, [account.name]
    for group, members in brand.groups.items():
        if plain(group) == target:
            return 1, list(members)
    network = _network(target)
    return 2, [account.name for account in brand.accounts if account.network is network]


def _network(name: str) -> NetworkName | None:
    names = {plain(network): network for network in NetworkName} | _BY_HAND
    return names.get(name)


def _names(brand: Brand) -> list[str]:
    return [account.name for account in brand.accounts] + list(brand.groups)


def _known_names(brand: Brand) -> str:
    return _listed(_names(brand))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)

"""What a row asks for, checked before it is queued: its media found, and every network asked what it would refuse.

A file's rows and a single post given at the command line are checked here alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from heraut.errors import InvalidInput, NetworkError
from heraut.local_time import LocalTime
from heraut.networks.base import Limits
from heraut.problems import warning
from heraut.publishing.calendar.columns import Column
from heraut.publishing.calendar.post import Wish, content_of, fingerprint, post_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from heraut.brands import Account, Brand
    from heraut.problems import Problem
    from heraut.publishing.calendar.media import MediaFinder
    from heraut.publishing.calendar.row import MediaWanted, ReadRow
    from heraut.publishing.model import Content, Media
    from heraut.publishing.world import World

_PLACEHOLDER = "…"  # the description that networks are shown where the missing text was already said


@dataclass(frozen=True)
class Found:
    """A picture or film of a row, and its bytes unless they were kept already."""

    wanted: MediaWanted
    media: Media
    body: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """What a row asks for with the media that were found, and what is wrong so far."""

    wish: Wish
    found: Sequence[Found]
    problems: Sequence[Problem]

    @property
    def fingerprint(self) -> str:
        """What is equal for two rows that ask for the same."""
        return fingerprint(self.wish.row, self.wish.content)


class Checks:
    """Checks rows; each account's server is asked for its limits once. `headers` are the columns' names."""

    def __init__(self, world: World, finder: MediaFinder, headers: Mapping[str, str]) -> None:
        self._world = world
        self._finder = finder
        self._headers = headers
        self._limits: dict[tuple[str, str], tuple[Limits, tuple[Problem, ...]]] = {}

    def gather(self, row: ReadRow) -> Asked:
        """Find the row's media; with those that were found, give what the row asks for."""
        found: list[Found] = []
        problems = [*row.problems]
        for wanted in row.media:
            if any(told.code == "media_path" and told.fields.get("name") == wanted.where[:80] for told in problems):
                continue
            try:
                media, body = self._finder.find(wanted, row.brand.id if row.brand else "")
            except InvalidInput as refused:
                problems += [one.model_copy(update={"column": self._name(Column.MEDIA)}) for one in refused.problems]
            else:
                found.append(Found(wanted, media, body))
        content = content_of(replace(row, media=tuple(one.wanted for one in found)), [one.media for one in found])
        moment = row.moment or LocalTime("", "", self._world.clock.now())
        return Asked(Wish(row, moment, content), found, problems)

    def checked(self, wish: Wish) -> tuple[Wish, list[Problem]]:
        """Ask each network what it would refuse, and how early uploads to it may begin."""
        shown = replace(wish, content=_with_alts(wish.content))
        post = post_of(shown, "", 1, "", self._world.clock.now())
        problems: list[Problem] = []
        silent = _says_nothing(wish)
        ahead: dict[str, timedelta | None] = {}
        for account in wish.accounts:
            adapter = self._world.networks[account.network]
            content = post.content_for(account.name, account.network)
            limits, told = self._limits_of(wish.brand, account)
            ahead[account.name] = adapter.prepare_ahead(content)
            for found in (*told, *adapter.validate(content, limits)):
                if silent and found.column in {None, Column.TEXT}:
                    continue
                said = found.model_copy(update={"column": self._name(found.column or Column.TEXT)})
                problems += [] if said in problems else [said]
        return replace(wish, ahead=ahead), problems

    def keep(self, asked: Asked) -> None:
        """Write the media that were found to where publishing takes them from."""
        for one in asked.found:
            self._finder.keep(one.wanted, asked.wish.brand.id, one.media, one.body)

    def _limits_of(self, brand: Brand, account: Account) -> tuple[Limits, tuple[Problem, ...]]:
        """Give what the account's server accepts; where it cannot be asked, what networks usually do, and say so."""
        if (brand.id, account.name) not in self._limits:
            adapter = self._world.networks[account.network]
            try:
                limits = adapter.limits(account, self._world.secrets.secret(brand.id, account.name) or {})
            except NetworkError:
                unread = warning("limits_not_read", Column.ACCOUNTS, account=account.name)
                self._limits[brand.id, account.name] = Limits(), (unread,)
            else:
                self._limits[brand.id, account.name] = limits, ()
        return self._limits[brand.id, account.name]

    def _name(self, column: str) -> str:
        return self._headers.get(column, column)


def _says_nothing(wish: Wish) -> bool:
    """Whether there are no words and no picture; the row was told so, or that its picture is not there."""
    row = wish.row
    return not any((any(row.parts), wish.content.media, row.texts, row.link, row.poll))


def _with_alts(content: Content) -> Content:
    """Give the content as if each picture had its description: the row was told of those it lacks."""
    parts = tuple(
        part.model_copy(
            update={"media": tuple(one.model_copy(update={"alt": one.alt or _PLACEHOLDER}) for one in part.media)}
        )
        for part in content.parts
    )
    return content.model_copy(update={"parts": parts})

"""Messages that are kept for a week, searched for what they hold of a member of the public."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from heraut.letters import said

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from heraut.notifications.sendings import Sendings

EVER = datetime(2020, 1, 1, tzinfo=UTC)
OURS = frozenset({"id", "language", "brand", "brand_id", "network", "thread"})  # fields that quote nobody
FEWEST = 15  # characters of a text by which it is recognised: "Bonjour !" is everybody's
MOST = 40  # characters that are looked for: messages shorten what they quote


class KeptMessages:
    """The port `conversations.store.SentMessages` over sendings."""

    def __init__(self, sendings: Sendings) -> None:
        self._sendings = sendings

    def naming(self, brand: str, names: Collection[str], words: Collection[str]) -> Sequence[str]:
        """Give the messages (their ids) of a brand that hold one of somebody's names, or of the texts they wrote."""
        quotes = quoting(names, words)
        kept = self._sendings.sendings(brand, EVER)
        return [one.id for one in kept if any(quotes(text) for text in _texts(one.message))]

    def forget(self, brand: str, messages: Sequence[str]) -> None:
        """Erase messages; what is gone already is gone."""
        self._sendings.forget_sendings(brand, messages)


def quoting(names: Collection[str], words: Collection[str]) -> Callable[[str], bool]:
    """Give what tells whether a text holds one of somebody's names, or of the texts they wrote."""
    forms = [form for form in (*map(_name, names), *map(_words, words)) if form]
    wanted = re.compile("|".join(forms)) if forms else None
    return lambda text: wanted is not None and wanted.search(_plain(text)) is not None


def _name(name: str) -> str:
    """Give a pattern for a name as a word by itself: Max is not in Maxime."""
    plain = _plain(name)
    ends = "" if len(plain) > MOST else r"(?!\w)"
    return rf"(?<!\w){re.escape(plain[:MOST].rstrip())}{ends}" if plain else ""


def _words(text: str) -> str:
    plain = _plain(text)
    return re.escape(plain[:MOST].rstrip()) if len(plain) >= FEWEST else ""


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Give every text of a kept message, whatever it is nested in."""
    for name, held in message.items():
        if name not in OURS:
            yield from _within(held)


def _within(held: Any) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for one in held.values():
            yield from _within(one)
    elif isinstance(held, list | tuple):
        for one in held:
            yield from _within(one)


def _plain(text: str) -> str:
    """Give a text as it is compared: as messages quote it, in one line, whatever its capitals."""
    return " ".join(said(text).split()).casefold()

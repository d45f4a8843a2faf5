"""Deliveries as the command shows them: rows of a table for people, objects of an array for programs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import typer

from heraut.brands import NetworkName
from heraut.cli.speech import console, language, say
from heraut.letters import in_one_line
from heraut.publishing.model import WAITING, State
from heraut.wording import day, hour, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from heraut.problems import Problem
    from heraut.publishing.model import Delivery, Post

_OBEYED = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
SHORTEST, LONGEST = 12, 60  # characters of a text in a table
STYLES = {
    State.PUBLISHED: "green",
    State.SCHEDULED: "cyan",
    State.FAILED: "red",
    State.EXPIRED: "red",
    State.ASKING: "yellow",
    State.UNCONFIRMED: "yellow",
    State.CANCELLED: "dim",
}


def as_object(delivery: Delivery) -> dict[str, Any]:
    """Give a delivery as listings write it in JSON; `due_at` is its promise, times have their zone's offset."""
    return {
        "delivery": delivery.id,
        "post": delivery.post,
        "brand": delivery.brand,
        "account": delivery.account,
        "network": delivery.network.value,
        "state": delivery.state.value,
        "holds": sorted(delivery.holds),
        "due_at": _iso(delivery.publish_at, delivery.zone),
        "due_local": delivery.local,
        "zone": delivery.zone,
        "published_at": _iso(delivery.published_at, delivery.zone) if delivery.published_at else None,
        "lateness_ms": round(delivery.lateness.total_seconds() * 1000) if delivery.lateness is not None else None,
        "url": delivery.url,
        "attempts": delivery.attempts,
        "problem": _problem(delivery.problem) if delivery.problem else None,
        "version": delivery.version,
    }


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json_text(value))


def json_text(value: Any) -> str:
    """Give a value as JSON; what a terminal would obey instead of showing is escaped."""
    written = json.dumps(value, ensure_ascii=False, indent=2)
    return _OBEYED.sub(lambda letter: f"\\u{ord(letter[0]):04x}", written)


def state_words(delivery: Delivery) -> str:
    """Say how far it has come, in the words of people; what is held says so."""
    if delivery.unagreed and delivery.state in WAITING:
        return say("state_unagreed")
    if delivery.holds and delivery.state is State.SCHEDULED:
        return say("state_held")
    if delivery.network is NetworkName.BY_HAND and delivery.state is State.ASKING:
        return say("state_by_hand")
    if delivery.state is State.SCHEDULED and delivery.earliest > delivery.publish_at:
        return say("state_waits", at=hour(delivery.earliest, delivery.zone, language()))
    return say(f"state_{delivery.state}")


def print_table(deliveries: Sequence[Delivery], posts: Mapping[tuple[str, str], Post], now: datetime) -> None:
    """Print deliveries as a table; `posts` are those whose text is shown. A narrow window cuts the text alone."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    terminal = console()
    columns = {
        "when": [Text(when(one, now)) for one in deliveries],
        "brand": [Text(one.brand) for one in deliveries],
        "account": [Text(one.account) for one in deliveries],
        "state": [Text(state_words(one), style=STYLES.get(one.state, "")) for one in deliveries],
        "late": [Text(late_words(one)) for one in deliveries],
        "post": [Text(one.post) for one in deliveries],
    }
    if len({one.brand for one in deliveries}) == 1:
        del columns["brand"]
    if not any(one.lateness for one in deliveries):
        del columns["late"]
    titles = {name: say(f"column_{name}") for name in columns}
    taken = sum(max(cell_len(text) for text in (titles[name], *map(str, cells))) + 2 for name, cells in columns.items())
    room = max(SHORTEST, min(LONGEST, terminal.width - taken))
    columns["text"] = [Text(excerpt(_said(one, posts), room)) for one in deliveries]
    table = Table(*titles.values(), say("column_text"), box=None, pad_edge=False, header_style="bold")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    terminal.print(table, soft_wrap=False)


def when(delivery: Delivery, now: datetime) -> str:
    """Say when it is due, on its own clock, briefly: « 9 h 30 » today, else « lun. 23/11, 9 h 30 »."""
    zone, chosen = delivery.zone, language()
    there, today = local(delivery.publish_at, zone), local(now, zone)
    said = hour(delivery.publish_at, zone, chosen)
    if there.date() == today.date():
        return said
    weekday = day(delivery.publish_at, zone, chosen, now)[:3]
    date = there.strftime("%d/%m" if there.year == today.year else "%d/%m/%Y")
    return f"{weekday}{'.' if chosen == 'fr' else ''} {date}, {said}"


def late_words(delivery: Delivery) -> str:
    """Say how late it went out; nothing where it has not."""
    return say("late_by", lateness=seconds(delivery.lateness)) if delivery.lateness is not None else ""


def seconds(length: timedelta) -> str:
    """Say a short length: 0.4 s, 12 s, 3 min; in French with a comma."""
    number = length.total_seconds()
    if abs(number) >= 90:  # noqa: PLR2004 -- from there on nobody counts in seconds
        return f"{number / 60:.0f} min"
    text = f"{number:.1f} s"
    return text.replace(".", ",") if language() == "fr" else text


def excerpt(text: str, room: int = LONGEST) -> str:
    """Give the beginning of a text, in one line."""
    line = in_one_line(" ".join(text.split()))
    return line if len(line) <= room else f"{line[: room - 1]}…"


def ordered(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Give deliveries soonest first."""
    return sorted(deliveries, key=lambda one: (one.publish_at, one.brand, one.id))


def _said(delivery: Delivery, posts: Mapping[tuple[str, str], Post]) -> str:
    if delivery.state is State.FAILED and delivery.problem:
        return delivery.problem.message(language())
    post = posts.get((delivery.brand, delivery.post))
    if post is None:
        return ""
    return post.content_for(delivery.account, delivery.network).parts[0].text


def _problem(found: Problem) -> dict[str, str]:
    chosen = language()
    return {"code": found.code, "message": found.message(chosen), "remedy": found.remedy(chosen)}


def _iso(instant: datetime, zone: str) -> str:
    return local(instant, zone).isoformat(timespec="milliseconds")

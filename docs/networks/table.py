"""The table of networks in README.md and docs/networks/README.md, made from what each adapter declares.

usage: .venv/bin/python docs/networks/table.py [--write]     (prints it; --write puts it into both files)

Each adapter is asked as Héraut asks it. Mastodon's reads a server's own description, so it is given two here: one of
Mastodon, one of a server that only speaks its language. No call leaves the machine.
"""  # noqa: INP001 -- documentation with a program in it

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from requests.structures import CaseInsensitiveDict

from heraut.brands import Account, EntryKind, NetworkName
from heraut.fetch import Guard
from heraut.networks import registry
from heraut.networks.base import (
    Job,
    Limits,
    Listens,
    Lists,
    Moderates,
    Publishes,
    Reach,
    ReceivesWebhooks,
    Refreshes,
    Replies,
)
from heraut.networks.graph_network import GraphNetwork
from heraut.networks.http import Answer, Http
from heraut.networks.mastodon import Mastodon
from heraut.publishing.model import Content, Media, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from heraut.networks.site import SiteObjects

ROOT = Path(__file__).resolve().parents[2]
FILES = {ROOT / "README.md": "docs/networks/", ROOT / "docs" / "networks" / "README.md": ""}
BEGIN, END = "<!-- networks: made by docs/networks/table.py -->", "<!-- /networks -->"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FOR_EVER = timedelta(days=365)  # a longer time is for ever
MANY = 100  # more pictures than anybody posts
PICTURE = Media(key="k", content_type="image/jpeg", size=1, sha256="0" * 64, alt="a", name="a.jpg")
FILM = Media(key="k", content_type="video/mp4", size=1, sha256="0" * 64, alt="a", name="a.mp4")
TEXT = Content(parts=(Part(text="a"),))
COLUMNS = (
    "network",
    "connect with",
    "publishes",
    "uploads begin",
    "reads back",
    "refuses a repeat",
    "when an answer is lost",
    "what people say",
    "entries counted from",
)
COUNTED = {
    EntryKind.COMMENT: "comments",
    EntryKind.LIKE: "likes",
    EntryKind.REPOST: "reposts",
    EntryKind.FOLLOW: "followers",
}


@dataclass(frozen=True)
class Described:
    """An adapter as the table shows it: its name for people, its page, and how a server of that kind is called."""

    title: str
    page: str
    adapter: Publishes
    account: Account


class _Describing(Http):
    """Answers a server's description and nothing else."""

    def within(self, seconds: float) -> Http:  # noqa: ARG002 -- nothing takes time here
        return self

    def call(self, method: str, url: str, **_: Any) -> Answer:
        if not url.endswith("/api/v2/instance"):
            text = f"{method} {url}: the table asks no network"
            raise AssertionError(text)
        version = "4.7.0" if "mastodon" in url else "2.7.2 (compatible; Akkoma 3.15)"
        body = json.dumps({"version": version}).encode()
        return Answer(200, CaseInsensitiveDict(), body, "example.org")


def described() -> list[Described]:
    """Every network that Héraut knows, in the order of its registry; Mastodon twice."""
    guard = Guard(frozenset())
    networks = registry(guard, _no_objects, "https://example.org", lambda: NOW)
    rows = []
    for name, adapter in networks.items():
        if name is NetworkName.MASTODON:
            speaking = Mastodon(_Describing(guard), clock=lambda: NOW)
            real, other = (_account(name, host) for host in ("mastodon.example", "pleroma.example"))
            rows.append(Described("Mastodon", "mastodon.md", speaking, real))
            rows.append(Described("Pleroma, Akkoma, GoToSocial, snac…", "mastodon.md", speaking, other))
        else:
            rows.append(Described(_title(name), f"{name}.md", adapter, _account(name, "example.org")))
    return rows


def rows(folder: str) -> list[tuple[str, ...]]:
    """Each row of the table; `folder` is where the networks' pages are from the page the table stands on."""
    return [_row(one, folder) for one in described()]


def table(folder: str) -> str:
    """Give the table in Markdown, with its marks."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *rows(folder)]
    return "\n".join([BEGIN, *(f"| {' | '.join(cells)} |" for cells in lines), END])


def replaced(page: str, folder: str) -> str:
    """Give a page with the table between its marks.

    Raises: ValueError when the page has no place for it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        text = f"no {BEGIN} ... {END}"
        raise ValueError(text)
    return before + table(folder) + after


def _row(one: Described, folder: str) -> tuple[str, ...]:
    adapter = one.adapter
    limits = adapter.limits(one.account, {"access_token": "a"})
    safe = adapter.repeat_is_safe(_job(one.account))
    return (
        f"[{one.title}]({folder}{one.page})",
        _secret(adapter),
        ", ".join(_publishes(limits)) if _takes_posts(adapter, limits) else "not yet: by hand",
        _ahead(adapter),
        "yes" if adapter.reads_back else "no",
        _duration(safe) if safe else "never",
        _lost(adapter, safe),
        ", ".join(_converses(adapter)) or "nothing",
        ", ".join(_counts(adapter)) or "nothing",
    )


def _publishes(limits: Limits) -> Iterator[str]:
    """What a post may be, and how much of it."""
    yield f"{limits.characters} characters" if limits.characters else "text of any length"
    described = " with descriptions" if limits.alt_required else ""
    yield f"{limits.media} pictures{described}" if limits.media < MANY else f"pictures{described}"
    if limits.video_types:
        yield f"films up to {limits.video_bytes // 1_000_000} MB" if limits.video_bytes else "films"
    offered = {
        "threads": limits.threads,
        "first comment": limits.first_comment,
        "polls": bool(limits.poll_options),
        "content warnings": limits.content_warning,
        "not for everybody": limits.visibility,
    }
    yield from (name for name, there in offered.items() if there)


def _takes_posts(adapter: Publishes, limits: Limits) -> bool:
    return all(found.warning for found in adapter.validate(TEXT, limits))


def _converses(adapter: Publishes) -> Iterator[str]:
    """What the account may do with what is said to it."""
    if isinstance(adapter, Listens):
        yield "heard at once, and every 5 min" if isinstance(adapter, ReceivesWebhooks) else "heard every 5 min"
    if isinstance(adapter, Replies):
        yield "answered"
    if isinstance(adapter, Moderates):
        yield "hidden, deleted"


def _counts(adapter: Publishes) -> Iterator[str]:
    """What a contest may count: who is listed, then who is only looked up."""
    reach = adapter.reach if isinstance(adapter, Lists) else {}
    yield from (said for kind, said in COUNTED.items() if reach.get(kind) is Reach.LISTED)
    yield from (f"{said} (looked up one by one)" for kind, said in COUNTED.items() if reach.get(kind) is Reach.CHECKED)


def _secret(adapter: Publishes) -> str:
    if not adapter.secret_fields:
        return "nothing"
    fields = ", ".join(f"`{name}`" for name in adapter.secret_fields)
    if isinstance(adapter, GraphNetwork):
        return f"{fields}, tried every hour"
    return f"{fields}, renewed by itself" if isinstance(adapter, Refreshes) else fields


def _ahead(adapter: Publishes) -> str:
    """How long before its minute; only handing over to a person begins ahead for a text alone."""
    text, picture, film = (adapter.prepare_ahead(content) for content in (TEXT, _with(PICTURE), _with(FILM)))
    if text is not None:
        return f"{_duration(text)} ahead: a person is told"
    said = [f"{_duration(picture)} ahead" if picture else "at the minute"]
    if film and film != picture:
        said.append(f"{_duration(film)} for films")
    return ", ".join(said)


def _lost(adapter: Publishes, safe: timedelta | None) -> str:
    """What follows when nobody knows whether a post is online (the rule is publish_post's)."""
    if not adapter.reads_back:
        return "a person is asked, always"
    if safe is None:
        return "looked for; not found: a person is asked"
    return "looked for; not found: sent again"


def _duration(length: timedelta) -> str:
    if length >= FOR_EVER:
        return "for ever"
    minutes = length // timedelta(minutes=1)
    days = minutes // (24 * 60)
    return f"{days} days" if days else f"{minutes} min"


def _title(name: NetworkName) -> str:
    return {NetworkName.SITE: "Public page and feeds", NetworkName.BY_HAND: "By hand (any network)"}.get(
        name, name.value.capitalize()
    )


def _with(media: Media) -> Content:
    return Content(parts=(Part(text="a", media=(media,)),))


def _account(name: NetworkName, host: str) -> Account:
    return Account(name="a", network=name, handle="a.example.org", instance=f"https://{host}", url=f"https://{host}")


def _job(account: Account) -> Job:
    return Job("a", "A", "p", 1, "k", account, {"access_token": "a"}, TEXT, NOW)


def _no_objects() -> SiteObjects:
    return cast("SiteObjects", None)  # a bucket that nobody opens here


def main(arguments: Sequence[str]) -> int:
    """Print the table, or write it into the pages."""
    options = argparse.ArgumentParser(prog="docs/networks/table.py")
    options.add_argument("--write", action="store_true", help="put it into README.md and docs/networks/README.md")
    if not options.parse_args(arguments).write:
        print(table("docs/networks/"))  # noqa: T201 -- a program
        return 0
    for page, folder in FILES.items():
        page.write_text(replaced(page.read_text(encoding="utf-8"), folder), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

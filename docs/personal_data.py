"""Makes docs/personal-data.md from what `heraut.retention` declares and what infra/template.yaml says of buckets,
queues and logs.

usage: .venv/bin/python docs/personal_data.py [--write]     (prints it; --write writes the page: `make personal-data`)
"""  # noqa: D205, INP001 -- documentation with a program in it

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samtranslator.yaml_helper import yaml_parse

from heraut.retention import BRANDS, CONTESTS, CONVERSATIONS, KINDS, OBJECTS, POSTS, REFUSALS_LOG, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "personal-data.md"
TABLES = {
    CONVERSATIONS: "What people say to the brands",
    CONTESTS: "Contests",
    POSTS: "What the brands publish",
    BRANDS: "The team",
}
QUEUES = {
    "InteractionQueue": "events as networks sent them, on their way to be read",
    "DeliveryQueue": "which post leaves when; no words",
    "FailedQueue": "events and messages that could not be read or carried out, for somebody to look at",
    "UndeliveredQueue": "schedules that did not reach their function; nobody's data",
}
HEAD = """# What is kept of whom, why and how long

*Made by `make personal-data` from what the code declares (`heraut/retention.py`) and the template; a test fails when it
is not. It is what a register of processing (RGPD, article 30) wants to know of this tool; what is done with it
besides is yours to add.*

Everything stands in your own AWS account, in the region you chose. Nothing is sent to anybody but the networks
themselves and your team's own ways to be reached. Tables and buckets are encrypted; tables have backups of the last
35 days, from which what was erased is gone after these days. A table forgets what is over within two days.

**Who speaks to a brand, takes part in its contests or asks in its live sessions** can ask what you hold of them, and
that it is forgotten: `heraut people export` and `heraut people erase`
([the command](command.md#people-who-speak-to-a-brand)). A list that was published for a draw keeps a code, which
nothing links to them any more; the page of a live session loses their questions. **A whole brand**: `heraut brand
export` and `heraut brand erase`. What networks hold, and messages that your team received, are not Héraut's to erase.

◆ holds something of a member of the public.
"""
SECRETS = """
## Passwords and tokens

Parameters under `/<stack>/<brand>/`, encrypted: what opens an account, the address by which a person of the team is
reached, and the key by which who asked to be forgotten is recognised. Kept until the brand is erased.
"""


def page() -> str:
    """Make the page."""
    template: dict[str, Any] = yaml_parse((ROOT / "infra" / "template.yaml").read_text(encoding="utf-8"))
    lines = [HEAD]
    for table, title in TABLES.items():
        lines += [f"## {title} (`{table}`)", "", "| | what | why | how long |", "|---|---|---|---|"]
        lines += [_row(kind) for kind in KINDS if kind.table == table]
        lines.append("")
    lines += ["## Files (`FilesBucket`)", "", "| | what | why | how long |", "|---|---|---|---|"]
    lines += _objects(template)
    lines += ["", *PUBLIC, ""]
    lines += ["## Queues and logs", "", "| | what | how long |", "|---|---|---|", *_queues(template), *_logs(template)]
    return "\n".join(lines) + "\n" + SECRETS


PUBLIC = (
    "`PublicBucket` holds what the brand published on its own page, until the brand is erased. ◆ Of a contest, codes",
    "that nothing links to anybody, and on its page and in its certificate names, ids and secret numbers of winners",
    "who agreed: until they take that back, ask to be forgotten, or the contest's data go.",
)


def _row(kind: Kind) -> str:
    keys = f"`{kind.pk}` / `{kind.sk}`".replace("|", "\\|")
    return f"| {keys}{' ◆' if kind.public else ''} | {kind.holds} | {kind.why} | {_long(kind)} |"


def _long(kind: Kind) -> str:
    return kind.since if kind.kept is None else f"{_duration(kind.kept)} {kind.since}".strip()


def _objects(template: dict[str, Any]) -> Iterator[str]:
    rules = template["Resources"]["FilesBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    for one in OBJECTS:
        kept = f"{days[one.prefix]} days" if one.prefix in days else "until the brand is erased"
        yield f"| `{one.prefix}`{' ◆' if one.public else ''} | {one.holds} | {one.why} | {kept} |"


def _queues(template: dict[str, Any]) -> Iterator[str]:
    for name, holds in QUEUES.items():
        seconds = template["Resources"][name]["Properties"]["MessageRetentionPeriod"]
        mark = " ◆" if name in {"InteractionQueue", "FailedQueue"} else ""
        yield f"| `{name}`{mark} | {holds} | at most {_duration(timedelta(seconds=seconds))} |"


def _logs(template: dict[str, Any]) -> Iterator[str]:
    stages = template["Mappings"]["Retention"]
    kept = ", ".join(f"{stage}: {held['Days']}" for stage, held in stages.items())
    yield f"| logs | what was done, by ids; no words of anybody | days by stage ({kept}) |"
    refusals = "the team's telephone numbers that a text message did not reach, once `make refusals` was run"
    theirs = "where your account had that log before, as long as it says"
    yield f"| `RefusalsLog` (Amazon SNS's, of the whole account) | {refusals} | {_duration(REFUSALS_LOG)}; {theirs} |"


def _duration(length: timedelta) -> str:
    if not length:
        return ""
    hours = length // timedelta(hours=1)
    if hours < 2 * 24 + 1:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{length.days} days"


def main(arguments: Sequence[str]) -> int:
    """Print the page, or write it."""
    options = argparse.ArgumentParser(prog="docs/personal_data.py")
    options.add_argument("--write", action="store_true", help="write docs/personal-data.md")
    if not options.parse_args(arguments).write:
        print(page())  # noqa: T201 -- a program
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

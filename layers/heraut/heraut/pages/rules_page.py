"""The page of a contest's rules: the same words as their text, set as a page. Without script and without third parties.

The text is what counts (its hash is in the draw's commitment); the page shows it and says where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from heraut.pages.site_page import SitePage, html_of, linked, render
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from heraut.problems import Language

WORDS = Wording("heraut.pages", "rules_page.toml")
HEADINGS = {"# ": "h1", "## ": "h2"}
ITEM = "- "


@dataclass
class Block:
    """A part of the text: `h1`, `h2`, `list` (a line each) or `text` (paragraphs, as HTML)."""

    kind: str
    lines: list[Markup]


def rules_page(
    brand: str,
    language: Language,
    text: str,
    digest: str,
    exact: str,
    links: Sequence[tuple[str, str]] = (),
    cancelled: tuple[str, str] | None = None,
) -> bytes:
    """Write the page of rules; `digest` is that of `text` (hexadecimal), `exact` the address of the text itself.

    `links` are what else is public of the contest by now: what it is (`draw`, `certificate`, `commitment`, `entrants`,
    `history`) and where. `cancelled`: since when (as people read it) there is no contest any more, and why.
    """
    page = SitePage(brand, language)
    title = next((line.lstrip("# ") for line in text.splitlines() if line.strip()), brand)

    def words(code: str) -> str:
        return WORDS.say(code, language)

    values = {"title": title, "blocks": list(blocks_of(text)), "digest": digest, "exact": exact, "words": words}
    values["links"] = [(words(f"link_{what}"), address) for what, address in links]
    notice = (WORDS.say("cancelled", language, at=cancelled[0]), html_of(cancelled[1])) if cancelled else None
    values["notice"] = notice
    return render("contest_rules.html", page, **values)


def blocks_of(text: str) -> Iterator[Block]:
    """Part a text with the few marks of Markdown that rules have: `#`, `##` and `-` at the beginning of a line."""
    block: Block | None = None
    paragraph: list[str] = []
    for line in (*text.splitlines(), ""):
        heading = next((kind for mark, kind in HEADINGS.items() if line.startswith(mark)), None)
        if heading or line.startswith(ITEM) or not line.strip():
            if paragraph:
                yield Block("text", [html_of("\n".join(paragraph))])
                paragraph = []
            if not line.startswith(ITEM) and block:
                yield block
                block = None
        if heading:
            yield Block(heading, [linked(line.partition(" ")[2])])
        elif line.startswith(ITEM):
            block = block or Block("list", [])
            block.lines.append(linked(line.removeprefix(ITEM)))
        elif line.strip():
            paragraph.append(line)

"""What is written into a Bluesky repository: messages, their record keys and their records (pure values).

Lexicon `app.bsky.feed.post`. A record's key and date come from the delivery alone, so that a repeat is the same record.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.due import require_aware
from heraut.networks import bluesky_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.publishing.model import Content, Media, Part

COLLECTION = "app.bsky.feed.post"
READERS = "https://bsky.app"  # where people read what public servers hold
CID, ROOT, ROOT_CID = "cid", "root", "root_cid"  # of what is answered: its hash, and the first post of its thread
MOST_LANGUAGES = 3

_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"  # https://atproto.com/specs/tid
_PLACES = 999_000  # microseconds of a second that a first part may fall on; the last thousand are for its followers
_EMBED = "app.bsky.embed"


@dataclass(frozen=True)
class Message:
    """One post as Bluesky will show it: `card` is the address whose card it carries, `card_in_text` if one reads it."""

    text: str
    pictures: tuple[Media, ...] = ()
    card: str | None = None
    card_in_text: bool = False


@dataclass(frozen=True)
class Reference:
    """A post that was accepted: where it is, and the hash of what it says."""

    uri: str
    cid: str

    def written(self) -> dict[str, str]:
        """Write it as a strong reference."""
        return {"uri": self.uri, "cid": self.cid}


def messages(content: Content) -> tuple[Message, ...]:
    """Turn content into posts: the parts of a thread, then the first comment as an answer to it.

    Bluesky has no warning to unfold and no second attachment: a warning is written above the text, and the link of a
    post with pictures below it. Without pictures the link, or else the first address in the text, becomes a card.
    """
    first, *others = content.parts
    if content.content_warning:
        first = first.model_copy(update={"text": f"⚠️ {content.content_warning}\n\n{first.text}".strip()})
    beginning = _with_link(first, content.link) if content.link else _message(first.text, first.media)
    comment = [_message(content.first_comment)] if content.first_comment else []
    return (beginning, *(_message(part.text, part.media) for part in others), *comment)


def _message(text: str, pictures: tuple[Media, ...] = ()) -> Message:
    card = None if pictures else bluesky_text.first_link(text)
    return Message(text, pictures, card, card_in_text=card is not None)


def _with_link(part: Part, link: str) -> Message:
    shown = link.strip()
    address = bluesky_text.address(shown)
    in_text = shown in part.text or any(span.value == address for span in bluesky_text.spans(part.text))
    if part.media:
        return Message(part.text if in_text else f"{part.text}\n\n{shown}".strip(), part.media)
    return Message(part.text, card=address, card_in_text=in_text)


def answered(content: Content) -> tuple[Reference, Reference] | None:
    """Give what content answers: the first post of its thread, and the very one; None when it answers nothing."""
    to = content.in_reply_to
    if to is None:
        return None
    held = to.reference
    return Reference(held[ROOT], held[ROOT_CID]), Reference(to.interaction, held[CID])


def languages(content: Content) -> tuple[str, ...]:
    """Give the languages of a post (`fr`, or several: `fr, en`), as many as it names."""
    return tuple(dict.fromkeys(language for language in re.split(r"[\s,;]+", content.language) if language))


def dated(created_at: datetime, part: int) -> str:
    """Write the date of a part (0 is the first): the promise, and a millisecond later each."""
    moment = require_aware(created_at).astimezone(UTC) + timedelta(milliseconds=part)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record_key(created_at: datetime, key: str, part: int) -> str:
    """Make the record key of a part (0 is the first): always the same TID for one version of one delivery.

    A TID is 53 bits of microseconds and 10 bits of clock id. The second is the promise's; microseconds and clock id
    come from the key (30 bits: two posts of one account at one second meet once in a billion); parts follow each other.
    """
    digest = hashlib.sha256(key.encode()).digest()
    second = int(require_aware(created_at).timestamp())
    microseconds = second * 1_000_000 + int.from_bytes(digest[:8], "big") % _PLACES + part
    number = microseconds << 10 | int.from_bytes(digest[8:10], "big") & 0x3FF
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def uri(did: str, rkey: str) -> str:
    """Give the address of a post in its author's repository."""
    return f"at://{did}/{COLLECTION}/{rkey}"


def rkey_of(post: str) -> str:
    """Give the record key at the end of a post's address."""
    return post.rpartition("/")[2]


def record(
    message: Message,
    *,
    created_at: str,
    languages: tuple[str, ...],
    dids: Mapping[str, str],
    embed: Mapping[str, Any] | None,
    thread: tuple[Reference, Reference] | None,
) -> dict[str, Any]:
    """Write the record of a message; `thread` are the first post of its thread and the one it answers."""
    written: dict[str, Any] = {
        "$type": COLLECTION,
        "text": message.text,
        "createdAt": created_at,
        "langs": list(languages[:MOST_LANGUAGES]),
    }
    facets = bluesky_text.facets(message.text, dids)
    if facets:
        written["facets"] = facets
    if embed is not None:
        written["embed"] = dict(embed)
    if thread is not None:
        written["reply"] = {"root": thread[0].written(), "parent": thread[1].written()}
    return written


def picture(blob: Mapping[str, Any], alt: str, width: int, height: int) -> dict[str, Any]:
    """Write one picture of an embed; the shape (pixels) lets readers keep its place while it loads."""
    return {"image": dict(blob), "alt": alt, "aspectRatio": {"width": width, "height": height}}


def pictures_embed(pictures: list[dict[str, Any]]) -> dict[str, Any]:
    """Write the pictures of a post."""
    return {"$type": f"{_EMBED}.images", "images": pictures}


def card_embed(address: str, title: str, description: str, thumb: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Write a link's card."""
    external: dict[str, Any] = {"uri": address, "title": title, "description": description}
    if thumb is not None:
        external["thumb"] = dict(thumb)
    return {"$type": f"{_EMBED}.external", "external": external}


def bare_card(address: str) -> dict[str, Any]:
    """Write the card of a page that could not be read: its address, still to be clicked."""
    return card_embed(address, re.sub(r"^https?://(www\.)?", "", address).rstrip("/"), "")

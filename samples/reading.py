"""Read what went out, independently of what published it: the page, the Atom feed and the JSON feed, over HTTP."""

from __future__ import annotations

import io
import unicodedata
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import requests
from bs4 import BeautifulSoup
from lxml import etree
from PIL import Image

from heraut.brands import NetworkName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.cli.desk import Desk
    from heraut.publishing.model import Content, Delivery
    from samples.bluesky import Network

ATOM = {"a": "http://www.w3.org/2005/Atom"}


class Page:
    """What one reader sees: its words, and the pictures by their text."""

    def __init__(self, words: str, pictures: dict[str, str]) -> None:
        self.words = _folded(words)
        self.pictures = pictures

    @classmethod
    def of_html(cls, html: str) -> Page:
        """Read HTML as a person's browser would show it."""
        soup = BeautifulSoup(html, "html.parser")
        pictures = {str(image.get("alt")): str(image.get("src")) for image in soup.find_all("img")}
        return cls(soup.get_text(" "), pictures)


def complaints(desk: Desk, published: Sequence[Delivery], network: Network | None) -> list[str]:
    """Say what should be online and is not: each text and picture, on the page and in both feeds."""
    found: list[str] = []
    for brand, account in sorted({(one.brand, one.account) for one in published if one.network is NetworkName.SITE}):
        base = f"{desk.stack['PublicUrl']}/{brand}/{account}"
        readers = {"page": _page(base), "Atom": _atom(base), "JSON Feed": _json_feed(base)}
        for delivery in published:
            if (delivery.brand, delivery.account) == (brand, account):
                for reader, seen in readers.items():
                    found += [
                        f"{brand}/{account} {reader}: {what}" for what in _missing(content(desk, delivery), seen, base)
                    ]
    on_bluesky = [one for one in published if one.network is NetworkName.BLUESKY]
    if on_bluesky:
        assert network is not None
        records = _records(network)
        for delivery in on_bluesky:
            texts = [_folded(part.text) for part in content(desk, delivery).parts]
            found += [f"Bluesky: {text[:40]}" for text in texts if text not in records]
    return found


def early(desk: Desk, published: Sequence[Delivery]) -> int:
    """Count what stood online before its second: by the public object's own time, and by what was written down."""
    count = 0
    for delivery in published:
        if delivery.published_at is not None and delivery.published_at < delivery.publish_at:
            count += 1
        elif delivery.network is NetworkName.SITE:
            address = f"{desk.stack['PublicUrl']}/{delivery.brand}/{delivery.account}/posts/{delivery.post}.json"
            told = requests.head(address, timeout=10).headers.get("Last-Modified")
            if told and parsedate_to_datetime(told) < delivery.publish_at:
                count += 1
    return count


def content(desk: Desk, delivery: Delivery) -> Content:
    """Give what this delivery says."""
    post = desk.posts.post(delivery.brand, delivery.post, delivery.version)
    assert post is not None
    return post.content_for(delivery.account, delivery.network)


def _missing(wanted: Content, seen: Page, base: str) -> list[str]:
    missing = [part.text[:40] for part in wanted.parts if _folded(part.text) not in seen.words]
    for media in wanted.media:
        source = seen.pictures.get(media.alt)
        if source is None:
            missing.append(f"picture {media.alt[:40]}")
        elif not _is_picture(requests.compat.urljoin(f"{base}/", source)):
            missing.append(f"picture at {source}")
    return missing


def _is_picture(address: str) -> bool:
    answer = requests.get(address, timeout=10)
    if answer.status_code != requests.codes.ok:
        return False
    with Image.open(io.BytesIO(answer.content)) as picture:
        picture.verify()
    return True


def _page(base: str) -> Page:
    return Page.of_html(_get(f"{base}/index.html").text)


def _atom(base: str) -> Page:
    feed = etree.fromstring(_get(f"{base}/feed.atom").content)
    return Page.of_html("\n".join(one.text or "" for one in feed.findall("a:entry/a:content", ATOM)))


def _json_feed(base: str) -> Page:
    items: list[dict[str, Any]] = _get(f"{base}/feed.json").json()["items"]
    return Page.of_html("\n".join(item["content_html"] for item in items))


def _records(network: Network) -> set[str]:
    """Read every post of the account from its own repository."""
    params = {"repo": network.did, "collection": "app.bsky.feed.post", "limit": "100"}
    answer = requests.get(f"{network.pds}/xrpc/com.atproto.repo.listRecords", params=params, timeout=10)
    return {_folded(record["value"]["text"]) for record in answer.json()["records"]}


def _get(address: str) -> requests.Response:
    answer = requests.get(address, timeout=10)
    answer.raise_for_status()
    answer.encoding = "utf-8"
    return answer


def _folded(text: str) -> str:
    """Fold white space, of every kind, to single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())

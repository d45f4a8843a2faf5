"""The `site` network, on a twin of the bucket and on S3: what is published stands in the page and both feeds."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from heraut.aws.site_objects import PublicBucket
from heraut.brands import Account, NetworkName
from heraut.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PreparationLost,
    ReadBackUnavailable,
    Refused,
    TryAgain,
    Unreachable,
)
from heraut.networks import site as site_room
from heraut.networks.base import Job, Window
from heraut.networks.site import Site
from heraut.publishing.model import Content, Media, Part, Poll, Prepared, Visibility
from tests import site_checks
from tests.contracts.stack import clients
from tests.twins.site_objects import SiteObjectsTwin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heraut.networks.site import SiteEntry, SiteObject, SiteObjects

NOW = datetime(2026, 11, 20, 11, 30, 4, 123456, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(minutes=1), NOW + timedelta(minutes=2))
HOME = "https://site.example/martin/site"
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> & \"quotes\" 'too' ]]> <!-- {{ 7*7 }} {% raw %}\n"
    "שלום \u202eevil\u202c مرحبا 👩‍👩‍👧‍👦 🇫🇷 é e\u0301 \u2028 \u00ad\n"
    "bell\x07 null\x00 escape\x1b[31m delete\x7f c1\x85 surrogate\ud800 nonchar\ufffe\uffff\U0001fffe end\n\n"
    "javascript:alert(1) data:text/html,x ftp://f.example/ //evil.example www.example.org a@b.example\n"
    'https://example.org/"onmouseover="alert(1) https://example.org/<b> https://[bad http://x.example/?a=1&b=2.'
)


@pytest.fixture(params=["twin", "bucket"])
def objects(request: pytest.FixtureRequest) -> SiteObjects:
    """A public bucket."""
    if request.param == "twin":
        return SiteObjectsTwin()
    request.getfixturevalue("aws")
    client = clients().s3
    client.create_bucket(Bucket="public", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    return PublicBucket(client, "public")


@pytest.fixture
def site(objects: SiteObjects) -> Site:
    """The adapter."""
    return Site(objects, "https://site.example", pause=lambda _: None)


def job(content: Content | str, post: str = "p1", **changes: Any) -> Job:
    """One delivery to the bakery's site."""
    said = Content(parts=(Part(text=content),)) if isinstance(content, str) else content
    made = Job(
        brand="martin",
        brand_name="Boulangerie Martin",
        post=post,
        version=1,
        key=f"martin/{post}/site/1",
        account=Account(name="site", network=NetworkName.SITE),
        secret={},
        content=said,
        created_at=NOW - timedelta(seconds=4),
    )
    return replace(made, **changes)


@dataclass
class Album:
    """Pictures of a post, by their digest."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, alt: str, width: int = 60, height: int = 40, kind: str = "JPEG", name: str = "pain.jpg") -> Media:
        out = io.BytesIO()
        Image.effect_noise((width, height), 50).convert("RGB").save(out, kind)
        return self.keep(out.getvalue(), Image.MIME[kind], alt, name)

    def keep(self, body: bytes, content_type: str, alt: str, name: str) -> Media:
        digest = hashlib.sha256(body).hexdigest()
        self.files[digest] = body
        return Media(
            key=f"media/martin/{digest}", content_type=content_type, size=len(body), sha256=digest, alt=alt, name=name
        )

    def read(self, media: Media) -> bytes:
        return self.files[media.sha256]


def prepared(site: Site, ready: Job, album: Album) -> Job:
    """Prepare a job as `prepare_delivery` does."""
    remote = site.prepare(ready, album.read, NOW).remote
    return replace(ready, prepared=Prepared(version=1, remote=dict(remote)))


def body(objects: SiteObjects, path: str) -> bytes:
    """Read an object of the account that must be there."""
    found = objects.read(f"martin/site/{path}")
    assert found is not None, path
    return found.body


def texts(objects: SiteObjects) -> list[str]:
    """Give the first line of each post on the page, newest first: page and feeds are valid and agree."""
    page = site_checks.html(body(objects, "index.html"))
    feed = site_checks.json_feed(body(objects, "feed.json"))
    atom = site_checks.atom(body(objects, "feed.atom"))
    shown = [site_checks.text_of(one.find(".//div[@class='content']")) for one in page.iter("article")]
    titles = [item["title"] for item in feed["items"]]
    assert titles == atom.xpath("a:entry/a:title/text()", namespaces=site_checks.NAMES)
    assert len(titles) == len(shown)
    assert all(text.startswith(title.rstrip("…")) for text, title in zip(shown, titles, strict=True))
    return titles


def accept_nothing(_: str) -> None:
    """Hear of accepted ids and do nothing."""


def test_a_post_is_in_the_page_and_both_feeds(objects: SiteObjects, site: Site) -> None:
    """Text, picture, description, language and moment: everywhere, and valid by others' rules."""
    album = Album()
    said = Content(parts=(Part(text="Le pain du jour\nest chaud", media=(album.add("Un pain & sa croûte"),)),))
    heard: list[str] = []

    found = site.publish(prepared(site, job(said), album), heard.append, NOW)

    assert (found.remote_ids, found.url, found.at) == (("p1",), f"{HOME}/p/p1.html", NOW)
    assert heard == ["p1"]
    assert texts(objects) == ["Le pain du jour"]
    page = site_checks.html(body(objects, "index.html"))
    picture = page.find(".//article//img")
    assert picture is not None
    assert picture.get("alt") == "Un pain & sa croûte"
    assert (picture.get("width"), picture.get("height")) == ("60", "40")
    moment = page.find(".//article//time")
    assert site_checks.text_of(moment) == "vendredi 20 novembre 2026, 12 h 30"
    item = site_checks.json_feed(body(objects, "feed.json"))["items"][0]
    path = str(picture.get("src"))
    assert item["attachments"][0] | {"size_in_bytes": 0} == {
        "url": f"{HOME}/{path}",
        "mime_type": "image/jpeg",
        "size_in_bytes": 0,
        "title": "Un pain & sa croûte",
    }
    entry = site_checks.atom(body(objects, "feed.atom")).xpath("a:entry", namespaces=site_checks.NAMES)[0]
    assert entry.xpath("string(a:link[@rel='enclosure']/@href)", namespaces=site_checks.NAMES) == f"{HOME}/{path}"
    for content in (item["content_html"], entry.xpath("string(a:content)", namespaces=site_checks.NAMES)):
        read = site_checks.content(content).find(".//img")
        assert read is not None
        assert (read.get("alt"), read.get("src")) == ("Un pain & sa croûte", f"{HOME}/{path}")
    assert Image.open(io.BytesIO(body(objects, path))).size == (60, 40)


def test_the_post_has_a_page_of_its_own(objects: SiteObjects, site: Site) -> None:
    """Its link opens a page that says whose it is, and previews well."""
    album = Album()
    said = Content(parts=(Part(text="Le pain du jour", media=(album.add("Un pain"),)),))
    site.publish(prepared(site, job(said), album), accept_nothing, NOW)

    page = site_checks.html(body(objects, "p/p1.html"))

    assert site_checks.text_of(page.find("head/title")) == "Le pain du jour · Boulangerie Martin"
    seen = {meta.get("property"): meta.get("content") for meta in page.iter("meta") if meta.get("property")}
    assert seen["og:title"] == "Le pain du jour"
    assert str(seen["og:image"]).startswith(f"{HOME}/media/")
    picture = page.find(".//article//img")
    assert picture is not None
    body(objects, str(picture.get("src")).removeprefix("../"))


def test_everything_a_post_can_hold_is_shown(objects: SiteObjects, site: Site) -> None:
    """A thread in its order, a poll as text, a link, a first comment, behind a warning, in its language."""
    said = Content(
        parts=(Part(text="Premier"), Part(text="Deuxième"), Part(text="Troisième")),
        link="https://www.example.org/recette?x=1&y=2",
        first_comment="Le premier commentaire",
        content_warning="Allergènes",
        language="pt-BR",
        poll=Poll(options=("Oui", "Non", "Peut-être")),
    )
    found = site.publish(job(said), accept_nothing, NOW)

    assert found.remote_ids == ("p1", "p1#2", "p1#3")
    article = site_checks.html(body(objects, "index.html")).find(".//article")
    assert article is not None
    content = article.find("div")
    assert content is not None
    assert content.get("lang") == "pt-BR"
    assert site_checks.text_of(article.find(".//summary")) == "Avertissement Allergènes"
    shown = site_checks.text_of(article.find(".//details"))
    places = [shown.index(word) for word in ("Premier", "Deuxième", "Troisième", "Oui", "Peut-être", "example.org")]
    assert places == sorted(places)
    assert "Le premier commentaire" in shown
    item = site_checks.json_feed(body(objects, "feed.json"))["items"][0]
    assert (item["title"], item["summary"], item["language"]) == ("Allergènes", "Allergènes", "pt-BR")
    for word in ("Premier", "Troisième", "Peut-être", "recette", "Le premier commentaire"):
        assert word in item["content_html"]
    entry = site_checks.atom(body(objects, "feed.atom")).xpath("a:entry", namespaces=site_checks.NAMES)[0]
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "pt-BR"
    assert "Premier" not in body(objects, "p/p1.html").decode().split("</head>")[0]


def test_a_film_is_shown_and_attached(objects: SiteObjects, site: Site) -> None:
    """A film is copied as it is."""
    album = Album()
    film = album.keep(b"\0\0\0\x18ftypisom", "video/mp4", "Le four", "four.mp4")
    site.publish(prepared(site, job(Content(parts=(Part(text="", media=(film,)),))), album), accept_nothing, NOW)

    shown = site_checks.html(body(objects, "index.html")).find(".//video")
    assert shown is not None
    assert shown.get("aria-label") == "Le four"
    assert body(objects, str(shown.get("src"))) == b"\0\0\0\x18ftypisom"
    item = site_checks.json_feed(body(objects, "feed.json"))["items"][0]
    assert item["attachments"][0]["mime_type"] == "video/mp4"
    assert item["title"] == "Publication de Boulangerie Martin"


def test_newest_comes_first(objects: SiteObjects, site: Site) -> None:
    """Posts stand in the order in which they went out."""
    for number in (2, 0, 1):
        site.publish(job(f"Numéro {number}", f"p{number}"), accept_nothing, NOW + timedelta(minutes=number))

    assert texts(objects) == ["Numéro 2", "Numéro 1", "Numéro 0"]


def test_brands_and_accounts_do_not_mix(objects: SiteObjects, site: Site) -> None:
    """Another brand, or another account of the brand whose name starts alike, has pages of its own."""
    site.publish(job("Ici"), accept_nothing, NOW)
    site.publish(job("Ailleurs", account=Account(name="site2", network=NetworkName.SITE)), accept_nothing, NOW)
    site.publish(job("Concurrent", brand="martine"), accept_nothing, NOW)

    assert texts(objects) == ["Ici"]


def test_publishing_again_changes_nothing(objects: SiteObjects, site: Site) -> None:
    """The same delivery a second time is a success, is not doubled and keeps its moment."""
    first = site.publish(job("Bonjour"), accept_nothing, NOW)
    before = {
        name: body(objects, name) for name in ("index.html", "feed.atom", "feed.json", "posts/p1.json", "p/p1.html")
    }

    again = site.publish(job("Bonjour"), accept_nothing, NOW + timedelta(minutes=3))

    assert again == first
    assert {name: body(objects, name) for name in before} == before


def test_parts_already_told_are_not_told_again(site: Site) -> None:
    """`accepted` hears of what `done` does not hold."""
    thread = Content(parts=(Part(text="un"), Part(text="deux")))
    heard: list[str] = []

    site.publish(job(thread, done=("p1",)), heard.append, NOW)

    assert heard == ["p1#2"]


def test_anothers_content_at_our_place_is_refused(objects: SiteObjects, site: Site) -> None:
    """What stands there under the same name and is not this delivery is never taken for it, nor overwritten."""
    site.publish(job("Bonjour"), accept_nothing, NOW)

    with pytest.raises(Refused) as caught:
        site.publish(job("Bonsoir", version=2, key="martin/p1/site/2"), accept_nothing, NOW)

    assert caught.value.problem.code == "site_other_post"
    assert texts(objects) == ["Bonjour"]
    assert site.find(job("Bonsoir", version=2, key="martin/p1/site/2"), WINDOW, frozenset()) is None


def test_a_strange_object_at_our_place_is_refused(objects: SiteObjects, site: Site) -> None:
    """Something that is no post of ours."""
    objects.create("martin/site/posts/p1.json", b"{}", "application/json", "no-cache")

    with pytest.raises(Refused):
        site.publish(job("Bonjour"), accept_nothing, NOW)


def test_pictures_that_are_not_ready_are_asked_for(objects: SiteObjects, site: Site) -> None:
    """Without its pictures nothing is published: they are prepared first."""
    album = Album()
    said = Content(parts=(Part(text="Le pain", media=(album.add("Un pain"),)),))

    with pytest.raises(PreparationLost):
        site.publish(job(said), accept_nothing, NOW)

    assert list(objects.entries("martin/")) == []


def test_preparing_shrinks_names_by_content_and_resumes(objects: SiteObjects, site: Site) -> None:
    """A large picture is made smaller; the same one twice is one file; what is prepared is not read again."""
    album = Album()
    large = album.add("Grande", 1700, 300, "PNG")
    said = Content(parts=(Part(text="", media=(large, large.model_copy(update={"alt": "Encore"}))),))

    ready = prepared(site, job(said), album)
    again = site.prepare(ready, Album().read, NOW)

    assert again.remote == (ready.prepared.remote if ready.prepared else None)
    entries = objects.entries("martin/site/media/")
    assert len(entries) == 1
    shown = Image.open(io.BytesIO(body(objects, entries[0].key.removeprefix("martin/site/"))))
    assert max(shown.size) == 1600
    site.publish(ready, accept_nothing, NOW)
    alts = [one.get("alt") for one in site_checks.html(body(objects, "index.html")).iter("img")]
    assert alts == ["Grande", "Encore"]


def test_an_unlisted_post_is_only_where_its_link_leads(objects: SiteObjects, site: Site) -> None:
    """It has a page, and stands in no list."""
    hidden = Content(parts=(Part(text="Entre nous"),), visibility=Visibility.UNLISTED)
    found = site.publish(job(hidden, "secret"), accept_nothing, NOW)
    site.publish(job("Pour tous", "public"), accept_nothing, NOW)

    assert found.url == f"{HOME}/p/secret.html"
    assert "Entre nous" in body(objects, "p/secret.html").decode()
    assert texts(objects) == ["Pour tous"]
    assert site.find(job(hidden, "secret"), WINDOW, frozenset()) == found
    for name in ("index.html", "feed.json", "feed.atom"):
        assert b"secret" not in body(objects, name)


def test_the_page_stays_light(objects: SiteObjects, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest fifty (here: four) are on the page and in the feeds; the others in a list, each with its page."""
    assert site_room.NEWEST == 50
    monkeypatch.setattr(site_room, "NEWEST", 4)
    count = 4 + 3
    for number in range(count):
        site.publish(job(f"Numéro {number}", f"p{number:03}"), accept_nothing, NOW + timedelta(minutes=number))

    assert texts(objects) == [f"Numéro {number}" for number in range(count - 1, 2, -1)]
    page = site_checks.html(body(objects, "index.html"))
    assert [link.get("href") for link in page.iter("a") if link.get("href") == "older.html"]
    older = site_checks.html(body(objects, "older.html"))
    links = [str(link.get("href")) for link in older.findall(".//section//a")]
    assert sorted(links) == [f"p/p{number:03}.html" for number in range(3)]
    for link in links:
        body(objects, link)


def test_hostile_text_harms_nobody(objects: SiteObjects, site: Site) -> None:
    """Markup, control characters, half characters and evil links in every field: text, or left out."""
    album = Album()
    evil = Content(
        parts=(Part(text=HOSTILE, media=(album.add(HOSTILE),)), Part(text=HOSTILE)),
        link="javascript:alert(1)",
        first_comment=HOSTILE,
        content_warning=HOSTILE,
        language="fr\" onload='x",
        poll=Poll(options=(HOSTILE, "</script>")),
    )
    ready = prepared(site, job(evil, brand_name="<b>Martin</b> & fils \x00\x07"), album)

    found = site.publish(ready, accept_nothing, NOW)

    page = site_checks.html(body(objects, "index.html"))
    site_checks.html(body(objects, "p/p1.html"))
    feed = site_checks.json_feed(body(objects, "feed.json"))
    site_checks.atom(body(objects, "feed.atom"))
    shown = site_checks.text_of(page.find(".//article"))
    assert "<script>alert(1)</script> <img src=x onerror=alert(1)> &" in shown
    assert "{{ 7*7 }}" in shown
    assert "👩‍👩‍👧‍👦" in shown
    assert "bell null escape[31m delete c1 surrogate nonchar end" in shown
    assert feed["title"] == "<b>Martin</b> & fils"
    assert page.find(".//article//b") is None
    links = {str(link.get("href")) for link in page.findall(".//article//p//a")}
    assert "https://www.example.org" in links
    assert "http://x.example/?a=1&b=2" in links
    assert not [link for link in links if "evil" in link or "f.example" in link]
    assert site.find(ready, WINDOW, frozenset()) == found


def test_nothing_found_is_nothing_published(site: Site) -> None:
    """A post that was never written is absent."""
    assert site.find(job("Bonjour"), WINDOW, frozenset()) is None


class Disturbed:
    """A bucket in which something happens before an operation on certain keys."""

    def __init__(self, objects: SiteObjects, before: Callable[[str, str], None]) -> None:
        self.objects = objects
        self._before = before
        self.reads: list[str] = []

    def read(self, key: str) -> SiteObject | None:
        self._before("read", key)
        self.reads.append(key)
        return self.objects.read(key)

    def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
        self._before("create", key)
        return self.objects.create(key, body, content_type, cache)

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        self._before("replace", key)
        return self.objects.replace(key, body, etag, content_type, cache)

    def entries(self, prefix: str) -> Sequence[SiteEntry]:
        self._before("entries", prefix)
        return self.objects.entries(prefix)


def over(objects: SiteObjects, before: Callable[[str, str], None]) -> Site:
    """The adapter over a disturbed bucket."""
    return Site(Disturbed(objects, before), "https://site.example", pause=lambda _: None)


def failing(error: Exception, operation: str, ending: str) -> Callable[[str, str], None]:
    """Fail at an operation on keys with this ending."""

    def before(doing: str, key: str) -> None:
        if doing == operation and key.endswith(ending):
            raise error

    return before


CRASHES = [
    ("read", "p/p1.html"),
    ("create", "p/p1.html"),
    ("read", "feed.json"),
    ("entries", "posts/"),
    ("create", "feed.json"),
    ("create", "feed.atom"),
    ("create", "index.html"),
]


@pytest.mark.parametrize(("operation", "ending"), CRASHES)
def test_a_crash_before_the_pages_is_mended_by_looking(
    objects: SiteObjects, site: Site, operation: str, ending: str
) -> None:
    """The post is out, its pages are not: the outcome is unknown, and looking finds it and makes the pages."""
    with pytest.raises(OutcomeUnknown):
        over(objects, failing(TryAgain("no"), operation, ending)).publish(job("Bonjour"), accept_nothing, NOW)

    found = site.find(job("Bonjour"), WINDOW, frozenset())

    assert found is not None
    assert found.at == NOW
    assert texts(objects) == ["Bonjour"]
    body(objects, "p/p1.html")


@pytest.mark.parametrize(("operation", "ending"), CRASHES)
def test_a_crash_before_the_pages_is_mended_by_the_next_post(
    objects: SiteObjects, site: Site, operation: str, ending: str
) -> None:
    """Whoever publishes next shows both."""
    with pytest.raises(OutcomeUnknown):
        over(objects, failing(TryAgain("no"), operation, ending)).publish(job("Bonjour"), accept_nothing, NOW)

    site.publish(job("Bonsoir", "p2"), accept_nothing, NOW + timedelta(minutes=1))

    assert texts(objects) == ["Bonsoir", "Bonjour"]


def test_our_own_write_that_was_retried_below_us_is_ours(objects: SiteObjects) -> None:
    """The bucket's answer was lost and the write repeated by the SDK: it says no, and what stands there is ours."""

    class Repeating(Disturbed):
        def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
            super().create(key, body, content_type, cache)
            return False

    site = Site(Repeating(objects, lambda *_: None), "https://site.example", pause=lambda _: None)

    assert site.publish(job("Bonjour"), accept_nothing, NOW).remote_ids == ("p1",)
    assert texts(objects) == ["Bonjour"]


@pytest.mark.parametrize(("error", "expected"), [(TryAgain("no"), OutcomeUnknown), (ConfigurationError("no"), Refused)])
def test_a_bucket_that_does_not_take_the_post_says_what_follows(
    objects: SiteObjects, error: Exception, expected: type[Exception]
) -> None:
    """No answer: it may be out. Not allowed: it is not."""
    with pytest.raises(expected):
        over(objects, failing(error, "create", "posts/p1.json")).publish(job("Bonjour"), accept_nothing, NOW)


@pytest.mark.parametrize(("error", "expected"), [(TryAgain("no"), Unreachable), (ConfigurationError("no"), Refused)])
def test_a_bucket_that_does_not_take_pictures_is_tried_again(
    objects: SiteObjects, error: Exception, expected: type[Exception]
) -> None:
    """Nothing is out while pictures are being put away."""
    album = Album()
    said = Content(parts=(Part(text="", media=(album.add("Un pain"),)),))

    with pytest.raises(expected):
        over(objects, failing(error, "create", ".jpg")).prepare(job(said), album.read, NOW)


@pytest.mark.parametrize("key", ["posts/p1.json", "index.html"])
def test_what_cannot_be_read_proves_nothing(objects: SiteObjects, site: Site, key: str) -> None:
    """A look that fails is no proof of absence."""
    site.publish(job("Bonjour"), accept_nothing, NOW)

    with pytest.raises(ReadBackUnavailable):
        over(objects, failing(TryAgain("no"), "read", key)).find(job("Bonjour"), WINDOW, frozenset())


@pytest.mark.parametrize("ending", ["feed.json", "feed.atom", "index.html"])
@pytest.mark.parametrize("operation", ["read", "entries", "create", "replace"])
def test_two_posts_in_one_second_both_stand(objects: SiteObjects, operation: str, ending: str) -> None:
    """Another publisher comes through while we are at a page: neither post is lost."""
    other = Site(objects, "https://site.example", pause=lambda _: None)
    if operation in {"read", "replace"}:
        other.publish(job("Hier", "p0"), accept_nothing, NOW - timedelta(days=1))
    came: list[str] = []

    def before(doing: str, key: str) -> None:
        if doing == operation and key.endswith("posts/" if doing == "entries" else ending) and not came:
            came.append(key)
            other.publish(job("L'autre", "p2"), accept_nothing, NOW)

    over(objects, before).publish(job("Le nôtre", "p1"), accept_nothing, NOW)

    assert came
    assert {"L'autre", "Le nôtre"} <= set(texts(objects))


def test_a_page_that_is_never_free_leaves_the_outcome_unknown(objects: SiteObjects) -> None:
    """Tries are counted: the post is out, and `find` comes back to its pages."""

    class Crowded(Disturbed):
        def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
            return not key.endswith("index.html") and super().create(key, body, content_type, cache)

    site = Site(Crowded(objects, lambda *_: None), "https://site.example", pause=lambda _: None)

    with pytest.raises(OutcomeUnknown) as caught:
        site.publish(job("Bonjour"), accept_nothing, NOW)

    assert caught.value.problem.code == "site_crowded"


def test_many_publishers_at_once_lose_nothing() -> None:
    """Twenty-four threads at one page: every post is in the page and both feeds, valid at every moment."""
    objects = SiteObjectsTwin()
    start = threading.Barrier(24)
    failures: list[Exception] = []

    def slow(_doing: str, _key: str) -> None:
        time.sleep(0.001)

    def publish(number: int) -> None:
        start.wait()
        site = Site(Disturbed(objects, slow), "https://site.example")
        try:
            site.publish(job(f"Numéro {number}", f"p{number}"), accept_nothing, NOW)
        except OutcomeUnknown:
            site.find(job(f"Numéro {number}", f"p{number}"), WINDOW, frozenset())
        except Exception as error:  # noqa: BLE001 -- shown below
            failures.append(error)

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert sorted(texts(objects)) == sorted(f"Numéro {number}" for number in range(24))


def test_posts_are_not_read_one_by_one(objects: SiteObjects, site: Site) -> None:
    """What the last feed holds is not read again: a page costs the same with one post or fifty."""
    for number in range(5):
        site.publish(job(f"Numéro {number}", f"p{number}"), accept_nothing, NOW + timedelta(minutes=number))
    disturbed = Disturbed(objects, lambda *_: None)

    Site(disturbed, "https://site.example").publish(job("Dernier", "p9"), accept_nothing, NOW + timedelta(hours=1))

    assert [key for key in disturbed.reads if "/posts/" in key] == ["martin/site/posts/p9.json"]
    assert texts(objects)[0] == "Dernier"


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"items": [{"_heraut": {"post": {}}}]}', b"\xff"])
def test_a_broken_feed_is_made_again(objects: SiteObjects, site: Site, broken: bytes) -> None:
    """Whatever became of the feed, the posts are the truth."""
    site.publish(job("Bonjour"), accept_nothing, NOW)
    there = objects.read("martin/site/feed.json")
    assert there is not None
    objects.replace("martin/site/feed.json", broken, there.etag, "application/feed+json", "no-cache")

    site.publish(job("Bonsoir", "p2"), accept_nothing, NOW + timedelta(minutes=1))

    assert texts(objects) == ["Bonsoir", "Bonjour"]


def test_without_an_address_links_are_relative(objects: SiteObjects) -> None:
    """A site that is not served has no link to give, and is valid all the same."""
    site = Site(objects, "")

    assert site.publish(job("Bonjour"), accept_nothing, NOW).url is None
    assert texts(objects) == ["Bonjour"]
    identity = site.check(job("").account, {})
    assert [found.code for found in identity.problems] == ["site_not_served"]


def test_an_account_may_have_its_own_address(objects: SiteObjects, site: Site) -> None:
    """A domain of the brand's own leads to the account's folder."""
    own = Account(name="site", network=NetworkName.SITE, url="https://actus.martin.example/")

    found = site.publish(job("Bonjour", account=own), accept_nothing, NOW)

    assert found.url == "https://actus.martin.example/p/p1.html"
    assert site.check(own, {}).url == "https://actus.martin.example/"


def test_a_second_page_may_have_a_name_of_its_own(objects: SiteObjects, site: Site) -> None:
    """`handle` is the name on the page and in the feeds, instead of the brand's."""
    own = Account(name="site", network=NetworkName.SITE, handle="Le journal du fournil")

    site.publish(job("Bonjour", account=own), accept_nothing, NOW)

    assert site_checks.text_of(site_checks.html(body(objects, "index.html")).find(".//h1")) == "Le journal du fournil"
    assert site_checks.json_feed(body(objects, "feed.json"))["title"] == "Le journal du fournil"


def test_labels_speak_the_accounts_language(objects: SiteObjects, site: Site) -> None:
    """English for an English account."""
    site.publish(job("Hello", language="en", zone="Europe/London"), accept_nothing, NOW)

    page = site_checks.html(body(objects, "index.html"))
    assert page.get("lang") == "en"
    assert site_checks.text_of(page.find(".//time")) == "Friday 20 November 2026, 11:30"
    assert json.loads(body(objects, "feed.json"))["description"] == "Posts by Boulangerie Martin, newest first."


def test_readers_are_told_what_things_are_and_how_long_to_keep_them() -> None:
    """Pages are asked for again each time; pictures never change."""
    objects, album = SiteObjectsTwin(), Album()
    site = Site(objects, "https://site.example")
    said = Content(parts=(Part(text="Le pain", media=(album.add("Un pain"),)),))
    site.publish(prepared(site, job(said), album), accept_nothing, NOW)

    told = {key.removeprefix("martin/site/"): (objects.types[key], objects.caches[key]) for key in objects.objects}

    assert told.pop("index.html") == ("text/html; charset=utf-8", "no-cache")
    assert told.pop("p/p1.html") == ("text/html; charset=utf-8", "no-cache")
    assert told.pop("feed.atom") == ("application/atom+xml; charset=utf-8", "no-cache")
    assert told.pop("feed.json") == ("application/feed+json; charset=utf-8", "no-cache")
    assert told.pop("posts/p1.json") == ("application/json", "no-cache")
    assert list(told.values()) == [("image/jpeg", "public, max-age=31536000, immutable")]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (Content(parts=(Part(text="Bonjour"),)), []),
        (Content(parts=(Part(text=" \n"),)), ["site_nothing_to_show"]),
        (Content(parts=(Part(text=""),), poll=Poll(options=("a", "b"))), []),
        (Content(parts=(Part(text="x"),), visibility=Visibility.PRIVATE), ["site_not_private"]),
        (Content(parts=(Part(text="x"),), visibility=Visibility.UNLISTED), []),
        (Content(parts=(Part(text="x", media=(Album().add("a"),) * 21),)), ["site_too_many_media"]),
        (
            Content(parts=(Part(text="", media=(Album().keep(b"%PDF", "application/pdf", "a", "b"),)),)),
            ["site_media_unknown"],
        ),
        (
            Content(
                parts=(
                    Part(
                        text="",
                        media=(Album().add("a").model_copy(update={"content_type": "video/mp4", "size": 10**9}),),
                    ),
                )
            ),
            ["site_film_too_large"],
        ),
    ],
)
def test_what_the_site_would_not_show_is_found_before(site: Site, content: Content, codes: list[str]) -> None:
    """A private post, an empty one, a file that no page shows: said when the calendar is read."""
    limits = site.limits(job("").account, {})

    assert [found.code for found in site.validate(content, limits)] == codes
    assert site.count("é👍", limits) == 2


def test_pictures_are_prepared_ahead_and_texts_are_not(site: Site) -> None:
    """Ten minutes for pictures; a repeat is harmless for years."""
    pictured = Content(parts=(Part(text="x", media=(Album().add("a"),)),))

    assert site.prepare_ahead(pictured) == timedelta(minutes=10)
    assert site.prepare_ahead(Content(parts=(Part(text="x"),))) is None
    assert site.repeat_is_safe(job("x")) > timedelta(days=365)  # type: ignore[operator]

"""A calendar dropped into the inbox leaves at its second, on every account, and people hear of it."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from PIL import Image

from heraut.due import stamp
from tests.e2e.bluesky_server import BREAKS, FORGETS
from tests.e2e.conftest import BRAND
from tests.e2e.week import LATER, SOON, TEXT, WORDS, calendar
from tests.e2e.world import eventually, reports

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.e2e.bluesky_server import BlueskyServer
    from tests.e2e.world import World


def deliveries(world: World) -> dict[str, dict[str, Any]]:
    """The deliveries as stored, by row and account: `a/site`."""
    items = world.scan("PostsTable")
    found = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
    mine = [one for one in found if one["sk"].startswith("delivery#")]
    return {f"{one['post'].split('-')[0]}/{one['account']}": one for one in mine}


def state(world: World, name: str) -> str | None:
    """The state of one delivery, None before it exists."""
    return deliveries(world).get(name, {}).get("state")


def mail_with(world: World, words: str) -> EmailMessage | None:
    """The first mail whose text has these words."""
    return next((mail for mail in world.mails() if words in text_of(mail)), None)


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def links_in(world: World, mail: EmailMessage) -> list[str]:
    """The links of a mail's buttons, in its order."""
    found: list[str] = re.findall(rf"{re.escape(world.outputs['LinksUrl'])}\S+", text_of(mail))
    return [one for one in found if "/media/" not in one]


def opened(address: str, *, press: bool = False, **form: str) -> str:
    """Open a page of a link as a browser, or press its button; what it refuses to do is a page too."""
    sent = urlencode(form).encode() if press else None
    request = Request(address, data=sent, method="POST" if press else "GET")
    try:
        with urlopen(request, timeout=60) as answer:
            return str(answer.read().decode())
    except HTTPError as refused:
        if refused.code != 409:
            raise
        return refused.read().decode()


def test_the_post_is_on_the_public_page_with_its_picture_and_not_before_its_second(
    dropped: World, start: datetime
) -> None:
    """What was dropped into the inbox is read by a stranger on the page, in Atom and in JSON."""
    folder = f"{BRAND}/site"
    eventually(lambda: WORDS in dropped.public(f"{folder}/index.html").decode(), 120)
    eventually(lambda: state(dropped, "a/site") == "published")

    (item,) = json.loads(dropped.public(f"{folder}/feed.json"))["items"]
    (address,) = set(re.findall(r'"(http[^"]+?\.(?:png|jpg|webp))"', json.dumps(item)))
    with urlopen(address, timeout=10) as answer:
        assert Image.open(io.BytesIO(answer.read())).size == (40, 30)
    assert WORDS in json.dumps(item, ensure_ascii=False)
    assert WORDS in dropped.public(f"{folder}/feed.atom").decode()
    assert datetime.fromisoformat(deliveries(dropped)["a/site"]["published_at"]) >= start + SOON


def test_bluesky_got_the_same_post_once(dropped: World, bluesky: BlueskyServer, start: datetime) -> None:
    """With its picture and its tag, under one record key."""
    eventually(lambda: state(dropped, "a/bluesky") == "published", 120)

    (record,) = [one for one in bluesky.records.values() if one["text"] == TEXT]
    assert record["embed"]["images"][0]["alt"] == "Un four"
    assert [facet["features"][0]["tag"] for facet in record["facets"]] == ["pain"]
    assert datetime.fromisoformat(deliveries(dropped)["a/bluesky"]["published_at"]) >= start + SOON


def test_the_wrong_row_is_in_the_report_and_the_good_ones_are_queued(dropped: World) -> None:
    """Each row is checked alone; the report says which, what and what to do."""
    (report,) = eventually(lambda: reports(dropped))
    (refused,) = [row for row in report["rows"] if row["outcome"] == "refused"]

    assert (report["counts"]["queued"], report["counts"]["refused"]) == (8, 1)
    assert refused["row"] == 3
    assert "inconnu" in json.dumps(refused["problems"], ensure_ascii=False)


def test_a_person_publishes_by_hand_and_says_so_once(dropped: World) -> None:
    """The mail has text and picture; its link shows without acting; the button acts; a later visit says who did."""
    eventually(lambda: state(dropped, "a/instagram") == "asking", 120)
    mail = eventually(lambda: mail_with(dropped, TEXT))
    link = links_in(dropped, mail)[0]
    pictures = re.findall(rf"{re.escape(dropped.outputs['LinksUrl'])}\S+/media/1", text_of(mail))

    assert str(mail["To"]).endswith("<lea@essai.example>")
    with urlopen(pictures[0], timeout=10) as answer:
        assert Image.open(io.BytesIO(answer.read())).size == (40, 30)
    page = opened(link)
    shown = re.findall(r'<img[^>]* src="([^"]+)"', page)
    with urlopen(shown[0].replace("&amp;", "&"), timeout=10) as answer:
        assert answer.status == 200
    assert "<form" in page
    assert state(dropped, "a/instagram") == "asking"
    assert "<form" not in opened(link, press=True)
    assert state(dropped, "a/instagram") == "published"
    assert "Léa" in opened(link)


def test_what_is_too_late_is_said_and_a_person_decides(dropped: World) -> None:
    """Nothing late leaves by itself: the mail offers now, the next slot, or nothing."""
    eventually(lambda: {state(dropped, "e/lent"), state(dropped, "f/lent")} == {"expired"}, 60)
    publish_now = links_in(dropped, eventually(lambda: mail_with(dropped, "> Trop tard, à publier maintenant")))[0]
    next_slot = links_in(dropped, eventually(lambda: mail_with(dropped, "> Trop tard, au prochain créneau")))[1]

    assert "<form" in opened(publish_now)
    opened(publish_now, press=True)
    opened(next_slot, press=True)
    eventually(lambda: state(dropped, "e/lent") == "published", 60)
    assert state(dropped, "f/lent") == "scheduled"
    assert deliveries(dropped)["f/lent"]["local"].endswith("T07:30")


def test_an_edited_row_is_an_edit(dropped: World, start: datetime) -> None:
    """The same file with one other text changes one post, and queues nothing twice."""
    before = len(deliveries(dropped))
    dropped.drop("semaine.zip", calendar(BRAND, start, "Plus tard, en mieux"))
    report = eventually(lambda: len(reports(dropped)) > 1 and reports(dropped)[-1], 60)

    assert (report["counts"]["edited"], report["counts"]["queued"]) == (1, 0)
    assert len(deliveries(dropped)) == before


def test_the_tick_sends_what_became_due(dropped: World) -> None:
    """A post queued hours ahead leaves through the due index, its uploads first. The hours are taken off its row."""
    eventually(lambda: deliveries(dropped).get("g/site", {}).get("version") == "2")
    now = datetime.now(UTC)
    bring_forward(dropped, "g/site", due_at=now + timedelta(seconds=5), publish_at=now + timedelta(seconds=5))
    bring_forward(dropped, "h/bluesky", due_at=now)
    dropped.invoke("DispatchFunction", {"scheduled_time": "x"})

    eventually(lambda: state(dropped, "g/site") == "published", 60)
    eventually(lambda: "Plus tard, en mieux" in dropped.public(f"{BRAND}/site/index.html").decode())
    assert state(dropped, "h/bluesky") == "scheduled"


def test_a_lost_answer_is_read_back_and_a_lost_picture_sent_again(dropped: World, bluesky: BlueskyServer) -> None:
    """Neither is doubled, and nobody is asked."""
    eventually(lambda: state(dropped, "d/bluesky") == "published", 120)
    eventually(lambda: state(dropped, "c/bluesky") == "published", 120)

    texts = [one["text"] for one in bluesky.records.values()]
    assert texts.count(f"Réponse en {BREAKS}") == 1
    assert texts.count(f"Image à l'{FORGETS}") == 1


def test_rows_absent_from_a_later_version_of_a_long_file_are_reported_and_stay(world: World) -> None:
    """A year of rows is read as a whole; what a later version leaves out is said, and stays queued."""
    long = 301
    first = datetime.now(ZoneInfo("Europe/Paris")) + LATER
    rows = [
        f"{BRAND};{moment:%d/%m/%Y};{moment:%H:%M};site;Ligne {number}"
        for number, moment in ((number, first + timedelta(hours=number)) for number in range(long))
    ]
    world.drop("annee.csv", "\n".join(["marque;date;heure;comptes;texte", *rows]).encode())
    eventually(lambda: reports(world, "annee.csv"), 90)
    world.drop("annee.csv", "\n".join(["marque;date;heure;comptes;texte", rows[0]]).encode())
    whole, short = eventually(lambda: len(reports(world, "annee.csv")) == 2 and reports(world, "annee.csv"), 90)

    assert (whole["counts"]["queued"], whole["counts"]["refused"]) == (long, 0)
    assert (short["counts"]["unchanged"], short["counts"]["absent"]) == (1, long - 1)


def test_tokens_are_renewed_and_a_person_hears_of_what_only_they_can_renew(world: World) -> None:
    """The hourly function signs in, and keeps the new tokens where the others read them."""
    world.invoke("RefreshFunction", {"scheduled_time": "x"})
    name = f"{world.outputs['SecretsPath']}/{BRAND}/bluesky"
    kept = json.loads(world.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    assert kept["password"]
    assert kept["access_jwt"]
    eventually(lambda: mail_with(world, "doit être reconnecté"))


def bring_forward(world: World, name: str, **instants: datetime) -> None:
    """Give a stored delivery other instants, as if the hours before them had passed."""
    row = deliveries(world)[name]
    for attribute, instant in instants.items():
        world.client("dynamodb").update_item(
            TableName=world.outputs["PostsTable"],
            Key={"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}},
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": attribute},
            ExpressionAttributeValues={":value": {"S": stamp(instant)}},
        )

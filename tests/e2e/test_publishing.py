"""A calendar dropped into the inbox leaves at its second, on every account, and people hear of it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.e2e.conftest import BRAND
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from tests.e2e.bluesky_server import BlueskyServer
    from tests.e2e.world import World

SOON = timedelta(seconds=25)
TEXT = "Le four est chaud : à tout de suite ! #pain"
HEADER = "id;marque;date;heure;comptes;texte;media;alt"


def picture() -> bytes:
    """A small picture, as a PNG file."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(made, "PNG")
    return made.getvalue()


@pytest.fixture(name="due", scope="module")
def _due() -> datetime:
    return (datetime.now(UTC) + SOON).replace(microsecond=0)


@pytest.fixture(name="dropped", scope="module")
def _dropped(world: World, due: datetime) -> World:
    """One post for two networks and a person, and one row that names an unknown account."""
    local = due.astimezone(ZoneInfo("Europe/Paris"))
    when = f"{local:%d/%m/%Y};{local:%H:%M:%S}"
    rows = [f"a;{BRAND};{when};site, bluesky, instagram;{TEXT};four.png;Un four", f"b;{BRAND};{when};inconnu;Perdu;;"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("semaine.csv", "\n".join([HEADER, *rows]))
        packed.writestr("four.png", picture())
    world.drop("semaine.zip", archive.getvalue())
    return world


def deliveries(world: World) -> dict[str, dict[str, Any]]:
    """The deliveries of the brand as stored, by account."""
    items = world.client("dynamodb").scan(TableName=world.outputs["PostsTable"])["Items"]
    found = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
    return {one["account"]: one for one in found if one["sk"].startswith("delivery#")}


def test_the_post_is_on_the_public_page_with_its_picture_and_not_before_its_second(
    dropped: World, due: datetime
) -> None:
    """What was dropped into the inbox is read by a stranger on the page, in Atom and in JSON."""
    folder = f"{BRAND}/site"
    eventually(lambda: TEXT.split("#", maxsplit=1)[0].strip() in dropped.public(f"{folder}/index.html").decode(), 45)
    sent = deliveries(dropped)["site"]

    feed = json.loads(dropped.public(f"{folder}/feed.json"))
    (item,) = feed["items"]
    assert TEXT.split("#", maxsplit=1)[0].strip() in json.dumps(item, ensure_ascii=False)
    assert TEXT.split("#", maxsplit=1)[0].strip() in dropped.public(f"{folder}/feed.atom").decode()
    (address,) = set(re.findall(r'"(http[^"]+?\.(?:png|jpg|webp))"', json.dumps(item)))
    with urlopen(address, timeout=10) as answer:
        assert Image.open(io.BytesIO(answer.read())).size == (40, 30)
    assert sent["state"] == "published"
    assert datetime.fromisoformat(sent["published_at"]) >= due


def test_bluesky_got_the_same_post_once(dropped: World, bluesky: BlueskyServer, due: datetime) -> None:
    """With its picture and its tag, under one record key."""
    (record,) = eventually(lambda: list(bluesky.records.values()), 45)
    eventually(lambda: deliveries(dropped)["bluesky"]["state"] == "published")

    assert record["text"] == TEXT
    assert record["embed"]["images"][0]["alt"] == "Un four"
    assert [facet["features"][0]["tag"] for facet in record["facets"]] == ["pain"]
    assert datetime.fromisoformat(deliveries(dropped)["bluesky"]["published_at"]) >= due


def test_the_wrong_row_is_in_the_report_and_the_good_one_is_queued(dropped: World) -> None:
    """Each row is checked alone; the report says which, what and what to do."""

    def reports() -> list[str]:
        listed = dropped.client("s3").list_objects_v2(
            Bucket=dropped.outputs["FilesBucket"], Prefix="reports/semaine.zip."
        )
        return [one["Key"] for one in listed.get("Contents", [])]

    keys = eventually(lambda: len(reports()) == 2 and reports())
    (written,) = [key for key in keys if key.endswith(".json")]
    body = dropped.client("s3").get_object(Bucket=dropped.outputs["FilesBucket"], Key=written)["Body"].read()
    report = json.loads(body)

    assert (report["counts"]["queued"], report["counts"]["refused"]) == (1, 1)
    (refused,) = [row for row in report["rows"] if row["outcome"] == "refused"]
    assert refused["row"] == 3
    assert "inconnu" in json.dumps(refused["problems"], ensure_ascii=False)


def test_a_person_publishes_by_hand_and_says_so_once(dropped: World) -> None:
    """The mail's link shows without acting; the button acts; a later visit says who decided."""
    eventually(lambda: deliveries(dropped)["instagram"]["state"] == "asking", 45)
    mail = eventually(dropped.mails)[-1]
    text = mail.get_body(("plain",)).get_content()
    links = re.findall(rf"{re.escape(dropped.outputs['LinksUrl'])}\S+", text)
    assert str(mail["To"]).endswith("<lea@essai.example>")
    assert TEXT in text
    assert links

    shown = urlopen(links[0], timeout=30).read().decode()
    assert deliveries(dropped)["instagram"]["state"] == "asking"
    assert "<form" in shown

    done = urlopen(Request(links[0], data=b"", method="POST"), timeout=30).read().decode()
    assert deliveries(dropped)["instagram"]["state"] == "published"
    assert "<form" not in done

    later = urlopen(links[0], timeout=30).read().decode()
    assert "Léa" in later


def test_tokens_are_renewed(world: World) -> None:
    """The hourly function signs in, and keeps the new tokens where the others read them."""
    world.invoke("RefreshFunction", {"scheduled_time": "x"})
    name = f"{world.outputs['SecretsPath']}/{BRAND}/bluesky"
    kept = json.loads(world.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    assert kept["password"]
    assert kept["access_jwt"]

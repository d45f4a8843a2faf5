"""The red button on the real stack: what is in the queue already is stopped, and leaves once when one goes on."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.mail import SesMail
from heraut.aws.table import Table
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration
from heraut.brands.give_brake import give_brake
from heraut.notifications.email import EmailNotifications
from infra.local.stack import MAIL_FROM
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from tests.e2e.world import World

BRAND = "frein"
TEXT = "Ce qui ne doit pas partir tout de suite"
AHEAD = timedelta(seconds=20)


def deliveries(world: World) -> list[dict[str, str]]:
    """This brand's deliveries as stored."""
    items = world.scan("PostsTable")
    found = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
    return [one for one in found if one["sk"].startswith("delivery#") and one["brand"] == BRAND]


def feed(world: World) -> list[str]:
    """The texts on the public page, as a stranger reads them."""
    read = world.public(f"{BRAND}/page/feed.json")
    return [str(item["content_text"]).strip() for item in json.loads(read)["items"]] if read else []


def pressed(address: str, **form: str) -> str:
    """Press a button of the page."""
    with urlopen(Request(address, data=urlencode(form).encode()), timeout=60) as answer:
        return str(answer.read().decode())


@pytest.fixture(name="button", scope="module")
def _button(world: World) -> str:
    """A brand of its own, and its person's red button, as the mail brings it."""
    brands_table = Table(world.client("dynamodb"), world.outputs["BrandsTable"])
    brands = BrandsTable(brands_table)
    page = {"name": "page", "network": "site"}
    person = {"id": "lea", "name": "Léa", "email": "lea@frein.example"}
    brand = {"id": BRAND, "name": "Frein", "zone": "Europe/Paris", "language": "fr"}
    document = {"brands": [{**brand, "accounts": [page], "people": [person]}]}
    apply_configuration(plan_configuration(read_configuration(document), brands), brands)
    owner = brands.brand(BRAND)
    assert owner is not None
    notifications = EmailNotifications(SesMail(world.client("sesv2")), MAIL_FROM)
    give_brake(
        owner.people[0], owner, LinksTable(brands_table), notifications, world.outputs["LinksUrl"], datetime.now(UTC)
    )
    written = re.escape(world.outputs["LinksUrl"])

    def sent() -> str | None:
        mails = [mail for mail in world.mails() if "lea@frein.example" in str(mail["To"])]
        bodies = [part.get_content() for mail in mails if (part := mail.get_body(("plain",)))]
        found = [re.search(rf"{written}\S+", body) for body in bodies]
        return next((one[0] for one in found if one), None)

    return str(eventually(sent))


def test_what_waits_in_the_queue_is_stopped_and_leaves_once(world: World, button: str) -> None:
    """Pressed while the message is in the queue's delay: nothing leaves; as planned, it leaves once."""
    local = (datetime.now(UTC) + AHEAD).astimezone(ZoneInfo("Europe/Paris"))
    row = f"{BRAND};{local:%d/%m/%Y};{local:%H:%M:%S};page;{TEXT}"
    world.drop("frein.csv", f"marque;date;heure;comptes;texte\n{row}".encode())
    eventually(lambda: deliveries(world), 60)

    page = pressed(button, when="pause", scope="")
    assert "Tout est à l&#39;arrêt" in page

    (held,) = eventually(lambda: [one for one in deliveries(world) if one.get("holds")], 60)
    assert held["state"] == "scheduled"
    assert feed(world) == []
    with urlopen(button, timeout=60) as answer:
        shown = answer.read().decode()
    (go_on,) = re.findall(r'name="when" value="(resume [^"]+)"', shown)
    (choice,) = set(re.findall(r'name="(frein/[^"]+)"', shown))

    after = pressed(button, when=go_on, **{choice: "planned"})

    assert "Tout arrêter ?" in after.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    eventually(lambda: feed(world) == [TEXT], 60)
    eventually(lambda: [one["state"] for one in deliveries(world)] == ["published"])  # written once it is online
    assert [one["attempts"] for one in deliveries(world)] == ["1"]

"""What leaves within the hour is looked at: a person reads what needs doing."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.e2e.conftest import BRAND
from tests.e2e.test_publishing import mail_with, state, text_of
from tests.e2e.week import HEADER, picture
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from tests.e2e.world import World

SOON = timedelta(minutes=55)


def test_what_needs_a_look_is_told_before_it_leaves(world: World) -> None:
    """An account that does not let us in, in one message; the others of the hour are fine."""
    local = (datetime.now(UTC) + SOON).astimezone(ZoneInfo("Europe/Paris"))
    when = f"{BRAND};{local:%d/%m/%Y};{local:%H:%M:%S}"
    rows = [
        f"v1;{when};site, bluesky;Une galette pour tout à l'heure;four.png;Un four",
        f"v2;{when};perdu;Celle dont le compte ne marche plus;;",
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("apres.csv", "\n".join([HEADER, *rows]))
        archive.writestr("four.png", picture())
    world.drop("apres.zip", packed.getvalue())
    for name in ("v1/site", "v1/bluesky", "v2/perdu"):
        eventually(partial(state, world, name), 120)

    world.invoke("CheckFunction", {"scheduled_time": "now"})

    mail = eventually(lambda: mail_with(world, "ne partira pas, ou pas comme prévu"))
    assert "demande un regard" in str(mail["Subject"])
    assert "Publications concernées" in text_of(mail)
    assert "galette" not in text_of(mail)

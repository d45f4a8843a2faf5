"""The calendar that test_publishing.py looks at. Its posts wait half a minute."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PIL import Image

from tests.e2e.bluesky_server import BREAKS, FORGETS

if TYPE_CHECKING:
    from datetime import datetime

SOON = timedelta(seconds=30)
PAST = timedelta(minutes=-2)
LATER = timedelta(hours=3)
WORDS = "Le four est chaud : à tout de suite !"
TEXT = f"{WORDS} #pain"
PICTURE = "four.png;Un four"
HEADER = "id;marque;date;heure;comptes;texte;media;alt"


def picture() -> bytes:
    """A small picture, as a PNG file."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(made, "PNG")
    return made.getvalue()


def calendar(brand: str, now: datetime, words_of_later: str) -> bytes:
    """A ZIP of a calendar and its picture."""

    def row(name: str, ahead: timedelta, accounts: str, text: str, media: str = ";") -> str:
        local = (now + ahead).astimezone(ZoneInfo("Europe/Paris"))
        return f"{name};{brand};{local:%d/%m/%Y};{local:%H:%M:%S};{accounts};{text};{media}"

    rows = [
        row("a", SOON, "site, bluesky, instagram", TEXT, PICTURE),
        row("b", SOON, "inconnu", "Perdu"),
        row("c", SOON, "bluesky", f"Réponse en {BREAKS}"),
        row("d", SOON, "bluesky", f"Image à l'{FORGETS}", PICTURE),
        row("e", PAST, "lent", "Trop tard, à publier maintenant", PICTURE),
        row("f", PAST, "lent", "Trop tard, au prochain créneau"),
        row("g", LATER, "site", words_of_later),
        row("h", LATER, "bluesky", "Plus tard, avec image", PICTURE),
        row("", LATER, "site", "Une ligne sans identifiant"),
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("semaine.csv", "\n".join([HEADER, *rows]))
        archive.writestr("four.png", picture())
    return packed.getvalue()

"""The columns of a calendar, under every name that people give them."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Column(StrEnum):
    """What a column says; the value is its French name, shown where the file has no header of its own for it."""

    ID = "id"
    BRAND = "marque"
    DATE = "date"
    HOUR = "heure"
    WHEN = "quand"
    ZONE = "fuseau"
    ACCOUNTS = "comptes"
    TEXT = "texte"
    FORMAT = "format"
    LINK = "lien"
    MEDIA = "media"
    ALT = "alt"
    FIRST_COMMENT = "premier commentaire"
    LABELS = "étiquettes"
    CAMPAIGN = "campagne"
    VISIBILITY = "visibilité"
    WARNING = "avertissement"
    LANGUAGE = "langue"
    POLL = "sondage"
    STATUS = "statut"


OVERRIDE = f"{Column.TEXT}@"  # texte@mastodon: what a network or an account says instead

_NAMES: dict[Column, tuple[str, ...]] = {
    Column.ID: ("id", "identifiant", "identifier", "ref", "reference"),
    Column.BRAND: ("marque", "brand", "client"),
    Column.DATE: ("date", "jour", "day"),
    Column.HOUR: ("heure", "hour", "horaire", "time"),
    Column.WHEN: ("quand", "when", "date et heure", "date heure", "date and time", "datetime", "date time"),
    Column.ZONE: ("fuseau", "fuseau horaire", "zone", "time zone", "timezone", "tz"),
    Column.ACCOUNTS: ("comptes", "compte", "accounts", "account", "reseaux", "reseau", "networks", "network"),
    Column.TEXT: ("texte", "text", "message", "contenu", "content", "publication"),
    Column.FORMAT: ("format",),
    Column.LINK: ("lien", "link", "url"),
    Column.MEDIA: ("media", "medias", "image", "images", "visuel", "visuels", "photo", "photos", "fichier", "fichiers"),
    Column.ALT: ("alt", "alts", "texte alternatif", "textes alternatifs", "alt text", "alt texts"),
    Column.FIRST_COMMENT: ("premier commentaire", "1er commentaire", "first comment"),
    Column.LABELS: ("etiquettes", "etiquette", "labels", "label", "tags"),
    Column.CAMPAIGN: ("campagne", "campaign"),
    Column.VISIBILITY: ("visibilite", "visibility"),
    Column.WARNING: ("avertissement", "avertissement de contenu", "content warning", "warning", "cw"),
    Column.LANGUAGE: ("langue", "language", "lang"),
    Column.POLL: ("sondage", "poll"),
    Column.STATUS: ("statut", "status", "etat", "state"),
}
_LONGEST_HEADER = 200  # characters; every cell of a file may be looked at in search of its headers, 10 MB long or not
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names}


def plain(text: str) -> str:
    """Give a text as it is compared: lower case, no accents, one space between words (dashes and underscores too)."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-]+", " ", bare.casefold()).strip()


def column_called(header: str) -> str | None:
    """Give the column a header means (a `Column`, or `texte@<name>`); None: not one of ours."""
    name, at, target = header.strip().partition("@")
    if len(name) > _LONGEST_HEADER:
        return None
    column = _COLUMNS.get(plain(name).rstrip(" :*"))
    if not at:
        return column
    target = target.strip().rstrip(" :*").casefold()
    return f"{OVERRIDE}{target}" if column is Column.TEXT and target else None

"""How Bluesky counts a text, and what in it can be clicked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.networks import bluesky_text


class _Known(dict[str, str]):
    """A network on which every handle exists."""

    def get(self, handle: str, default: str | None = None) -> str:  # type: ignore[override]
        return f"did:plc:{handle}"


def clickable(text: str) -> list[tuple[str, str]]:
    """What the facets cover, cut out of the text's bytes, and what each leads to."""
    shown = text.encode()
    written = []
    for facet in bluesky_text.facets(text, _Known()):
        index, (feature,) = facet["index"], facet["features"]
        target = feature.get("uri") or feature.get("did") or feature["tag"]
        written.append((shown[index["byteStart"] : index["byteEnd"]].decode(), target))
    return written


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("", 0),
        ("Bonjour", 7),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        ("👨‍👩‍👧‍👦", 1),
        ("🇫🇷🇧🇪", 2),
        ("👍🏽", 1),
        ("https://exemple.fr/une-adresse", 30),
        ("a\nb", 3),
    ],
)
def test_a_character_is_what_a_person_sees(text: str, characters: int) -> None:
    """Accents, families, flags and skin tones count once; a link counts at its full length."""
    assert bluesky_text.count(text) == characters


def test_families_are_small_in_characters_and_large_in_bytes() -> None:
    """300 families are within 300 characters but far beyond 3 000 bytes."""
    text = "👨‍👩‍👧" * 300
    assert (bluesky_text.count(text), bluesky_text.size(text)) == (300, 5400)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Voir https://exemple.fr.", [("https://exemple.fr", "https://exemple.fr")]),
        ("Voir boulangerie-martin.fr !", [("boulangerie-martin.fr", "https://boulangerie-martin.fr")]),
        ("ouvert : exemple.paris/menu", [("exemple.paris/menu", "https://exemple.paris/menu")]),
        ("(https://fr.exemple.org/wiki/Pain_(mie))", [("https://fr.exemple.org/wiki/Pain_(mie)",) * 2]),
        ("« https://exemple.fr/a »", [("https://exemple.fr/a", "https://exemple.fr/a")]),
        ("«https://exemple.fr/a»", [("https://exemple.fr/a", "https://exemple.fr/a")]),
        ("https://exemple.fr/a…", [("https://exemple.fr/a", "https://exemple.fr/a")]),
        ("HTTPS://Exemple.FR/A", [("HTTPS://Exemple.FR/A", "https://Exemple.FR/A")]),
        ("https://exemple.fr/été?q=à", [("https://exemple.fr/été?q=à", "https://exemple.fr/%C3%A9t%C3%A9?q=%C3%A0")]),
        ("https://exemple.fr/%C3%A9", [("https://exemple.fr/%C3%A9", "https://exemple.fr/%C3%A9")]),
        ("café.fr", [("café.fr", "https://xn--caf-dma.fr")]),
        ("écrire à contact@exemple.fr", []),
        ("fin.Suite du texte, 1.5 kg", []),
        ("ftp://exemple.fr", []),
    ],
)
def test_links(text: str, expected: list[tuple[str, ...]]) -> None:
    """Addresses, bare domains too, are links without the punctuation around them; e-mail addresses are not."""
    assert clickable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Merci @claire.bsky.social.", [("@claire.bsky.social", "did:plc:claire.bsky.social")]),
        ("Merci @Claire.Bsky.Social !", [("@Claire.Bsky.Social", "did:plc:claire.bsky.social")]),
        ("(@bob.test)", [("@bob.test", "did:plc:bob.test")]),
        ("«@bob.test»", [("@bob.test", "did:plc:bob.test")]),
        ("@claire", []),
        ("@claire@mastodon.social", []),
        ("@claire.fr@mastodon.social", []),
        ("@-a.fr @a.1", []),
        ("@" + "a" * 64 + ".fr", []),
        ("https://mastodon.exemple/@claire.fr", [("https://mastodon.exemple/@claire.fr",) * 2]),
    ],
)
def test_mentions(text: str, expected: list[tuple[str, str]]) -> None:
    """A handle is a domain after an @; a fediverse address and an @ in a link are not mentions."""
    assert clickable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#fête #Noël2026!", [("#fête", "fête"), ("#Noël2026", "Noël2026")]),
        ("#jeu-concours, #1er", [("#jeu-concours", "jeu-concours"), ("#1er", "1er")]),
        ("« #promo » (#midi) “#soir”", [("#promo", "promo"), ("#midi", "midi"), ("#soir", "soir")]),
        ("#🎉 ＃日本", [("#🎉", "🎉"), ("＃日本", "日本")]),
        ("#123 n°1 C# a#b # #", []),
        ("#" + "é" * 64, [("#" + "é" * 64, "é" * 64)]),
        ("#" + "é" * 65, []),
        ("#exemple.fr", [("#exemple.fr", "exemple.fr")]),
        ("https://exemple.fr/#ici", [("https://exemple.fr/#ici",) * 2]),
    ],
)
def test_tags(text: str, expected: list[tuple[str, str]]) -> None:
    """A tag has a letter or a picture in it, at most 64 characters, and neither # nor punctuation around it."""
    assert clickable(text) == expected


def test_ranges_are_bytes() -> None:
    """The range of a link counts bytes of UTF-8, its end excluded."""
    (facet,) = bluesky_text.facets("Été 👋 exemple.fr !", {})
    assert facet == {
        "index": {"byteStart": 11, "byteEnd": 21},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://exemple.fr"}],
    }


def test_an_unknown_handle_is_plain_text() -> None:
    """A mention whose handle leads nowhere is no facet; the others are."""
    text = "@claire.test et @perdu.test"
    facets = bluesky_text.facets(text, {"claire.test": "did:plc:abc"})
    assert [facet["features"][0]["did"] for facet in facets] == ["did:plc:abc"]


def test_handles_are_asked_for_once() -> None:
    """The handles of a text come in lower case, each once."""
    assert bluesky_text.handles("@A.test @b.test @a.test") == ("a.test", "b.test")


def test_the_first_link() -> None:
    """The first address is what a card is made of."""
    assert bluesky_text.first_link("#rien @a.test, b.fr puis https://c.fr") == "https://b.fr"
    assert bluesky_text.first_link("rien") is None


_PIECES = st.sampled_from(
    [
        "#fête",
        "@claire.test",
        "https://exemple.fr/é",
        "exemple.fr",
        " ",
        "\n",
        "(",
        ")",
        "«",
        "»",
        ".",
        ",",
        "👩‍🍳",
        "é",
        "a",
    ]
)


@given(st.one_of(st.text(), st.lists(_PIECES).map("".join)))
def test_facets_never_overlap_and_cut_no_character(text: str) -> None:
    """Whatever the text, ranges are in order, apart from each other, inside it, and on boundaries of characters."""
    shown, after = text.encode(), 0
    for facet in bluesky_text.facets(text, _Known()):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert after <= start < end <= len(shown)
        assert shown[start:end].decode()
        after = end

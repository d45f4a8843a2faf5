"""Counting a text as Mastodon does, and recognising it in a server's HTML."""

import pytest

from heraut.networks.mastodon_text import count, fingerprint, fingerprint_of_html, text_of_html

LONG_HOST = "b" * 30 + ".com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Bonjour", 7),
        ("  Bonjour\n", 7),
        ("Été", 3),
        ("e\u0301te\u0301", 3),
        ("✨" * 10, 10),
        ("🏳️‍⚧️" * 10, 10),
        ("👨‍👩‍👧‍👦 et 🇫🇷", 6),
        ("a\r\nb", 3),
        ("https://a.fr", 23),
        (f"voir http://{LONG_HOST}/example", 5 + 23),
        (f"voir http://{LONG_HOST}/example.", 5 + 23 + 1),
        ("(https://fr.wikipedia.org/wiki/Lyon_(ville))", 1 + 23 + 1),
        ("https://a.fr/?q=été&p=1, puis", 23 + 6),
        ("https://a.fr/x https://b.fr/y", 23 + 1 + 23),
        ("https://école.fr/été", 23),
        ("https://a.fr:8080/x#y", 23),
        ("https://a.fr/" + "c" * 3000, 23),
        ("gemini://a.fr/x", 23),
        ("https://", 8),
        ("https://localhost/x", 19),
        ("example.com/long/path", 21),
        ("@lea", 4),
        ("@lea@mastodon.example", 4),
        ("bonjour @lea@mastodon.example !", 8 + 4 + 2),
        ("lea@mastodon.example", 20),
        ("https://mastodon.example/@lea@a.fr", 23),
        ("#jeu @lea@a.fr https://a.fr", 4 + 1 + 4 + 1 + 23),
    ],
)
def test_a_text_counts_as_on_mastodon(text: str, expected: int) -> None:
    """Grapheme clusters, 23 for each linked address, only `@user` of a mention."""
    assert count(text) == expected


def test_an_address_that_is_not_linked_counts_in_full() -> None:
    """Glued to a letter, or longer than what is linked, an address is only text."""
    glued = f"a{'http://'}{LONG_HOST}/example"
    endless = "http://example.com/valid?" + "#foo?" * 1000
    assert count(glued) == len(glued)
    assert count(endless) > 5000


def test_a_mention_of_an_impossible_domain_counts_in_full() -> None:
    """A domain longer than any domain may be is only text."""
    text = f"@alice@{'b' * 500}.com"
    assert count(text) == len(text)


def test_the_server_says_how_long_an_address_is() -> None:
    """`characters_reserved_per_url` replaces the usual 23."""
    assert count("https://a.fr", 30) == 30


def test_the_content_warning_counts_with_the_text() -> None:
    """Warning and text share one limit; addresses in the warning are not shortened."""
    assert count("https://a.fr", warning=" https://b.fr ") == 12 + 23


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Bonjour  à tous\n\n\nDemain ", "<p>Bonjour à tous</p><p>Demain</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("ligne 1\nligne 2", "<p>ligne 1<br />ligne 2</p>"),
        (
            "Le menu : https://www.boulangerie-martin.example/menu/de/la/semaine?jour=lundi",
            (
                '<p>Le menu : <a href="https://www.boulangerie-martin.example/menu/de/la/semaine?jour=lundi">'
                '<span class="invisible">https://www.</span><span class="ellipsis">boulangerie-martin.example/me</span>'
                '<span class="invisible">nu/de/la/semaine?jour=lundi</span></a></p>'
            ),
        ),
        (
            "Le menu : https://boulangerie.example/menu/de/la/semaine",
            '<p>Le menu : <a href="https://boulangerie.example/menu/de/la/semaine">boulangerie.example/menu…</a></p>',
        ),
        ("https://boulangerie.example", '<p><a href="https://boulangerie.example/">boulangerie.example</a></p>'),
        (
            "https://école.example/café",
            '<p><a href="https://xn--cole-9oa.example/caf%C3%A9">https://xn--cole-9oa.example/caf%C3%A9</a></p>',
        ),
        (
            "Merci @lea@mastodon.example !",
            (
                '<p>Merci <span class="h-card"><a href="https://mastodon.example/@lea" class="u-url mention">'
                "@<span>lea</span></a></span> !</p>"
            ),
        ),
        (
            "Merci @lea@mastodon.example",
            '<p>Merci <a href="https://mastodon.example/@lea" class="mention">@lea@mastodon.example</a></p>',
        ),
        (
            "salut\n@lea@mastodon.example",
            '<p>salut<br><a href="https://mastodon.example/@lea" class="mention">@lea@mastodon.example</a></p>',
        ),
        (
            "Grand #JeuConcours",
            '<p>Grand <a href="https://a.fr/tags/JeuConcours" class="hashtag">#<span>JeuConcours</span></a></p>',
        ),
        ("Un café :coffee: ?", "<p>Un café ☕ ?</p>"),
        ("Un café :blob_cat:", '<p>Un café <img class="emoji" alt=":blob_cat:" src="https://a.fr/c.png"></p>'),
        ("Un café ☕", '<p>Un café <img class="emoji" alt="☕" src="https://a.fr/c.png"></p>'),
        ("*Promo* du `jour`", "<p><em>Promo</em> du <code>jour</code></p>"),
        ("> cité\n\nréponse", "<blockquote>cité</blockquote>réponse"),
        ("e\u0301te\u0301", "<p>été</p>"),
        ("🎉🎉", "<p>🎉🎉</p>"),
        ("à 9h30:10h ou 12:30", "<p>à 9h30:10h ou 12:30</p>"),
    ],
)
def test_a_text_is_recognised_in_what_a_server_made_of_it(text: str, html: str) -> None:
    """Trimmed, folded, marked up, linked, shortened, with pictures for emoji: it is the same text."""
    assert fingerprint(text) == fingerprint_of_html(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Bonjour à tous", "<p>Bonjour à toutes</p>"),
        ("🎉🎉", "<p>🎉</p>"),
        ("Le menu https://a.fr/menu/1", '<p>Le menu <a href="https://a.fr/menu/2">a.fr/menu…</a></p>'),
        ("Prix : 10 €", "<p>Prix : 12 €</p>"),
        ("Bonjour", ""),
    ],
)
def test_another_text_is_not_recognised(text: str, html: str) -> None:
    """A word, a number, a sign of a text without words, or an address more or less: another text."""
    assert fingerprint(text) != fingerprint_of_html(html)


def test_the_text_of_html_keeps_its_lines() -> None:
    """Paragraphs and line breaks become line ends, scripts nothing."""
    assert text_of_html("<script>x</script><p>un<br/>deux</p><p>trois</p>") == "un\ndeux\ntrois"

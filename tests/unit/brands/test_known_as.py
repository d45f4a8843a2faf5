"""Networks and accounts by the names people know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heraut.brands import Account, Brand, NetworkName, known_as

if TYPE_CHECKING:
    from heraut.problems import Language


def by_hand(url: str | None) -> Account:
    """Make an account that a person publishes to."""
    return Account(name="notre-compte", network=NetworkName.BY_HAND, url=url)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.instagram.com/martin/", "Instagram"),
        ("https://business.facebook.com/martin", "Facebook"),
        ("https://fr.linkedin.com/company/martin", "LinkedIn"),
        ("https://x.com/martin", "X"),
        ("https://notinstagram.com/", "notre-compte"),
        ("https://instagram.com.evil.example/", "notre-compte"),
        ("https://forum.example/", "notre-compte"),
        (None, "notre-compte"),
    ],
)
def test_by_hand_is_known_by_where_its_link_leads(url: str | None, name: str) -> None:
    """Instagram is Instagram; a site nobody knows keeps the account's own name."""
    account = by_hand(url)
    brand = Brand(id="martin", name="Martin", accounts=(account,))

    assert known_as.title(brand, account.name, NetworkName.BY_HAND, "fr") == name


@pytest.mark.parametrize(
    ("network", "french", "english"),
    [
        (NetworkName.BLUESKY, "Bluesky", "Bluesky"),
        (NetworkName.SITE, "Page publique", "Public page"),
        (NetworkName.BY_HAND, "Autre réseau", "Another network"),
    ],
)
def test_a_network_has_a_name_in_both_languages(network: NetworkName, french: str, english: str) -> None:
    """Never the word that the configuration has for it."""
    assert (known_as.network_title(network, "fr"), known_as.network_title(network, "en")) == (french, english)


@pytest.mark.parametrize(
    ("account", "address"),
    [
        (by_hand("https://www.instagram.com/martin/"), "https://www.instagram.com/martin/"),
        (
            Account(
                name="m", network=NetworkName.MASTODON, instance="https://piaille.fr/", handle="@martin@piaille.fr"
            ),
            "https://piaille.fr/@martin",
        ),
        (Account(name="m", network=NetworkName.MASTODON, instance="https://piaille.fr"), None),
        (
            Account(name="b", network=NetworkName.BLUESKY, handle="@martin.bsky.social"),
            "https://bsky.app/profile/martin.bsky.social",
        ),
        (Account(name="b", network=NetworkName.BLUESKY, handle="m.test", service="http://127.0.0.1:2583"), None),
        (Account(name="f", network=NetworkName.FACEBOOK, handle="martin"), "https://www.facebook.com/martin"),
        (Account(name="i", network=NetworkName.INSTAGRAM, handle="@martin"), "https://www.instagram.com/martin"),
        (Account(name="i", network=NetworkName.INSTAGRAM), None),
        (None, None),
    ],
)
def test_where_a_person_sees_the_account(account: Account | None, address: str | None) -> None:
    """The account's own page, or none rather than a wrong one."""
    assert known_as.page(account) == address


@pytest.mark.parametrize(
    ("language", "place"), [("fr", "sur la page publique (vitrine)"), ("en", "on the public page (vitrine)")]
)
def test_one_of_two_public_pages_is_named(language: Language, place: str) -> None:
    """The page keeps its article, and says which one it is."""
    pages = tuple(Account(name=name, network=NetworkName.SITE) for name in ("vitrine", "journal"))
    brand = Brand(id="martin", name="Martin", accounts=pages)

    assert known_as.place(brand, "vitrine", NetworkName.SITE, language) == place


def test_an_account_that_was_removed_still_has_a_name() -> None:
    """A message about it names the network, or by hand the account."""
    brand = Brand(id="martin", name="Martin")

    assert known_as.title(brand, "insta", NetworkName.BY_HAND, "fr") == "insta"
    assert known_as.title(brand, "masto", NetworkName.MASTODON, "fr") == "Mastodon"
    assert known_as.place(brand, "page", NetworkName.SITE, "en") == "on the public page"

"""Networks and accounts as people know them: « Instagram », « Bluesky », « la page publique »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.addresses import host
from heraut.brands import NetworkName

if TYPE_CHECKING:
    from heraut.brands import Account, Brand
    from heraut.problems import Language

# Where the link of a `by_hand` account leads says which network it is.
_SITES = {
    "instagram.com": "Instagram",
    "facebook.com": "Facebook",
    "linkedin.com": "LinkedIn",
    "tiktok.com": "TikTok",
    "x.com": "X",
    "twitter.com": "X",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "youtube.com": "YouTube",
    "pinterest.com": "Pinterest",
    "pinterest.fr": "Pinterest",
    "snapchat.com": "Snapchat",
    "whatsapp.com": "WhatsApp",
    "t.me": "Telegram",
    "discord.com": "Discord",
    "twitch.tv": "Twitch",
    "google.com": "Google",
    "trustpilot.com": "Trustpilot",
}
_PUBLIC_PAGE: dict[Language, str] = {"fr": "Page publique", "en": "Public page"}
_ON_THE_PAGE: dict[Language, str] = {"fr": "sur la page publique", "en": "on the public page"}
_ON: dict[Language, str] = {"fr": "sur", "en": "on"}
_ELSEWHERE: dict[Language, str] = {"fr": "Autre réseau", "en": "Another network"}
_BLUESKY = "bsky.social"
_PAGES = {
    NetworkName.FACEBOOK: "https://www.facebook.com/",
    NetworkName.INSTAGRAM: "https://www.instagram.com/",
}


def network_title(network: NetworkName, language: Language, account: Account | None = None) -> str:
    """Name a network; of a `by_hand` account the one that its link leads to, else the account's own name."""
    if network is NetworkName.SITE:
        return _PUBLIC_PAGE[language]
    if network is not NetworkName.BY_HAND:
        return network.value.capitalize()
    return _led_to(account) if account else _ELSEWHERE[language]


def title(brand: Brand, account: str, network: NetworkName, language: Language) -> str:
    """Name the network of an account; with the account too, where the brand has two on that network."""
    known = brand.account(account)
    if known is None:
        return account if network is NetworkName.BY_HAND else network_title(network, language)
    name = network_title(known.network, language, known)
    alike = [one for one in brand.accounts if network_title(one.network, language, one) == name]
    return f"{name} ({known.handle or known.name})" if len(alike) > 1 else name


def place(brand: Brand, account: str, network: NetworkName, language: Language) -> str:
    """Say where: « sur Instagram », « sur la page publique »."""
    named = title(brand, account, network, language)
    if named.startswith(_PUBLIC_PAGE[language]) and network is NetworkName.SITE:
        return f"{_ON_THE_PAGE[language]}{named.removeprefix(_PUBLIC_PAGE[language])}"
    return f"{_ON[language]} {named}"


def page(account: Account | None) -> str | None:
    """Give the address where a person sees the account, as far as the configuration tells it."""
    if account is None:
        return None
    handle = (account.handle or "").lstrip("@")
    if account.url:
        return account.url
    if account.network is NetworkName.MASTODON and account.instance and handle:
        return f"{account.instance.rstrip('/')}/@{handle.partition('@')[0]}"
    if (
        account.network is NetworkName.BLUESKY
        and handle
        and _host(account.service or f"https://{_BLUESKY}") == _BLUESKY
    ):
        return f"https://bsky.app/profile/{handle}"
    if account.network in _PAGES and handle:
        return f"{_PAGES[account.network]}{handle}"
    return None


def _led_to(account: Account) -> str:
    there = _host(account.url or "")
    known = next((name for site, name in _SITES.items() if there == site or there.endswith(f".{site}")), None)
    return known or account.name


def _host(address: str) -> str:
    return host(address).removeprefix("www.")

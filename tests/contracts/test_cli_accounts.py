"""`heraut account ...` and `heraut people ...`: the real command over the real stores."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from heraut.aws.site_objects import PublicBucket
from heraut.brands import Account, NetworkName
from heraut.cli import accounts
from heraut.errors import CredentialsExpired, OutcomeUnknown, RateLimited, Refused, Unreachable
from heraut.fetch import Guard
from heraut.networks.facebook import Facebook
from heraut.networks.http import Http
from heraut.networks.instagram import Instagram
from heraut.networks.site import Site
from heraut.problems import problem
from tests.contracts.cli_shop import BAKERY
from tests.contracts.provider import Provider
from tests.matrix.wire import Said
from tests.twins.graph_double import graph

if TYPE_CHECKING:
    from heraut.errors import NetworkError
    from tests.contracts.cli_shop import Shop

SECRET = "correct-horse-battery-staple"


def trouble(kind: type[NetworkError]) -> NetworkError:
    """Make an error of this kind."""
    found = problem("no_clear_answer")
    return RateLimited(found, datetime.now(UTC)) if kind is RateLimited else kind(found)


def test_accounts_are_listed_with_what_they_lack(shop: Shop) -> None:
    """For people in words, for programs as an array."""
    shop.secrets.save_secret("martin", "masto", {"password": SECRET})

    said, listed = shop.heraut("account", "list").out, shop.heraut("account", "list", "--json").json

    assert {one["account"]: one["secret"] for one in listed} == {
        "masto": "kept",
        "sky": "missing",
        "story": "none",
        "vitrine": "missing",
    }
    assert ("https://social.example" in said, "manque" in said, "à la main" in said) == (True, True, True)
    assert SECRET not in said + json.dumps(listed)


def test_each_account_is_tried_and_told_in_one_line(shop: Shop) -> None:
    """What works, what to do for the others; exit status 1 while one needs a person."""
    for account in ("masto", "sky"):
        shop.secrets.save_secret("martin", account, {"password": SECRET})
    shop.sky.trouble = CredentialsExpired(problem("too_many_attempts", attempts=3))

    said = shop.heraut("account", "check", "--brand", "martin")

    assert said.status == 1
    lines = said.out.splitlines()
    assert lines[0] == "✓ martin/masto : fonctionne, @masto (https://twin.example/@masto)."
    assert lines[1].startswith("✗ martin/sky : Après 3 essais")
    assert lines[2].startswith("✓ martin/story : fonctionne")
    assert len(lines) == 3
    assert shop.heraut("account", "check", "masto").status == 0


@pytest.mark.parametrize(
    ("own", "page"),
    [
        (None, "https://public.example/martin/page/index.html"),
        ("https://actus.martin.example/", "https://actus.martin.example/"),
    ],
)
def test_the_public_page_is_told_by_the_address_that_opens_it(shop: Shop, own: str | None, page: str) -> None:
    """What a person opens in a browser: the brand's own address, or the account's page."""
    page_account = Account(name="page", network=NetworkName.SITE, url=own)
    shop.brands.save(BAKERY.model_copy(update={"accounts": (page_account,), "revision": 2}), 1)
    shop.networks |= {NetworkName.SITE: Site(PublicBucket(shop.clients.s3, "public"), "https://public.example")}

    said = shop.heraut("account", "check", "page")

    assert (said.status, said.out) == (0, f"✓ martin/page : fonctionne, page ({page}).\n")


@pytest.mark.enable_socket
@pytest.mark.parametrize("network", [NetworkName.FACEBOOK, NetworkName.INSTAGRAM])
def test_a_network_of_metas_is_connected_with_three_things_and_tried(shop: Shop, network: NetworkName) -> None:
    """Application, its secret, the Page's token: read in that order, tried, kept, never shown."""
    made = {NetworkName.FACEBOOK: Facebook, NetworkName.INSTAGRAM: Instagram}[network]
    with graph() as double:
        # Two, as the turn to write one account's secret is given again after half a minute.
        accounts = tuple(Account(name=name, network=network, service=double.url) for name in ("page", "autre"))
        shop.brands.save(BAKERY.model_copy(update={"accounts": accounts, "revision": 2}), 1)
        http = Http(Guard(frozenset({double.host_port})), total_seconds=5)
        shop.networks |= {network: made(http, lambda: datetime.now(UTC))}

        typed = f"{double.app_id}\n{double.app_secret}\n{double.token}"
        kept = shop.heraut("account", "secret", "page", typed=typed)
        checked = shop.heraut("account", "check", "page")
        forged = shop.heraut("account", "secret", "autre", typed=typed.replace(double.app_secret, "wrong"))
        double.plan(Said(502, b"<html>"), "GET")
        shop.networks |= {network: made(http, lambda: datetime.now(UTC))}
        silent = shop.heraut("account", "check", "page")

    assert (kept.status, checked.status, forged.status, silent.status) == (0, 0, 1, 1), (kept, checked, forged, silent)
    assert "Boulangerie Martin" in kept.out
    assert checked.out.startswith("✓ martin/page : fonctionne, Boulangerie Martin (https://www.")
    assert "clé secrète" in forged.err
    assert "Rien n'a été publié" in silent.out
    for said in (kept, checked, forged, silent):
        assert double.token not in said.out + said.err
        assert double.app_secret not in said.out + said.err


def test_a_missing_secret_is_what_a_person_must_give(shop: Shop) -> None:
    """The line holds the command to type."""
    said = shop.heraut("account", "check", "sky")

    assert (said.status, "heraut account secret sky --brand martin" in said.out) == (1, True)
    assert shop.sky.tried == []


@pytest.mark.parametrize("typed", [f"{SECRET}\n", f"  {SECRET}  ", json.dumps({"password": SECRET}), f"\n{SECRET}\r\n"])
def test_a_secret_is_read_from_standard_input_and_never_shown(shop: Shop, typed: str) -> None:
    """Tried first, then kept whole in the place of the one before."""
    shop.secrets.save_secret("martin", "masto", {"password": "old", "left": "over"})

    said = shop.heraut("account", "secret", "masto", typed=typed)

    assert said.status == 0, said
    assert "@masto" in said.out
    assert SECRET not in said.out + said.err
    shop.secrets = type(shop.secrets)(shop.clients.ssm, "/heraut", lambda: datetime.now(UTC))
    assert shop.secrets.secret("martin", "masto") == {"password": SECRET}
    assert shop.masto.tried == [{"password": SECRET}]


def test_a_network_that_refreshes_is_renewed_at_once(shop: Shop) -> None:
    """What is tried and kept holds the tokens, too."""
    said = shop.heraut("account", "secret", "sky", typed=SECRET)

    assert said.status == 0, said
    renewed = {"password": SECRET, "access": "renewed-token"}
    assert shop.sky.tried == [renewed]
    assert shop.secrets.secret("martin", "sky") == renewed
    assert "renewed-token" not in said.out + said.err


@pytest.mark.parametrize("code", ["server_silent", "server_answer_broken", "server_answer_unreadable"])
def test_what_was_only_tried_is_never_said_to_be_online(shop: Shop, code: str) -> None:
    """The same silence after a post means that it may be online; a try sends nothing."""
    shop.secrets.save_secret("martin", "masto", {"password": SECRET})
    shop.masto.trouble = OutcomeUnknown(problem(code, host="social.example"))

    with Provider(shop).answering():
        diagnosis = shop.heraut("doctor").out
    for said in (
        shop.heraut("account", "check", "masto").out,
        shop.heraut("account", "secret", "masto", typed=SECRET).err,
        diagnosis,
    ):
        assert "Le serveur social.example ne répond pas, ou pas comme il le devrait." in said
        assert "en ligne" not in said


@pytest.mark.parametrize("kind", [CredentialsExpired, Refused])
def test_a_secret_that_the_network_refuses_does_not_replace_one_that_works(
    shop: Shop, kind: type[NetworkError]
) -> None:
    """A slip of the hand must not stop tomorrow's posts."""
    shop.secrets.save_secret("martin", "masto", {"password": "old"})
    shop.masto.trouble = trouble(kind)

    said = shop.heraut("account", "secret", "masto", typed=SECRET)

    assert (said.status, "refuse ce mot de passe" in said.err) == (1, True)
    assert shop.secrets.secret("martin", "masto") == {"password": "old"}
    assert SECRET not in said.out + said.err


@pytest.mark.parametrize("kind", [Unreachable, RateLimited])
def test_a_secret_that_cannot_be_tried_is_kept_and_said(shop: Shop, kind: type[NetworkError]) -> None:
    """The network's bad moment is not the person's fault."""
    shop.masto.trouble = trouble(kind)

    said = shop.heraut("account", "secret", "masto", typed=SECRET)

    assert (said.status, "n'a pas pu être essayé" in said.err) == (1, True)
    assert shop.secrets.secret("martin", "masto") == {"password": SECRET}


@pytest.mark.parametrize(
    "typed",
    [
        *("", "\n\n", "{", '{"password": 3}', '{"other": "correct-horse"}', '["correct-horse"]\nx'),
        '{"password": ""}',
        f"{SECRET}\n{SECRET}",
    ],
)
def test_rubbish_on_standard_input_is_refused_unseen(shop: Shop, typed: str) -> None:
    """The fields are named, what was given is not."""
    said = shop.heraut("account", "secret", "masto", typed=typed)

    assert (said.status, said.out) == (1, "")
    assert "correct-horse" not in said.err
    assert shop.secrets.secret("martin", "masto") is None


def test_at_a_terminal_the_secret_is_asked_for_without_echo(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each field of the network, by its name in words."""
    asked: list[tuple[str, bool]] = []

    def prompt(text: str, *, hide_input: bool, **_: object) -> str:
        asked.append((text.replace("\N{NO-BREAK SPACE}", " "), hide_input))
        return SECRET

    monkeypatch.setattr(accounts, "at_terminal", lambda: True)
    monkeypatch.setattr("heraut.cli.accounts.typer.prompt", prompt)

    said = shop.heraut("account", "secret", "masto")

    assert (said.status, asked) == (0, [("Mot de passe d'application de « masto » (rien ne s'affiche)", True)])
    assert SECRET not in said.out + said.err


def test_accounts_without_secret_or_of_no_name(shop: Shop) -> None:
    """A sentence each."""
    assert "n'a pas besoin" in shop.heraut("account", "secret", "story").out
    unknown = shop.heraut("account", "secret", "rien", typed=SECRET)
    assert (unknown.status, "masto, sky, story" in unknown.err) == (1, True)
    assert shop.heraut("account", "check", "rien").status == 1


def test_people_are_written_to_and_shown(shop: Shop) -> None:
    """Each gets a message with a button; who confirmed is said."""
    shop.brands.confirm_person("martin", "karim", datetime(2026, 11, 20, 9, tzinfo=UTC))

    said = shop.heraut("people", "check", "--brand", "martin")

    assert said.status == 0, said
    lines = said.out.splitlines()
    assert lines[0] == "Léa <lea@example.com> : message envoyé. Pas encore confirmé."
    assert lines[1].startswith("Karim <karim@example.com> : message envoyé. A confirmé ")
    links = [item for item in shop.brands_stack.items() if item["sk"]["S"].startswith("link#")]
    assert len(links) == 2


def test_a_program_is_told_who_was_written_to(shop: Shop) -> None:
    """With what stopped a message, and the same exit status."""
    told = shop.heraut("people", "check", "--brand", "martin", "--json").json

    assert [(one["person"], one["sent"], one["problems"], one["confirmed_at"]) for one in told] == [
        ("lea", True, [], None),
        ("karim", True, [], None),
    ]


def test_one_person_may_be_asked(shop: Shop) -> None:
    """By id or by name, in whichever brand they are."""
    assert shop.heraut("people", "check", "Inès").out.startswith("Inès <ines@example.com>")
    unknown = shop.heraut("people", "check", "personne")
    assert (unknown.status, "lea, karim, ines" in unknown.err) == (1, True)


def test_people_are_listed_without_writing_to_anybody(shop: Shop) -> None:
    """Who hears of what, and who confirmed."""
    shop.brands.confirm_person("martin", "lea", datetime(2026, 11, 20, 9, tzinfo=UTC))

    listed = shop.heraut("people", "list", "--json").json
    said = shop.heraut("people", "list").out

    assert [(one["person"], one["confirmed_at"]) for one in listed] == [
        ("lea", "2026-11-20T10:00:00.000+01:00"),
        ("karim", None),
        ("ines", None),
    ]
    assert ("astreinte" in said, "A confirmé" in said) == (True, True)
    assert not [item for item in shop.brands_stack.items() if item["sk"]["S"].startswith("link#")]

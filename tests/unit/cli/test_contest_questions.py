"""A contest made by answers or options: what is typed is read as a file says it, and refused as a file is refused."""

from __future__ import annotations

import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from heraut.brands import Account, Brand, NetworkName
from heraut.cli.contest_checks import found_in
from heraut.cli.contest_draft import FIELDS, Draft, from_others, short_name
from heraut.cli.contest_questions import HERE, ask_again, ask_contest
from heraut.cli.speech import CannotGoOn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
BAKERY = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example"),
        Account(name="page", network=NetworkName.FACEBOOK, handle="martin"),
    ),
)
ONE_ACCOUNT = BAKERY.model_copy(update={"accounts": BAKERY.accounts[:1]})
# Each answer in the order of the questions; an empty one takes what is suggested.
ANSWERS: dict[str, Sequence[str]] = {
    "title": ["La galette géante"],
    "name": [""],
    "post": ["masto", "https://social.example/@m/1", ""],
    "opens": ["01/12/2026 9h"],
    "closes": [""],
    "draws": [""],
    "announces": [""],
    "condition": [""],
    "winners": [""],
    "alternates": [""],
    "prize": ["Une galette;60 €"],
    "claim-within": [""],
    "organiser": ["Boulangerie Martin SARL"],
    "address": ["12 rue du Four, 75006 Paris"],
    "email": ["jeu@martin.example"],
    "age": [""],
    "country": [""],
    "contact": [""],
}
WHOLE = {
    "title": "La galette géante",
    "posts": [{"accounts": "masto", "url": "https://social.example/@m/1"}],
    "opens": "2026-12-01 09:00",
    "closes": "2026-12-15 23:59",
    "draws": "2026-12-16 12:00",
    "conditions": {"comment": True},
    "winners": 1,
    "alternates": 2,
    "prizes": [{"name": "Une galette", "value": 60}],
    "claim_within": "7j",
    "organiser": {
        "name": "Boulangerie Martin SARL",
        "address": "12 rue du Four, 75006 Paris",
        "email": "jeu@martin.example",
    },
    "eligibility": {"age": 18, "countries": ["FR"]},
    "personal_data": {"contact": "jeu@martin.example"},
}


@pytest.fixture(autouse=True)
def _in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERAUT_LANGUAGE", "fr")


def draft(brand: Brand = BAKERY, **texts: str | tuple[str, ...]) -> Draft:
    """Give a draft in which this was typed."""
    typed = {name.replace("_", "-"): held if isinstance(held, tuple) else (held,) for name, held in texts.items()}
    _, base = from_others(brand)
    return Draft(brand=brand, now=NOW, is_post=lambda one: one == "1201-0900-abc", texts=typed, base=base)


def asked(begun: Draft, answers: dict[str, Sequence[str]]) -> tuple[Draft, str]:
    """Give what the answers make, and everything that was said meanwhile."""
    typed = "".join(f"{line}\n" for lines in answers.values() for line in lines)
    with CliRunner().isolation(input=typed) as (out, _, _):
        made = ask_contest(begun)
        assert not sys.stdin.read()  # no answer is left over
        sys.stdout.flush()
        said = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue().decode()).replace("\N{NO-BREAK SPACE}", " ")
    return made, " ".join(said.split())


def test_answers_make_what_a_file_says() -> None:
    """The shortest way through: what is suggested is taken, and nothing is wrong with it."""
    made, said = asked(draft(), ANSWERS)

    assert made.name == "la-galette-geante"
    assert made.document() == WHOLE
    assert [one for one in found_in(BAKERY, made.name, made.document(), HERE, NOW) if not one.warning] == []
    assert "[16/12/2026 12:00] >" in said


@pytest.mark.parametrize(
    ("option", "typed", "told"),
    [
        ("title", ["", "Une\u202egalette", "La galette géante"], "Il faut une réponse ici."),
        ("name", ["La Galette", ""], "« La Galette » n'est pas possible ici."),
        (
            "post",
            ["bluesky", "masto", "https:///x", "masto", "https://social.example/@m/1", ""],
            "pas de compte « blue",
        ),
        ("post", ["masto", "https://social.example/@m/1", "Non"], "Sur un autre compte aussi ?"),
        ("opens", ["bientôt", "01/12/2026 9h"], "Écrivez par exemple 2026-12-15 23:59"),
        ("opens", ["bientôt", "01/12/2026 9h"], "« bientôt » n'est pas un jour avec son heure."),
        ("opens", ["01/01/0001 0h", "31/12/9999 23:59", "01/12/2026 9h"], "n'est pas un jour avec son heure."),
        ("opens", ["mardi 3/12/2026 9h", "01/12/2026 9h"], "n'est pas un jour avec son heure."),
        ("closes", ["30/11/2026 9h", ""], "La clôture n'est pas après l'ouverture."),
        ("draws", ["16/12/2026 0h", ""], "Entre la clôture et le tirage"),
        ("announces", ["16/12/2026 9h", "-"], "Les gagnants seraient nommés avant le tirage."),
        ("condition", ["danser", "abonnement", "#a-b", ""], "Sur Mastodon"),
        ("winners", ["0", "-1", "mille", "9" * 30, ""], "Personne ne gagne."),
        ("alternates", ["beaucoup", ""], "« beaucoup » n'est pas possible ici."),
        ("prize", ["Une galette;cher", "Deux;1;2", ";3", "Une galette;60 €"], "Il y a 2 lots pour 1 gagnants."),
        ("claim-within", ["12h", "sept", "99999999999j", ""], "moins d'une journée"),
        ("age", ["dix", "12", "100", ""], "À 12 ans"),
        ("country", ["Atlantide", "QQ", ""], "ne sait pas nommer le pays « QQ »"),
        ("address", ["-", "12 rue du Four, 75006 Paris"], "Il faut une réponse ici."),
    ],
)
def test_a_wrong_answer_is_said_and_asked_again(option: str, typed: list[str], told: str) -> None:
    """By the rules of the file and of the linter; what came before stays, and the contest is the same."""
    made, said = asked(draft(), {**ANSWERS, option: typed})

    assert told in said
    assert made.document() == WHOLE


def test_several_posts_and_prizes_are_asked_until_there_are_enough() -> None:
    """As many prizes as winners; posts as long as one is told."""
    several = {
        "post": ["masto, page", "galette", "page", "https://www.facebook.com/martin/posts/1", ""],
        "condition": ["commentaire, 2 amis, #Galette, facebook:commentaire, facebook:j'aime"],
        "winners": ["3"],
        "prize": ["Une galette;60", "Un bon;25,50;2"],
    }
    made, said = asked(draft(), {**ANSWERS, **several})

    there = made.document()
    assert there["posts"][0] == {"accounts": ["masto", "page"], "row": "galette"}
    assert there["conditions"] == {"comment": True, "friends": 2, "words": ["#Galette"]}
    assert there["conditions_on"] == {"facebook": {"comment": True, "like": True}}
    assert there["prizes"] == [
        {"name": "Une galette", "value": 60},
        {"name": "Un bon", "value": "25,50", "quantity": 2},
    ]
    assert there["alternates"] == 6
    assert "Encore 2 à dire" in said


def test_what_was_given_is_not_asked() -> None:
    """By option, or by the brand's last contest, of whose organiser one hears."""
    brand = BAKERY.model_copy(update={"contests": {"buche": {**WHOLE, "title": "La bûche"}}})
    left = {name: lines for name, lines in ANSWERS.items() if name not in {"title", "organiser", "address", "email"}}
    del left["contact"]
    made, said = asked(draft(brand, title="La galette géante"), left)

    assert made.document() == WHOLE
    assert "L'organisateur est celui de « La bûche »." in said


def test_what_the_whole_does_not_allow_is_asked_again() -> None:
    """The questions concerned, and nothing else; None where none is."""
    made, _ = asked(draft(), ANSWERS)
    with CliRunner().isolation(input="20/12/2026 9h\n\n"):
        again = ask_again(made, {"closes", "draws"})

    assert again is not None
    assert again.document() == {**WHOLE, "closes": "2026-12-20 09:00", "draws": "2026-12-20 12:00"}
    assert ask_again(made, {"brands"}) is None


@pytest.mark.parametrize("answered", range(8))
def test_whoever_stops_answering_leaves(answered: int) -> None:
    """At any question."""
    lines = [line for typed in ANSWERS.values() for line in typed][:answered]
    with CliRunner().isolation(input="".join(f"{line}\n" for line in lines)), pytest.raises(typer.Abort):
        ask_contest(draft())


def test_letters_that_cannot_be_read_are_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that is not set to UTF-8 costs nobody their answers."""
    answers: Iterator[str | Exception] = iter(
        [UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "invalid"), "La galette", "galette", typer.Abort()]
    )

    def prompt(*_: object, **__: object) -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(typer, "prompt", prompt)
    with CliRunner().isolation() as (out, _, _):
        with pytest.raises(typer.Abort):
            ask_contest(draft())
        sys.stdout.flush()
        said = " ".join(out.getvalue().decode().split())

    assert "n'est pas réglé sur UTF-8" in said


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("masto=https://s.example/1?a=b", {"accounts": "masto", "url": "https://s.example/1?a=b"}),
        ("masto, page=galette", {"accounts": ["masto", "page"], "row": "galette"}),
        ("masto=1201-0900-abc", {"accounts": "masto", "post": "1201-0900-abc"}),
        ("masto=row:1201-0900-abc", {"accounts": "masto", "row": "1201-0900-abc"}),
        ("masto=post:x", {"accounts": "masto", "post": "x"}),
    ],
)
def test_a_post_is_told_by_account_and_place(typed: str, read: dict[str, Any]) -> None:
    """An address, a post of ours, the id of a row."""
    assert draft(post=typed).document()["posts"] == [read]


def test_one_account_goes_without_saying() -> None:
    """And of several, which one is asked for."""
    assert draft(ONE_ACCOUNT, post="galette").document()["posts"] == [{"accounts": "masto", "row": "galette"}]
    with pytest.raises(CannotGoOn) as raised:
        draft(post="galette").document()
    assert raised.value.code == "contest_post_account"


def test_what_a_script_leaves_out_is_named() -> None:
    """Nothing is made up for whoever sees no suggestion; what a file does without is not missed."""
    optional = {one.option for one in FIELDS if not one.needed}
    assert {one.option for one in draft().missing()} == {one.option for one in FIELDS} - optional
    assert [one.option for one in draft(title="").missing()][:1] == ["title"]


def test_a_title_gives_a_short_name() -> None:
    """Whatever its letters."""
    assert short_name("L'été : 3 Pâtés à GAGNER !") == "l-ete-3-pates-a-gagner"
    assert short_name("日本") == ""
    assert len(short_name("a b " * 40)) <= 40


def test_the_example_of_the_documentation_is_whole() -> None:
    """Nothing is missing, and nothing is wrong with it."""
    text = (Path(__file__).parents[3] / "docs/contests.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"```sh\n(heraut contest add.*?)```", text, re.DOTALL)
    given = shlex.split(command.replace("\\\n", " "))[4:]
    networks = (NetworkName.BLUESKY, NetworkName.INSTAGRAM, NetworkName.FACEBOOK)
    brand = BAKERY.model_copy(
        update={"accounts": tuple(Account(name=one, network=one, handle="x") for one in networks)}
    )
    made = draft(brand)
    for option, typed in zip(given[::2], given[1::2], strict=True):
        made = made.more(option.removeprefix("--"), typed)

    assert made.texts.pop("brand") == ("martin",)
    assert {one.option for one in FIELDS} >= made.texts.keys()
    assert (made.missing(), found_in(brand, "galette-2027", made.document(), HERE, NOW)) == ([], [])

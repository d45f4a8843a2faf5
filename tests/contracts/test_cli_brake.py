"""`heraut pause` and `heraut resume`: the real command over the real tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.publishing.model import State
from tests.contracts.cli_shop import FIELDS

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Said, Shop

MINUTE = timedelta(minutes=1)


def came_due(shop: Shop, text: str = "Bonjour", ago: timedelta = 10 * MINUTE) -> str:
    """Queue a post whose time came meanwhile; gives its id."""
    post = shop.add(text=text)
    then = datetime.now(UTC) - ago
    shop.put(post, State.SCHEDULED, publish_at=then, due_at=then)
    return post


def pause(shop: Shop, *more: str) -> Said:
    """Pause the bakery."""
    return shop.heraut("pause", "--brand", "martin", *more)


def test_a_brand_is_stopped_and_one_sees_it(shop: Shop) -> None:
    """Who, since when and why; the publisher's brake reads it at once."""
    said = pause(shop, "--reason", "incendie au fournil")

    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[0] == "Arrêté : la marque « martin ». Plus rien ne part."
    assert "Par lea," in said.out
    assert "Pourquoi : incendie au fournil" in said.out
    assert shop.posts.brakes("martin", "masto") == {"pause:martin"}
    assert shop.posts.brakes("mots", "vitrine") == frozenset()
    assert "À l'arrêt : la marque « martin »." in shop.heraut("pause").out
    assert "À l'arrêt : la marque « martin ». Rien n'en part" in shop.heraut("queue", "--brand", "martin").out
    assert "À l'arrêt" not in shop.heraut("queue", "--brand", "mots").out


def test_pausing_again_says_who_was_first(shop: Shop) -> None:
    """Nothing is changed by it."""
    pause(shop)
    shop.act_as("karim")

    said = pause(shop)

    assert said.out.splitlines()[0] == "À l'arrêt : la marque « martin »."
    assert "Par lea," in said.out


def test_an_account_or_everything(shop: Shop) -> None:
    """Each scope has its own mark."""
    shop.heraut("pause", "--account", "sky")
    shop.heraut("pause", "--all")

    assert shop.posts.brakes("martin", "masto") == {"pause:*"}
    assert shop.posts.brakes("martin", "sky") == {"pause:*", "pause:martin/sky"}


def test_for_programs(shop: Shop) -> None:
    """The state as JSON: what is held has the fields of every listing, and whether it is too late."""
    post = came_due(shop, ago=2 * 60 * MINUTE)
    out = came_due(shop, "Parti")
    shop.put(out, State.SENDING)

    (stopped,) = pause(shop, "--json").json

    assert (stopped["brand"], stopped["account"], stopped["by"], stopped["reason"]) == ("martin", None, "lea", "")
    assert [(set(one) - set(FIELDS), one["post"], one["too_late"]) for one in stopped["held"]] == [
        ({"too_late"}, post, True)
    ]
    assert [one["post"] for one in stopped["left"]] == [out]


def test_what_had_left_is_listed_with_its_link(shop: Shop) -> None:
    """« Parti pendant l'arrêt »."""
    pause(shop)
    post = came_due(shop)
    shop.put(post, State.PUBLISHED, published_at=datetime.now(UTC) + MINUTE, url="https://social.example/1")

    assert f"Parti pendant l'arrêt : {post}@masto, https://social.example/1" in shop.heraut("pause").out


def test_each_held_one_gets_its_choice(shop: Shop) -> None:
    """As planned, shifted, dropped; the pause is over and what was done is said."""
    planned, shifted, dropped = (came_due(shop, text) for text in ("Un", "Deux", "Trois"))
    pause(shop)

    said = shop.heraut("resume", "--shift", shifted, "--drop", f"{dropped}@masto")

    assert (said.status, said.err) == (0, "")
    assert "Repris : la marque « martin »." in said.out
    assert f"Décalé : {shifted}@masto, part" in said.out
    assert f"Abandonné : {dropped}@masto" in said.out
    assert shop.delivery(planned).state is shop.delivery(shifted).state is State.SCHEDULED
    assert shop.delivery(shifted).publish_at > datetime.now(UTC)
    assert shop.delivery(dropped).state is State.CANCELLED
    assert shop.posts.brakes("martin", "masto") == frozenset()
    assert "Terminé : la marque « martin », arrêté par lea" in shop.heraut("pause").out


def test_one_choice_for_all_but_those_named(shop: Shop) -> None:
    """`--drop tout --as-planned X`."""
    kept, gone = came_due(shop, "Un"), came_due(shop, "Deux")
    pause(shop)

    shop.heraut("resume", "--as-planned", kept, "--drop", "tout")

    assert (shop.delivery(kept).state, shop.delivery(gone).state) == (State.SCHEDULED, State.CANCELLED)


def test_what_the_publisher_marked_is_let_go(shop: Shop) -> None:
    """And dispatched at once."""
    post = came_due(shop)
    pause(shop)
    shop.put(post, State.SCHEDULED, holds=frozenset({"pause:martin"}), due_at=None)

    said = shop.heraut("resume")

    assert f"Comme prévu : {post}@masto" in said.out
    assert shop.delivery(post).holds == frozenset()
    assert [message["post"] for message in shop.queued()] == [post]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["pause", "--brand", "nulle"], "nulle"),
        (["pause", "--account", "nul"], "nul"),
        (["pause", "--all", "--brand", "martin"], "pas les deux"),
        (["resume"], "Rien n'est à l'arrêt."),
        (["resume", "--brand", "martin"], "Rien n'est à l'arrêt."),
    ],
)
def test_what_cannot_be_is_one_sentence(shop: Shop, arguments: list[str], told: str) -> None:
    """On standard error, status 1, nothing done."""
    said = shop.heraut(*arguments)

    assert (said.status, said.out) == (1, "")
    assert told in said.err
    assert len(said.err.splitlines()) == 1


def test_a_choice_for_what_is_not_held_is_refused_before_anything_is_done(shop: Shop) -> None:
    """A wrong name ends no pause."""
    pause(shop)

    said = shop.heraut("resume", "--drop", "inconnu")

    assert said.status == 1
    assert "« inconnu » n'est pas retenu" in said.err
    assert shop.posts.brakes("martin", "masto") == {"pause:martin"}


def test_which_of_several_must_be_said(shop: Shop) -> None:
    """Two are on: none is ended by guessing."""
    pause(shop)
    shop.heraut("pause", "--all")

    said = shop.heraut("resume")

    assert said.status == 1
    assert "la marque « martin »; toutes les marques" in said.err
    assert shop.heraut("resume", "--all").status == 0
    assert shop.posts.brakes("martin", "masto") == {"pause:martin"}

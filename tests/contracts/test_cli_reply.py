"""`heraut reply`: one answer, to the right person, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heraut.conversations.reply_page import name_of
from tests.contracts.samples import NOW
from tests.contracts.test_cli_inbox import MARTIN, waiting
from tests.contracts.test_conversations import said

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop


def test_an_answer_is_queued_once(shop: Shop) -> None:
    """It says so, and names the post; who comes second is told what was answered, and nothing of theirs is sent."""
    alert = waiting(shop)
    first, _ = alert.waiting

    done = shop.heraut("reply", alert.id, first, "Oui, dès 7 h !")
    assert (done.status, "La réponse à @zoe.test part à l'instant" in done.out) == (0, True)
    again = shop.heraut("reply", alert.id, first, "Non.")

    assert again.status == 1
    assert "a déjà répondu à @zoe.test" in again.out
    assert "« Oui, dès 7 h ! »" in again.out.replace("\N{NO-BREAK SPACE}", " ")
    (queued,) = [one for one in shop.posts.queue("martin") if one.answers]
    assert (queued.account, queued.answers, queued.state.value) == ("sky", first, "scheduled")
    held = shop.conversations.alert("martin", alert.id)
    assert held is not None
    assert held.replies[first].post == queued.post


def test_a_program_reads_what_came_of_it(shop: Shop) -> None:
    """Who, what, how far, under which post; a short name of the interaction will do."""
    alert = waiting(shop)
    second = said("1", at=NOW, **MARTIN)

    told = shop.heraut("reply", alert.id, name_of(second), "Oui", "--json").json

    assert told.keys() == {"alert", "interaction", "ours", "post", "by", "at", "text", "state", "url"}
    assert (told["interaction"], told["ours"], told["text"], told["state"]) == (second.id, True, "Oui", "scheduled")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Oui",), "Plusieurs personnes attendent"),
        (("x", "Oui"), "n'est pas dans cette alerte"),
        (("a", "b", "c"), "texte entre guillemets"),
    ],
)
def test_whom_to_answer_must_be_clear(shop: Shop, words: tuple[str, ...], expected: str) -> None:
    """Nothing is sent to the wrong person."""
    alert = waiting(shop)
    refused = shop.heraut("reply", alert.id, *words)

    assert (refused.status, expected in refused.err) == (1, True)
    assert [one for one in shop.posts.queue("martin") if one.answers] == []


def test_an_alert_that_is_not_there_is_told(shop: Shop) -> None:
    """With what shows them."""
    refused = shop.heraut("reply", "nope", "Oui")

    assert (refused.status, "heraut alert list" in refused.err) == (1, True)


def test_the_end_of_an_alerts_name_will_do(shop: Shop) -> None:
    """As `heraut alert` takes it."""
    alert = waiting(shop)
    done = shop.heraut("reply", alert.id[-6:], alert.waiting[0], "Oui", "--json").json

    assert (done["alert"], done["ours"]) == (alert.id, True)


def test_what_the_network_would_refuse_is_said(shop: Shop) -> None:
    """Before anything is queued."""
    alert = waiting(shop)
    refused = shop.heraut("reply", alert.id, alert.waiting[0], "a" * 501)

    assert (refused.status, "501" in refused.err) == (1, True)
    assert [one for one in shop.posts.queue("martin") if one.answers] == []

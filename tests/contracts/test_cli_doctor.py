"""`heraut doctor` over moto: what it finds, says, and does about a table that comes from a backup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.aws.posts_table import HOME
from heraut.publishing.model import State
from tests.twins.network import Entry

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop


def restore(shop: Shop) -> None:
    """Make the table one whose content comes from another."""
    shop.posts.is_restored()
    home = shop.posts_stack.item(*HOME)
    shop.posts_stack.put({**home, "name": {"S": "the-table-before"}})


def overdue(shop: Shop, text: str, account: str = "masto") -> str:
    """Queue a post whose time has passed; gives its id."""
    post = shop.add(accounts=account, text=text)
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20)
    shop.put(post, State.SCHEDULED, account, publish_at=past, due_at=past)
    return post


def test_a_restored_table_is_read_back_account_by_account(shop: Shop) -> None:
    """Found is published, absent and unread are a person's: exit status 3, and the posts are at home again."""
    out, gone = overdue(shop, "Bonjour"), overdue(shop, "Perdue")
    by_hand = overdue(shop, "Story", "story")
    blind = overdue(shop, "Ciel", "sky")
    shop.sky.blind = True
    shop.masto.books.append(Entry("id-1", "masto", "", "Bonjour", datetime.now(UTC) - timedelta(minutes=19)))
    restore(shop)

    said = shop.heraut("doctor", "--reconcile")

    assert said.status == 3
    assert f"martin/masto : 1 en ligne, notées publiées ({out})." in said.out
    assert f"martin/masto : 1 pas trouvées en ligne ({gone})." in said.out
    assert f"martin/sky : 1 impossibles à vérifier ({blind})." in said.out
    assert f"martin/story : 1 à publier à la main ({by_hand})." in said.out
    assert "mots/vitrine : rien n'avait pu partir." in said.out
    states = [shop.delivery(out).state, shop.delivery(gone).state, shop.delivery(blind, "sky").state]
    assert states == [State.PUBLISHED, State.EXPIRED, State.ASKING]
    assert not shop.posts.is_restored()


def test_a_table_at_home_is_not_read_back(shop: Shop) -> None:
    """Nothing is decided about a post that is merely late."""
    post = overdue(shop, "Bonjour")

    said = shop.heraut("doctor", "--reconcile")

    assert (said.status, said.out.strip()) == (0, "Rien à relire : cette installation ne vient pas d'une sauvegarde.")
    assert shop.delivery(post).state is State.SCHEDULED

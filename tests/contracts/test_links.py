"""What every store of links does, the twin and the table alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.aws.links_table import LinksTable
from heraut.links import LIFETIME, Action, Link, hash_of
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.stack import resource

if TYPE_CHECKING:
    from heraut.links import Links
    from tests.contracts.stack import Stack

LINK = Link(
    hash=hash_of("token"),
    brand="boulangerie",
    person="lea",
    action=Action.SEND_AGAIN,
    post="p1",
    account="masto",
    version=2,
    attempt="a1",
    created_at=NOW,
    expires_at=NOW + LIFETIME,
)


def test_an_unknown_token_opens_nothing(links: Links) -> None:
    """Nor does another brand's."""
    links.save(LINK)
    assert links.link("boulangerie", hash_of("other")) is None
    assert links.link("fleuriste", LINK.hash) is None
    assert links.link("boulangerie", "token") is None


def test_a_link_comes_back_as_it_was(links: Links) -> None:
    """With fields that only a newer release knows."""
    newer = Link.model_validate(LINK.model_dump(by_alias=True) | {"mood": {"tone": 0.5}})
    links.save(newer)
    found = links.link("boulangerie", LINK.hash)
    assert found == newer
    assert found is not None
    assert found.model_extra == {"mood": {"tone": 0.5}}


def test_a_link_is_used_once(links: Links) -> None:
    """A later visitor hears when, whoever asks and however often, even in the same instant."""
    links.save(LINK)
    assert links.mark_used(LINK, NOW + MINUTE)
    assert not links.mark_used(LINK, NOW + MINUTE)
    assert not links.mark_used(LINK, NOW + 2 * MINUTE)
    found = links.link("boulangerie", LINK.hash)
    assert found == LINK.model_copy(update={"used_at": NOW + MINUTE})
    assert found is not None
    assert not links.mark_used(found, NOW + 3 * MINUTE)


def test_a_link_that_is_not_there_cannot_be_used(links: Links) -> None:
    """And is not made by trying."""
    assert not links.mark_used(LINK, NOW)
    assert links.link("boulangerie", LINK.hash) is None


def test_a_bookmark_takes_the_place_of_the_one_before(links: Links) -> None:
    """A lost telephone: the new link works, the old one opens nothing; other links and people keep theirs."""
    first = LINK.model_copy(update={"action": Action.PAUSE, "hash": hash_of("first")})
    second, third = (first.model_copy(update={"hash": hash_of(name)}) for name in ("second", "third"))
    other = first.model_copy(update={"person": "marc", "hash": hash_of("other")})
    links.save(LINK)
    for one in (first, other, second, third):
        links.save_only(one)

    found = [links.link("boulangerie", one.hash) for one in (first, second, third, other, LINK)]

    assert found == [None, None, third, other, LINK]


def test_what_an_e_mail_would_answer_is_forgotten(links: Links) -> None:
    """Where its author asked for it; whether it was used stays known, and other links and brands keep theirs."""
    bound = LINK.model_copy(update={"action": Action.ANSWER_BY_MAIL, "interaction": "at://zoe/1", "said": "abc"})
    theirs, others = bound, bound.model_copy(update={"hash": hash_of("max"), "interaction": "at://max/1"})
    elsewhere = bound.model_copy(update={"brand": "fleuriste"})
    for one in (theirs, others, elsewhere):
        links.save(one)
    assert links.mark_used(theirs, NOW)

    links.forget_interactions("boulangerie", {"at://zoe/1", "at://zoe/2"})

    forgotten = {"interaction": "", "said": None, "used_at": NOW}
    assert links.link("boulangerie", theirs.hash) == theirs.model_copy(update=forgotten)
    assert links.link("boulangerie", others.hash) == others
    assert links.link("fleuriste", elsewhere.hash) == elsewhere


class TestTable:
    def test_our_own_mark_is_ours_when_its_answer_was_lost(self, brands_stack: Stack) -> None:
        """The SDK writes again; nobody else used the link."""
        links = LinksTable(brands_stack.table)
        links.save(LINK)
        sent = brands_stack.lose_first_answer("UpdateItem")
        assert links.mark_used(LINK, NOW + MINUTE)
        assert len(sent) == 2
        assert not links.mark_used(LINK, NOW + MINUTE)

    def test_where_it_stands_and_when_it_is_forgotten(self, brands_stack: Stack) -> None:
        """Thirty days after it expired; the token itself stands nowhere."""
        LinksTable(brands_stack.table).save(LINK)
        item = brands_stack.item("boulangerie", f"link#{LINK.hash}")
        assert item["schema"] == {"N": "1"}
        assert item["expires"] == {"N": str(int((NOW + LIFETIME + timedelta(days=30)).timestamp()))}
        assert resource("BrandsTable")["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
        assert '"token"' not in str(item)

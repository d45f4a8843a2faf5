"""A table whose content comes from another one says so, as its twin and over moto."""

from __future__ import annotations

import pytest

from heraut.aws.items import PK, SK
from heraut.aws.posts_table import HOME, PostsTable
from heraut.errors import NotReconciled
from heraut.publishing.pacing import Bucket
from heraut.publishing.store import Posts
from tests.twins.posts import PostsTwin


def restore(posts: Posts) -> None:
    """Put the content of another table into this one."""
    if isinstance(posts, PostsTwin):
        posts.restore(posts.backup())
    elif isinstance(posts, PostsTable):
        posts._table.put({PK: HOME[0], SK: HOME[1], "name": "another", "schema": 1})


def test_a_table_is_at_home_when_it_is_first_asked(posts: Posts) -> None:
    """A new stack, and one of the release before, which wrote no name."""
    assert not posts.is_restored()
    assert not posts.is_restored()
    assert posts.brakes("boulangerie", "masto") == frozenset()


def test_content_of_another_table_is_recognised_until_it_is_settled(posts: Posts) -> None:
    """Nobody reads what would let a delivery leave."""
    posts.is_restored()
    restore(posts)

    assert posts.is_restored()
    with pytest.raises(NotReconciled):
        posts.brakes("boulangerie", "masto")
    with pytest.raises(NotReconciled):
        posts.delivery_and_pace("boulangerie", "p1", "masto", Bucket.POSTS)

    posts.settle()

    assert not posts.is_restored()
    assert posts.brakes("boulangerie", "masto") == frozenset()
    assert posts.delivery_and_pace("boulangerie", "p1", "masto", Bucket.POSTS) == (None, None)

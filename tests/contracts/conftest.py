"""Each store, as its twin and as its real adapter over moto."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.looks_table import LooksTable
from heraut.aws.pauses_table import PausesTable
from heraut.aws.posts_table import PostsTable
from heraut.aws.webhooks_table import WebhooksTable
from tests.contracts.cli_shop import Shop
from tests.contracts.provider import Provider
from tests.contracts.stack import Stack, undeclared_in_every_table
from tests.twins.brands import BrandsTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.links import LinksTwin
from tests.twins.looks import LooksTwin
from tests.twins.pauses import PausesTwin
from tests.twins.posts import PostsTwin
from tests.twins.webhooks import WebhooksTwin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.brands import Brands
    from heraut.conversations.store import Conversations, Webhooks
    from heraut.links import Links
    from heraut.publishing.store import Looks, Pauses, Posts


@pytest.fixture
def aws() -> Iterator[None]:
    """Let moto answer for AWS; every item written meanwhile is of a kind that says how long it is kept."""
    with mock_aws():
        yield
        assert undeclared_in_every_table() == []


@pytest.fixture
def posts_stack(aws: None) -> Stack:
    """The Posts table."""
    return Stack.of("PostsTable")


@pytest.fixture
def brands_stack(aws: None) -> Stack:
    """The Brands table."""
    return Stack.of("BrandsTable")


@pytest.fixture
def contests_stack(aws: None) -> Stack:
    """The Contests table."""
    return Stack.of("ContestsTable")


@pytest.fixture
def conversations_stack(aws: None) -> Stack:
    """The Conversations table."""
    return Stack.of("ConversationsTable")


@pytest.fixture(params=["twin", "table"])
def conversations(request: pytest.FixtureRequest) -> Conversations:
    """The conversations' store."""
    if request.param == "twin":
        return ConversationsTwin()
    return ConversationsTable(request.getfixturevalue("conversations_stack").table, lambda _: "a-key")


@pytest.fixture(params=["twin", "table"])
def webhooks(request: pytest.FixtureRequest) -> Webhooks:
    """The webhooks' store."""
    if request.param == "twin":
        return WebhooksTwin()
    return WebhooksTable(request.getfixturevalue("conversations_stack").table)


@pytest.fixture(params=["twin", "table"])
def posts(request: pytest.FixtureRequest) -> Posts:
    """The posts' store."""
    if request.param == "twin":
        return PostsTwin()
    return PostsTable(request.getfixturevalue("posts_stack").table)


@pytest.fixture
def pauses(posts: Posts, request: pytest.FixtureRequest) -> Pauses:
    """The pauses' store beside the posts'."""
    if isinstance(posts, PostsTwin):
        return PausesTwin(posts)
    return PausesTable(request.getfixturevalue("posts_stack").table)


@pytest.fixture(params=["twin", "table"])
def looks(request: pytest.FixtureRequest) -> Looks:
    """What is remembered of looks ahead."""
    if request.param == "twin":
        return LooksTwin()
    return LooksTable(request.getfixturevalue("posts_stack").table)


@pytest.fixture(params=["twin", "table"])
def brands(request: pytest.FixtureRequest) -> Brands:
    """The brands' store."""
    if request.param == "twin":
        return BrandsTwin()
    return BrandsTable(request.getfixturevalue("brands_stack").table)


@pytest.fixture(params=["twin", "table"])
def links(request: pytest.FixtureRequest) -> Links:
    """The links' store."""
    if request.param == "twin":
        return LinksTwin()
    return LinksTable(request.getfixturevalue("brands_stack").table)


@pytest.fixture
def provider(shop: Shop) -> Iterator[Provider]:
    """The account that the stack runs in, all well."""
    with Provider(shop).answering() as account:
        yield account


@pytest.fixture
def shop(aws: None, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A stack with a bakery, and the command."""
    return Shop(monkeypatch).open()

"""The double of the Graph API knows what the official SDK does, and refuses what the real one refuses."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import inspect
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from facebook_business.adobjects.abstractobject import AbstractObject

from tests.matrix.wire import Heard, Said
from tests.twins.graph_double import RIGHTS, VERSION, GraphDouble, Lost, Person, fields_of
from tests.twins.graph_known import KNOWN, PAGING, Edge

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZOE = Person("77", "Zoé Martin", "zoe.martin")


def sdk(kind: str) -> Any:
    """The SDK's class of a node."""
    return getattr(importlib.import_module(f"facebook_business.adobjects.{kind.lower()}"), kind)


def request_of(kind: str, prefix: str, edge: str) -> Any:
    """The SDK's request of an edge, made by the method of the node that begins so; None when it has none.

    Methods are looked for in their source: one module of 26.0.3 cannot be imported, and is none of those used here.
    """
    for name, method in vars(sdk(kind)).items():
        if name.startswith(prefix) and f"endpoint='/{edge}'" in inspect.getsource(method):
            return getattr(sdk(kind)("1"), name)(pending=True)
    return None


def parameters(request: Any) -> set[str]:
    """What the SDK knows that a request takes."""
    return set(request._param_checker._type_check_info)


@pytest.mark.parametrize("kind", sorted(KNOWN))
def test_every_field_is_in_the_sdk(kind: str) -> None:
    """The version of the API too is the SDK's."""
    from facebook_business.apiconfig import ads_api_config

    known = {value for name, value in vars(sdk(kind).Field).items() if not name.startswith("_")}

    assert issubclass(sdk(kind), AbstractObject)
    assert set(KNOWN[kind].fields) | set(KNOWN[kind].holds) <= known
    assert ads_api_config["API_VERSION"] == VERSION


@pytest.mark.parametrize("kind", sorted(KNOWN))
@pytest.mark.parametrize(("prefix", "edges"), [("get_", "reads"), ("create_", "writes")])
def test_every_edge_and_its_parameters_are_in_the_sdk(kind: str, prefix: str, edges: str) -> None:
    """Which node its entries are, too."""
    for name, edge in getattr(KNOWN[kind], edges).items():
        assert isinstance(edge, Edge)
        known = request_of(kind, prefix, name)
        assert known is not None, f"{kind} has no edge {name}"
        assert edge.takes - PAGING <= parameters(known), f"{kind}/{name}"
        target = known._target_class.__name__
        assert target in {edge.node, "AbstractCrudObject"}, f"{kind}/{name} gives {target}"


@pytest.mark.parametrize("kind", sorted(KNOWN))
def test_what_can_be_changed_and_deleted_is_in_the_sdk(kind: str) -> None:
    """`is_hidden` of one, `hide` of the other."""
    node = sdk(kind)("1")
    if KNOWN[kind].changes:
        assert KNOWN[kind].changes <= parameters(node.api_update(pending=True))
    if KNOWN[kind].deletes:
        assert node.api_delete(pending=True)._method == "DELETE"


def test_the_fields_that_are_subscribed_to_are_in_the_sdk() -> None:
    """What the adapters ask webhooks for."""
    from facebook_business.adobjects.iguser import IGUser
    from facebook_business.adobjects.page import Page

    assert {"feed", "mention"} <= set(vars(Page.SubscribedFields).values())
    assert {"comments", "mentions"} <= set(vars(IGUser.SubscribedFields).values())


def test_what_is_not_in_the_sdk_is_seen() -> None:
    """These checks can fail."""
    assert "comment_text" not in vars(sdk("Comment").Field).values()
    assert request_of("PagePost", "get_", "opinions") is None
    assert "colour" not in parameters(request_of("PagePost", "get_", "comments"))


class Caller:
    """Somebody who calls the double without a network."""

    def __init__(self, **more: Any) -> None:
        self.double = GraphDouble(now=lambda: NOW, **more)

    def call(self, method: str, path: str, token: str | None = None, proof: str | None = None, **params: Any) -> Said:
        """Make one call, with the token and its proof unless others are given."""
        used = self.double.token if token is None else token
        made = hmac.new(self.double.app_secret.encode(), used.encode(), hashlib.sha256).hexdigest()
        sent = {name.replace("__", "."): str(value) for name, value in params.items()}
        sent |= {"appsecret_proof": made if proof is None else proof} if proof != "" else {}
        body = urlencode(sent).encode() if method != "GET" else b""
        query = {name: [value] for name, value in sent.items()} if method == "GET" else {}
        headers = {"authorization": f"Bearer {used}"} if used else {}
        said = self.double.answer(Heard(method, f"/{VERSION}/{path}", query, headers, body))
        assert isinstance(said, Said)
        return said

    def code(self, *args: Any, **more: Any) -> tuple[int, int | None]:
        """The error that a call ends in."""
        said = self.call(*args, **more)
        assert said.status >= 400
        return said.body["error"]["code"], said.body["error"].get("error_subcode")


def test_what_it_does_not_know_is_an_error_in_a_400() -> None:
    """Field, edge, parameter, node, syntax."""
    caller = Caller()
    caller.double.post()

    assert caller.code("GET", "me", fields="id,colour") == (100, None)
    assert caller.code("GET", "1000/opinions") == (2500, None)
    assert caller.code("POST", "1000/feed", message="x") == (100, None)
    assert caller.code("GET", "1000/feed", colour="red") == (100, None)
    assert caller.code("GET", "1000/feed", fields="id,comments.colour(red){id}") == (100, None)
    assert caller.code("GET", "1000/feed", fields="id,comments{id") == (2500, None)
    assert caller.code("GET", "31415") == (100, 33)
    assert caller.code("DELETE", "1000") == (3, None)


def test_nobody_gets_in_without_the_token_and_its_proof() -> None:
    """Each for its own reason."""
    caller = Caller()

    assert caller.code("GET", "me", token="") == (104, None)
    assert caller.code("GET", "me", token="another") == (190, None)
    assert caller.code("GET", "me", proof="") == (100, None)
    assert caller.code("GET", "me", proof="0" * 64) == (100, None)
    caller.double.trouble = (190, 463)
    assert caller.code("GET", "me") == (190, 463)


@pytest.mark.parametrize(
    ("right", "call", "code"),
    [
        ("pages_read_user_content", ("GET", "1000/feed"), 10),
        ("pages_manage_metadata", ("GET", "1000/subscribed_apps"), 10),
        ("instagram_basic", ("GET", "17840000000000001/media"), 10),
        ("instagram_manage_comments", ("GET", "17840000000000001/tags"), 10),
    ],
)
def test_a_missing_right_is_told(right: str, call: tuple[str, str], code: int) -> None:
    """Reading is code 10."""
    assert Caller(rights=RIGHTS - {right}).code(*call) == (code, None)


def test_a_missing_right_to_write_is_another_error() -> None:
    """Code 200, and nothing is written."""
    caller = Caller(rights=RIGHTS - {"pages_manage_engagement"})
    comment = caller.double.comment(caller.double.post(), "Bonjour", ZOE)

    assert caller.code("POST", f"{comment.id}/comments", message="Merci") == (200, None)
    assert caller.code("POST", comment.id, is_hidden="true") == (200, None)
    assert caller.code("DELETE", comment.id) == (200, None)
    assert caller.double.ours() == []


def test_a_quota_that_is_used_up_says_when_it_is_regained() -> None:
    """In minutes, in the header of the account; other calls tell how much is used."""
    caller = Caller(used_up=(80001, 23))
    said = caller.call("GET", "me")

    assert said.body["error"]["code"] == 80001
    (case,) = json.loads(said.headers["X-Business-Use-Case-Usage"])["1000"]
    assert (case["type"], case["estimated_time_to_regain_access"]) == ("pages", 23)
    assert json.loads(Caller().call("GET", "me").headers["X-App-Usage"])["call_count"] == 12


def test_comments_come_in_pages() -> None:
    """With a cursor, and the address of the next page as long as there is one."""
    caller = Caller()
    post = caller.double.post()
    for number in range(5):
        caller.double.comment(post, f"Question {number}", ZOE, at=NOW + timedelta(seconds=number))

    first = caller.call("GET", f"{post.id}/comments", fields="message,from{id,name}", filter="stream", limit=3).body
    second = caller.call("GET", f"{post.id}/comments", limit=3, after=first["paging"]["cursors"]["after"]).body

    assert [one["message"] for one in first["data"]] == ["Question 0", "Question 1", "Question 2"]
    assert first["data"][0]["from"] == {"id": "77", "name": "Zoé Martin"}
    assert (len(second["data"]), "next" in first["paging"], "next" in second["paging"]) == (2, True, False)


def test_reactions_come_in_pages_newest_first_by_people_alone() -> None:
    """A hundred a page at most; what is taken back is gone, and a cursor keeps its place."""
    caller = Caller()
    post = caller.double.post()
    people = [Person(str(number), f"P{number}", f"p{number}") for number in range(150)]
    made = [caller.double.react(post, one) for one in people]
    path = f"{post.id}/reactions"

    first = caller.call("GET", path, fields="id,name", limit=500).body
    caller.double.remove(made[50])  # the last one of that page
    second = caller.call("GET", path, fields="id,name", after=first["paging"]["cursors"]["after"], limit=500).body

    assert first["data"][0] == {"id": "149", "name": "P149"}
    assert [len(page["data"]) for page in (first, second)] == [100, 50]
    assert second["data"][0] == {"id": "49", "name": "P49"}
    assert caller.code("GET", path, fields="id,colour") == (100, None)
    assert caller.code("GET", f"{post.id}/sharedposts") == (2500, None)
    assert Caller(rights=RIGHTS - {"pages_read_engagement"}).code("GET", "1000/feed") == (10, None)


def test_instagram_gives_fifty_newest_first_with_their_replies() -> None:
    """Replies stand below the first comment, whatever they answer."""
    caller = Caller()
    media = caller.double.media()
    last = media
    for number in range(60):
        last = caller.double.comment(media, f"Question {number}", ZOE, at=NOW + timedelta(seconds=number))
    reply = caller.double.comment(last, "Merci", caller.double.instagram)
    caller.double.comment(reply, "De rien", ZOE)

    body = caller.call("GET", f"{media.id}/comments", fields="text,replies{text,parent_id}", limit=100).body

    assert (len(body["data"]), body["data"][0]["text"]) == (50, "Question 59")
    assert [one["text"] for one in body["data"][0]["replies"]["data"]] == ["Merci", "De rien"]
    assert {one["parent_id"] for one in body["data"][0]["replies"]["data"]} == {last.id}


def test_what_is_hidden_cannot_be_answered_on_instagram_and_what_is_gone_nowhere() -> None:
    """The books say what was really written."""
    caller = Caller()
    comment = caller.double.comment(caller.double.media(), "Nul", ZOE)
    assert caller.call("POST", comment.id, hide="true").body == {"success": True}

    assert caller.code("POST", f"{comment.id}/replies", message="Merci") == (100, None)
    assert caller.call("POST", comment.id, hide="false").body == {"success": True}
    assert caller.call("POST", f"{comment.id}/replies", message="Merci").status == 200
    assert [one.text for one in caller.double.ours()] == ["Merci"]
    assert caller.call("DELETE", comment.id).body == {"success": True}
    assert caller.code("POST", f"{comment.id}/replies", message="Merci") == (100, 33)
    assert caller.double.ours() == []


def test_an_answer_can_be_lost_with_the_call_done_or_not() -> None:
    """Each plan is for one call."""
    caller = Caller()
    post = caller.double.post()
    caller.double.plan(Lost(done=True), path="comments")
    caller.double.plan(Lost(done=False), path="comments")
    path, headers = f"/{VERSION}/{post.id}/comments", {"authorization": f"Bearer {caller.double.token}"}
    proof = hmac.new(caller.double.app_secret.encode(), caller.double.token.encode(), hashlib.sha256).hexdigest()
    body = urlencode({"message": "Merci", "appsecret_proof": proof}).encode()

    assert caller.double.answer(Heard("POST", path, {}, headers, body)) == Lost(done=True)
    assert caller.double.answer(Heard("POST", path, {}, headers, body)) == Lost(done=False)
    assert [one.text for one in caller.double.ours()] == ["Merci"]
    assert caller.call("POST", f"{post.id}/comments", message="Encore").status == 200


def test_field_expansion_is_read() -> None:
    """As deep as it goes."""
    (comments,) = fields_of("comments.limit(5).order(chronological){id,from{id}}")

    assert (comments.name, dict(comments.modifiers)) == ("comments", {"limit": "5", "order": "chronological"})
    assert [one.name for one in comments.inner] == ["id", "from"]

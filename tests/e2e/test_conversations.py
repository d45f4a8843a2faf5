"""What people say to an account reaches a person by mail, and the alert ends when everybody has an answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from heraut import links as tokens
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.table import Table
from heraut.brands import Account, NetworkName
from heraut.links import Action, Link
from tests.e2e.bluesky_server import DID
from tests.e2e.conftest import BRAND
from tests.e2e.quotes import PRAISE, holds, quoted
from tests.e2e.test_publishing import links_in, mail_with, opened, text_of
from tests.e2e.world import eventually
from tests.ses import written

if TYPE_CHECKING:
    from tests.e2e.bluesky_server import BlueskyServer
    from tests.e2e.world import World

POST = f"at://{DID}/app.bsky.feed.post/3kunderwhichtheysay"
NOON = {"scheduled_time": "2026-11-23T11:00:00Z"}


@pytest.fixture(name="kept", scope="module")
def _kept(world: World) -> ConversationsTable:
    """What the stack keeps; listening has begun, so that the past opens no alert."""
    world.invoke("PollFunction", NOON)
    return ConversationsTable(Table(world.client("dynamodb"), world.outputs["ConversationsTable"]))


def test_a_reply_becomes_a_mail_and_an_answer_in_the_app_closes_it(
    world: World, bluesky: BlueskyServer, kept: ConversationsTable
) -> None:
    """Two people under one post are one alert; one answer does not close it, two do."""
    zoe = bluesky.say("zoe", "Ouvrez-vous lundi ?", POST)
    paul = bluesky.say("paul", "Et mardi, avec mon chien ?", POST)
    world.invoke("PollFunction", NOON)
    (alert,) = kept.open_alerts(BRAND)
    world.invoke("EscalateFunction", NOON)

    mail = eventually(lambda: mail_with(world, "Et mardi, avec mon chien ?"), 90)
    assert mail["Subject"] == "[Essai · Bluesky (essai.test)] 2 personnes attendent une réponse"
    assert "n'a pas pu vous parvenir sur Slack" in text_of(mail)  # whose address is no more
    assert "Règle « Animaux » (chien)." in text_of(mail).replace("\N{NO-BREAK SPACE}", " ")
    _, take, _, _ = links_in(world, mail)
    assert "<form" in opened(take)
    assert "C'est noté" in opened(take, press=True).replace("&#39;", "'")

    bluesky.answer_in_the_app(zoe)
    world.invoke("PollFunction", NOON)
    assert [(one.waiting, one.taken_by) for one in kept.open_alerts(BRAND)] == [((paul,), "lea")]
    bluesky.answer_in_the_app(paul)
    world.invoke("PollFunction", NOON)
    assert list(kept.open_alerts(BRAND)) == []
    closed = kept.alert(BRAND, alert.id)
    assert closed is not None
    assert (closed.closed_by, closed.count) == (None, 2)


def test_nothing_to_do_closes_it(world: World, bluesky: BlueskyServer, kept: ConversationsTable) -> None:
    """A later visit says who closed it."""
    bluesky.say("ana", "Et la fournée d'hier, alors ?", f"{POST}x")
    world.invoke("PollFunction", NOON)
    world.invoke("EscalateFunction", NOON)
    mail = eventually(lambda: mail_with(world, "Et la fournée d'hier, alors ?"), 90)
    _, _, _, close = links_in(world, mail)

    assert "fermée" in opened(close, press=True)
    assert list(kept.open_alerts(BRAND)) == []
    assert "Léa" in opened(close)


def test_an_answer_from_the_page_is_online_once_and_closes_one(
    world: World, bluesky: BlueskyServer, kept: ConversationsTable
) -> None:
    """Under the very comment; the other one waits until it has its own; a second press sends nothing more."""
    thread = f"{POST}y"
    iris = bluesky.say("iris", "Faites-vous du seigle ?", thread)
    hugo = bluesky.say("hugo", "Et sans gluten ?", thread)
    world.invoke("PollFunction", NOON)
    world.invoke("EscalateFunction", NOON)
    mail = eventually(lambda: mail_with(world, "Faites-vous du seigle"), 90)
    reply, _, _, _ = links_in(world, mail)
    page = opened(reply)
    (to_iris,) = re.findall(r'value="([0-9a-f]{8})"[^>]*> Iris', page)
    (to_hugo,) = re.findall(r'value="([0-9a-f]{8})"[^>]*> Hugo', page)

    assert opened(reply, press=True, do="writes") == ""
    for _ in range(2):
        assert "Votre réponse" in opened(reply, press=True, to=to_iris, text="Oui, le jeudi.", when="send")
    eventually(lambda: waiting(kept, thread) == (hugo,), 90)
    assert "a répondu" in opened(reply, press=True, to=to_iris, text="Non.", when="send")
    opened(reply, press=True, to=to_hugo, text="Pas encore.", when="send")
    eventually(lambda: waiting(kept, thread) == (), 90)

    answers = [one for one in bluesky.records.values() if one.get("reply", {}).get("root", {}).get("uri") == thread]
    assert sorted((one["text"], one["reply"]["parent"]["uri"]) for one in answers) == [
        ("Oui, le jeudi.", iris),
        ("Pas encore.", hugo),
    ]
    world.invoke("PollFunction", NOON)  # what we wrote ourselves opens nothing
    assert waiting(kept, thread) == ()


def test_a_channels_link_asks_who_acts_and_leads_to_a_link_of_their_own(
    world: World, bluesky: BlueskyServer, kept: ConversationsTable
) -> None:
    """Nothing is closed before somebody said their name; the story keeps by which channel they came."""
    thread = f"{POST}z"
    bluesky.say("noe", "Et le samedi ?", thread)
    world.invoke("PollFunction", NOON)
    alert = kept.open_alert(BRAND, "bluesky", thread)
    assert alert is not None
    now, token = datetime.now(UTC), tokens.new_token()
    what = {"person": "salon", "action": Action.CLOSE_ALERT, "alert": alert.id}
    lives = {"created_at": now, "expires_at": now + timedelta(days=1)}
    links = LinksTable(Table(world.client("dynamodb"), world.outputs["BrandsTable"]))
    links.save(Link.model_validate({"hash": tokens.hash_of(token), "brand": BRAND, **what, **lives}))
    address = tokens.alert_address(world.outputs["LinksUrl"], BRAND, token)

    assert "Qui êtes-vous" in opened(address)
    with urlopen(Request(address, data=b"when=lea", method="POST"), timeout=60) as page:
        own = page.geturl()
    assert own != address
    assert "fermée" in opened(own, press=True)
    assert [(one.by, one.channel) for one in kept.story(BRAND, alert.id) if one.channel] == [("lea", "salon")]


def test_an_answer_by_mail_is_online_once_and_closes_the_alert(
    world: World, bluesky: BlueskyServer, kept: ConversationsTable
) -> None:
    """What SES would put into the bucket, twice; what it quotes is not published, nor what a machine answers."""
    threads = {f"{POST}m": "Oui : https://essai.example/tourtes", f"{POST}n": "Oui, le jeudi."}
    asked = {thread: bluesky.say("rose", f"Des tourtes en {thread[-1]} ?", thread) for thread in threads}
    world.invoke("PollFunction", NOON)
    world.invoke("EscalateFunction", NOON)
    head = "Le lun. 23 nov. 2026 à 10:05, Héraut <heraut@heraut.test> a écrit :"
    for thread, words in threads.items():
        mail = eventually(partial(mail_with, world, f"Des tourtes en {thread[-1]} ?"), 90)
        address, quoted = str(mail["Reply-To"]), "\n".join(f"> {line}" for line in text_of(mail).splitlines())
        text = f"{words}\n\n{head}\n\n{quoted}"
        away = written(address, "Je suis absente.", "lea@essai.example", headers={"Auto-Submitted": "auto-replied"})
        forged = written(address, "Non !", "lea@essai.example", dmarc="fail", headers={"Message-ID": "<2@x.example>"})
        for number, raw in enumerate((away, forged, *[written(address, text, "lea@essai.example")] * 2)):
            key = f"mails/o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0{thread[-1]}{number}"
            world.client("s3").put_object(Bucket=world.outputs["FilesBucket"], Key=key, Body=raw)
    eventually(lambda: [waiting(kept, thread) for thread in threads] == [(), ()], 90)

    told = eventually(lambda: mail_with(world, "Voici ce qui part à l'instant"), 90)
    assert (told["Reply-To"], told["Auto-Submitted"]) == (None, "auto-generated")
    assert eventually(lambda: mail_with(world, "n'avons pas pu vérifier"), 90)
    answers = [one for one in bluesky.records.values() if one.get("reply", {}).get("root", {}).get("uri") in threads]
    assert sorted((one["text"], one["reply"]["parent"]["uri"]) for one in answers) == [
        (words, asked[thread]) for thread, words in threads.items()
    ]


def test_a_yes_taken_back_holds_the_post_that_quotes_them(
    world: World, bluesky: BlueskyServer, kept: ConversationsTable
) -> None:
    """In the word that the request asked for, heard by polling; people hear what is held."""
    thread = f"{POST}q"
    bluesky.say("nora", PRAISE, thread)
    world.invoke("PollFunction", NOON)
    account = Account(name="bluesky", network=NetworkName.BLUESKY)
    one = quoted(world, BRAND, account, ("#ouiEssai", "#nonEssai"))
    bluesky.say("nora", "Finalement #nonEssai", thread)
    world.invoke("PollFunction", NOON)

    assert holds(world, one, account) == {f"consent:{one.id}"}
    assert eventually(lambda: mail_with(world, "La personne qu'elle cite a retiré son accord"), 90)


def waiting(kept: ConversationsTable, thread: str) -> tuple[str, ...]:
    """What waits for an answer in a thread."""
    found = kept.open_alert(BRAND, "bluesky", thread)
    return found.waiting if found else ()

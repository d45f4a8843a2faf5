"""`heraut people export` and `erase`: what is held of a member of the public is given back, and forgotten for good."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from heraut.aws.sendings_table import SendingsTable
from heraut.aws.site_objects import PublicBucket
from heraut.brands import NetworkName, WayName
from heraut.clock import SystemClock
from heraut.contests.forget_entrant import ContestEntries
from heraut.conversations import Author, What
from heraut.conversations.forget_person import people_called
from heraut.conversations.receive_interaction import receive_interaction
from heraut.errors import ConfigurationError
from heraut.links import Action, Link
from heraut.notifications.base import Item, Message, Row
from heraut.notifications.sealing import seal
from heraut.notifications.sendings import Sending, SendingState
from heraut.publishing import ContestPosts
from heraut.publishing.model import State
from tests.contracts.cli_shop import BAKERY
from tests.contracts.stack import Stack
from tests.contracts.test_cli_contests import held
from tests.contracts.test_conversations import said
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, ContestWorld
from tests.twins.contests import ContestsTwin
from tests.twins.quotes import QuotesTwin
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from pathlib import Path

    from heraut.brands import Person
    from heraut.conversations import Interaction
    from tests.contracts.cli_shop import Shop

ZOE = Author(id="did:plc:zoe", handle="@zoe.test", name="Zoé Martin")
MAX = Author(id="did:plc:max", handle="@max.test", name="Max")
NAMES = ("zoe", "Zo\\u00e9", "Zoé", "froide")
NOW = SystemClock().now()


def told(number: int, author: Author, text: str, thread: str = "post-1") -> Interaction:
    """Something that somebody said some minutes ago; its network's id names them."""
    name = f"at://{author.id}/app.bsky.feed.post/{number}"
    at = NOW - timedelta(minutes=60 - number)
    return said(str(number), thread, brand="martin", id=name, author=author, text=text, at=at)


SAID = (
    told(1, ZOE, "La soupe était froide, vous remboursez ?"),
    told(2, MAX, "Ouverts dimanche ?"),
    told(3, ZOE, "Toujours froide ?", thread="at://did:plc:zoe/app.bsky.feed.post/3"),
)


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """Zoé and Max spoke, Zoé was answered; a large event that named them is still there."""
    for one in SAID:
        receive_interaction(one, BAKERY, shop.conversations, QuotesTwin(), one.at)
    first, *_ = shop.conversations.open_alerts("martin")
    assert shop.heraut("reply", first.id, SAID[0].id, "@zoe.test Oui").status == 0
    link = Link(hash="a", brand="martin", person="lea", action=Action.ANSWER_BY_MAIL, created_at=NOW, expires_at=NOW)
    shop.links.save(link.model_copy(update={"alert": first.id, "interaction": SAID[0].id}))  # of an e-mail to Léa
    for name, author in (("a", ZOE), ("b", MAX)):
        body = json.dumps({"who": author.id, "said": "…"}).encode()
        shop.clients.s3.put_object(Bucket="files", Key=f"webhooks/martin/sky/{name}", Body=body)
    return shop


def kept_messages(shop: Shop) -> SendingsTable:
    """What was sent to the team, as it is kept for a week."""
    return SendingsTable(Stack(shop.clients, "ConversationsTable").table)


def write_to_karim(
    shop: Shop, number: int, happened: str = "3 personnes attendent", owner: str = "martin", **more: Any
) -> str:
    """Keep a message to a program of Karim's, which did not take it yet; gives its id."""
    plain = {"lead": "Il faut répondre.", "why": "Vous gérez Bluesky.", "otherwise": "Rien.", "network": "Bluesky"}
    words = {"language": "fr", "brand": "Boulangerie Martin", "brand_id": "martin", "happened": happened} | plain
    at = NOW - timedelta(minutes=number)
    made = Sending(
        brand=owner,
        id=f"{at:%Y%m%d%H%M%S%f}-{number:08}",
        person="karim",
        way=WayName.WEBHOOK,
        at=at,
        state=SendingState.WAITING,
        due_at=at,
        message=seal(Message(**({"id": f"alert/{number}"} | words | more))),
    )
    kept_messages(shop).save_sending(made)
    return made.id


def everything(shop: Shop) -> str:
    """Give all that tables and buckets hold."""
    tables = [Stack(shop.clients, name).items() for name in ("ConversationsTable", "PostsTable", "BrandsTable")]
    keys = [one["Key"] for one in shop.clients.s3.list_objects_v2(Bucket="files").get("Contents", ())]
    bodies = [shop.clients.s3.get_object(Bucket="files", Key=key)["Body"].read().decode() for key in keys]
    return json.dumps(tables, ensure_ascii=False) + "".join(bodies)


def names_in(text: str) -> set[str]:
    """Say which names of Zoé, or words of hers, stand in a text."""
    return {name for name in NAMES if name in text}


def test_everything_held_of_somebody_is_given_back(busy: Shop, tmp_path: Path) -> None:
    """Their record, what they said, what was answered, the raw events; nobody else's."""
    shown = busy.heraut("people", "export", "@zoe.test", "--brand", "martin").json
    assert shown["person"]["name"] == "Zoé Martin"
    assert [one["text"] for one in shown["said"]] == [SAID[0].text, SAID[2].text]
    assert [one["text"] for one in shown["answers"]] == ["@zoe.test Oui"]
    assert shown["raw_events"] == ["webhooks/martin/sky/a"]
    assert "Max" not in json.dumps(shown)

    file = tmp_path / "zoe.json"
    assert "(2 messages)" in busy.heraut("people", "export", ZOE.id, "--brand", "martin", "--to", file).out
    assert json.loads(file.read_text(encoding="utf-8")) == shown
    told = busy.heraut("people", "export", ZOE.id, "--brand", "martin", "--to", file, "--json").json
    assert (told["author"], told["said"], told["file"]) == (ZOE.id, 2, str(file))


def test_a_dry_run_says_what_goes_and_erases_nothing(busy: Shop) -> None:
    """So does a no."""
    before = everything(busy)
    shown = busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--dry-run").out
    refused = busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", typed="n\n").out

    assert "La soupe était froide" in shown
    assert "1 événements bruts" in shown
    assert "Rien n'a été effacé." in shown
    assert "Rien n'a été effacé." in refused
    assert everything(busy) == before


def test_a_program_is_told_what_was_erased(busy: Shop) -> None:
    """The question is asked beside the JSON; a no and a trial erase nothing, and say how much is held."""
    asked = ("people", "erase", "@zoe.test", "--brand", "martin", "--json")
    tried, refused = busy.heraut(*asked, "--dry-run").json, busy.heraut(*asked, typed="n\n")
    assert "Oublier" in refused.err
    assert (
        json.loads(refused.out.lstrip().removeprefix("n")) == tried
    )  # what is typed is shown by the test's own terminal
    assert (tried["erased"], tried["name"], tried["said"], tried["answers"]) == (False, "@zoe.test", 2, 1)

    assert busy.heraut(*asked, "--yes").json == tried | {"erased": True}
    assert names_in(everything(busy)) == set()


def test_what_is_erased_is_gone_and_does_not_come_back(busy: Shop) -> None:
    """No name and no word of theirs stands anywhere; others stay; the same comments that come again stay out."""
    (answer,) = busy.posts.queue("martin")
    busy.posts.change(answer, answer.model_copy(update={"state": State.PUBLISHED, "due_at": None}))
    assert names_in(everything(busy)) == {"zoe", "Zoé", "froide"}

    assert "est oublié" in busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").out

    assert names_in(everything(busy)) == set()
    (alert,) = busy.conversations.open_alerts("martin")
    assert [one.author.name for one in busy.conversations.interactions("martin", alert.id)] == ["Max"]
    assert What.ERASED in {one.what for one in busy.conversations.story("martin", alert.id)}
    for one in (SAID[0], SAID[2]):
        assert receive_interaction(one, BAKERY, busy.conversations, QuotesTwin(), SystemClock().now()) == "forgotten"
    assert names_in(everything(busy)) == set()
    assert "Rien n'est gardé" in busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").err


def test_messages_kept_for_a_program_go_with_whom_they_quote(busy: Shop) -> None:
    """By name, handle, words or our answer, wherever they stand; a message about others alone is still sent."""
    row = Row(mark="avant 11:30", text="Zoé Martin sur Bluesky", detail="« La soupe »")
    gone = [
        write_to_karim(busy, 1, "Zoé Martin attend une réponse"),
        write_to_karim(busy, 2, quote="Max (@max.test)\nOuverts dimanche ?\n\nQuelqu'un (@Zoe.test)\nBonjour"),
        write_to_karim(busy, 3, quote="La soupe était\nfroide, vous remboursez ?"),
        write_to_karim(busy, 4, items=(Item(title="Qui attend", why="", rows=(row,)),)),
        write_to_karim(busy, 5, quote="@zoe.test Oui"),
    ]
    stays = write_to_karim(busy, 6, "Max attend une réponse", quote="Zoélie Martinez\nOuverts dimanche ?")

    shown = busy.heraut("people", "export", "@zoe.test", "--brand", "martin").json
    assert set(shown["messages"]) == set(gone)
    assert "5 messages à l'équipe" in busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").out

    assert [one.id for one in kept_messages(busy).sendings("martin", NOW - timedelta(days=8))] == [stays]
    assert [one for _, one in kept_messages(busy).due_sendings(NOW)] == [stays]


def test_who_speaks_again_afterwards_is_heard(busy: Shop) -> None:
    """Of the new alone; and may be forgotten once more."""
    assert busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").status == 0
    later = told(4, ZOE, "Encore froide ?").model_copy(update={"at": SystemClock().now() + timedelta(seconds=1)})

    assert receive_interaction(later, BAKERY, busy.conversations, QuotesTwin(), later.at) == "joined"
    assert busy.heraut("people", "export", "@zoe.test", "--brand", "martin").json["person"]["times"] == 1


def test_an_answer_that_is_leaving_is_waited_for(busy: Shop) -> None:
    """Nothing is forgotten that may still be written about."""
    (answer,) = busy.posts.queue("martin")
    busy.posts.change(answer, answer.model_copy(update={"state": State.ASKING, "due_at": None}))
    refused = busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes")

    assert (refused.status, "part en ce moment" in refused.err) == (1, True)
    assert busy.heraut("people", "export", "@zoe.test", "--brand", "martin").status == 0


def test_whom_it_is_about_must_be_clear(busy: Shop) -> None:
    """Nobody, somebody of which brand, or two of one name: each is said."""
    other = told(9, Author(id="did:plc:other", handle="@max.other", name="Max"), "Bonjour ?", "post-9")
    receive_interaction(other, BAKERY, busy.conversations, QuotesTwin(), other.at)

    assert "Rien n'est gardé" in busy.heraut("people", "export", "personne", "--brand", "martin").err
    assert "De quelle marque" in busy.heraut("people", "export", "@zoe.test").err
    assert "did:plc:other" in busy.heraut("people", "export", "Max", "--brand", "martin").err
    assert "pas de réseau" in busy.heraut("people", "export", "Max", "--brand", "martin", "--network", "x").err
    assert busy.heraut("people", "export", "did:plc:max", "--brand", "martin", "--network", "bluesky").status == 0


def test_somebody_without_a_record_is_found_by_what_they_said(busy: Shop) -> None:
    """An earlier release kept no names beside its counts."""
    busy.conversations.forget_author("martin", "bluesky", ZOE.id)
    nobody = ContestEntries(ContestsTwin(), cast("Any", None), busy.conversations)
    assert [one.id for one in people_called(BAKERY, "@zoe.test", None, busy.conversations, nobody)] == [ZOE.id]


def test_without_the_key_nothing_is_taken_in(busy: Shop) -> None:
    """Who was forgotten cannot be told from the others: better late than against their wish."""
    assert busy.heraut("people", "erase", "@zoe.test", "--brand", "martin", "--yes").status == 0
    busy.clients.ssm.delete_parameter(Name="/heraut/martin/people.forgotten")
    busy.conversations._key = lambda _: None

    with pytest.raises(ConfigurationError):
        receive_interaction(SAID[0], BAKERY, busy.conversations, QuotesTwin(), SystemClock().now())


def test_who_only_took_part_in_a_contest_is_found_and_forgotten(shop: Shop) -> None:
    """Their comment and their code are given back; erased, their id alone stays so that they are not counted again."""
    fair = held(shop)
    fair.run_until(OPENS + timedelta(minutes=6))
    asked = ("@ana", "--brand", "boulangerie")

    given = shop.heraut("people", "export", *asked).json
    assert [one["deeds"][0]["text"] for one in given["contests"][0]["entries"]] == ["#Galette pour moi"]
    shown = shop.heraut("people", "erase", *asked, "--dry-run").out
    assert "Jeu-concours « La galette » : sa participation, avec 1 preuves" in shown
    assert "une empreinte que plus rien ne relie" in shown
    assert shop.heraut("people", "erase", *asked, "--json", "--yes").json["entries"] == 1

    kept = json.dumps(Stack(shop.clients, "ContestsTable").items(), ensure_ascii=False)
    assert ("#Galette pour moi" in kept, "@ana" in kept) == (False, False)
    nobody = shop.heraut("contest", "entrants", "galette", "--of", "@ana")
    assert (nobody.status, "Rien n'est gardé" in nobody.err) == (1, True)
    fair.run_until(CLOSES + timedelta(minutes=5))
    assert shop.heraut("contest", "list", "--json").json[0]["entrants"] == 2
    assert "Rien n'est gardé" in shop.heraut("people", "erase", *asked, "--yes").err


def test_somebody_who_speaks_and_takes_part_is_forgotten_in_both(busy: Shop) -> None:
    """After the draw too: a winner's place stays, without who it was."""
    fair = held(busy)
    fair.run_until(OPENS + timedelta(minutes=6))
    owner = busy.brands.brand("boulangerie")
    assert owner is not None
    ana = Author(id="ana", handle="@ana", name="Ana")
    spoken = told(1, ana, "J'ai joué !").model_copy(update={"brand": "boulangerie"})
    receive_interaction(spoken, owner, busy.conversations, QuotesTwin(), spoken.at)
    fair.run_until(DRAWS + timedelta(minutes=3))

    done = busy.heraut("people", "erase", "@ana", "--brand", "boulangerie", "--json", "--yes").json
    assert (done["said"], done["entries"], done["erased"]) == (1, 1, True)
    kept = json.dumps(Stack(busy.clients, "ContestsTable").items(), ensure_ascii=False)
    assert "@ana" not in kept
    assert "bluesky:ana" not in kept


WINNERS = ("quetzal", "wombat", "kinkajou")  # words that stand nowhere else


class Keeping:
    """Keeps what the team is told, as every way does."""

    def __init__(self, kept: SendingsTable) -> None:
        self._kept, self._number = kept, 0

    def tell(self, person: Person, message: Message) -> None:
        """Keep it."""
        self._number += 1
        sent = Sending(
            brand="boulangerie",
            id=f"20261123-{self._number:08}",
            person=person.id,
            way=WayName.WEBHOOK,
            at=OPENS,
            state=SendingState.SENT,
            message=seal(message),
        )
        self._kept.save_sending(sent)


def won(shop: Shop) -> ContestWorld:
    """Hold a contest on the shop's own tables and bucket, to the day after rank 1 confirmed and agreed to be named."""
    world = ContestWorld(claim_within="1 h", winners=1, alternates=1)
    twins = dict.fromkeys(NetworkName, world.network)
    secrets = SecretsTwin({("boulangerie", "sky"): {"password": "x"}})
    world.with_changes(
        contests=shop.contests,
        objects=PublicBucket(shop.clients.s3, "public"),
        posts=ContestPosts(shop.posts, world.brands, secrets, cast("Any", twins)),
        heard=shop.conversations,
        notifications=Keeping(kept_messages(shop)),
    )
    world.contests, world.talk = cast("Any", shop.contests), cast("Any", shop.conversations)
    shop.brands.save(world.brand.model_copy(update={"revision": 1}), 0)
    for who in WINNERS:
        world.crowd.comment(
            world.post, who, f"Je participe à ce grand jeu, signé {who}", at=OPENS + timedelta(minutes=3)
        )
    world.run_until(DRAWS + timedelta(minutes=1))
    for one in shop.posts.queue("boulangerie"):
        online = {"state": State.PUBLISHED, "url": f"https://twin.example/{one.post}", "published_at": DRAWS}
        shop.posts.change(one, one.model_copy(update={**online, "due_at": None}))
    world.run_until(DRAWS + timedelta(minutes=3))
    assert shop.heraut("contest", "claim", "galette", "1", "--named", "--brand", "boulangerie").status == 0
    world.run_until(DRAWS + timedelta(minutes=5))
    world.hear(winner_of(world))
    return world


def winner_of(world: ContestWorld) -> str:
    """Say who has the first rank."""
    return world.contests.winners("boulangerie", "galette")[0].id.partition(":")[2]


def places_of(shop: Shop, who: str) -> set[str]:
    """Say in which tables, and in which public objects, somebody stands."""
    names = ("ContestsTable", "ConversationsTable", "PostsTable", "BrandsTable")
    held = {name: json.dumps(Stack(shop.clients, name).items(), ensure_ascii=False) for name in names}
    for one in shop.clients.s3.list_objects_v2(Bucket="public").get("Contents", ()):
        body = shop.clients.s3.get_object(Bucket="public", Key=one["Key"])["Body"].read()
        held[one["Key"].rpartition("/")[2]] = body.decode("utf-8", errors="replace")
    return {place for place, text in held.items() if who in text.casefold()}


def test_a_winner_is_forgotten_in_every_table_and_on_the_page(shop: Shop) -> None:
    """The command says what becomes of the rank, and what only people can take away; everybody goes in their time."""
    fair = won(shop)
    who = winner_of(fair)
    asked = (f"@{who}", "--brand", "boulangerie")
    page = {"certificate.json", "tirage.html", "draw.html"}
    quoting = write_to_karim(shop, 1, f"Je participe à ce grand jeu, signé {who[:5]}…", owner="boulangerie")
    assert places_of(shop, who) == {"ContestsTable", "ConversationsTable", "PostsTable"} | page

    shown = shop.heraut("people", "erase", *asked, "--dry-run").out
    for words in (
        "le rang 1, un gain confirmé ; il reste attribué, mais plus rien ici ne dira à qui",
        "Son nom quitte la page et le certificat",
        "À supprimer vous-même sur le réseau, notre message au gagnant : https://twin.example/contest-galette-winner-1",
    ):
        assert words in shown.replace("\n", " ")
    done = shop.heraut("people", "erase", *asked, "--yes", "--json").json
    assert done["to_delete_online"] == ["https://twin.example/contest-galette-winner-1"]
    assert done["messages"] == 3  # who won, who is written to, and what quotes them without their name
    assert quoting not in [one.id for one in kept_messages(shop).sendings("boulangerie", OPENS - timedelta(days=9))]
    assert places_of(shop, who) == page
    fair.tick()
    assert places_of(shop, who) == set()
    assert shop.heraut("people", "export", *asked).status == 1

    fair.run()
    fair.clock.advance_to(DRAWS + timedelta(days=98))
    for one in kept_messages(shop).sendings("boulangerie", OPENS):  # which the table forgets after a week
        kept_messages(shop).forget_sendings("boulangerie", [one.id])
    assert {one for each in WINNERS for one in places_of(shop, each)} == {"ContestsTable"}
    fair.tick()
    assert {one for each in WINNERS for one in places_of(shop, each)} == set()

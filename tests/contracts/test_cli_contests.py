"""`heraut contest`: how far each came, who takes part and why not, receipts that hold against what was published."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from heraut.aws.site_objects import PublicBucket
from heraut.contests.draw import RECORD_BYTES, handle_of
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, ContestWorld

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contracts.cli_shop import Shop

IN_TIME = OPENS + timedelta(minutes=3)
SAID = {"ana": "#Galette pour moi", "bao": "Une #galette !", "chloe": "#Galette", "dodo": "Moi aussi"}


def held(shop: Shop) -> ContestWorld:
    """Hold a contest on the shop's own tables and public bucket; dodo left the hashtag out, gus came too late."""
    world = ContestWorld(conditions={"words": ["#Galette"]}, claim_within="1 h", alternates=1)
    objects = PublicBucket(shop.clients.s3, "public")
    world.with_changes(contests=shop.contests, objects=objects)
    world.contests = cast("Any", shop.contests)
    shop.brands.save(world.brand.model_copy(update={"revision": 1}), 0)
    world.run_until(OPENS + timedelta(minutes=1))
    for name, text in SAID.items():
        world.crowd.comment(world.post, name, text, at=IN_TIME)
    world.crowd.comment(world.post, "gus", "#Galette", at=CLOSES + timedelta(seconds=5))
    return world


@pytest.fixture
def fair(shop: Shop) -> ContestWorld:
    """Such a contest, open for a minute."""
    return held(shop)


def carry(shop: Shop, world: ContestWorld) -> None:
    """Let the shop's own table hold what the contest said by itself."""
    for name in world.posts.names("boulangerie"):
        post = world.posts.post("boulangerie", name)
        assert post is not None
        shop.posts.add(post, list(world.posts.deliveries("boulangerie", name)), [])


def published(shop: Shop, key: str) -> bytes:
    """Give an object of the public bucket."""
    body = shop.clients.s3.get_object(Bucket="public", Key=f"contests/boulangerie/galette/{key}")["Body"].read()
    return bytes(body)


def handles(shop: Shop) -> set[str]:
    """Give the handles of the published list."""
    body = published(shop, "entrants.bin")
    return {body[at : at + 32].hex() for at in range(0, len(body), RECORD_BYTES)}


def test_contests_are_listed_with_what_they_wait_for(shop: Shop, fair: ContestWorld) -> None:
    """Planned ones too, before anything planned them; the count grows with those who are seen."""
    plain = {**fair.plain, "title": "La bûche", "opens": "2099-12-01 09:00", "closes": "2099-12-02 09:00"}
    shop.brands.save(
        fair.brand.model_copy(update={"contests": {"galette": fair.plain, "buche": plain}, "revision": 2}), 1
    )
    fair.run_until(OPENS + timedelta(minutes=6))

    said = shop.heraut("contest", "list").out

    assert "La galette (galette) · ouvert · clôture" in said
    assert "comptes vus : 5" in said
    assert "La bûche (buche) · prévu · ouverture mardi 1er décembre 2099" in said
    listed = shop.heraut("contest", "list", "--brand", "boulangerie", "--json").json
    assert [(one["contest"], one["state"], one["entrants"]) for one in listed] == [
        ("galette", "open", 5),
        ("buche", "planned", 0),
    ]
    assert listed[0]["next"] == {"what": "closes", "at": "2026-11-23T10:12:00+01:00"}


def test_a_large_open_contest_is_counted_up_to_a_point(
    shop: Shop, fair: ContestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more than so many, nobody reads all to say how many; whoever asks for one contest reads them anyhow."""
    fair.run_until(OPENS + timedelta(minutes=6))
    for most, said, exact in ((5, "comptes vus : 5", True), (4, "comptes vus : 4 au moins", False)):
        monkeypatch.setattr("heraut.cli.contest_called.MOST_COUNTED", most)
        assert said in shop.heraut("contest", "list").out
        (one,) = shop.heraut("contest", "list", "--json").json
        assert (one["entrants"], one["entrants_exact"]) == (min(5, most), exact)
    assert shop.heraut("contest", "show", "galette", "--json").json["entrants"] == 5


def test_nothing_is_listed_where_there_is_none(shop: Shop) -> None:
    """And a contest that nobody knows is said to be unknown."""
    assert "Aucun jeu-concours" in shop.heraut("contest", "list").out
    unknown = shop.heraut("contest", "show", "galette")
    assert (unknown.status, "Pas de jeu-concours « galette »" in unknown.err) == (1, True)


def test_a_contest_is_shown_whole(shop: Shop, fair: ContestWorld) -> None:
    """Its terms, who is left out for what, the commitment, the addresses, the winners; by its title too."""
    fair.run_until(DRAWS + timedelta(minutes=8))
    carry(shop, fair)

    said = shop.heraut("contest", "show", "la galette").out
    shown = shop.heraut("contest", "show", "galette", "--json").json

    commit = fair.contest.last.said.commit()
    assert shown["state"] == "announced"
    assert (shown["entrants"], shown["rejected"]) == (3, {"late": 1, "no_expression": 1})
    assert shown["commitments"][0]["commit"] == commit
    assert len(shown["commitments"][0]["stamps"]) == 2
    assert shown["published"]["certificate"] == "https://public.example/contests/boulangerie/galette/certificate.json"
    for address in shown["published"].values():
        published(shop, address.rpartition("/")[2])
    assert [(one["rank"], one["place"]) for one in shown["winners"]] == [(1, "won"), (2, "won"), (3, "waiting")]
    for words in (
        "gagnants annoncés",
        "Demandé : commentaire",
        "le mot demandé manque : 1",
        commit,
        "Page du tirage : https://public.example/contests/boulangerie/galette/tirage.html",
        "3. @",
        "suppléant",
        "Ensuite : si @",
        "Témoin : publication sur sky lundi 23 novembre à 10:",
        "Prévenu sous son commentaire lundi 23 novembre à 10:",
        "outcome.json",
    ):
        assert words in said
    (first, *_) = shown["winners"]
    assert (first["told"]["how"], first["told"]["message"]["url"]) == (
        "written",
        "https://twin.example/contest-galette-winner-1",
    )
    assert first["told"]["at"] == first["told"]["message"]["published_at"].replace(".000", "")
    assert (first["seat"], first["named"], first["code"]) == (1, False, None)
    assert [one["witness"] for one in shown["commitments"][0]["posts"]] == [True]
    assert shown["then"].startswith("Ensuite : si @")


def test_a_contest_shows_what_is_known_before_it_opens_and_while_it_runs(shop: Shop, fair: ContestWorld) -> None:
    """Planned: its terms alone. Open: who would be left out as things stand."""
    planned = {**fair.plain, "opens": "2099-12-01 09:00", "closes": "2099-12-02 09:00", "draws": "2099-12-03 09:00"}
    library = shop.brands.brand("mots")
    assert library is not None
    posts = [{"accounts": "vitrine", "url": "https://social.example/@mots/1"}]
    more = {"contests": {"polar": {**planned, "posts": posts}}, "revision": library.revision + 1}
    shop.brands.save(library.model_copy(update=more), library.revision)

    said = shop.heraut("contest", "show", "polar").out
    assert "Clôture : mercredi 2 décembre 2099 à 09:00:00" in said
    assert "Règlement" not in said
    refused = shop.heraut("contest", "entrants", "polar")
    assert (refused.status, "pas encore ouvert" in refused.err) == (1, True)

    fair.run_until(OPENS + timedelta(minutes=6))
    assert shop.heraut("contest", "show", "galette", "--json").json["rejected"] == {"late": 1, "no_expression": 1}
    assert "Hors de la liste, à cette heure : 2" in shop.heraut("contest", "show", "galette").out


def test_everybody_is_told_from_the_list_with_the_sentence_for_them(shop: Shop, fair: ContestWorld) -> None:
    """All of them, those of one reason, or one person with what is kept of them."""
    fair.run_until(CLOSES + timedelta(minutes=5))

    every = shop.heraut("contest", "entrants", "galette", "--json").json
    assert {(one["name"], one["reason"]) for one in every} == {
        *(("@ana", None), ("@bao", None), ("@chloe", None)),
        *(("@dodo", "no_expression"), ("@gus", "late")),
    }
    assert {one["handle"] for one in every if one["accepted"]} == handles(shop)
    assert not [one for one in every if "nonce" in one]
    late = shop.heraut("contest", "entrants", "galette", "--reason", "late").out
    assert late.count("\n") == 1
    assert "@gus (Bluesky) : hors de la liste (late). « Votre participation à « La galette » est arrivée" in late
    one = shop.heraut("contest", "entrants", "galette", "--of", "@DODO").out
    assert "Moi aussi" in one
    assert "bluesky:dodo" in one
    assert "Personne." in shop.heraut("contest", "entrants", "galette", "--reason", "staff").out
    wrong = shop.heraut("contest", "entrants", "galette", "--reason", "bof")
    assert (wrong.status, "few_friends" in wrong.err) == (1, True)
    nobody = shop.heraut("contest", "entrants", "galette", "--of", "@zoe")
    assert (nobody.status, "nous n'avons vu ni commentaire" in nobody.err) == (1, True)


def test_a_receipt_says_what_is_known_before_the_draw(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """Who is accepted so far, and who is not with the reason; nothing is published yet that it could name."""
    fair.run_until(OPENS + timedelta(minutes=6))

    accepted = shop.heraut("contest", "receipt", "galette", "@ana", "--json").json
    assert (accepted["accepted"], accepted["final"], accepted["chances"]) == (True, False, 1)
    assert (accepted["root"], accepted["commit"], accepted["page"]) == (None, None, None)
    assert accepted["handle"] == handle_of("boulangerie/galette", bytes.fromhex(accepted["nonce"]), "bluesky:ana").hex()
    letter = shop.heraut("contest", "receipt", "galette", "bluesky:ana").out
    assert f"Code secret du reçu : {accepted['nonce']}" in letter
    assert "À ce jour, votre participation compte, avec une chance" in letter

    file = tmp_path / "dodo.txt"
    assert "donnez-le à cette personne" in shop.heraut("contest", "receipt", "galette", "dodo", "--output", file).out
    text = file.read_text(encoding="utf-8")
    assert "ne contiennent pas ce qui est demandé" in text
    assert "à ce jour" in text


def test_a_receipt_finds_its_owner_in_what_was_published(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """Its id and nonce give a handle of the list; its link fills in the page's form; who is out learns why."""
    fair.run_until(DRAWS + timedelta(minutes=3))

    shown = shop.heraut("contest", "receipt", "galette", "@bao", "--json").json
    handle = handle_of(shown["draw_id"], bytes.fromhex(shown["nonce"]), shown["id"]).hex()
    assert handle == shown["handle"]
    assert handle in handles(shop)
    assert shown["final"]
    assert shown["commitment"] == json.loads(published(shop, "commitment-1.json"))
    page = urlsplit(shown["page"])
    assert page.path == "/contests/boulangerie/galette/tirage.html"
    assert parse_qs(page.fragment) == {"id": ["bluesky:bao"], "nonce": [shown["nonce"]]}

    file = tmp_path / "gus.json"
    told = shop.heraut("contest", "receipt", "galette", "@gus", "--json", "--output", file)
    assert (told.out, "reçu de @gus" in told.err) == ("", True)
    out = json.loads(file.read_text(encoding="utf-8"))
    assert (out["accepted"], out["reason"], out["handle"] in handles(shop)) == (False, "late", False)
    assert "après la clôture" in out["told"]


def test_the_list_decides_once_it_is_frozen(shop: Shop, fair: ContestWorld) -> None:
    """Whatever is written beside an entrant afterwards, and whoever is added."""
    fair.run_until(CLOSES + timedelta(minutes=5))
    (ana,) = shop.contests.entrants("boulangerie", "galette", ["bluesky:ana"]).values()
    after = ana.model_copy(update={"excluded": "trop tard", "revision": ana.revision + 1})
    late = ana.model_copy(update={"id": "bluesky:zoe", "handle": "@zoe", "nonce": "ab" * 32, "revision": 1})
    shop.contests.save_entrants("boulangerie", "galette", [after, late], DRAWS + timedelta(days=90))

    assert shop.heraut("contest", "receipt", "galette", "@ana", "--json").json["accepted"] is True
    unlisted = shop.heraut("contest", "receipt", "galette", "@zoe", "--json").json
    assert (unlisted["accepted"], unlisted["reason"]) == (False, None)
    assert "rien de ce qui est gardé n'en dit la raison" in unlisted["told"]
    assert "rien de ce qui est gardé" in shop.heraut("contest", "entrants", "galette", "--of", "@zoe").out


def test_two_of_one_name_are_told_apart(shop: Shop, fair: ContestWorld) -> None:
    """By their ids, which are shown; two brands' contests of one name by the brand."""
    fair.run_until(OPENS + timedelta(minutes=6))
    (ana,) = shop.contests.entrants("boulangerie", "galette", ["bluesky:ana"]).values()
    other = ana.model_copy(update={"id": "bluesky:other", "nonce": "ab" * 32, "revision": 1})
    shop.contests.save_entrants("boulangerie", "galette", [other], DRAWS + timedelta(days=90))
    library = shop.brands.brand("mots")
    assert library is not None
    more = {"contests": {"galette": fair.plain}, "revision": library.revision + 1}
    shop.brands.save(library.model_copy(update=more), library.revision)

    refused = shop.heraut("contest", "receipt", "galette", "@ana", "--brand", "boulangerie")
    assert (refused.status, "bluesky:ana, bluesky:other" in refused.err) == (1, True)
    refused = shop.heraut("contest", "show", "galette")
    assert (refused.status, "boulangerie/galette, mots/galette" in refused.err) == (1, True)


def test_somebody_is_set_aside_and_taken_back_until_the_list_is_final(shop: Shop, fair: ContestWorld) -> None:
    """With a reason that is logged, by whoever acts; afterwards the sentence says to disqualify."""
    fair.run_until(OPENS + timedelta(minutes=6))
    asked = ("contest", "exclude", "galette", "@ana")

    assert "On n'écarte personne sans un motif" in shop.heraut(*asked).err
    said = shop.heraut(*asked, "--because", "compte acheté").out
    assert "@ana ne participe plus" in said
    assert "hors de la liste (excluded)" in said
    assert "Motif consigné : compte acheté" in said
    assert "Mise à l'écart" in shop.heraut("contest", "entrants", "galette", "--of", "@ana").out
    assert (
        "Votre participation à « La galette » a été écartée" in shop.heraut("contest", "receipt", "galette", "@ana").out
    )
    assert shop.heraut(*asked, "--undo", "--json").json["accepted"] is True
    assert shop.heraut("contest", "exclude", "galette", "@bao", "--because", "triche").status == 0
    notes = shop.heraut("contest", "entrants", "galette", "--of", "@ana", "--json").json[0]["notes"]
    assert [(one["by"], one["what"], one["because"]) for one in notes] == [
        ("lea", "exclude", "compte acheté"),
        ("lea", "readmit", ""),
    ]

    fair.run_until(CLOSES + timedelta(minutes=5))
    late = shop.heraut(*asked, "--because", "trop tard")
    assert (late.status, "heraut contest disqualify galette RANG" in late.err) == (1, True)
    rejected = shop.heraut("contest", "show", "galette", "--json").json["rejected"]
    assert rejected == {"excluded": 1, "late": 1, "no_expression": 1}


def test_somebody_vouches_for_an_account(shop: Shop, fair: ContestWorld) -> None:
    """And may take it back."""
    fair.run_until(OPENS + timedelta(minutes=6))
    asked = ("contest", "vouch", "galette", "@ana")

    assert "(quelqu'un de l'équipe s'en porte garant)" in shop.heraut(*asked, "--because", "une cliente").out
    assert shop.heraut(*asked, "--undo", "--json").json["vouched"] is False


def test_a_prize_is_confirmed_and_a_rank_disqualified(shop: Shop, fair: ContestWorld) -> None:
    """Each by its rank, once the draw was made; the next alternate is seated by the next tick."""
    early = shop.heraut("contest", "claim", "galette", "1")
    assert (early.status, "Personne n'a le rang 1" in early.err) == (1, True)
    fair.run_until(DRAWS + timedelta(minutes=3))

    claimed = shop.heraut("contest", "claim", "galette", "1", "--named", "--json").json
    assert (claimed["place"], claimed["by"]) == ("claimed", "lea")
    assert fair.contests.winners("boulangerie", "galette")[0].named
    assert "a confirmé son gain (noté par lea)" in shop.heraut("contest", "claim", "galette", "1", "--not-named").out
    assert not fair.contests.winners("boulangerie", "galette")[0].named
    assert "Une disqualification a toujours une raison" in shop.heraut("contest", "disqualify", "galette", "2").err
    out = shop.heraut("contest", "disqualify", "galette", "2", "--because", "mineur", "--json").json
    assert (out["place"], out["reason"], out["by"]) == ("disqualified", "mineur", "lea")
    assert "Le rang 3 n'a pas de gain" in shop.heraut("contest", "claim", "galette", "3").err
    fair.tick()

    winners = shop.heraut("contest", "show", "galette", "--json").json["winners"]
    assert [(one["place"], one["by"]) for one in winners] == [
        ("claimed", "lea"),
        ("disqualified", "lea"),
        ("won", None),
    ]
    assert "disqualifié (disqualified) : mineur (noté par lea)" in shop.heraut("contest", "show", "galette").out


ADDED = """\
title: La bûche
zone: Europe/Paris
opens: "2090-12-01 09:00"
closes: "2090-12-15 23:59:59"
draws: "2090-12-16 12:00"
posts: [{accounts: masto, url: "https://social.example/@m/1"}]
conditions: {comment: true}
alternates: 2
claim_within: 7j
rules: {file: reglement.txt}
"""


def test_a_contest_is_added_from_a_file_of_its_own(shop: Shop, tmp_path: Path) -> None:
    """Checked, shown, asked for; in force with its rules; once, and nothing else of the brand changes."""
    file = tmp_path / "buche.yaml"
    file.write_text(ADDED, encoding="utf-8")
    (tmp_path / "reglement.txt").write_text("Notre règlement.\n", encoding="utf-8")
    asked = ("contest", "add", "buche", file, "--brand", "martin")
    before = shop.brands.brand("martin")
    assert before is not None

    assert shop.heraut(*asked, "--dry-run").status == 0
    assert shop.heraut(*asked, "--json").json["applied"] is False
    assert shop.heraut(*asked, typed="n\n").status == 1
    assert shop.brands.brand("martin") == before
    said = shop.heraut(*asked, "--yes")

    assert "+ contests.buche.title: La bûche" in said.out
    assert "est ajouté à Boulangerie Martin" in said.out
    after = shop.brands.brand("martin")
    assert after is not None
    assert after.contests["buche"]["rules"]["text"] == "Notre règlement."
    assert after == before.model_copy(update={"contests": after.contests, "revision": before.revision + 1})
    assert "prévu" in shop.heraut("contest", "list").out
    again = shop.heraut(*asked, "--yes")
    assert (again.status, "existe déjà" in again.err) == (1, True)


def test_a_contest_that_cannot_be_held_is_not_added(shop: Shop, tmp_path: Path) -> None:
    """With the sentences of `heraut apply`; a file that is none, and a brand that is not said."""
    file = tmp_path / "buche.yaml"
    file.write_text(ADDED.replace("rules: {file: reglement.txt}", "winners: 0"), encoding="utf-8")

    refused = shop.heraut("contest", "add", "buche", file, "--brand", "martin", "--yes")
    assert (refused.status, "martin.contests.buche.winners : Personne ne gagne." in refused.err) == (1, True)
    assert "De quelle marque" in shop.heraut("contest", "add", "buche", file).err
    file.write_text("- un\n", encoding="utf-8")
    assert "ne dit pas un jeu-concours" in shop.heraut("contest", "add", "buche", file, "--brand", "martin").err


def test_a_contest_is_called_off_for_a_reason_that_everybody_reads(shop: Shop, fair: ContestWorld) -> None:
    """Asked first; never silently, and not before it opened, where the file is the place."""
    plain = {**fair.plain, "title": "La bûche", "opens": "2099-12-01 09:00", "closes": "2099-12-02 09:00"}
    shop.brands.save(
        fair.brand.model_copy(update={"contests": {"galette": fair.plain, "buche": plain}, "revision": 2}), 1
    )

    assert "a toujours un motif" in shop.heraut("contest", "cancel", "galette", "--yes").err
    assert "retirez-le de heraut.yaml" in shop.heraut("contest", "cancel", "buche", "--because", "Panne").err
    for more in ([], ["--json"]):
        refused = shop.heraut("contest", "cancel", "galette", "--because", "Panne", *more, typed="non\n")
        assert refused.status == 1
    assert fair.contest.called_off is None
    said = shop.heraut("contest", "cancel", "galette", "--because", "Panne du four", typed="oui\n")

    assert said.status == 0
    assert "La galette (galette) · annulé" in said.out
    assert "par " in shop.heraut("contest", "show", "galette").out
    assert "Panne du four" in shop.heraut("contest", "show", "galette").out
    fair.run()
    assert "Panne du four" in published(shop, "reglement.html").decode()
    again = shop.heraut("contest", "cancel", "galette", "--because", "Autre", "--json").json
    assert (again["state"], again["cancelled"]["because"]) == ("cancelled", "Panne du four")


def test_a_drawn_contest_is_not_called_off(shop: Shop, fair: ContestWorld) -> None:
    """Whoever knows the winners chooses nothing any more."""
    fair.run_until(DRAWS + timedelta(minutes=2))

    said = shop.heraut("contest", "cancel", "galette", "--because", "Ils ne me plaisent pas", "--yes")

    assert said.status == 1
    assert "le tirage au sort est fait" in said.err


BY_OPTIONS = (
    *("--title", "La galette", "--opens", "01/12/2090 9h", "--closes", "2090-12-15 23:59:59"),
    *("--draws", "16/12/2090 midi", "--post", "masto=https://social.example/@m/1", "--condition", "commentaire"),
    *("--condition", "2 amis", "--winners", "2", "--alternates", "4", "--prize", "Une galette;60;2"),
    *("--claim-within", "7j", "--organiser", "Martin SARL", "--address", "12 rue du Four, 75006 Paris"),
    *("--age", "18", "--country", "FR", "--contact", "donnees@martin.example"),
)
ANSWERS = (
    "La galette|galette|masto|https://social.example/@m/1||01/12/2090 9h||||commentaire, 2 amis|2||Une galette;60;2|"
)
REST = "||Martin SARL|12 rue du Four, 75006 Paris|||||donnees@martin.example|"


def test_a_contest_is_added_by_options_alone(shop: Shop) -> None:
    """As the same file would: a program may ask first; what is missing is named, and nobody is asked."""
    asked = ("contest", "add", "galette", "--brand", "martin")
    lacking = shop.heraut("contest", "add", "--brand", "martin", *BY_OPTIONS[:-10])
    assert (lacking.status, lacking.out) == (2, "")
    assert "Il manque : CONTEST, --organiser, --address, --age, --contact." in lacking.err
    assert shop.heraut(*asked, *BY_OPTIONS, "--json").json["applied"] is False

    added = shop.heraut(*asked, *BY_OPTIONS, "--json", "--yes").json

    held = shop.brands.brand("martin")
    assert held is not None
    assert added["revisions"] == {"martin": held.revision}
    assert held.contests["galette"]["conditions"] == {"comment": True, "friends": 2}
    assert held.contests["galette"]["draws"] == "2090-12-16T12:00"
    assert "galette:" in shop.heraut("pull", "-").out
    wrong = shop.heraut(*asked[:2], "buche", *asked[3:], *BY_OPTIONS, "--closes", "bientôt")
    assert (wrong.status, "« bientôt » n'est pas un jour avec son heure" in wrong.err) == (1, True)
    second = [one for one in BY_OPTIONS if one not in {"--organiser", "Martin SARL", "--contact"}]
    less = [one for one in second if one not in {"--address", "12 rue du Four, 75006 Paris", "donnees@martin.example"}]
    assert shop.heraut(*asked[:2], "buche", *asked[3:], *less, "--yes").status == 0
    after = shop.brands.brand("martin")
    assert after is not None
    assert after.contests["buche"]["organiser"] == held.contests["galette"]["organiser"]


def test_options_stand_for_what_a_file_says(shop: Shop, tmp_path: Path) -> None:
    """So that what contests have in common stands in one file."""
    file = tmp_path / "buche.yaml"
    file.write_text(ADDED.replace("rules: {file: reglement.txt}", "rules: {text: Le nôtre.}"), encoding="utf-8")
    asked = ("contest", "add", "buche", file, "--brand", "martin", "--title", "Une bûche", "--yes")

    assert shop.heraut(*asked).status == 0
    held = shop.brands.brand("martin")
    assert held is not None
    assert (held.contests["buche"]["title"], held.contests["buche"]["alternates"]) == ("Une bûche", 2)


def test_a_contest_is_made_by_questions(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody sits: shown in words, asked for, the same as by options; who gives up changes nothing."""
    monkeypatch.setattr("heraut.cli.accounts.at_terminal", lambda: True)
    before = shop.brands.brand("martin")
    typed = (ANSWERS + "|" + REST).replace("|", "\n")
    asked = ("contest", "add", "--brand", "martin")

    for given_up in (typed[:40], typed[: typed.rindex("donnees")]):
        left = shop.heraut(*asked, typed=given_up)
        assert (left.status, "Abandonné : rien n'est enregistré." in left.out) == (1, True)
    assert "Rien n'a changé." in shop.heraut(*asked, typed=f"{typed}n\n").out
    assert "Rien n'a été écrit" in shop.heraut(*asked, "--dry-run", typed=typed).out
    assert shop.brands.brand("martin") == before
    said = shop.heraut(*asked, typed=f"{typed}o\n").out

    for words in ("Tirage au sort : samedi 16 décembre 2090 à 12:00:00", "2 × Une galette (60 EUR)", "est ajouté à"):
        assert words in said
    held = shop.brands.brand("martin")
    assert held is not None
    by_options = shop.heraut("contest", "add", "autre", "--brand", "martin", *BY_OPTIONS, "--json", "--yes")
    assert by_options.status == 0
    after = shop.brands.brand("martin")
    assert after is not None
    assert {**held.contests["galette"], "closes": ""} == {**after.contests["autre"], "closes": ""}

"""`heraut contest audit`: what an organiser gives one auditor holds against what is public; nothing more is said."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.contests.audit import Verdict, audited, verdict
from heraut.contests.certificate import Certificate
from heraut.contests.checks import Given
from heraut.contests.opened import Opened
from tests.contracts.test_cli_contests import held, published
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, OWN, ROOTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contracts.cli_shop import Said, Shop
    from tests.twins.contest_world import ContestWorld


@pytest.fixture
def fair(shop: Shop) -> ContestWorld:
    """A contest, open for a minute, whose network the command can ask."""
    world = held(shop)
    shop.networks[NetworkName.BLUESKY] = world.lists
    return world


def audit(shop: Shop, folder: Path, *more: str, typed: str | None = None) -> Said:
    """Open it for a bailiff."""
    asked = ("contest", "audit", "galette", "--auditor", "Me Dupont", "--output", folder)
    return shop.heraut(*asked, *more, typed=typed)


def told(folder: Path, shop: Shop) -> Verdict:
    """Let the bailiff check what they were given against what is published."""
    certificate = Certificate.read(published(shop, "certificate.json"))
    entrants = io.BytesIO(published(shop, "entrants.bin"))
    opened = Opened.read((folder / "opened.json").read_bytes())
    return verdict(audited(certificate, entrants, opened, OWN.chain, Given(roots=ROOTS), 30))


def test_what_is_written_for_an_auditor_holds(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """Two files that their owner alone can read; said: how many, for whom; not said: any nonce."""
    fair.run_until(DRAWS + timedelta(minutes=3))
    folder = tmp_path / "audits" / "dupont"
    said = audit(shop, folder, "--yes")

    assert (said.status, said.err) == (0, "")
    assert sorted(one.name for one in folder.iterdir()) == ["a-lire.txt", "opened.json"]
    assert [one.stat().st_mode & 0o077 for one in (folder, *folder.iterdir())] == [0, 0, 0]
    assert told(folder, shop) is Verdict.AUDITED
    opened = json.loads((folder / "opened.json").read_text(encoding="utf-8"))
    assert (opened["auditor"], opened["by"], opened["rejected"]["counted"]) == (
        *("Me Dupont", "lea"),
        {"late": 1, "no_expression": 1},
    )
    letter = (folder / "a-lire.txt").read_text(encoding="utf-8")
    assert not [one for one in opened["opened"] if one["nonce"] in said.out + letter]
    assert all(one["name"] in letter for one in (*opened["opened"], *opened["rejected"]["opened"]))
    for words in ("Ouverts : 3", "encore là 5", "Me Dupont et personne d'autre", "ne le supprimera pas"):
        assert words in said.out


def test_it_is_asked_before_anything_is_written(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """No: nothing is there. Yes: it is, and a second time it is not written over."""
    fair.run_until(DRAWS + timedelta(minutes=3))
    folder = tmp_path / "dupont"

    refused = audit(shop, folder, typed="n\n")
    assert (refused.status, folder.exists()) == (0, False)
    assert "Écrire les données de 5 personnes" in refused.out
    assert "Rien n'est écrit" in refused.out
    unwritten = audit(shop, folder, "--json", typed="n\n")
    assert ('"folder": null' in unwritten.out, "Écrire" in unwritten.out, folder.exists()) == (True, False, False)
    assert audit(shop, folder, typed="y\n").status == 0
    kept = (folder / "opened.json").read_bytes()
    again = audit(shop, folder, "--yes")
    assert (again.status, "contient déjà quelque chose" in again.err) == (1, True)
    assert (folder / "opened.json").read_bytes() == kept


def test_a_program_reads_how_many_and_of_nobody_who(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """Counts alone; the size is the one asked for."""
    fair.run_until(DRAWS + timedelta(minutes=3))
    folder = tmp_path / "dupont"
    shown = audit(shop, folder, "--yes", "--json", "--size", "1").json

    assert shown == {
        "brand": "boulangerie",
        "contest": "galette",
        "auditor": "Me Dupont",
        "size": 1,
        "designated": 3,
        "opened": 3,
        "not_kept": 0,
        "rejected": 1,
        "found": 4,
        "gone": 0,
        "cannot_be_asked": 0,
        "folder": str(folder),
    }


def test_before_the_draw_nobody_can_be_designated(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """Said with the instant; nothing is written, whether it is open or the list is frozen."""
    for instant in (OPENS + timedelta(minutes=6), CLOSES + timedelta(minutes=5)):
        fair.run_until(instant)
        refused = audit(shop, tmp_path / "dupont", "--yes")

        assert (refused.status, refused.out) == (1, "")
        assert "n'est pas encore tiré" in refused.err
        assert "10:50" in refused.err or "10 h 50" in refused.err
    assert shop.heraut("contest", "cancel", "galette", "--because", "plus de galettes", "--yes").status == 0
    cancelled = audit(shop, tmp_path / "dupont", "--yes")
    assert (cancelled.status, "est annulé" in cancelled.err) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_who_was_erased_is_told_and_not_opened(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """One: the audit is whole no more. All of them: there is nothing to write."""
    fair.run_until(DRAWS + timedelta(minutes=3))
    erased = ("people", "erase", "--brand", "boulangerie", "--yes")
    assert shop.heraut(*erased, "@ana").status == 0
    said = audit(shop, tmp_path / "dupont", "--yes")

    assert "De 1 d'entre eux plus rien n'est gardé" in said.out
    assert told(tmp_path / "dupont", shop) is Verdict.PARTLY
    for name in ("@bao", "@chloe"):
        assert shop.heraut(*erased, name).status == 0
    nothing = audit(shop, tmp_path / "nobody", "--yes")
    assert (nothing.status, "il n'y a rien à ouvrir" in nothing.err) == (1, True)
    assert not (tmp_path / "nobody").exists()


def test_an_auditor_has_a_name_and_a_folder(shop: Shop, fair: ContestWorld, tmp_path: Path) -> None:
    """Neither is left out; a place that cannot be written is told in words."""
    fair.run_until(DRAWS + timedelta(minutes=3))
    asked: list[Any] = ["contest", "audit", "galette"]
    assert shop.heraut(*asked, "--output", tmp_path / "x").status == 2
    assert shop.heraut(*asked, "--auditor", "Me Dupont").status == 2
    unnamed = shop.heraut(*asked, "--auditor", " ", "--output", tmp_path / "x", "--yes")
    assert (unnamed.status, "--auditor" in unnamed.err) == (1, True)
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        taken = audit(shop, place, "--yes")
        assert (taken.status, "Traceback" not in taken.err) == (1, True)
    assert (tmp_path / "file").read_text() == "x"

"""`heraut brand export` and `erase`: everything of one brand, and nothing of another."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from heraut.contests.running import Contest
from heraut.publishing.model import State
from tests.contracts.cli_shop import LIBRARY
from tests.contracts.stack import Stack
from tests.contracts.test_cli_inbox import waiting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contracts.cli_shop import Shop

TABLES = ("BrandsTable", "PostsTable", "ConversationsTable", "ContestsTable")
POINT = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")  # a GIF


@pytest.fixture
def busy(shop: Shop, tmp_path: Path) -> Shop:
    """Two brands, each with secrets; the first with a post, a picture, comments, a link and a page."""
    (tmp_path / "p.gif").write_bytes(POINT)
    shop.add("--media", str(tmp_path / "p.gif"), "--alt", "Un point")
    waiting(shop)
    shop.secrets.save_secret("martin", "masto", {"access_token": "a-secret"})
    shop.secrets.save_secret("mots", "vitrine", {"access_token": "another"})
    shop.contests.add(Contest(brand="martin", name="galette"))
    shop.clients.s3.put_object(Bucket="public", Key="contests/martin/galette/rules.md", Body=b"Un commentaire")
    shop.clients.s3.put_object(Bucket="public", Key="martin/page/index.html", Body=b"<p>Bonjour</p>")
    shop.clients.s3.put_object(Bucket="public", Key="mots/page/index.html", Body=b"<p>Livres</p>")
    assert shop.heraut("people", "check", "lea").status == 0
    return shop


def keys(shop: Shop) -> set[tuple[str, str]]:
    """Give the keys of all items, the files and the secrets."""
    found = {(item["pk"]["S"], item["sk"]["S"]) for name in TABLES for item in Stack(shop.clients, name).items()}
    for bucket in ("files", "public"):
        found |= {(bucket, one["Key"]) for one in shop.clients.s3.list_objects_v2(Bucket=bucket).get("Contents", ())}
    named = shop.clients.ssm.get_parameters_by_path(Path="/heraut", Recursive=True)["Parameters"]
    return found | {("secret", one["Name"]) for one in named}


def of_martin(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Give what is the bakery's."""
    return {one for one in found if "martin" in "/".join(one)}


def test_a_brand_takes_everything_but_its_secrets(busy: Shop, tmp_path: Path) -> None:
    """Lines of JSON for each table, its pictures, its page; a file that is there stays."""
    to = tmp_path / "martin.zip"
    before = keys(busy)
    assert "contient tout ce qui est gardé" in busy.heraut("brand", "export", "martin", "--to", to).out
    again = busy.heraut("brand", "export", "martin", "--to", to)

    with zipfile.ZipFile(to) as archive:
        names = set(archive.namelist())
        everything = b"".join(archive.read(name) for name in names)
        said = [json.loads(line) for line in archive.read("ConversationsTable/items.jsonl").splitlines()]
    assert {name.split("/")[0] for name in names} == {*TABLES, "Files", "Page"}
    assert (POINT in everything, b"Bonjour" in everything, b"a-secret" in everything) == (True, True, False)
    assert {item["pk"].split("#")[0] for item in said} == {"martin"}
    assert b"Livres" not in everything
    assert (again.status, "existe déjà" in again.err, keys(busy)) == (1, True, before)


def test_a_brand_is_erased_and_the_others_stay(busy: Shop, tmp_path: Path) -> None:
    """From every table, bucket and secret, once its name was typed; then there is no such brand."""
    before = keys(busy)
    shown = busy.heraut("brand", "erase", "martin", "--to", tmp_path / "a.zip", "--dry-run").out
    refused = busy.heraut("brand", "erase", "martin", "--to", tmp_path / "b.zip", typed="non\n").out
    assert "Mots de passe et clés : 1" in shown
    assert "Rien n'a été effacé" in refused
    assert (keys(busy), (tmp_path / "a.zip").exists()) == (before, False)

    erased = busy.heraut("brand", "erase", "martin", "--to", tmp_path / "c.zip", typed="martin\n")

    assert (erased.status, "martin est effacée" in erased.out) == (0, True)
    after = keys(busy)
    assert of_martin(after) == set()
    assert before - after == of_martin(before)
    assert [one.id for one in busy.brands.every_brand()] == [LIBRARY.id]
    assert "mots" in busy.heraut("brand", "erase", "martin", "--to", tmp_path / "d.zip").err
    assert busy.heraut("brand", "erase", "mots", "--to", tmp_path / "e.zip", "--yes").status == 0
    nobody = busy.heraut("brand", "export", "martin", "--to", tmp_path / "f.zip")
    assert (nobody.status, "décrivez-la dans heraut.yaml" in nobody.err) == (1, True)


def test_nothing_is_erased_while_a_post_leaves(busy: Shop, tmp_path: Path) -> None:
    """What came of it would be written nowhere."""
    (delivery,) = [one for one in busy.posts.queue("martin") if one.state is State.SCHEDULED]
    busy.put(delivery.post, State.UNCONFIRMED, delivery.account)
    refused = busy.heraut("brand", "erase", "martin", "--to", tmp_path / "a.zip", "--yes")

    assert (refused.status, delivery.id in refused.err) == (1, True)
    assert (tmp_path / "a.zip").exists() is False

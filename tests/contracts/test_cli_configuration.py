"""`heraut apply`, `pull`, `import`: the real command over the real tables."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from heraut.aws.site_objects import PublicBucket
from heraut.brands import ContestState, NetworkName, contests_of
from heraut.contests.running import Contest
from heraut.networks.site import Site

if TYPE_CHECKING:
    from tests.contracts.cli_shop import Shop

SAMPLES = Path(__file__).parents[2] / "samples"
TWO_BRANDS = """\
# Nos marques.
brands:
  - id: fournil            # le nom court
    name: "Le Fournil"     # entre guillemets
    accounts:
      - name: page         # la page publique
        network: site
        late: 2h           # et pas 120 min

    people:
      - {id: zoe, name: Zoé, email: zoe@example.com}
    slots: ["07:30", "12:00"]

  - id: papeterie
    name: La Papeterie
    accounts: []
# fin
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration as people write it."""
    path = tmp_path / "heraut.yaml"
    path.write_text(TWO_BRANDS, encoding="utf-8")
    return path


def calendar(folder: Path, *rows: str) -> Path:
    """Write a calendar for the bakery."""
    path = folder / "calendrier.csv"
    path.write_text("\n".join(["marque;date;heure;comptes;texte;media;alt", *rows]), encoding="utf-8")
    return path


def test_applying_shows_then_writes_and_keeps_the_file_as_it_was(shop: Shop, file: Path) -> None:
    """The user's file gets its revisions, and keeps every comment, quote and blank line."""
    said = shop.heraut("apply", file, "--yes")

    assert said.status == 0, said
    assert "+ accounts.page.network: site" in said.out
    assert "Le Fournil : appliqué, révision 1." in said.out
    brand = shop.brands.brand("fournil")
    assert brand is not None
    assert (brand.revision, brand.accounts[0].late_minutes) == (1, 120)
    wanted = TWO_BRANDS.replace("le nom court\n", "le nom court\n    revision: 1\n")
    wanted = wanted.replace("- id: papeterie\n", "- id: papeterie\n    revision: 1\n")
    assert file.read_text(encoding="utf-8") == wanted


def test_applying_again_changes_nothing(shop: Shop, file: Path) -> None:
    """The same file twice is one revision."""
    shop.heraut("apply", file, "--yes")
    written = file.read_text(encoding="utf-8")

    said = shop.heraut("apply", file)

    assert (said.status, "Rien à changer" in said.out) == (0, True)
    assert file.read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    ("typed", "applied"), [("o\n", True), ("oui\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_a_person_is_asked_first(shop: Shop, file: Path, typed: str, applied: bool) -> None:
    """Without a yes nothing is written: not in the stack, not in the file."""
    said = shop.heraut("apply", file, typed=typed)

    assert said.status == (0 if applied else 1)
    assert (shop.brands.brand("fournil") is not None) == applied
    assert (file.read_text(encoding="utf-8") != TWO_BRANDS) == applied


def test_a_dry_run_only_shows(shop: Shop, file: Path) -> None:
    """Nothing is asked and nothing is written."""
    said = shop.heraut("apply", file, "--dry-run")

    assert (said.status, "Rien n'a été écrit" in said.out) == (0, True)
    assert shop.brands.brand("fournil") is None
    assert file.read_text(encoding="utf-8") == TWO_BRANDS


CONTEST = """\
    contests:
      galette:
        title: La galette
        opens: "2090-12-01 09:00"
        closes: "2090-12-15 23:59:59"
        draws: "2090-12-16 12:00"
        posts: [{accounts: bluesky, row: galette}]
        conditions: {comment: true}
        alternates: 2
        claim_within: 7j
        rules: {file: reglement.txt}
        exclude: {staff: "@zoe"}
"""


@pytest.fixture
def with_contest(file: Path) -> Path:
    """The same configuration with a contest, whose rules stand beside it."""
    sky = (
        "        late: 2h           # et pas 120 min\n      - {name: bluesky, network: bluesky, handle: fournil.test}\n"
    )
    text = TWO_BRANDS.replace("        late: 2h           # et pas 120 min\n", sky)
    text = text.replace('    name: "Le Fournil"', '    zone: Europe/Paris\n    name: "Le Fournil"')
    file.write_text(text.replace('"12:00"]\n', f'"12:00"]\n{CONTEST}'), encoding="utf-8")
    (file.parent / "reglement.txt").write_text("Notre règlement.\n", encoding="utf-8")
    return file


def test_a_contest_is_applied_with_its_rules_and_what_is_doubtful_is_said(shop: Shop, with_contest: Path) -> None:
    """The text of the file goes with it; the file keeps naming it, and applying again changes nothing."""
    said = shop.heraut("apply", with_contest, "--yes")

    assert said.status == 0, said
    assert "+ contests.galette.title: La galette" in said.out
    assert "fournil.contests.galette.rules : Ce règlement est le vôtre" in said.err
    brand = shop.brands.brand("fournil")
    assert brand is not None
    assert brand.contests["galette"]["rules"] == {"file": "reglement.txt", "text": "Notre règlement."}
    assert "rules: {file: reglement.txt}" in with_contest.read_text(encoding="utf-8")
    again = shop.heraut("apply", with_contest)
    assert ("Rien à changer" in again.out, again.err) == (True, "")


EVENT = """\
    events:
      atelier:
        kind: offline
        title: L'atelier
        accounts: page
        starts: "2090-12-01 18:30"
        ends: "2090-12-01 20:00"
        reminders: [1d]
"""


@pytest.fixture
def with_event(file: Path) -> Path:
    """The same configuration with an event."""
    text = TWO_BRANDS.replace('    name: "Le Fournil"', '    zone: Europe/Paris\n    name: "Le Fournil"')
    file.write_text(text.replace('"12:00"]\n', f'"12:00"]\n{EVENT}'), encoding="utf-8")
    return file


def test_an_event_is_applied_and_what_is_doubtful_is_said(shop: Shop, with_event: Path) -> None:
    """It is shown field by field; applied again, nothing is said; taking it out of the file is refused."""
    shop.networks |= {NetworkName.SITE: Site(PublicBucket(shop.clients.s3, "public"), "https://public.example")}
    said = shop.heraut("apply", with_event, "--yes")

    assert said.status == 0, said
    assert "+ events.atelier.title: L'atelier" in said.out
    assert "fournil.events.atelier.place : Personne ne saura où se rendre." in said.err
    again = shop.heraut("apply", with_event)
    assert ("Rien à changer" in again.out, again.err) == (True, "")

    text = with_event.read_text(encoding="utf-8")
    with_event.write_text(text.replace(EVENT, ""), encoding="utf-8")
    out = shop.heraut("apply", with_event, "--yes")

    assert (out.status, "cancelled: true" in out.err) == (1, True)


def test_pulling_elsewhere_brings_the_rules_along(shop: Shop, with_contest: Path, tmp_path: Path) -> None:
    """Where the file of a contest's rules is not there, it is written; one that is there is left alone."""
    shop.heraut("apply", with_contest, "--yes")
    (tmp_path / "ailleurs").mkdir()
    elsewhere = tmp_path / "ailleurs" / "heraut.yaml"

    said = shop.heraut("pull", elsewhere)
    (elsewhere.parent / "reglement.txt").write_text("À moi.", encoding="utf-8")
    again = shop.heraut("pull", elsewhere)

    assert (said.status, "reglement.txt" in said.out) == (0, True)
    assert "rules:\n          file: reglement.txt" in elsewhere.read_text(encoding="utf-8")
    assert (again.status, "reglement.txt" in again.out) == (0, False)
    assert (elsewhere.parent / "reglement.txt").read_text(encoding="utf-8") == "À moi."


def test_a_contest_is_not_begun_where_nothing_is_public(
    shop: Shop, with_contest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rules, its commitment and its certificate would be read by nobody; one that is there already may stay."""
    hidden = {**shop.outputs(), "PublicUrl": ""}
    with monkeypatch.context() as patched:
        patched.setattr(shop, "outputs", lambda: hidden)
        said = shop.heraut("apply", with_contest, "--yes")
        assert said.status == 1
        assert "fournil.contests.galette : Rien n'est public ici" in said.err
        assert "PublicSite" in said.err

    assert shop.heraut("apply", with_contest, "--yes").status == 0
    monkeypatch.setattr(shop, "outputs", lambda: hidden)
    assert shop.heraut("apply", with_contest, "--yes").status == 0


def test_a_contest_that_cannot_be_held_is_not_applied(shop: Shop, with_contest: Path) -> None:
    """Said with its field, and nothing is written."""
    text = with_contest.read_text(encoding="utf-8").replace("claim_within: 7j", "winners: 0")
    with_contest.write_text(text, encoding="utf-8")

    said = shop.heraut("apply", with_contest, "--yes")

    assert said.status == 1
    assert "fournil.contests.galette.winners : Personne ne gagne." in said.err
    assert "fournil.contests.galette.claim_within : " in said.err
    assert shop.brands.brand("fournil") is None


def opened(shop: Shop) -> None:
    """Let the contest open with the terms that are in force, as the minute tick does."""
    brand = shop.brands.brand("fournil")
    assert brand is not None
    agreed = contests_of(brand)["galette"].model_dump(mode="json", by_alias=True, exclude_none=True)
    shop.contests.add(Contest(brand="fournil", name="galette", state=ContestState.OPEN, terms=agreed))


def test_a_contest_that_has_not_opened_may_change_whatever_the_clock_says(shop: Shop, with_contest: Path) -> None:
    """Its hour has come, but nothing opened it yet: nobody read its rules."""
    running = with_contest.read_text(encoding="utf-8").replace("2090-12-01", "2020-12-01")
    with_contest.write_text(running, encoding="utf-8")
    assert shop.heraut("apply", with_contest, "--yes").status == 0
    shop.contests.add(Contest(brand="fournil", name="galette"))
    applied = with_contest.read_text(encoding="utf-8")
    with_contest.write_text(applied.replace("2090-12-15", "2090-12-14"), encoding="utf-8")

    assert shop.heraut("apply", with_contest, "--yes").status == 0


def test_a_contest_that_people_take_part_in_stays_as_they_read_it(shop: Shop, with_contest: Path) -> None:
    """Its dates do not move any more, its rules' file does not change, only names that a rule excludes may come."""
    assert shop.heraut("apply", with_contest, "--yes").status == 0
    applied = with_contest.read_text(encoding="utf-8")
    opened(shop)

    with_contest.write_text(applied.replace("2090-12-15", "2090-12-14"), encoding="utf-8")
    moved = shop.heraut("apply", with_contest, "--yes")
    with_contest.write_text(applied.replace('"@zoe"', '["@zoe", "@max"]'), encoding="utf-8")
    hired = shop.heraut("apply", with_contest, "--yes")
    (with_contest.parent / "reglement.txt").write_text("Un autre.", encoding="utf-8")
    rewritten = shop.heraut("apply", with_contest, "--yes")

    assert (moved.status, "fournil.contests.galette.closes : " in moved.err) == (1, True)
    assert hired.status == 0, hired
    assert (rewritten.status, "fournil.contests.galette.rules.text : " in rewritten.err) == (1, True)


def test_a_newer_revision_is_not_overwritten(shop: Shop, file: Path, tmp_path: Path) -> None:
    """Who applies from an older file is told to pull."""
    shop.heraut("apply", file, "--yes")
    mine = tmp_path / "mine.yaml"
    mine.write_text(file.read_text(encoding="utf-8").replace("La Papeterie", "Papeterie"), encoding="utf-8")
    theirs = file.read_text(encoding="utf-8").replace("La Papeterie", "Papier & Cie")
    file.write_text(theirs, encoding="utf-8")
    shop.heraut("apply", file, "--yes")

    said = shop.heraut("apply", mine, "--yes")

    assert (said.status, "« heraut pull »" in said.err) == (1, True)
    assert said.err.startswith("papeterie.revision : ")
    brand = shop.brands.brand("papeterie")
    assert brand is not None
    assert brand.name == "Papier & Cie"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Le fichier ne contient aucune marque"),
        ("brands: []", "Le fichier ne contient aucune marque"),
        ("- 1\n- 2\n", "Le fichier ne contient aucune marque"),
        ("brands:\n  - id: a\n   name: b\n", "mal écrit, ligne 3"),
        ("brands:\n  - id: a\n    id: b\n", "mal écrit, ligne 3"),
        ("brands: *nobody", "ligne 1 : les renvois (*nom)"),
        ("brands:\n  - id: !!python/object:os.system x\n    name: B\n", "brands[1].id"),
        ("brands:\n  - id: Fournil\n    name: B\n", "brands[1].id : « Fournil » n'est pas possible ici"),
        ("brands:\n  - id: f\n    nmae: B\n", "brands[1].nmae : Le champ « nmae » n'existe pas. Vouliez-vous"),
        ("brands:\n  - id: f\n    name: B\n    zone: Paris/Europe\n", "brands[1].zone : "),
        (
            "brands:\n  - id: f\n    name: B\n    accounts:\n      - {name: m, network: mastodon}\n",
            "accounts[1].instance : ",
        ),
        ("\x00\x01", "mal écrit"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_where_it_is_wrong(shop: Shop, tmp_path: Path, text: str, told: str) -> None:
    """The line, or the brand and field; nothing is applied, and the file is left as it is."""
    path = tmp_path / "heraut.yaml"
    path.write_text(text, encoding="utf-8")

    said = shop.heraut("apply", path, "--yes")

    assert (said.status, said.out) == (1, "")
    assert told in said.err
    assert path.read_text(encoding="utf-8") == text
    assert [brand.id for brand in shop.brands.every_brand()] == ["martin", "mots"]


def test_files_that_are_no_text_or_not_there(shop: Shop, tmp_path: Path) -> None:
    """A sentence each."""
    picture = SAMPLES / "media" / "vitrine.png"

    assert "n'est pas un fichier de texte" in shop.heraut("apply", picture).err
    assert "n'existe pas" in shop.heraut("apply", tmp_path / "rien.yaml").err
    assert "ne peut pas être lu" in shop.heraut("apply", tmp_path).err
    assert "n'existe pas" in shop.heraut("import", tmp_path / "rien.csv").err


def test_an_applied_file_that_cannot_be_written_is_said(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration is in force; the person learns that the file does not say so."""

    def refuse(*_: object, **__: object) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_text", refuse)

    said = shop.heraut("apply", file, "--yes")

    assert (said.status, "ne peut pas être écrit" in said.err) == (1, True)
    assert shop.brands.brand("fournil") is not None


def test_brands_that_a_file_does_not_name_stay(shop: Shop, file: Path) -> None:
    """An agency may keep a file for each client."""
    before = shop.brands.brand("martin")
    said = shop.heraut("apply", file, "--yes")

    assert "martin, mots" in said.out
    assert shop.brands.brand("martin") == before


def test_what_is_pulled_applies_as_it_is(shop: Shop, tmp_path: Path) -> None:
    """A fresh file says what is in force, revision included."""
    path = tmp_path / "heraut.yaml"

    assert shop.heraut("pull", path).status == 0
    said = shop.heraut("apply", path)

    assert (said.status, "Rien à changer" in said.out) == (0, True)
    assert "revision: 1" in path.read_text(encoding="utf-8")


def test_pulling_to_the_screen(shop: Shop) -> None:
    """`-` writes no file."""
    assert shop.heraut("pull", "-").out.startswith("brands:\n  - id: martin\n")


def test_pulling_over_a_file_asks_and_keeps_what_means_the_same(shop: Shop, file: Path, tmp_path: Path) -> None:
    """Comments stay, `2h` stays `2h`, and only what differs is changed."""
    shop.heraut("apply", file, "--yes")
    other = tmp_path / "other.yaml"
    text = file.read_text(encoding="utf-8").replace("La Papeterie", "Papier & Cie")
    other.write_text(
        text.replace("      - {id: zoe", "      - {id: ana, name: Ana, email: ana@example.com}\n      - {id: zoe")
    )
    shop.heraut("apply", other, "--yes")
    before = file.read_text(encoding="utf-8")

    refused = shop.heraut("pull", file, typed="n\n")
    assert (refused.status, file.read_text(encoding="utf-8")) == (1, before)
    assert "Papier & Cie" in refused.out
    assert shop.heraut("pull", file, typed="o\n").status == 0

    after = file.read_text(encoding="utf-8")
    for kept in ("# Nos marques.", "# entre guillemets", "late: 2h           # et pas 120 min", "{id: zoe, name: Zoé"):
        assert kept in after
    assert ("name: Papier & Cie" in after, "id: ana" in after, "- id: martin" in after) == (True, True, True)
    assert "Rien à changer" in shop.heraut("apply", file).out
    assert "dit déjà" in shop.heraut("pull", file).out


def test_pulling_over_a_file_that_is_wrong_replaces_it(shop: Shop, tmp_path: Path) -> None:
    """After a yes: a configuration that says nothing usable has nothing to keep."""
    path = tmp_path / "heraut.yaml"
    path.write_text("brands:\n  - nmae: x\n", encoding="utf-8")

    assert shop.heraut("pull", path, "--yes").status == 0
    assert "Rien à changer" in shop.heraut("apply", path).out


def test_pulling_before_anything_was_applied(shop: Shop, tmp_path: Path) -> None:
    """There is nothing to write, and that is said."""
    for brand in ("martin", "mots"):
        shop.clients.dynamodb.delete_item(
            TableName="BrandsTable", Key={"pk": {"S": "*"}, "sk": {"S": f"brand#{brand}"}}
        )

    said = shop.heraut("pull", tmp_path / "heraut.yaml")

    assert (said.status, "Aucune marque n'est encore configurée" in said.err) == (1, True)
    assert not (tmp_path / "heraut.yaml").exists()


def test_importing_a_calendar_says_what_became_of_each_row(shop: Shop, tmp_path: Path) -> None:
    """Queued, then unchanged; a wrong row is told with its remedy, and exit status 3."""
    rows = ["martin;23/11/2099;9h30;masto;Bonjour;;", "martin;23/11/2099;10h;mastoo;Salut;;"]

    first, second = (shop.heraut("import", calendar(tmp_path, *rows)) for _ in range(2))

    assert (first.status, second.status) == (3, 3)
    assert "ligne 2 : programmée" in first.out
    assert "ligne 3 : refusée" in first.out
    assert "Vouliez-vous écrire : masto" in first.out
    assert "ligne 2 : inchangée" in second.out
    assert len(shop.heraut("queue", "--json").json) == 1


def test_importing_keeps_the_report_and_says_where(shop: Shop, tmp_path: Path) -> None:
    """Both forms under `reports/`, as those of dropped calendars are; the address opens the page."""
    file = calendar(tmp_path, "martin;23/11/2099;9h30;masto;Bonjour;;")

    said = shop.heraut("import", file)

    page, data = sorted(reports(shop))
    assert re.fullmatch(r"reports/calendrier\.csv\.[0-9TZ-]+\.html", page)
    assert data == f"{page.removesuffix('html')}json"
    assert f"Il est gardé sous {page}" in said.out
    assert f"/{page}?" in said.out
    body = shop.clients.s3.get_object(Bucket="files", Key=data)["Body"].read()
    assert json.loads(body)["counts"]["queued"] == 1


def test_a_report_is_kept_of_what_cannot_be_read_and_none_of_a_dry_run(shop: Shop, tmp_path: Path) -> None:
    """A dry run writes nothing at all; for a program, and of a broken file, the place is said aside."""
    file = calendar(tmp_path, "martin;23/11/2099;9h30;masto;Bonjour;;")
    shop.heraut("import", file, "--dry-run")
    assert reports(shop) == []

    told = shop.heraut("import", file, "--json")
    assert (len(reports(shop)), "reports/calendrier.csv" in told.err) == (2, True)
    file.write_bytes(b"hello")
    told = shop.heraut("import", file)
    assert (len(reports(shop)), told.out, "reports/calendrier.csv" in told.err) == (4, "", True)


def reports(shop: Shop) -> list[str]:
    """List what is kept under `reports/`."""
    return [one["Key"] for one in shop.clients.s3.list_objects_v2(Bucket="files").get("Contents", [])]


def test_importing_as_json_is_the_report(shop: Shop, tmp_path: Path) -> None:
    """Programs get the report's own form."""
    said = shop.heraut("import", calendar(tmp_path, "martin;23/11/2099;9h30;masto;Bonjour;;"), "--json")

    assert said.status == 0
    assert set(said.json) == {"file", "sha256", "dry_run", "counts", "rows"}
    assert said.json["file"] == "calendrier.csv"
    assert said.json["counts"] == {
        "queued": 1,
        "edited": 0,
        "unchanged": 0,
        "already_out": 0,
        "absent": 0,
        "refused": 0,
    }
    assert [tuple(row) for row in said.json["rows"]] == [("row", "id", "outcome", "post", "problems")]


def test_importing_finds_pictures_beside_the_file(shop: Shop, tmp_path: Path) -> None:
    """On disk, in the calendar's own folder."""
    shutil.copy(SAMPLES / "media" / "vitrine.png", tmp_path)
    rows = ["martin;23/11/2099;9h30;masto;A;vitrine.png;Une vitrine", "martin;23/11/2099;10h;masto;B;rien.png;Rien"]

    said = shop.heraut("import", calendar(tmp_path, *rows), "--json").json

    assert [row["outcome"] for row in said["rows"]] == ["queued", "refused"]
    assert said["rows"][1]["problems"][0]["code"] == "media_missing"


def test_a_dry_import_writes_nothing(shop: Shop, tmp_path: Path) -> None:
    """The report says what would be."""
    said = shop.heraut("import", calendar(tmp_path, "martin;23/11/2099;9h30;masto;Bonjour;;"), "--dry-run")

    assert ("ligne 2 : programmée" in said.out, "Rien n'a été écrit" in said.out) == (True, True)
    assert shop.heraut("queue", "--all", "--json").json == []


def test_rows_that_are_gone_stay_unless_replaced(shop: Shop, tmp_path: Path) -> None:
    """`--replace` cancels what an earlier version of the file queued."""
    both = ["martin;23/11/2099;9h30;masto;Bonjour;;", "martin;24/11/2099;9h30;masto;Salut;;"]
    shop.heraut("import", calendar(tmp_path, *both))

    told = shop.heraut("import", calendar(tmp_path, both[0]))
    assert ("absente" in told.out, len(shop.heraut("queue", "--json").json)) == (True, 2)
    shop.heraut("import", calendar(tmp_path, both[0]), "--replace")

    assert len(shop.heraut("queue", "--json").json) == 1


@pytest.mark.parametrize("body", [b"", b"\x00\xff\x00\xff", b"PK\x03\x04broken", b"hello"])
def test_a_calendar_that_cannot_be_read_is_status_one(shop: Shop, tmp_path: Path, body: bytes) -> None:
    """With a sentence on standard error."""
    path = tmp_path / "calendrier.csv"
    path.write_bytes(body)

    said = shop.heraut("import", path)

    assert (said.status, said.out) == (1, "")
    assert said.err.strip()
    assert json.loads(shop.heraut("import", path, "--json").out)["rows"][0]["outcome"] == "refused"


def test_the_samples_apply(shop: Shop, tmp_path: Path) -> None:
    """The first thing a new user tries: only revisions are added to the file."""
    sample = (SAMPLES / "heraut.yaml").read_text(encoding="utf-8")
    path = tmp_path / "heraut.yaml"
    path.write_text(sample.replace("id: martin ", "id: boulangerie "), encoding="utf-8")

    assert shop.heraut("apply", path, "--yes").status == 0

    after = path.read_text(encoding="utf-8").replace("id: boulangerie ", "id: martin ")
    assert [line for line in after.splitlines() if "revision: 1" not in line] == sample.splitlines()

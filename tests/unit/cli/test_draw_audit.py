"""`heraut draw sample` and `audit`: what they print and how they end, on a real round, without a stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from heraut.contests.beacon import QUICKNET, signature_from
from tests.twins.draws import AUTHORITIES, MadeDraw
from tests.unit.cli.test_draws import run
from tests.unit.contests.test_beacon import ROUND_123, ROUND_1000

REAL = MadeDraw(chain=QUICKNET, signature=signature_from(ROUND_1000), count=60)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERAUT_LANGUAGE", "en")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Put there what an auditor has: two files that are public, one that the organiser gave them."""
    (tmp_path / "certificate.json").write_bytes(REAL.text())
    (tmp_path / "entrants.bin").write_bytes(REAL.entrants)
    (tmp_path / "opened.json").write_text(json.dumps(REAL.opened()))
    for number, one in enumerate(AUTHORITIES):
        (tmp_path / f"{number}.pem").write_bytes(one.root_pem)
    return tmp_path


def sample(folder: Path, *options: str) -> Result:
    """Run `sample`."""
    return run("sample", folder / "certificate.json", "--entrants", folder / "entrants.bin", *options)


def audit(folder: Path, *options: str) -> Result:
    """Run `audit`, believing the authorities of the test."""
    files = ("--entrants", folder / "entrants.bin", "--opened", folder / "opened.json")
    roots = ("--tsa-root", folder / "0.pem", "--tsa-root", folder / "1.pem")
    return run("audit", folder / "certificate.json", *files, *roots, *options)


def written(folder: Path, name: str, given: Any) -> None:
    """Write another text in the place of a file."""
    (folder / name).write_text(given if isinstance(given, str) else json.dumps(given))


# ---------------------------------------------------------------------------- sample
def test_sample_says_whom_to_open(folder: Path) -> None:
    """A line each, nothing else: those with a rank, then thirty, of whom some may have one."""
    done = sample(folder)
    rows = [line.split(" ") for line in done.stdout.splitlines()]

    ranked = [one["handle"] for one in REAL.certificate["ranking"]]
    assert done.exit_code == 0
    assert [row[1] for row in rows] == [*ranked, *(one for one in REAL.turns()[:30] if one not in ranked)]
    assert all(int(row[2]) == REAL.weights[bytes.fromhex(row[1])] for row in rows)
    assert [row[0] for row in rows[:6]] == [*(f"rank-{rank}" for rank in range(1, 6)), rows[5][0]]
    told = json.loads(sample(folder, "--json", "--size", "3").stdout)
    assert (told["size"], told["commit"]) == (3, REAL.commitment.commit())
    assert [one["handle"] for one in told["open"]][5:] == [one for one in REAL.turns()[:3] if one not in ranked]


@pytest.mark.parametrize("size", ["0", "-1", "1001", "many"])
def test_a_sample_has_a_size(folder: Path, size: str) -> None:
    """From one to a thousand; anything else was typed wrongly."""
    done = sample(folder, "--size", size)

    assert (done.exit_code, done.stdout) == (2, "")


def test_sample_says_nothing_where_its_seed_would_be_wrong(folder: Path) -> None:
    """Another list, another round's signature, another chain, no certificate: exit status 1 and nothing to open."""
    other = MadeDraw(count=60)
    given: dict[str, tuple[Any, bytes]] = {
        "list": (REAL.certificate, REAL.entrants[36:]),
        "cut list": (REAL.certificate, REAL.entrants[:-1]),
        "signature": (REAL.certificate | {"signature": ROUND_123}, REAL.entrants),
        "root": (REAL.changed(root="00" * 32), REAL.entrants),
        "late freeze": (REAL.committed_anew(frozen_at=REAL.commitment.draw_time), REAL.entrants),
        "chain": (other.certificate, other.entrants),
        "no certificate": ({}, REAL.entrants),
    }
    for certificate, entrants in given.values():
        written(folder, "certificate.json", certificate)
        (folder / "entrants.bin").write_bytes(entrants)
        done = sample(folder)

        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


# ---------------------------------------------------------------------------- audit
def test_audit_says_a_line_a_check_and_its_verdict(folder: Path) -> None:
    """Those of `verify`, then each entrant; exit status 0."""
    done = audit(folder)
    lines = done.stdout.splitlines()

    assert (done.exit_code, lines[-1]) == (0, "AUDITED")
    assert {line.split(" ")[0] for line in lines[:-1]} == {"PASS", "UNCHECKED"}
    names = [line.split(" ")[1] for line in lines[:-1]]
    assert names.index("witnesses") < names.index("sample") < names.index("rank-1") < names.index("evidence")
    assert sum(name.startswith("sample-") for name in names) >= 25
    assert not [nonce for nonce in REAL.nonces if nonce.hex() in done.stdout + done.stderr]
    told = json.loads(audit(folder, "--json").stdout)
    assert (told["verdict"], [one["name"] for one in told["checks"]]) == ("AUDITED", names)


def test_audit_ends_with_1_where_anything_is_wrong_or_was_not_opened(folder: Path) -> None:
    """Its verdict tells which of the two."""
    opened = REAL.opened()
    gone = {**opened, "opened": opened["opened"][1:], "unopened": [{"handle": opened["opened"][0]["handle"]}]}
    wrong = [*opened["opened"][1:], opened["opened"][0] | {"chances": 9}]
    for given, said, verdict in (
        (gone, "UNCHECKED rank-1 ", "PARTLY AUDITED"),
        ({**opened, "opened": wrong}, "FAIL rank-1 ", "NOT AUDITED"),
        ({**opened, "opened": opened["opened"][1:]}, "FAIL rank-1 ", "NOT AUDITED"),
        (opened | {"note": "x"}, "FAIL opened ", "NOT AUDITED"),
        ([], "FAIL opened ", "NOT AUDITED"),
    ):
        written(folder, "opened.json", given)
        done = audit(folder)

        assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, verdict)
        assert said in done.stdout


def test_a_sample_is_as_large_as_the_auditor_wants(folder: Path) -> None:
    """Not as small as the organiser does."""
    written(folder, "opened.json", REAL.opened(5))

    assert audit(folder).stdout.splitlines()[-1] == "NOT AUDITED"
    assert audit(folder, "--size", "5").stdout.splitlines()[-1] == "AUDITED"


def test_audit_of_a_draw_that_is_not_verified_is_none(folder: Path) -> None:
    """Whatever was opened."""
    written(folder, "certificate.json", REAL.certificate | {"ranking": []})
    done = audit(folder)

    assert (done.exit_code, "FAIL ranking " in done.stdout) == (1, True)
    assert done.stdout.splitlines()[-1] == "NOT AUDITED"
    written(folder, "certificate.json", {})
    assert audit(folder).stdout.splitlines()[-1] == "NOT AUDITED"


def test_a_name_in_what_was_opened_cannot_write_on_the_terminal(folder: Path) -> None:
    """Whoever took part by an id that is a verdict."""
    opened = REAL.opened()
    opened["opened"][0]["id"] = "mastodon:x\n\x1b[2JAUDITED\nAUDITED"
    written(folder, "opened.json", opened)
    done = audit(folder)

    assert "\x1b" not in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("AUDITED")] == []


@pytest.mark.parametrize("name", ["certificate.json", "entrants.bin", "opened.json", "0.pem"])
@pytest.mark.parametrize("how", ["gone", "no JSON"])
def test_the_file_that_cannot_be_read_is_named(folder: Path, name: str, how: str) -> None:
    """Exit status 2, no verdict; a list that is none differs instead."""
    if how == "gone":
        (folder / name).unlink()
    else:
        written(folder, name, "{ this is nothing")
    done = audit(folder)
    status = 1 if (name, how) == ("entrants.bin", "no JSON") else 2

    assert done.exit_code == status
    assert status == 1 or ("AUDITED" not in done.stdout and name in done.stderr)


def test_nothing_chooses_another_chain_or_seed() -> None:
    """No option: whoever audits takes the public randomness, and nobody chooses whom to open."""
    for command in ("sample", "audit"):
        said = run(command, "--help").stdout.lower()
        assert "--chain" not in said
        assert "--seed" not in said

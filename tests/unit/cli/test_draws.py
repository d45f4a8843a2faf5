"""`heraut draw rank` and `verify`: what they print and how they end, on real rounds, without a stack."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from heraut.cli.main import app
from heraut.contests.beacon import QUICKNET, signature_from
from heraut.contests.draw import records_of
from tests.twins.draws import AUTHORITIES, OWN, RULES, MadeDraw
from tests.unit.contests.test_beacon import ROUND_123, ROUND_1000
from tests.unit.contests.test_draw import VECTORS, entrants_of

REAL = MadeDraw(chain=QUICKNET, signature=signature_from(ROUND_1000))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERAUT_LANGUAGE", "en")


def run(*arguments: str | Path) -> Result:
    """Run the command as its user does; nothing else is on standard output than what it says."""
    return CliRunner().invoke(app, ["draw", *map(str, arguments)])


def ranked(folder: Path, commitment: Any, entrants: bytes, signature: str) -> Result:
    """Run `rank` on these."""
    (folder / "commitment.json").write_text(commitment if isinstance(commitment, str) else json.dumps(commitment))
    (folder / "entrants.bin").write_bytes(entrants)
    return run(
        *("rank", "--commitment", folder / "commitment.json", "--entrants", folder / "entrants.bin"),
        *("--signature", signature),
    )


def verified(folder: Path, certificate: Any, entrants: bytes, *options: str | Path) -> Result:
    """Run `verify` on these."""
    (folder / "certificate.json").write_text(json.dumps(certificate))
    (folder / "entrants.bin").write_bytes(entrants)
    return run("verify", folder / "certificate.json", "--entrants", folder / "entrants.bin", *options)


@pytest.fixture(name="roots")
def _roots(tmp_path: Path) -> list[str]:
    """The options that name both authorities' roots: one file in PEM, one in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding

    (tmp_path / "one.pem").write_bytes(AUTHORITIES[0].root_pem)
    (tmp_path / "two.der").write_bytes(AUTHORITIES[1].root.public_bytes(Encoding.DER))
    return ["--tsa-root", str(tmp_path / "one.pem"), "--tsa-root", str(tmp_path / "two.der")]


# ---------------------------------------------------------------------------- rank
@pytest.mark.parametrize("case", VECTORS, ids=lambda case: str(case["n"]))
def test_rank_gives_the_vectors_ranking(case: dict[str, Any], tmp_path: Path) -> None:
    """One object on standard output, and nothing else."""
    entrants = b"".join(records_of(entrants_of(case)))
    done = ranked(tmp_path, case["commitment"], entrants, case["signature"])

    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"ranking": case["ranking"]}


def test_rank_reads_a_commitment_however_it_is_laid_out(tmp_path: Path) -> None:
    """Spaces and order are no part of it; the signature may be in capitals."""
    text = json.dumps(dict(reversed(asdict(REAL.commitment).items())), indent=4)
    done = ranked(tmp_path, text, REAL.entrants, ROUND_1000.upper())

    assert json.loads(done.stdout)["ranking"] == [one["handle"] for one in REAL.certificate["ranking"]]


GOOD = asdict(REAL.commitment)
OTHERS: dict[str, tuple[Any, bytes, str]] = {
    "root": (GOOD | {"root": "00" * 32}, REAL.entrants, ROUND_1000),
    "entrants": (GOOD | {"entrants": 21}, REAL.entrants, ROUND_1000),
    "tickets": (GOOD | {"tickets": 1}, REAL.entrants, ROUND_1000),
    "round": (GOOD | {"round": 123}, REAL.entrants, ROUND_123),
    "instant": (GOOD | {"draw_time": GOOD["draw_time"] + 3}, REAL.entrants, ROUND_1000),
    "freeze": (GOOD | {"frozen_at": GOOD["draw_time"]}, REAL.entrants, ROUND_1000),
    "chain": (asdict(MadeDraw().commitment), MadeDraw().entrants, OWN.signature(1000).hex()),
    "list": (GOOD, REAL.entrants[36:], ROUND_1000),
    "cut list": (GOOD, REAL.entrants[:-1], ROUND_1000),
    "another round's signature": (GOOD, REAL.entrants, ROUND_123),
    "another key's signature": (GOOD, REAL.entrants, OWN.signature(1000).hex()),
    "no signature": (GOOD, REAL.entrants, "hello"),
    "a field more": (GOOD | {"note": 1}, REAL.entrants, ROUND_1000),
    "a fraction": (GOOD | {"winners": 2.0}, REAL.entrants, ROUND_1000),
    "a field twice": (json.dumps(GOOD)[:-1] + ', "winners": 2}', REAL.entrants, ROUND_1000),
    "no object": ("[]", REAL.entrants, ROUND_1000),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_rank_says_nothing_where_anything_differs(other: tuple[Any, bytes, str], tmp_path: Path) -> None:
    """Exit status 1, the reason on standard error, standard output empty."""
    done = ranked(tmp_path, *other)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["{", "", json.dumps(GOOD)[:-1], "\ufeff{}", "{'v': 1}"])
def test_rank_cannot_read_a_commitment_that_is_no_json(text: str, tmp_path: Path) -> None:
    """Exit status 2, as for a file that is not there and as `verify`: half a download says nothing of the draw."""
    done = ranked(tmp_path, text, REAL.entrants, ROUND_1000)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "commitment.json" in done.stderr


def test_rank_names_the_file_it_cannot_read(tmp_path: Path) -> None:
    """Exit status 2."""
    for missing in ("commitment.json", "entrants.bin"):
        ranked(tmp_path, GOOD, REAL.entrants, ROUND_1000)
        (tmp_path / missing).unlink()
        (tmp_path / missing).mkdir(exist_ok=True)
        done = run(
            *("rank", "--commitment", tmp_path / "commitment.json", "--entrants", tmp_path / "entrants.bin"),
            *("--signature", ROUND_1000),
        )
        (tmp_path / missing).rmdir()

        assert (done.exit_code, done.stdout) == (2, "")
        assert missing in done.stderr


# ---------------------------------------------------------------------------- verify
def test_verify_says_a_line_a_check_and_verified(roots: list[str], tmp_path: Path) -> None:
    """A real round, two authorities whose roots are given: exit status 0."""
    (tmp_path / "rules.txt").write_bytes(RULES)
    done = verified(tmp_path, REAL.certificate, REAL.entrants, *roots, "--rules", tmp_path / "rules.txt")
    lines = done.stdout.splitlines()

    assert done.exit_code == 0
    assert lines[-1] == "VERIFIED"
    assert {line.split(" ")[0] for line in lines[:-1]} == {"PASS", "UNCHECKED"}
    assert [line.split(" ")[1] for line in lines[:-1]] == [
        *("certificate", "list", "root", "entrants", "tickets", "sequence", "rules", "chain", "round", "freeze"),
        *("signature", "ranking", "announced", "rejected", "witness-1", "witness-2", "witnesses"),
    ]
    assert all(len(line.split(" ", 2)[2]) > 10 for line in lines[:-1])


def test_verify_without_the_roots_is_not_verified(tmp_path: Path) -> None:
    """An authority that nobody knows is no witness, and no fault either."""
    done = verified(tmp_path, REAL.certificate, REAL.entrants)

    assert done.exit_code == 1
    assert [line.split(" ")[0] for line in done.stdout.splitlines() if " witness" in line] == [
        *("UNCHECKED", "UNCHECKED", "FAIL"),
    ]
    assert done.stdout.splitlines()[-1] == "NOT VERIFIED"


def test_verify_of_another_chain_is_not_verified(roots: list[str], tmp_path: Path) -> None:
    """A draw that is right in all else, by a key that a test holds."""
    own = MadeDraw()
    done = verified(tmp_path, own.certificate, own.entrants, *roots)

    assert done.exit_code == 1
    assert "FAIL chain " in done.stdout
    assert done.stdout.splitlines()[-1] == "NOT VERIFIED"


def test_verify_looks_at_the_draw_before(roots: list[str], tmp_path: Path) -> None:
    """Its certificate tells a gap."""
    (tmp_path / "first.json").write_bytes(REAL.text())
    for seq, status in ((2, 0), (3, 1)):
        later = MadeDraw(QUICKNET, 123, signature_from(ROUND_123), seq=seq, prev=REAL.commitment.commit())
        done = verified(tmp_path, later.certificate, later.entrants, *roots, "--previous", tmp_path / "first.json")

        assert done.exit_code == status
        assert ("FAIL sequence " in done.stdout) == (status == 1)


def test_verify_of_what_is_no_certificate_is_not_verified(tmp_path: Path) -> None:
    """JSON of something else, or readable in two ways: exit status 1."""
    wrongs: list[Any] = [{}, [], REAL.certificate | {"signature": 1}, REAL.certificate | {"x": 1.5}]
    for wrong in wrongs:
        done = verified(tmp_path, wrong, REAL.entrants)

        assert done.exit_code == 1
        assert done.stdout.startswith("FAIL certificate ")
        assert done.stdout.splitlines()[-1] == "NOT VERIFIED"


def test_a_name_in_a_certificate_cannot_write_on_the_terminal(roots: list[str], tmp_path: Path) -> None:
    """Whoever announces a winner whose name is a verdict."""
    person = REAL.certificate["announced"][0] | {"id": "x\n\x1b[2JVERIFIED\nVERIFIED"}
    done = verified(tmp_path, REAL.certificate | {"announced": [person]}, REAL.entrants, *roots)

    assert "\x1b" not in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("VERIFIED")] == []


@pytest.mark.parametrize("missing", ["certificate", "entrants", "root", "no root", "previous", "rules", "no JSON"])
def test_verify_names_the_file_it_cannot_read(missing: str, tmp_path: Path) -> None:
    """Exit status 2, no verdict."""
    (tmp_path / "certificate.json").write_bytes(REAL.text())
    (tmp_path / "entrants.bin").write_bytes(REAL.entrants)
    (tmp_path / "wrong").write_text("{ this is nothing")
    gone = tmp_path / "gone"
    certificate = {"certificate": gone, "no JSON": tmp_path / "wrong"}.get(missing, tmp_path / "certificate.json")
    entrants = gone if missing == "entrants" else tmp_path / "entrants.bin"
    more: dict[str, list[str | Path]] = {
        "root": ["--tsa-root", gone],
        "no root": ["--tsa-root", tmp_path / "wrong"],
        "previous": ["--previous", tmp_path / "wrong"],
        "rules": ["--rules", gone],
    }
    done = run("verify", certificate, "--entrants", entrants, *more.get(missing, []))

    assert done.exit_code == 2
    assert "VERIFIED" not in done.stdout
    assert "gone" in done.stderr or "wrong" in done.stderr


def test_french_is_spoken_and_the_verdict_is_for_programs(
    roots: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PASS, names and verdict stay; reasons are in the person's language."""
    monkeypatch.setenv("HERAUT_LANGUAGE", "fr")
    done = verified(tmp_path, REAL.certificate, REAL.entrants, *roots)

    assert "PASS signature la signature du tour 1000 est authentique" in done.stdout
    assert done.stdout.splitlines()[-1] == "VERIFIED"


def test_nothing_chooses_another_chain() -> None:
    """No option and no variable: whoever verifies verifies the public randomness."""
    for command in ("rank", "verify"):
        assert "chain" not in run(command, "--help").stdout.lower()
    assert replace(REAL.commitment, chain=OWN.chain.hash).chain != QUICKNET.hash

"""`heraut rules test`: what the rules would have made of what people said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.cli_shop import BAKERY
from tests.contracts.test_conversations import said

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contracts.cli_shop import Shop

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10 h in Paris
FILE = """
brands:
  - id: martin
    name: Boulangerie Martin
    people:
      - {id: lea, name: Léa, email: lea@example.com}
      - {id: karim, name: Karim, email: karim@example.com}
    rules:
      - name: Colis
        when: {words: [colis]}
        then: {tell: karim, urgency: high, answer_within: 30min}
      - name: Spam
        when: {expressions: ['https?://bit\\.ly/\\S+']}
        then: {mute: true, hide: true, charter: Pas de publicité}
      - name: Fidèles
        when: {repeated: 3}
        then: {labels: [fidele]}
      - name: Jamais
        when: {words: [jamais]}
        then: {urgency: low}
"""


@pytest.fixture(name="lines")
def _lines(tmp_path: Path) -> Path:
    """Three messages, as `heraut inbox --json` writes them."""
    path = tmp_path / "inbox.jsonl"
    texts = ["Où est mon colis ?", "Gagnez https://bit.ly/x !", "Merci"]
    written = [
        said(str(number), f"p{number}", brand="martin", text=text, at=MONDAY).model_dump(mode="json", by_alias=True)
        | {"alert": "a", "answered": False}
        for number, text in enumerate(texts)
    ]
    path.write_text("\n".join(map(json.dumps, written)), encoding="utf-8")
    return path


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    path = tmp_path / "heraut.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_rules_of_a_file_are_tried_before_they_are_applied(shop: Shop, lines: Path, config: Path) -> None:
    """Which rule, by which words, who would hear, when and until when; and which rule never was about anything."""
    done = shop.heraut("rules", "test", lines, "--config", config)

    assert done.status == 0
    assert "règle « Colis » (mot colis) : urgence high, à répondre en 30 minutes, prévient karim" in done.out
    assert "→ Karim, à 10 h ; à répondre à 10 h 30 au plus tard" in done.out
    assert "masquerait (à l'essai ; charte : « Pas de publicité »), ne prévient personne" in done.out
    assert "→ personne" in done.out
    assert "règle « Fidèles » (fois 3) : étiquette fidele" in done.out
    assert [line.split() for line in done.out.splitlines()[-4:]] == [
        ["1", "Colis"],
        ["1", "Spam"],
        ["1", "Fidèles"],
        ["0", "Jamais"],
    ]


def test_a_program_gets_a_line_for_each_message(shop: Shop, lines: Path, config: Path) -> None:
    """With everything that was decided."""
    done = shop.heraut("rules", "test", lines, "--config", config, "--json")
    first, second, third = (json.loads(line) for line in done.out.splitlines())

    assert (first["tells"], first["urgency"], first["deadline"]) == (["karim"], "high", "2026-11-23T09:30:00+00:00")
    assert (second["muted"], second["removal"], second["for_real"], second["tells"]) == (True, "hide", False, [])
    assert (third["labels"], third["tells"]) == (["fidele"], ["lea", "karim"])


def test_without_a_file_the_rules_in_force_are_tried(shop: Shop, lines: Path) -> None:
    """Nothing is written."""
    rule: dict[str, Any] = {"name": "Merci", "when": {"words": ["merci"]}, "then": {"urgency": "low"}}
    before = shop.brands.brand("martin") or BAKERY
    shop.brands.save(before.model_copy(update={"rules": (rule,), "revision": 2}), 1)

    assert "règle « Merci » (mot merci) : urgence low" in shop.heraut("rules", "test", lines, "--brand", "martin").out
    assert list(shop.conversations.open_alerts("martin")) == []


def test_a_line_that_cannot_be_read_is_named_and_holds_back_no_other(shop: Shop, lines: Path, config: Path) -> None:
    """Exit status 3: some lines were refused."""
    whole = lines.read_text(encoding="utf-8")
    other = whole.splitlines()[0].replace('"martin"', '"dupont"')
    lines.write_text(f"{{\n\n{other}\n{whole}\n{{}}\n", encoding="utf-8")
    done = shop.heraut("rules", "test", lines, "--config", config, "--json")

    assert (done.status, len(done.out.splitlines())) == (3, 3)
    assert "inbox.jsonl:1" in done.err
    assert "inbox.jsonl:3 : Cette ligne est de la marque « dupont »." in done.err
    assert "inbox.jsonl:7" in done.err


def test_what_is_no_file_of_lines_is_refused(shop: Shop, tmp_path: Path, config: Path) -> None:
    """Exit status 1, with a sentence."""
    assert shop.heraut("rules", "test", tmp_path / "x.jsonl", "--config", config).status == 1
    assert shop.heraut("rules", "test", tmp_path, "--config", config).status == 1
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe\x00")
    assert shop.heraut("rules", "test", tmp_path / "b.jsonl", "--config", config).status == 1
    assert shop.heraut("rules", "test", config, "--config", config, "--brand", "x").status == 1

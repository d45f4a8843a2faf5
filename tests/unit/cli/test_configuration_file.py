"""The configuration file is read, changed where it must be, and written back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heraut.brands.configuration import read_configuration
from heraut.cli.configuration_file import fresh_file, read_file
from heraut.cli.speech import CannotGoOn

if TYPE_CHECKING:
    from pathlib import Path

STYLES = {
    "wide": "brands:\n    - id: a   # x\n      name: A\n      slots:\n          - '07:30'\n",
    "flush": "brands:\n- id: a  # x\n  name: A\n  groups: {}\n  accounts:\n  - name: s\n    network: site\n",
    "flow": "brands: [{id: a, name: A}]\n",
    "long": f"brands:\n  - id: a\n    name: {'Une très longue marque ' * 12}fin\n",
    "quoted": "brands:\n  - id: 'a'\n    name: \"A: b\"\n    # seul\n    zone: Europe/Paris\n\n\n",
}


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES)
def test_only_the_revision_is_added_whatever_the_style(tmp_path: Path, text: str) -> None:
    """Indentation, quotes, comments and long lines stay."""
    path = tmp_path / "f.yaml"
    path.write_text(text, encoding="utf-8")
    file = read_file(path)

    assert file.write_revisions({"a": 7})

    after = path.read_text(encoding="utf-8")
    if "[{" in text:
        assert after == "brands: [{id: a, revision: 7, name: A}]\n"
    else:
        assert [line for line in after.splitlines() if line.strip() != "revision: 7"] == text.splitlines()
    assert read_configuration(read_file(path).document)[0].revision == 7
    assert not read_file(path).write_revisions({"a": 7})


def test_a_file_saved_with_a_mark_at_its_head_is_read(tmp_path: Path) -> None:
    """As some editors on Windows do."""
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfbrands:\r\n  - id: a\r\n    name: A\r\n")

    assert read_configuration(read_file(path).document)[0].id == "a"


def test_hours_are_quoted_for_older_readers(tmp_path: Path) -> None:
    """07:30 is 450 to a reader of YAML 1.1."""
    file = fresh_file(tmp_path / "f.yaml", {"brands": [{"id": "a", "slots": ["07:30"], "language": "fr"}]})

    assert file.text() == 'brands:\n  - id: a\n    slots: ["07:30"]\n    language: fr\n'


@pytest.mark.parametrize(
    ("text", "code"), [("a: [", "file_no_yaml"), ("a: b: c", "file_no_yaml"), ("\t- a", "file_no_yaml")]
)
def test_what_is_no_yaml_is_said_with_its_line(tmp_path: Path, text: str, code: str) -> None:
    """The line a person must look at."""
    path = tmp_path / "f.yaml"
    path.write_text(f"# ok\n{text}\n", encoding="utf-8")

    with pytest.raises(CannotGoOn) as caught:
        read_file(path)

    assert caught.value.code == code
    assert caught.value.fields["line"] in {2, 3}

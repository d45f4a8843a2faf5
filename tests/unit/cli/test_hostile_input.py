"""What reaches the command from a file, a calendar or a network: read with a sentence, and shown without obeying it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heraut.brands.configuration import read_configuration
from heraut.cli.configuration_file import LARGEST, read_file
from heraut.cli.shown import excerpt, print_json
from heraut.cli.speech import CannotGoOn, complain, safe, sentences_of, tell
from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from heraut.problems import Problem

ESCAPES = "\x1b[2J\x1b]0;titre\x07\x9b31m\r\x08\u202eévil\ud800"
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a]\n" for n in range(9)) + "brands: *b8\n"
RUBBISH = {
    "references that multiply": (LAUGHS, "file_with_references"),
    "a reference to itself": ("brands: &a [*a]\n", "file_with_references"),
    "endless nesting": ("brands: " + "[" * 50_000, "file_too_deep"),
    "a huge file": ("# x\n" * (LARGEST // 4 + 1), "file_too_large"),
    "a field twice": ("brands:\n  - id: a\n    id: b\n", "file_no_yaml"),
    "a tag of a program": ("brands: !!python/object/apply:os.system ['true']\n", None),
    "control characters": ("brands: \x07\n", "file_no_yaml"),
    "a date that is none": ("brands: 2026-99-99\n", "file_no_yaml"),
    "nothing": ("", None),
}


def read(path: Path) -> str | None:
    """Read a configuration as `heraut apply` does; gives the code of the sentence that refuses the file, if any."""
    try:
        read_configuration(read_file(path).document)
    except CannotGoOn as refused:
        said = sentences_of(refused)
        code: str | None = refused.code
    except InvalidInput as refused:
        said = [f"{found.column}" and found.message("fr") for found in refused.problems]
        code = None
    else:
        return None
    assert all(said)
    return code


@pytest.mark.parametrize("name", RUBBISH)
def test_a_configuration_of_rubbish_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    """Bombs, endless nesting, fields given twice: one sentence, and nothing is run."""
    text, code = RUBBISH[name]
    path = tmp_path / "heraut.yaml"
    path.write_text(text, encoding="utf-8")

    assert read(path) == code


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=3),
    max_leaves=12,
)
FIELDS = ("id", "name", "zone", "language", "accounts", "groups", "people", "slots", "revision", "logo")
ENTRY = ("name", "id", "network", "instance", "handle", "url", "late", "slots", "email", "roles", "language", "service")
ENTRIES = st.lists(st.dictionaries(st.sampled_from(ENTRY), VALUES | st.sampled_from(["site", "bluesky", "mastodon"])))
BRANDS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES) | {"accounts": ENTRIES, "people": ENTRIES})


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES | st.fixed_dictionaries({"brands": st.lists(BRANDS | VALUES, max_size=2)}))
def test_a_configuration_of_wrong_types_names_the_field(document: Any) -> None:
    """Whatever stands where, each problem has its field and both sentences."""
    problems: Sequence[Problem] = ()
    try:
        read_configuration(document)
    except InvalidInput as refused:
        problems = refused.problems
    for found in problems:
        assert found.column is not None
        assert (found.message("fr") + found.remedy("en")).encode()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("abrands:-[]{}&*!|>'\"\n \t#%@0.,?\x85é"), max_size=60))
def test_a_file_of_rubbish_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    """Any text."""
    path = tmp_path / "heraut.yaml"
    path.write_text("brands:\n" + text, encoding="utf-8")

    read(path)


def test_a_terminal_obeys_nothing_that_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences of a post, of a network's answer, of a file's name are shown as text."""
    tell(f"  post {ESCAPES}")
    complain([ESCAPES])
    print_json({"text": ESCAPES})

    shown = capsys.readouterr()
    assert not [one for one in shown.out + shown.err if one in "\x1b\x07\x9b\r\x08\u202e\ud800"]
    assert json.loads(shown.out[shown.out.index("{") :]) == {"text": ESCAPES}


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_is_shown_can_be_printed(text: str) -> None:
    """No letter is obeyed by a terminal, and none stops the printing."""
    for shown in (safe(text), excerpt(text, 20)):
        assert all(one.isprintable() or one in "\n\u00a0" or ord(one) > 0xA0 for one in shown)
        shown.encode()

"""A state saved on one port goes on at another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.local import carry_over

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = "http://localhost:4599/000000000000/heraut-local-DeliveryQueue-1"
PAGE = "<a href='http://127.0.0.1:4599/b/p.html'>ici</a> 14599 127.0.0.1:45990 127.0.0.1:2583"


@pytest.fixture(name="state")
def _state(tmp_path: Path) -> Path:
    """What an emulator saved on port 4599: queues, settings of functions, a table, a page and a picture."""
    (tmp_path / "sqs.json").write_text(json.dumps({"queues": {QUEUE: {"url": QUEUE}}}))
    (tmp_path / "lambda.json").write_text(json.dumps({"DELIVERY_QUEUE_URL": QUEUE}))
    (tmp_path / "dynamodb.json").write_text(json.dumps({"url": {"S": "http://127.0.0.1:4599/b/p.html"}}))
    bucket = tmp_path / "objects" / "000000000000" / "b"
    bucket.mkdir(parents=True)
    for name, kind, body in (("p.html", "text/html; charset=utf-8", PAGE), ("p.png", "image/png", "127.0.0.1:4599")):
        (bucket / name).write_text(body)
        about = {"content_type": kind, "size": len(body), "etag": '"0"', "checksums": {"CRC32": "0"}, "key": name}
        (bucket / f"{name}.meta.json").write_text(json.dumps(about))
    return tmp_path


def test_every_address_of_a_saved_state_follows_it_to_another_port(state: Path) -> None:
    """Queues, the functions that send to them, what people open; other ports and pictures stay."""
    assert carry_over.carry_over(state, 4600) == [4599]

    new = QUEUE.replace("4599", "4600")
    assert json.loads((state / "sqs.json").read_text()) == {"queues": {new: {"url": new}}}
    assert json.loads((state / "lambda.json").read_text()) == {"DELIVERY_QUEUE_URL": new}
    assert "127.0.0.1:4600" in (state / "dynamodb.json").read_text()
    bucket = state / "objects" / "000000000000" / "b"
    assert (bucket / "p.html").read_text() == PAGE.replace("127.0.0.1:4599/", "127.0.0.1:4600/")
    about = json.loads((bucket / "p.html.meta.json").read_text())
    assert about == {"content_type": "text/html; charset=utf-8", "key": "p.html"}  # measured again when it is loaded
    assert (bucket / "p.png").read_text() == "127.0.0.1:4599"
    assert json.loads((bucket / "p.png.meta.json").read_text())["etag"] == '"0"'
    assert not list(state.rglob("*.tmp"))


def test_a_state_of_the_same_port_is_left_as_it_is(state: Path) -> None:
    """Nothing is written when nothing moved."""
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in state.rglob("*") if file.is_file()}

    assert carry_over.carry_over(state, 4599) == []

    assert before == {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in state.rglob("*") if file.is_file()}


def test_a_state_that_names_two_old_ports_follows_whole(state: Path) -> None:
    """A version before this one left some queues on the port they were made on."""
    with (state / "sqs.json").open("a") as file:
        file.write(QUEUE.replace("4599", "4593"))
    (state / "lambda.json").write_text("localhost:4599 localhost:4593")

    assert carry_over.carry_over(state, 4600) == [4593, 4599]

    assert (state / "lambda.json").read_text() == "localhost:4600 localhost:4600"


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("then", [4600, 4601, 4599])
def test_carrying_over_that_was_cut_is_done_again(
    state: Path, monkeypatch: pytest.MonkeyPatch, after: int, then: int
) -> None:
    """Killed after any file, the next start finishes it, on whichever port."""
    replace, left = carry_over._replace, after

    def cut_short(file: Path, content: bytes) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        replace(file, content)

    monkeypatch.setattr(carry_over, "_replace", cut_short)
    with pytest.raises(KeyboardInterrupt):
        carry_over.carry_over(state, 4600)
    monkeypatch.setattr(carry_over, "_replace", replace)

    carry_over.carry_over(state, then)

    named = "".join(file.read_text() for file in state.rglob("*.json"))
    assert {port for port in ("4599", "4600", "4601") if f":{port}/" in named} == {str(then)}
    assert f"127.0.0.1:{then}/b/p.html" in (state / "objects" / "000000000000" / "b" / "p.html").read_text()
    assert carry_over.carry_over(state, then) == []


def test_a_first_start_has_nothing_to_carry(tmp_path: Path) -> None:
    """No state, no error."""
    assert carry_over.carry_over(tmp_path / "state", 4566) == []

"""What `make peers` says and answers when a machine cannot have a peer, and what its locks must not hold."""

import json
import re
from pathlib import Path

import pytest

from tests.peers import install, places
from tests.peers.places import HERE, PeerMissing


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing installed, where every peer but snac2 installs at once."""
    monkeypatch.setattr(places, "FOLDER", tmp_path)
    monkeypatch.setattr(install, "FOLDER", tmp_path)

    def refuse(_peer: str) -> dict[str, str]:
        raise install.CannotInstall("this machine has no apt-get")

    def accept(peer: str) -> dict[str, str]:
        places.folder(peer).mkdir(parents=True, exist_ok=True)
        return {"program": "here"}

    monkeypatch.setattr(
        install, "INSTALLERS", {peer: (refuse if peer == "snac2" else accept, []) for peer in places.PEERS}
    )
    return tmp_path


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_a_missing_peer_is_named_and_an_error_in_ci_only(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, status: int
) -> None:
    """A person is told which peer is not there and why, and that its tests are skipped; CI fails."""
    monkeypatch.setenv("CI", ci)
    assert install.main([]) == status
    assert "snac2 cannot be installed here: this machine has no apt-get" in capsys.readouterr().out
    assert sorted(path.parent.name for path in machine.glob("*/installed.json")) == [
        "bluesky",
        "browser",
        "mastodon_mock",
        "mastodon_recordings",
        "page_tools",
    ]
    with pytest.raises(PeerMissing, match="make peers"):
        places.installed("snac2")


def test_what_is_there_is_left_alone_until_its_lock_changes(machine: Path) -> None:
    """A second run installs nothing; a stamp for something else does."""
    assert install.install("bluesky") > 0
    assert install.install("bluesky") == 0
    stamp = places.stamp("bluesky")
    stamp.write_text(json.dumps({"for": "an older lock"}), encoding="utf-8")
    assert install.install("bluesky") > 0


def test_a_peer_nobody_knows_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer names the peers there are."""
    assert install.main(["pleroma"]) == 2
    assert "snac2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "lock",
    [
        *("bluesky/package-lock.json", "../../infra/page/package-lock.json"),
        *("mastodon/environment.txt", "mastodon/recordings.txt"),
    ],
)
def test_no_lock_says_where_packages_come_from(lock: str) -> None:
    """A lock holds versions and hashes; the registry is whichever the machine is set up for."""
    text = (HERE / lock).read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert re.findall(r"^ *--(?!hash=)\S+", text, re.MULTILINE) == []  # no option says where to look
    assert "sha512-" in text or "--hash=sha256:" in text


def test_headers_beside_node_are_used(tmp_path: Path) -> None:
    """A machine that has them compiles without asking anybody for them."""
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.touch()
    assert install.headers(str(node)) == []
    header = tmp_path / "include" / "node" / "node.h"
    header.parent.mkdir(parents=True)
    header.touch()
    assert install.headers(str(node)) == [f"--nodedir={tmp_path}"]

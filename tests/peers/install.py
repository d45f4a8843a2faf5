"""Installs the peers into .heraut/peers; what is already there and still wanted is left alone.

usage: python tests/peers/install.py [PEER ...]

Says, for each peer, that it is there, or why it cannot be here and what would help. Exit status 0, also when a person's
machine lacks a peer (its tests are then skipped); 1 when CI=true and one is missing. Standard library only.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 (what follows cannot even be read by an older one)
    sys.exit("The peers need Python 3.11 or later, and this is %s." % sys.version.split()[0])  # noqa: UP031

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run by path, before any environment exists

from tests.browser import program
from tests.peers.bluesky_network import node_program, postgres_programs
from tests.peers.places import FOLDER, HERE, PEERS, PeerMissing, folder, stamp

LINES_OF_A_FAILURE = 15
PAGE = HERE.parents[1] / "infra" / "page"


class CannotInstall(Exception):
    """This machine cannot have a peer; the message says why, and what would help."""


def run(peer: str, command: list[str], *, place: Path | None = None, hint: str = "") -> str:
    """Run one step, keeping what it prints in the peer's log, and return its standard output.

    Raises: CannotInstall with the end of what it said and the hint.
    """
    log = FOLDER / f"{peer}.log"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    environment.pop("VIRTUAL_ENV", None)
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, env=environment, check=False)
    except FileNotFoundError as missing:
        raise CannotInstall(f"there is no `{command[0]}` on this machine. {hint}".rstrip()) from missing
    with log.open("a", encoding="utf-8") as out:
        out.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
    if done.returncode:
        said = "\n    ".join((done.stdout + done.stderr).strip().splitlines()[-LINES_OF_A_FAILURE:])
        raise CannotInstall(f"`{' '.join(command[:3])}` ended with status {done.returncode}. {hint}\n    {said}")
    return done.stdout


def apt_install(peer: str, packages: list[str]) -> None:
    """Install Debian packages on this machine, which only root may do.

    Raises: CannotInstall.
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotInstall(f"this machine lacks {', '.join(packages)}: on Debian or Ubuntu, apt install them as root")
    run(peer, ["apt-get", "update"])
    run(peer, ["apt-get", "install", "--yes", "--no-install-recommends", *packages])


def install_mastodon_mock(peer: str) -> dict[str, str]:
    """An environment with the Mastodon API's double and what reads the recordings."""
    environment = folder(peer) / "environment"
    shutil.rmtree(folder(peer), ignore_errors=True)
    run(peer, [sys.executable, "-m", "venv", str(environment)], hint="On Debian or Ubuntu: apt install python3-venv.")
    python = str(environment / "bin" / "python")
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    run(peer, [python, "-m", "pip", "install", *options, "-r", str(HERE / "mastodon" / "environment.txt")])
    return {"python": python}


def install_mastodon_recordings(peer: str) -> dict[str, str]:
    """The recordings, out of the source distribution they are in, as one JSON file each."""
    install("mastodon_mock")
    python = json.loads(stamp("mastodon_mock").read_text(encoding="utf-8"))["python"]
    shutil.rmtree(folder(peer), ignore_errors=True)
    folder(peer).mkdir(parents=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
    options += ["--require-hashes", "--dest", str(folder(peer))]
    run(peer, [python, "-m", "pip", "download", *options, "-r", str(HERE / "mastodon" / "recordings.txt")])
    (archive,) = folder(peer).glob("*.tar.gz")
    recordings = folder(peer) / "recordings"
    run(peer, [python, str(HERE / "mastodon" / "read_cassettes.py"), str(archive), str(recordings)])
    archive.unlink()
    return {"recordings": str(recordings)}


def install_snac2(peer: str) -> dict[str, str]:
    """The server's program, unpacked from Debian's package and not installed: the package would start a service."""
    shutil.rmtree(folder(peer), ignore_errors=True)
    private = folder(peer) / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (private / name).mkdir(parents=True)
    if not shutil.which("apt-get"):
        raise CannotInstall("snac2 is taken from Debian's packages, and this machine has no apt-get")
    sources = private / "sources.list"
    sources.write_text(debian_sources(peer), encoding="utf-8")
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": private / "lists",
        "Dir::Cache": private / "cache",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", *(f"-o{name}={value}" for name, value in settings.items())]
    run(peer, [*apt, "update"])
    run(peer, [*apt, "download", "snac2"], place=private)
    (package,) = private.glob("snac2_*.deb")
    run(peer, ["dpkg", "-x", str(package), str(folder(peer) / "root")])
    program = str(folder(peer) / "root" / "usr" / "bin" / "snac")
    if "not found" in run(peer, ["ldd", program]):
        needs = run(peer, ["dpkg", "-f", str(package), "Depends"])
        names = [re.split(r"[ (|]", need.strip())[0] for need in needs.split(",")]
        apt_install(peer, [name for name in names if name.startswith("lib")])
    shutil.rmtree(private)
    return {"program": program}


def debian_sources(peer: str) -> str:
    """The lines of the machine's own source list that carry its release, and beside each the release's backports.

    Raises: CannotInstall when this is no Debian.
    """
    asked = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(RELEASE) $(REPO_URI) $(COMPONENT)"]
    told = [line.split() for line in run(peer, [*asked, "Created-By: Packages"]).splitlines()]
    if not told:  # a new machine knows of no package yet
        if os.geteuid() != 0:
            raise CannotInstall("this machine's package lists are empty: run apt-get update as root")
        run(peer, ["apt-get", "update"])
        told = [line.split() for line in run(peer, [*asked, "Created-By: Packages"]).splitlines()]
    release = _os_release().get("VERSION_CODENAME", "")
    places = {(where, part) for origin, what, where, part in told if (origin, what) == ("Debian", release)}
    if not places:
        raise CannotInstall("snac2 comes from Debian and its backports, and this machine's packages are not Debian's")
    keys = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    trust = f"[signed-by={keys}] " if keys.exists() else ""
    return "".join(
        f"deb {trust}{where} {suite} {part}\n"
        for where, part in sorted(places)
        for suite in (release, f"{release}-backports")
    )


def _os_release() -> dict[str, str]:
    path = Path("/etc/os-release")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}


def headers(node: str) -> list[str]:
    """Name Node's own headers to npm, where they stand beside it; else npm downloads them."""
    prefix = Path(node).resolve().parent.parent
    return [f"--nodedir={prefix}"] if (prefix / "include" / "node" / "node.h").exists() else []


def install_bluesky(peer: str) -> dict[str, str]:
    """The network's packages, and PostgreSQL's programs if the machine has none."""
    node = node_program()
    try:
        postgres_programs()
    except PeerMissing:
        apt_install(peer, ["postgresql"])
    shutil.rmtree(folder(peer), ignore_errors=True)
    folder(peer).mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "bluesky" / name, folder(peer))
    # Of all the packages only this one is compiled; the scripts of the others print or check.
    run(peer, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], place=folder(peer))
    run(
        peer,
        ["npm", "rebuild", "better-sqlite3", *headers(node)],
        place=folder(peer),
        hint="It compiles a database: it needs a C++ compiler, make and Python (apt install build-essential).",
    )
    run(peer, [node, "-e", "require('better-sqlite3')(':memory:'); require('@atproto/dev-env')"], place=folder(peer))
    return {"modules": str(folder(peer) / "node_modules")}


def install_browser(peer: str) -> dict[str, str]:
    """The machine's own Chromium; Debian's package where it has none."""
    if program() is None:
        apt_install(peer, ["chromium"])
    path = program()
    if path is None:
        raise CannotInstall("Debian's package chromium brought no program called chromium")
    folder(peer).mkdir(parents=True, exist_ok=True)
    return {"program": path}


def install_page_tools(peer: str) -> dict[str, str]:
    """The libraries that the certificate page's script holds, and the bundler, from their lock."""
    node_program()
    shutil.rmtree(folder(peer), ignore_errors=True)
    folder(peer).mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PAGE / name, folder(peer))
    run(peer, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], place=folder(peer))
    return {"folder": str(folder(peer))}


INSTALLERS: dict[str, tuple[Callable[[str], dict[str, str]], list[str]]] = {
    "mastodon_mock": (install_mastodon_mock, ["mastodon/environment.txt"]),
    "mastodon_recordings": (install_mastodon_recordings, ["mastodon/recordings.txt", "mastodon/read_cassettes.py"]),
    "snac2": (install_snac2, []),
    "bluesky": (install_bluesky, ["bluesky/package-lock.json"]),
    "browser": (install_browser, []),
    "page_tools": (install_page_tools, ["../../infra/page/package-lock.json"]),
}


def wanted(peer: str) -> str:
    """What a peer's stamp must say for it to stay: its locks, and the interpreter that it was made with."""
    digest = hashlib.sha256()
    for name in INSTALLERS[peer][1]:
        digest.update((HERE / name).read_bytes())
    interpreter = sys.version.split()[0]
    if peer == "bluesky":
        interpreter = run(peer, [node_program(), "--version"]).strip()  # what is compiled fits one version of Node
    return f"{folder(peer)} {interpreter} {digest.hexdigest()[:16]}"


def install(peer: str) -> float:
    """Install a peer unless its stamp says that it is there; the seconds it took.

    Raises: CannotInstall, PeerMissing.
    """
    started = time.monotonic()
    mark = stamp(peer)
    if mark.exists() and json.loads(mark.read_text(encoding="utf-8"))["for"] == wanted(peer):
        return 0.0
    say(f"Installing {peer}, {PEERS[peer]} ...")
    (FOLDER / f"{peer}.log").write_text("", encoding="utf-8")
    details = INSTALLERS[peer][0](peer)
    mark.write_text(json.dumps({"for": wanted(peer), **details}), encoding="utf-8")
    return time.monotonic() - started


def say(sentence: str) -> None:
    """Tell the person who waits."""
    print(sentence, flush=True)  # noqa: T201


def main(asked: list[str]) -> int:
    """Install the peers asked for, or all."""
    unknown = [peer for peer in asked if peer not in PEERS]
    if unknown:
        say(f"There is no peer called {unknown[0]}. There are: {', '.join(PEERS)}.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    missing = 0
    for peer in asked or PEERS:
        try:
            with (FOLDER / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would tear down what the other builds
                took = install(peer)
        except (CannotInstall, PeerMissing) as problem:
            missing += 1
            say(f"  {peer} cannot be installed here: {problem}")
        else:
            say(f"  {peer} is there" + (f" ({took:.0f} s)" if took else ""))
    if missing and os.environ.get("CI") == "true":
        say("In CI every peer must be there.")
        return 1
    if missing:
        say(f"The tests of {missing} of the peers will be skipped.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

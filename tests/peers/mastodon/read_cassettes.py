"""Turns the recordings in a source distribution of Mastodon.py into JSON files, without the uploaded bytes.

usage: python read_cassettes.py ARCHIVE.tar.gz FOLDER

Runs in the peers' own environment, which has PyYAML. Each file is a list of
`{"method", "path", "query", "asked" (text or null), "status", "reason", "headers": [[name, value]], "body"}`.
"""

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

# Recorded against Mastodon 4.7; the folders beside it hold older servers' answers.
RECORDED = re.compile(r"[^/]+/tests/cassettes/([^/]+)\.yaml")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LONGEST_REQUEST = 20_000


def exchange(recorded: dict[str, Any]) -> dict[str, Any]:
    """One request and its answer."""
    request, response = recorded["request"], recorded["response"]
    address = urlsplit(request["uri"])
    asked = request["body"]
    body = response["body"]["string"]
    return {
        "method": request["method"],
        "path": address.path,
        "query": address.query,
        "asked": asked if isinstance(asked, str) and len(asked) < LONGEST_REQUEST else None,
        "status": response["status"]["code"],
        "reason": response["status"]["message"],
        "headers": [[name, value] for name, values in response["headers"].items() for value in values],
        "body": body if isinstance(body, str) else body.decode("utf-8", errors="replace"),
    }


def main(archive: str, folder: str) -> None:
    """Write every recording of the archive into the folder."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as opened:
        for member in opened:
            matched = RECORDED.fullmatch(member.name)
            file = opened.extractfile(member) if matched else None
            if not matched or not file or matched[1].endswith(".ws"):
                continue
            recorded = yaml.load(file.read(), LOADER)  # noqa: S506 (a safe loader)
            exchanges = [exchange(one) for one in recorded["interactions"]]
            (target / f"{matched[1]}.json").write_text(json.dumps(exchanges, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

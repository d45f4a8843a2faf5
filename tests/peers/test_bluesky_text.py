"""Our reading of a text against the official client's, which comes with the network."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from heraut.networks import bluesky_text
from tests.peers.bluesky_network import node_program
from tests.peers.places import PeerMissing, installed

# Reads a JSON list of texts; writes, for each, its length in characters and in bytes, and what can be clicked in it.
OFFICIAL = """
const { createRequire } = require('node:module')
const { RichText } = createRequire(process.argv[1] + '/package.json')('@atproto/api')
const read = (text) => {
  const rich = new RichText({ text })
  rich.detectFacetsWithoutResolution()
  const facets = (rich.facets ?? []).map(({ index, features: [feature] }) =>
    [index.byteStart, index.byteEnd, feature.uri ?? feature.did ?? feature.tag])
  return [rich.graphemeLength, rich.length, facets]
}
process.stdout.write(JSON.stringify(JSON.parse(require('node:fs').readFileSync(0, 'utf8')).map(read)))
"""

TEXTS = [
    "",
    "Bonjour à tous, la boulangerie ouvre à 7 h 30 !",
    "Voir exemple.fr, exemple.paris/menu?a=b et https://exemple.fr/a#b.",
    "(https://exemple.fr) puis (exemple.fr)",
    "Merci @claire.bsky.social, @bob.test et @personne. Écrire à contact@exemple.fr",
    "#fête #Noël2026! #123 #1er #jeu-concours, ##x #a#b #🎉 ＃日本 #ok.",
    "« #promo » de #l'été…",
    "https://mastodon.exemple/@alice #exemple.fr",
    "👨‍👩‍👧‍👦🇫🇷👍🏽 e\u0301té\r\n한국어 ไทย \U0001f9d1‍\U0001f373",
    "क्षि ஸ்ரீ \u0915\u094d\u0937",
    "fin.Suite 1.5 v1.2 index.html M.Martin",
    "http://localhost:8000/x",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☕️ ❤️‍🔥 1️⃣",
]


class _Itself(dict[str, str]):
    """Leaves handles as they are, as the official client does before it asks who they are."""

    def get(self, handle: str, default: str | None = None) -> str:  # type: ignore[override]
        return handle


@pytest.fixture(scope="module")
def official() -> dict[str, list[Any]]:
    """What the official client reads in each text."""
    try:
        modules, node = installed("bluesky"), node_program()
    except PeerMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    run = subprocess.run(
        [node, "-e", OFFICIAL, str(modules)], input=json.dumps(TEXTS), capture_output=True, text=True, check=True
    )
    return dict(zip(TEXTS, json.loads(run.stdout), strict=True))


@pytest.mark.parametrize("text", TEXTS)
def test_we_read_a_text_as_the_official_client_does(text: str, official: dict[str, list[Any]]) -> None:
    """Lengths are the same, and so is what can be clicked."""
    characters, size, clickable = official[text]
    ours = [
        [facet["index"]["byteStart"], facet["index"]["byteEnd"], *list(facet["features"][0].values())[1:]]
        for facet in bluesky_text.facets(text, _Itself())
    ]
    assert (bluesky_text.count(text), bluesky_text.size(text)) == (characters, size)
    assert ours == sorted(clickable)

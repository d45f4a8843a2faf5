"""The certificate page of a draw with 100 000 entrants: seconds to verify it on a slow phone, and what it weighs."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from heraut.contests.certificate_page import ENTRANTS, render
from tests.browser import browser, program
from tests.peers.draw_site import ABOUT, draw_site, published, real_draw

if TYPE_CHECKING:
    from bench.results import Figures
    from tests.browser import Tab

ENTRANTS_COUNT = 100_000
WIDTH = 390  # pixels
SLOWED = 4  # times
AIM_SECONDS = 10.0
ROUNDS = 3  # the best counts: others may be at work on the machine

# Press the button and watch: seconds until the verdict, and the longest that the page drew nothing (ms).
PRESSED = """() => new Promise((done) => {
  const began = performance.now();
  let last = began, longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    const verdict = document.getElementById("verdict").className;
    if (verdict) done({ verdict, seconds: (now - began) / 1000, longest });
    else requestAnimationFrame(look);
  };
  document.getElementById("verify").click();
  requestAnimationFrame(look);
})"""
# The same checks on the page's own thread, which is the one that DevTools slows down.
COMPUTED = """async () => {
  const beside = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
  const files = { certificate: await beside("certificate.json"), entrants: await beside("entrants.bin") };
  const { roots: texts } = JSON.parse(document.getElementById("data").textContent);
  const roots = texts.map((one) => Uint8Array.from(atob(one), (byte) => byte.charCodeAt(0)));
  const began = performance.now();
  const made = [];
  for await (const check of tirage.checks(files, null, tirage.QUICKNET, roots, () => {})) made.push(check);
  return { seconds: (performance.now() - began) / 1000, failed: made.filter((one) => one.outcome === "FAIL").length };
}"""


def measure() -> Figures:
    """Verify one draw in a real browser, on a processor slowed down and as it is."""
    path = program()
    if path is None:
        raise SystemExit("This needs Chromium: `make peers` gets it.")
    draw = real_draw(count=ENTRANTS_COUNT)
    with draw_site() as site, browser(path) as running:
        site.files = published(draw)
        tab = running.tab()
        tab.shape(WIDTH)
        pressed = [_asked(tab, site.page(), PRESSED, SLOWED) for _ in range(ROUNDS)]
        slowed = [_asked(tab, site.page(), COMPUTED, SLOWED) for _ in range(ROUNDS)]
        unslowed = [_asked(tab, site.page(), COMPUTED, 1) for _ in range(ROUNDS)]
        page, entrants = render(draw.read(), ABOUT, "fr"), site.files[ENTRANTS]  # with the product's own roots
    return {
        "entrants": ENTRANTS_COUNT,
        "tickets": draw.commitment.tickets,
        "width": WIDTH,
        "slowed": SLOWED,
        "all_right": all(one["verdict"] == "pass" for one in pressed) and not any(one["failed"] for one in slowed),
        "visitor_seconds": round(min(one["seconds"] for one in pressed), 2),
        "longest_pause_ms": round(min(one["longest"] for one in pressed)),
        "slowed_seconds": round(min(one["seconds"] for one in slowed), 2),
        "seconds": round(min(one["seconds"] for one in unslowed), 2),
        "page_kb": round(len(page) / 1000),
        "page_compressed_kb": round(len(gzip.compress(page)) / 1000),
        "list_mb": round(len(entrants) / 1e6, 1),
    }


def table(figures: Figures) -> list[str]:
    """Say the figures to a person."""
    return [
        f"{figures['entrants']} entrants, {figures['tickets']} chances, {figures['width']} pixels wide",
        f"verified on a thread slowed {figures['slowed']} times   {figures['slowed_seconds']:>7} s (aim {AIM_SECONDS})",
        f"verified, not slowed                  {figures['seconds']:>7} s",
        f"from the button to the verdict        {figures['visitor_seconds']:>7} s (page slowed, worker not)",
        f"longest that the page stood still     {figures['longest_pause_ms']:>7} ms",
        f"the page {figures['page_kb']} kB, compressed {figures['page_compressed_kb']}",
        f"the list {figures['list_mb']} MB",
    ]


def broken(figures: Figures) -> str | None:
    """Say what must hold and does not: a true draw is right, and in time."""
    if not figures["all_right"]:
        return "certificate_page: a true draw was not verified"
    if figures["slowed_seconds"] >= AIM_SECONDS:
        return f"certificate_page: {figures['slowed_seconds']} s on a slowed processor, {AIM_SECONDS:.0f} at most"
    return None


def _asked(tab: Tab, address: str, function: str, slowed: int) -> Figures:
    """Open the page anew, wait until it has its files, slow it down and call a function in it."""
    tab.send("Emulation.setCPUThrottlingRate", rate=1)
    tab.open(address)
    tab.until("performance.getEntriesByType('resource').filter((one) => one.name.startsWith('http')).length >= 3")
    tab.send("Emulation.setCPUThrottlingRate", rate=slowed)
    found: Figures = tab.call(function)
    return found

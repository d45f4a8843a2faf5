// The one script of a certificate's page: the page itself, and in a worker the work. In the browser's console,
// `tirage` gives every step to whoever wants to compute by hand.
import * as beacon from "./beacon.js";
import * as certificate from "./certificate.js";
import { checks } from "./checks.js";
import * as commitment from "./commitment.js";
import * as list from "./list.js";
import { show } from "./page.js";
import * as stamps from "./stamps.js";
import { work } from "./worker.js";

if (typeof document === "undefined") work(self);
else {
  globalThis.tirage = { ...beacon, ...certificate, ...commitment, ...list, ...stamps, checks };
  show(document.currentScript.textContent);
}

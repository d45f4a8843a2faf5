// The work, beside the page's own thread: it holds the files and answers what the page asks.
import { QUICKNET, timeOf, verified } from "./beacon.js";
import { readCertificate } from "./certificate.js";
import { FAIL, PASS, checks } from "./checks.js";
import { commitOf, handleOf, seedOf } from "./commitment.js";
import { placeOf, rankOf, weightAt } from "./list.js";
import { Wrong } from "./wrong.js";

const ENOUGH = 50; // ms between two words of how far the work is
let files = {};

const answers = {
  files(asked) {
    files = asked.files;
  },
  // Tell each check as it is made; a draw is verified where none failed and its witnesses passed.
  async checks({ shown, roots }, tell) {
    let failed = 0;
    let witnessed = false;
    for await (const check of checks(files, shown, QUICKNET, roots, ticker(tell))) {
      if (check.outcome === FAIL) failed++;
      if (check.name === "witnesses") witnessed = check.outcome === PASS;
      tell({ check });
    }
    return { failed, verified: witnessed && !failed };
  },
  // Say whether the owner of a receipt is in the list, with how many chances and at which rank.
  entry({ id, nonce }, tell) {
    const { commitment, signature } = readCertificate(files.certificate);
    const handle = handleOf(commitment.draw_id, nonce, id);
    const place = placeOf(files.entrants, handle);
    if (place < 0) return { handle };
    const seed = seedOf(commitOf(commitment), commitment.chain, commitment.round, verified(QUICKNET, commitment.round, signature));
    const rank = rankOf(files.entrants, seed, place, ticker(tell));
    const { entrants: count, winners, alternates } = commitment;
    return { handle, weight: weightAt(files.entrants, place), rank, count, winners, alternates };
  },
  // Say which round to ask the beacon for, and what the certificate says of it.
  round() {
    const { commitment, signature } = readCertificate(files.certificate);
    return { round: commitment.round, chain: QUICKNET.hash, at: timeOf(QUICKNET, commitment.round), signature };
  },
};

function ticker(tell) {
  let told = 0;
  return (share) => {
    const now = performance.now();
    if (now - told < ENOUGH) return;
    told = now;
    tell({ share });
  };
}

export function work(scope) {
  scope.addEventListener("message", async ({ data: { number, ask, ...asked } }) => {
    const tell = (said) => scope.postMessage({ number, ...said });
    try {
      tell({ answer: (await answers[ask](asked, tell)) ?? null });
    } catch (error) {
      if (error instanceof Wrong) tell({ wrong: { code: error.code, fields: error.fields } });
      else tell({ wrong: { code: "broken", fields: { message: String(error) } } });
    }
  });
}

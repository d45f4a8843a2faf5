// Whether what a draw's certificate says is so: the checks of contests/checks.py, in its order, with its names and codes.
// What a page cannot check by itself (a post elsewhere) is UNCHECKED, and says so.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { roundAt, timeOf, verified } from "./beacon.js";
import { previousOf, readCertificate } from "./certificate.js";
import { FIRST_PREV, commitOf, handleOf, seedOf } from "./commitment.js";
import { frozen, ranking } from "./list.js";
import { UNKNOWN, readStamp } from "./stamps.js";
import { Wrong } from "./wrong.js";

export const PASS = "PASS";
export const FAIL = "FAIL";
export const UNCHECKED = "UNCHECKED";
const ENOUGH_WITNESSES = 2;
const LEAST_NOTICE = 60; // seconds between the freeze and the round
const SAME_INSTANT = 60; // seconds by which a certificate may tell another instant than the witness's own evidence

const pass = (name, code, fields = {}) => ({ name, outcome: PASS, code, fields });
const fail = (name, code, fields = {}) => ({ name, outcome: FAIL, code, fields });
const unchecked = (name, code, fields = {}) => ({ name, outcome: UNCHECKED, code, fields });

// Give what a function gives, or the check that says why not.
function tried(name, make) {
  try {
    return [make(), null];
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return [null, fail(name, error.code, error.fields)];
  }
}

// Check, one thing after the other, the files of a draw (bytes): `certificate` and `entrants`, and where they are there
// `rules` and `previous` (the certificate before this one); `shown` is what the page itself shows of the ranking,
// `[{rank, handle}]`. `chain` is the only one whose randomness counts, `roots` (bytes of certificates) the ends of chains of
// time-stamping authorities that are believed. `tick(share)` is called while something takes long.
export async function* checks(files, shown, chain, roots, tick) {
  const [certificate, unreadable] = tried("certificate", () => readCertificate(files.certificate));
  if (unreadable) {
    yield unreadable;
    return;
  }
  const { commitment } = certificate;
  const commit = commitOf(commitment);
  yield pass("certificate", "certificate", { commit });
  if (certificate.unknown.length) yield unchecked("fields", "fields_unknown", { names: certificate.unknown.join(", ").slice(0, 200) });
  if (shown) yield shownCheck(shown, certificate.ranking);
  const [found, wrongList] = tried("list", () => frozen(files.entrants, tick));
  if (wrongList) {
    yield wrongList;
    for (const name of ["root", "entrants", "tickets"]) yield unchecked(name, "list_wrong");
  } else {
    yield pass("list", "list", { count: found.entrants });
    yield* listChecks(commitment, found);
  }
  yield sequence(commitment, files.previous);
  yield rules(commitment, files.rules);
  yield* timing(commitment, chain);
  let seed = null;
  if (commitment.chain !== chain.hash) yield unchecked("signature", "chain_of_nobody");
  else {
    const [signature, forged] = tried("signature", () => verified(chain, commitment.round, certificate.signature));
    yield forged ?? pass("signature", "signature", { round: commitment.round });
    if (!forged) seed = seedOf(commit, commitment.chain, commitment.round, signature);
  }
  if (seed && found) {
    const right = ranking(files.entrants, seed, commitment.winners + commitment.alternates, tick);
    yield rankingCheck(certificate.ranking, right);
  } else yield unchecked("ranking", "ranking_unknown");
  if (certificate.announced.length) yield announced(certificate);
  const rejected = Object.values(certificate.rejected).reduce((sum, count) => sum + count, 0);
  if (Object.keys(certificate.rejected).length) yield unchecked("rejected", "rejected", { count: rejected });
  yield* witnesses(certificate.witnesses, commit, timeOf(chain, commitment.round), roots);
}

// Compare what the page shows with the certificate beside it.
function shownCheck(shown, places) {
  const same = shown.length === places.length && shown.every((one, at) => one.rank === places[at].rank && one.handle === places[at].handle);
  return same ? pass("shown", "shown") : fail("shown", "shown_other");
}

function* listChecks(commitment, found) {
  const counts = ["entrants", "tickets"];
  if (found.root === commitment.root) yield pass("root", "root");
  else yield fail("root", counts.every((name) => found[name] === commitment[name]) ? "root_replaced" : "root_other");
  for (const name of counts) {
    const said = commitment[name];
    if (found[name] === said) yield pass(name, name, { count: said });
    else yield fail(name, `${name}_${found[name] < said ? "fewer" : "more"}`, { found: found[name], said });
  }
}

// Check that no draw of this operator was made and thrown away, as far as the one before is there.
function sequence({ seq, prev, operator }, previousBytes) {
  if ((seq === 1) !== (prev === FIRST_PREV)) return fail("sequence", "sequence_first", { seq });
  if (seq === 1 && !previousBytes) return pass("sequence", "sequence_begins");
  const before = seq - 1;
  if (!previousBytes) return unchecked("sequence", "sequence_unknown", { seq, before });
  const [previous, unreadable] = tried("sequence", () => previousOf(previousBytes));
  if (unreadable) return unreadable;
  if (previous.operator !== operator) return fail("sequence", "sequence_operator", { operator: previous.operator });
  if (seq === 1) return fail("sequence", "sequence_again", { before: previous.seq });
  if (previous.seq !== before) return fail("sequence", "sequence_gap", { seq, found: previous.seq });
  if (commitOf(previous) !== prev) return fail("sequence", "sequence_other", { before });
  return pass("sequence", "sequence", { seq, before });
}

function rules(commitment, text) {
  if (!text) return unchecked("rules", "rules_unknown");
  return bytesToHex(sha256(text)) === commitment.rules ? pass("rules", "rules") : fail("rules", "rules_changed");
}

// Check that the randomness is the chain's, of the draw's instant, and came after the freeze.
function* timing(commitment, chain) {
  if (commitment.chain !== chain.hash) {
    yield fail("chain", "chain_other", { chain: chain.id });
    for (const name of ["round", "freeze"]) yield unchecked(name, "chain_of_nobody");
    return;
  }
  yield pass("chain", "chain", { chain: chain.id });
  const { round, draw_time: drawTime, frozen_at: at } = commitment;
  const [right, early] = tried("round", () => roundAt(chain, drawTime));
  if (early) yield early;
  else if (round === right) yield pass("round", "round", { round, at: timeOf(chain, round) });
  else yield fail("round", round < right ? "round_early" : "round_late", { round, right, at: drawTime });
  if (timeOf(chain, round) - at < LEAST_NOTICE) yield fail("freeze", "freeze_late", { at, least: LEAST_NOTICE });
  else yield pass("freeze", "freeze", { at });
}

function rankingCheck(places, right) {
  const said = places.map((one) => one.handle);
  if (places.some((one, at) => one.rank !== at + 1)) return fail("ranking", "ranking_ranks");
  if (said.length !== right.length) return fail("ranking", "ranking_length", { found: said.length, right: right.length });
  const at = said.findIndex((one, place) => one !== right[place]);
  if (at < 0) return pass("ranking", "ranking", { count: right.length });
  const swapped = [...said].sort().join() === [...right].sort().join();
  return fail("ranking", swapped ? "ranking_swapped" : "ranking_other", { rank: at + 1, right: right[at] });
}

// Check that each winner who is named is the one of their rank.
function announced({ announced: named, ranking: places, commitment }) {
  const ranks = new Map(places.map((one) => [one.handle, one.rank]));
  const seen = new Set();
  for (const { id, nonce, handle, rank } of named) {
    const right = handleOf(commitment.draw_id, nonce, id);
    const found = ranks.get(right);
    if (found === undefined || (handle != null && handle !== right)) return fail("announced", "announced_nobody", { id });
    if (rank != null && rank !== found) return fail("announced", "announced_rank", { id, rank, right: found });
    if (seen.has(found)) return fail("announced", "announced_twice", { id });
    seen.add(found);
  }
  return pass("announced", "announced", { count: seen.size });
}

// Check each witness as far as a page can, then whether there are enough different ones. `claims` are those that nobody
// checked here: who they are, they say themselves.
async function* witnesses(given, commit, deadline, roots) {
  const [seen, claims] = [new Set(), new Set()];
  for (const [at, witness] of given.entries()) {
    const name = `witness-${at + 1}`;
    const { kind } = witness;
    if (witness.commit !== commit) {
      yield fail(name, "witness_other", { kind });
      continue;
    }
    const [check, who] = kind === "rfc3161" ? await stamp(name, witness, deadline, roots) : elsewhere(name, witness);
    const counted = check.outcome === PASS ? seen : claims;
    yield who && counted.has(who) ? unchecked(name, "witness_again", { kind }) : check;
    if (who) counted.add(who);
  }
  const enough = [seen.size, seen.size + claims.size].map((count) => count >= ENOUGH_WITNESSES);
  const fields = { count: seen.size, least: ENOUGH_WITNESSES };
  if (enough[0]) yield pass("witnesses", "witnesses", fields);
  else yield enough[1] ? unchecked("witnesses", "witnesses_to_see", { ...fields, claims: claims.size }) : fail("witnesses", "witnesses_few", fields);
}

// What stands elsewhere is for people to look at; all posts of an organiser's together are one witness, and so for the others.
const elsewhere = (name, { kind, evidence }) => [unchecked(name, `witness_${kind}`, { kind, link: evidence }), kind === "ots" ? null : kind];

// Give what came of a time-stamp, and whose it is where it counts, or would if its signature could be checked.
async function stamp(name, { kind, commit, evidence, at: told }, deadline, roots) {
  let said;
  try {
    said = await readStamp(evidence, commit, roots);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return [(error.code === UNKNOWN ? unchecked : fail)(name, error.code, error.fields), null];
  }
  const fields = { kind, who: said.authority, at: said.latest };
  if (said.latest >= deadline) return [fail(name, "witness_late", fields), null];
  if (told != null && Math.abs(told - said.latest) > SAME_INSTANT) return [fail(name, "witness_moved", { ...fields, told }), null];
  return [said.checked ? pass(name, "witness", fields) : unchecked(name, "witness_insecure", fields), said.key];
}

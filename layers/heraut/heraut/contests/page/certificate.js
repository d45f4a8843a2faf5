// A draw's certificate, `tirage/v1/certificate`: whether it has the form that contests/certificate.py reads.
import { checkedCommitment } from "./commitment.js";
import { secondsOf } from "./instants.js";
import { parsed } from "./json.js";
import { Wrong } from "./wrong.js";

const FORMAT = "tirage/v1/certificate";
const KNOWN = ["format", "commitment", "signature", "ranking", "rejected", "witnesses", "announced"];
const KINDS = ["rfc3161", "post", "ots", "git"];
const HASH = /^[0-9a-f]{64}$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const OFFSET = /^([+-])(\d\d):(\d\d)$/;

const isHash = (value) => typeof value === "string" && HASH.test(value);
const isCount = (value, least = 0) => Number.isSafeInteger(value) && value >= least;
const isText = (value) => typeof value === "string" && value.length > 0 && isNoLonger(value, 1000);
const isNoLonger = (text, most) => text.length <= most || [...text].length <= most; // letters, not halves of them
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isPlace = (one) => has(one, ["handle", "rank"]) && isHash(one.handle) && isCount(one.rank, 1);
const isWitness = (one) =>
  has(one, ["kind", "commit", "evidence"], ["at"]) && KINDS.includes(one.kind) && isHash(one.commit) && isInstant(one.at) && isEvidence(one.evidence);
const isEvidence = (value) => typeof value === "string" && isNoLonger(value, 400_000);
const isAnnounced = (one) =>
  isObject(one) && isText(one.id) && isHash(one.nonce) && (one.handle == null || isHash(one.handle)) && (one.rank == null || isCount(one.rank, 1));
const isInstant = (at) => at == null || isCount(at) || isCount(unixOf(at));
const isListOf = (is) => (value) => Array.isArray(value) && value.every(is);
const isCounts = (value) => isObject(value) && Object.entries(value).every(([code, count]) => isText(code) && isCount(count));

// Give a date (RFC 3339, in capitals) as whole Unix seconds; null where it is none.
function unixOf(given) {
  const found = typeof given === "string" && DATE.exec(given);
  if (!found) return null;
  const parts = found.slice(1, 7).map(Number);
  const at = secondsOf(parts);
  if (at === null) return null;
  const [, sign, hours, minutes] = OFFSET.exec(found[7]) ?? [null, "+", 0, 0];
  return at - Number(`${sign}1`) * (Number(hours) * 3600 + Number(minutes) * 60);
}

// Whether an object has these fields, and others only of `more`.
function has(one, fields, more = []) {
  return isObject(one) && fields.every((field) => Object.hasOwn(one, field)) && Object.keys(one).every((field) => [...fields, ...more].includes(field));
}

// Give the certificate in some bytes, with `unknown`: the names of fields that this version does not know.
export function readCertificate(bytes) {
  const given = parsed(bytes);
  const check = (field, is) => {
    if (!is(given[field])) throw new Wrong("draw_certificate_field", { field });
  };
  if (!isObject(given)) throw new Wrong("draw_certificate_field", { field: "—" });
  const commitment = Object.hasOwn(given, "commitment") ? checkedCommitment(given.commitment) : null; // its faults first
  const all = { format: FORMAT, rejected: {}, witnesses: [], announced: [], ...given };
  if (all.format !== FORMAT) throw new Wrong("draw_certificate_field", { field: "format" });
  if (!commitment) throw new Wrong("draw_certificate_field", { field: "commitment" });
  check("signature", (value) => typeof value === "string" && /^[0-9a-f]{96}$/.test(value));
  check("ranking", isListOf(isPlace));
  for (const [field, is] of [["rejected", isCounts], ["witnesses", isListOf(isWitness)], ["announced", isListOf(isAnnounced)]]) {
    if (!is(all[field])) throw new Wrong("draw_certificate_field", { field });
  }
  const unknown = Object.keys(given).filter((field) => !KNOWN.includes(field)).sort();
  const witnesses = all.witnesses.map((one) => ({ ...one, at: typeof one.at === "string" ? unixOf(one.at) : one.at }));
  return { ...all, witnesses, commitment, unknown };
}

// Give the commitment before this one, from its certificate or alone.
export function previousOf(bytes) {
  const given = parsed(bytes);
  return checkedCommitment(isObject(given) && Object.hasOwn(given, "commitment") ? given.commitment : given);
}

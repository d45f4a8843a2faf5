// A draw's certificate, `tirage/v1/certificate`: whether it has the form that contests/certificate.py reads.
import { checkedCommitment } from "./commitment.js";
import { parsed } from "./json.js";
import { Wrong } from "./wrong.js";

const FORMAT = "tirage/v1/certificate";
const KNOWN = ["format", "commitment", "signature", "ranking", "rejected", "witnesses", "announced"];
const KINDS = ["rfc3161", "post", "ots", "git"];
const HASH = /^[0-9a-f]{64}$/;

const isHash = (value) => typeof value === "string" && HASH.test(value);
const isCount = (value, least = 0) => Number.isSafeInteger(value) && value >= least;
const isText = (value) => typeof value === "string" && value.length > 0 && value.length <= 1000;
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isPlace = (one) => has(one, ["handle", "rank"]) && isHash(one.handle) && isCount(one.rank, 1);
const isWitness = (one) =>
  has(one, ["kind", "commit", "evidence"], ["at"]) && KINDS.includes(one.kind) && isHash(one.commit) && isInstant(one.at) && typeof one.evidence === "string";
const isAnnounced = (one) =>
  isObject(one) && isText(one.id) && isHash(one.nonce) && (one.handle == null || isHash(one.handle)) && (one.rank == null || isCount(one.rank, 1));
const isInstant = (at) => at == null || isCount(at) || (typeof at === "string" && !Number.isNaN(Date.parse(at)));
const isListOf = (is) => (value) => Array.isArray(value) && value.every(is);
const isCounts = (value) => isObject(value) && Object.entries(value).every(([code, count]) => isText(code) && isCount(count));

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
  const all = { format: FORMAT, rejected: {}, witnesses: [], announced: [], ...given };
  if (all.format !== FORMAT) throw new Wrong("draw_certificate_field", { field: "format" });
  if (!Object.hasOwn(given, "commitment")) throw new Wrong("draw_certificate_field", { field: "commitment" });
  check("signature", (value) => typeof value === "string" && /^[0-9a-f]{96}$/.test(value));
  check("ranking", isListOf(isPlace));
  for (const [field, is] of [["rejected", isCounts], ["witnesses", isListOf(isWitness)], ["announced", isListOf(isAnnounced)]]) {
    if (!is(all[field])) throw new Wrong("draw_certificate_field", { field });
  }
  const unknown = Object.keys(given).filter((field) => !KNOWN.includes(field)).sort();
  return { ...all, commitment: checkedCommitment(given.commitment), unknown };
}

// Give the commitment before this one, from its certificate or alone.
export function previousOf(bytes) {
  const given = parsed(bytes);
  return checkedCommitment(isObject(given) && Object.hasOwn(given, "commitment") ? given.commitment : given);
}

// Certificates of X.509: what they say, and whether a chain of them leads from a signer to a root that is believed. The rules
// are those by which OpenSSL judges a chain for time-stamping, which contests/timestamps.py asks; no library of a size for a
// page has them. Signatures are verified by the browser (WebCrypto): RSA PKCS#1 v1.5 and ECDSA, over SHA-256, 384 or 512.
import { BITS, BOOLEAN, Fields, INTEGER, OCTETS, OID, SEQUENCE, TIME, UTC_TIME } from "./der.js";
import { algorithmOf, bitsOf, bytesOf, contentOf, der, dotted, instantOf, membersOf, natural, partsOf, same, small, tagOf, textOf, truth } from "./der.js";

export const HASHES = { "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
const SIGNED_WITH = {
  "1.2.840.113549.1.1.11": [RSA, "SHA-256"],
  "1.2.840.113549.1.1.12": [RSA, "SHA-384"],
  "1.2.840.113549.1.1.13": [RSA, "SHA-512"],
  "1.2.840.10045.4.3.2": [EC, "SHA-256"],
  "1.2.840.10045.4.3.3": [EC, "SHA-384"],
  "1.2.840.10045.4.3.4": [EC, "SHA-512"],
};
const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66] };
const COMMON_NAME = "2.5.4.3";
const STAMPING = "1.3.6.1.5.5.7.3.8";
const KEY_ID = "2.5.29.14";
const KEY_USAGE = "2.5.29.15";
const CONSTRAINTS = "2.5.29.19";
const ISSUERS_KEY_ID = "2.5.29.35";
const EXTENDED_USAGE = "2.5.29.37";
// What may be critical: what is judged here, and (as OpenSSL does unless asked for policies) names beside and policies.
const UNDERSTOOD = [KEY_USAGE, CONSTRAINTS, EXTENDED_USAGE, "2.5.29.17", "2.5.29.32", "2.5.29.36"];
const NAME_LIMITS = "2.5.29.30"; // of no authority that is named; whoever has some is not believed here
const [DIGITAL_SIGNATURE, NON_REPUDIATION, CERTIFICATE_SIGNING] = [0x8000, 0x4000, 0x0400];
const MOST_TRIED = 200; // steps from one certificate to the next; a real token has two or three
const LONGEST = 8; // certificates of a chain

// ------------------------------------------------------------------------------------------------ what they say
// Read a certificate; RangeError where it is none. `may` is what its extensions allow, null where they cannot be read.
export function certificateIn(block) {
  const outer = new Fields(block);
  const [said, algorithm, signature] = [outer.take(SEQUENCE), outer.take(SEQUENCE), outer.take(BITS)];
  outer.end();
  const fields = new Fields(said);
  const version = fields.maybe(0xa0);
  if (version && small(new Fields(version, 0xa0).take(INTEGER)) !== 2) throw new RangeError("another version");
  const serial = fields.take(INTEGER);
  const inner = fields.take(SEQUENCE);
  for (const one of [inner, algorithm]) algorithmOf(one, SIGNED_WITH);
  const [issuer, validity, subject, key] = [1, 2, 3, 4].map(() => fields.take(SEQUENCE));
  for (const tag of [0x81, 0x82]) fields.maybe(tag);
  const extensions = fields.maybe(0xa3);
  fields.end();
  if (extensions && partsOf(extensions).length !== 1) throw new RangeError("not one list");
  const times = new Fields(validity);
  const [from, until] = [1, 2].map(() => instantOf(times.take(UTC_TIME, TIME)));
  times.end();
  return {
    bytes: bytesOf(block),
    said: bytesOf(said),
    serial: contentOf(serial),
    issuer: nameIn(issuer),
    subject: pairsIn(subject) && orNull((block) => nameIn(block, true), subject), // null where a text is broken
    name: orNull(nameIn, subject),
    from,
    until,
    key: keyIn(key),
    signedWith: algorithmOf(inner).name,
    signedAlike: same(bytesOf(inner), bytesOf(algorithm)),
    signature: bitsOf(signature),
    may: orNull(allowed, extensions ? new Fields(partsOf(extensions)[0]).left.map(extensionIn) : []),
  };
}

function extensionIn(block) {
  const fields = new Fields(block);
  const [kind, critical, value] = [dotted(fields.take(OID)), fields.maybe(BOOLEAN), fields.take(OCTETS)];
  fields.end();
  if (critical && !truth(critical)) throw new RangeError("not DER");
  return { kind, critical: critical !== null, value: contentOf(value) };
}

function keyIn(block) {
  const fields = new Fields(block);
  const { name, parameters } = algorithmOf(fields.take(SEQUENCE));
  bitsOf(fields.take(BITS));
  fields.end();
  const curve = name === EC ? CURVES[dotted(parameters)] : null;
  return { kind: name, curve, bytes: bytesOf(block) };
}

// Give a name as its parts: `[[[attribute, text, kind], …], …]`. Two names are one where all that is.
export const nameIn = (block, any) => pairsIn(block).map((part) => part.map(([attribute, value]) => [attribute, ...textOf(value, any)]));

function pairsIn(block) {
  return new Fields(block).left.map((part) =>
    membersOf(part).map((pair) => {
      const fields = new Fields(pair);
      const [kind, value] = [dotted(fields.take(OID)), fields.left.shift()];
      fields.end();
      if (!value) throw new RangeError("no value");
      return [kind, value];
    }),
  );
}

// What stands in a certificate beside the signer's may be no text, or no known extension: whoever judges says what follows.
function orNull(read, given) {
  try {
    return read(given);
  } catch {
    return null;
  }
}

export const sameName = (one, other) => JSON.stringify(one) === JSON.stringify(other);
export const titleOf = ({ name }) => (name.flat().find(([attribute]) => attribute === COMMON_NAME) ?? name.flat().at(-1) ?? ["", ""])[1];

// Give what is judged of extensions; RangeError where one is there twice, or cannot be read.
function allowed(extensions) {
  const found = new Map(extensions.map((one) => [one.kind, one]));
  if (found.size !== extensions.length) throw new RangeError("an extension twice");
  const read = (kind, how) => (found.has(kind) ? how(der(found.get(kind).value)) : null);
  return {
    understood: extensions.every(({ kind, critical }) => (!critical || UNDERSTOOD.includes(kind)) && kind !== NAME_LIMITS),
    authority: read(CONSTRAINTS, constraintsIn),
    usage: read(KEY_USAGE, usageIn),
    purposes: read(EXTENDED_USAGE, (block) => new Fields(block).left.map(dotted)),
    purposesCritical: found.get(EXTENDED_USAGE)?.critical ?? false,
    keyId: read(KEY_ID, (block) => hex(contentOf(block))),
    issuersKeyId: read(ISSUERS_KEY_ID, (block) => hexOf(new Fields(block).maybe(0x80))),
  };
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const hexOf = (block) => (block ? hex(contentOf(block)) : null);

function constraintsIn(block) {
  const fields = new Fields(block);
  const authority = fields.maybe(BOOLEAN);
  const longest = fields.maybe(INTEGER);
  fields.end();
  return { is: authority !== null && truth(authority), longest: longest && Number(natural(longest)) };
}

function usageIn(block) {
  if (tagOf(block) !== BITS) throw new RangeError("no usage");
  const [, first, second = 0] = contentOf(block);
  return (first << 8) | second;
}

// Whether a certificate is for time-stamping, critically and alone (RFC 3161, section 2.3).
export const isForStamps = ({ may: { purposes, purposesCritical } }) => purposesCritical && purposes?.length === 1 && purposes[0] === STAMPING;

// ------------------------------------------------------------------------------------------------ signatures
// Give a key as its one encoding; it rejects where the browser knows no such key, or it is none.
export async function encodedOf({ kind, curve, bytes }) {
  const key = await crypto.subtle.importKey("spki", bytes, scheme(kind, curve, "SHA-256"), true, ["verify"]);
  return new Uint8Array(await crypto.subtle.exportKey("spki", key));
}

// Whether a key made a signature over some bytes; false for any key or signature that is none.
export async function isSigned({ kind, curve, bytes }, hash, signature, data) {
  try {
    const how = scheme(kind, curve, hash);
    const key = await crypto.subtle.importKey("spki", bytes, how, false, ["verify"]);
    return await crypto.subtle.verify(how, key, kind === EC ? pairIn(signature, curve[1]) : signature, data);
  } catch {
    return false; // no key, no signature, or one that no browser verifies: not signed, as far as anybody can tell
  }
}

function scheme(kind, curve, hash) {
  if (kind === RSA) return { name: "RSASSA-PKCS1-v1_5", hash };
  if (kind === EC && curve) return { name: "ECDSA", namedCurve: curve[0], hash };
  throw new RangeError("no key that is known here");
}

// Give the two numbers of an ECDSA signature as WebCrypto wants them: side by side, each of the curve's size.
function pairIn(signature, size) {
  const fields = new Fields(der(signature));
  const both = [fields.take(INTEGER), fields.take(INTEGER)].map((one) => natural(one).toString(16).padStart(2 * size, "0"));
  fields.end();
  return Uint8Array.from(both.join("").match(/../g), (two) => parseInt(two, 16));
}

// ------------------------------------------------------------------------------------------------ chains
const EXPIRED = "draw_stamp_expired";
const BROKEN = "draw_stamp_chain";
export const UNKNOWN = "draw_stamp_unknown_authority";
const MOST_TOLD = [EXPIRED, BROKEN, UNKNOWN]; // of several chains, what says most comes first

// Give null where a chain of `others` leads from the signer to one of `roots`, each good at that instant; else what is wrong.
export async function chainFlaw(signer, others, roots, at) {
  const found = [];
  for (const chain of chains([signer], others, roots, { left: MOST_TRIED })) {
    const flaw = await flawOf(chain, at);
    if (!flaw) return null;
    found.push(flaw);
  }
  return MOST_TOLD.find((one) => found.includes(one)) ?? UNKNOWN;
}

function* chains(chain, others, roots, tries) {
  const last = chain.at(-1);
  if (roots.some((one) => same(one.bytes, last.bytes))) {
    yield chain;
    return;
  }
  for (const next of [...roots, ...others]) {
    if (chain.length === LONGEST || tries.left <= 0) return;
    if (chain.some((one) => same(one.bytes, next.bytes)) || !mayHaveSigned(next, last)) continue;
    tries.left--;
    yield* chains([...chain, next], others, roots, tries);
  }
}

// Whether a certificate is the one that another names as its issuer's, by name, kind of key and, where both have it, its id.
function mayHaveSigned(issuer, one) {
  if (!sameName(issuer.subject, one.issuer) || SIGNED_WITH[one.signedWith]?.[0] !== issuer.key.kind) return false;
  return !issuer.may?.keyId || !one.may?.issuersKeyId || issuer.may.keyId === one.may.issuersKeyId;
}

// Give what is wrong with a chain, from its root down as OpenSSL goes, or null.
async function flawOf(chain, at) {
  if (!chain.every(({ may }, depth) => may && isAllowed(may, depth, chain))) return BROKEN;
  for (let depth = chain.length - 1; depth >= 0; depth--) {
    const [one, issuer] = [chain[depth], chain[depth + 1]];
    const [, hash] = SIGNED_WITH[one.signedWith] ?? [];
    if (issuer && !(one.signedAlike && (await isSigned(issuer.key, hash, one.signature, one.said)))) return BROKEN;
    const instant = Math.floor(at);
    if (instant < one.from || instant >= one.until) return EXPIRED;
  }
  return null;
}

// Whether a certificate may stand where it does: the signer first, above it authorities over no more than they may be.
function isAllowed({ understood, authority, usage }, depth, chain) {
  if (!understood) return false;
  if (depth === 0) return usage === null || ((usage & (DIGITAL_SIGNATURE | NON_REPUDIATION)) !== 0 && (usage & ~(DIGITAL_SIGNATURE | NON_REPUDIATION)) === 0);
  const between = chain.slice(1, depth).filter((one) => !sameName(one.subject, one.issuer)).length;
  const fits = authority?.is && (authority.longest === null || between <= authority.longest);
  return Boolean(fits) && (usage === null || (usage & CERTIFICATE_SIGNING) !== 0);
}

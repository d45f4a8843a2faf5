// Whether a time-stamp of RFC 3161 is what it says: the rules of contests/timestamps.py, in its order, with its codes.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { BITS, BOOLEAN, Fields, INTEGER, OCTETS, OID, SEQUENCE, SET, TIME } from "./der.js";
import { algorithmOf, bytesOf, compare, contentOf, der, dotted, instantOf, membersOf, natural, partsOf, same, small, tagOf, truth } from "./der.js";
import { Wrong } from "./wrong.js";
import { HASHES, UNKNOWN, certificateIn, chainFlaw, encodedOf, isForStamps, isSigned, nameIn, sameName, titleOf } from "./x509.js";

export { UNKNOWN };
const LARGEST = 100_000; // bytes of an answer: a token with its certificates has about six thousand
const SHA256 = "2.16.840.1.101.3.4.2.1";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const FORGED = "draw_stamp_forged";
const HEX = /^30(?:[0-9a-fA-F]{2})+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

// Check an authority's answer (or the bare token) over a commit of 64 hexadecimal digits, down to one of `roots` (bytes of
// certificates), and promise { at, latest (Unix seconds, with fractions), authority, key }. `checked` is false, and nothing
// but the reading was done, where the browser keeps its cryptography for pages that came over https.
export async function readStamp(evidence, commit, roots) {
  const believed = roots.map((one) => certificateIn(der(one)));
  const checked = globalThis.crypto?.subtle !== undefined;
  const { status, token } = readable(() => answerIn(der(bytesIn(evidence))));
  if (status !== 0) throw new Wrong("draw_stamp_denied", { status });
  const { said, signer } = readable(() => saidBy(token, believed));
  const encoded = await encodedOf(signer.key).catch((error) => (checked ? unreadable(error) : signer.key.bytes));
  const { algorithm, imprint, at, latest } = said;
  if (algorithm !== SHA256 || !stampedFor(commit).includes(bytesToHex(imprint))) throw new Wrong("draw_stamp_other");
  const authority = titleOf(signer);
  if (!isForStamps(signer)) throw new Wrong("draw_stamp_no_authority", { authority });
  if (checked) {
    const flaw = await flawOf(token, signer, believed, at);
    if (flaw) throw new Wrong(flaw, { authority });
  }
  return { at, latest, authority, key: bytesToHex(sha256(encoded)), checked };
}

function stampedFor(commit) {
  return [bytesToHex(sha256(hexToBytes(commit))), bytesToHex(sha256(new TextEncoder().encode(commit))), commit];
}

function readable(read) {
  try {
    return read();
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable() {
  throw new Wrong("draw_stamp_unreadable");
}

function bytesIn(evidence) {
  const written = evidence.replace(/[ \t\r\n]+/g, ""); // some programs break their lines
  if (!HEX.test(written) && !BASE64.test(written)) throw new RangeError("neither hexadecimal nor base64");
  const bytes = HEX.test(written) ? hexToBytes(written) : Uint8Array.from(atob(written), (one) => one.charCodeAt(0));
  if (bytes.length > LARGEST) throw new RangeError("too large");
  return bytes;
}

// ------------------------------------------------------------------------------------------------ what is written (RFC 3161, RFC 5652)
// Give the status of an answer and its token, if it has one; a bare token was granted.
function answerIn(block) {
  const first = partsOf(block)[0];
  if (first && tagOf(first) === OID) return { status: 0, token: tokenIn(block) };
  const fields = new Fields(block);
  const info = new Fields(fields.take(SEQUENCE));
  const status = small(info.take(INTEGER));
  info.maybe(SEQUENCE);
  info.maybe(BITS);
  info.end();
  const token = fields.maybe(SEQUENCE);
  fields.end();
  return { status, token: token && tokenIn(token) };
}

function tokenIn(block) {
  const outer = new Fields(block);
  if (dotted(outer.take(OID)) !== SIGNED_DATA) throw new RangeError("no signed data");
  const [signed] = onlyOne(outer.take(0xa0));
  outer.end();
  const fields = new Fields(signed);
  small(fields.take(INTEGER));
  const hashes = membersOf(fields.take(SET)).map((one) => algorithmOf(one, HASHES).name);
  const content = new Fields(fields.take(SEQUENCE));
  const [kind, explicit] = [dotted(content.take(OID)), content.maybe(0xa0)];
  content.end();
  const given = fields.maybe(0xa0); // in any order: no signature covers it
  fields.maybe(0xa1); // revoked certificates, which nobody looks at
  const signers = membersOf(fields.take(SET)).map(signatureIn);
  fields.end();
  return { hashes, kind, content: explicit && contentOf(onlyOne(explicit, OCTETS)[0]), certificates: given ? partsOf(given).map(certificateIn) : [], signers };
}

function onlyOne(block, tag = SEQUENCE) {
  const parts = partsOf(block);
  if (parts.length !== 1 || tagOf(parts[0]) !== tag) throw new RangeError("not one part");
  return parts;
}

function signatureIn(block) {
  const fields = new Fields(block);
  small(fields.take(INTEGER));
  const named = new Fields(fields.take(SEQUENCE));
  const [issuer, serial] = [nameIn(named.take(SEQUENCE)), contentOf(named.take(INTEGER))];
  named.end();
  const hash = algorithmOf(fields.take(SEQUENCE), HASHES).name;
  const attributes = fields.maybe(0xa0);
  algorithmOf(fields.take(SEQUENCE)); // the kind of key says it too, and is what is gone by
  const signature = contentOf(fields.take(OCTETS));
  const unsigned = fields.maybe(0xa1);
  fields.end();
  if (unsigned) membersOf(unsigned, 0xa1).forEach(attributeIn);
  return { issuer, serial, hash, signature, signed: attributes && bytesOf(attributes), attributes: attributes ? membersOf(attributes, 0xa0).map(attributeIn) : [] };
}

function attributeIn(block) {
  const fields = new Fields(block);
  const [kind, values] = [dotted(fields.take(OID)), membersOf(fields.take(SET))];
  fields.end();
  return { kind, values };
}

// Give what a token says, and the certificate that its one signature names; nothing is verified yet.
function saidBy(token, roots) {
  if (token?.kind !== TST_INFO || !token.content) throw new RangeError("no time-stamp");
  const said = stampIn(der(token.content));
  if (token.signers.length !== 1) throw new RangeError("not one signature");
  const [{ issuer, serial }] = token.signers;
  const named = (token.certificates.length ? token.certificates : roots).filter((one) => sameName(one.issuer, issuer) && same(one.serial, serial));
  const [signer, ...others] = named;
  if (!signer || others.some((one) => !same(one.bytes, signer.bytes))) throw new RangeError("the signer's certificate is not there, or not alone");
  if (!signer.name || !signer.may) throw new RangeError("no name, or extensions that are none");
  return { said, signer };
}

function stampIn(block) {
  const fields = new Fields(block);
  small(fields.take(INTEGER));
  fields.maybe(OID);
  const stamped = new Fields(fields.take(SEQUENCE));
  const [algorithm, imprint] = [algorithmOf(stamped.take(SEQUENCE), HASHES).name, contentOf(stamped.take(OCTETS))];
  stamped.end();
  fields.take(INTEGER);
  const at = instantOf(fields.take(TIME), true);
  const doubt = fields.maybe(SEQUENCE);
  const ordering = fields.maybe(BOOLEAN);
  if (ordering && !truth(ordering)) throw new RangeError("not DER");
  const nonce = fields.maybe(INTEGER); // nobody here asked for the stamp, so none is expected
  if (nonce) natural(nonce);
  for (const tag of [0xa0, 0xa1]) fields.maybe(tag); // the authority's name, and more
  fields.end();
  return { algorithm, imprint, at, latest: at + (doubt ? secondsIn(doubt) : 0) };
}

// Give an Accuracy in seconds: whole ones, then [0] thousandths, [1] millionths.
function secondsIn(block) {
  const fields = new Fields(block);
  const [whole, ...parts] = [INTEGER, 0x80, 0x81].map((tag) => fields.maybe(tag)).map((one) => (one ? Number(natural(one)) : null));
  fields.end();
  if (parts.some((one) => one !== null && (one < 1 || one > 999))) throw new RangeError("no part of a second");
  return (whole ?? 0) + (parts[0] ?? 0) / 1e3 + (parts[1] ?? 0) / 1e6;
}

// ------------------------------------------------------------------------------------------------ whether it is so
async function flawOf(token, signer, roots, at) {
  if (token.certificates.some((one) => !one.subject)) return FORGED; // no authority writes so
  const ends = roots.filter((one) => sameName(one.subject, one.issuer));
  const between = [...token.certificates, ...roots.filter((one) => !ends.includes(one))].sort((one, other) => compare(one.bytes, other.bytes));
  const others = between.filter((one, place) => place === 0 || !same(one.bytes, between[place - 1].bytes));
  const flaw = await chainFlaw(signer, others, ends, at);
  return flaw ?? ((await isSignedBy(signer, token)) ? null : FORGED);
}

// Whether the signer signed the attributes, and these are of this very content.
async function isSignedBy(signer, { hashes, content, signers: [{ hash: name, signed, attributes, signature }] }) {
  const hash = HASHES[name];
  if (!hash || !hashes.includes(name) || !signed) return false;
  const [type, digest] = [CONTENT_TYPE, MESSAGE_DIGEST].map((kind) => attributes.filter((one) => one.kind === kind));
  if ([type, digest].some((found) => found.length !== 1 || found[0].values.length !== 1)) return false;
  const [[of], [said]] = [type[0].values, digest[0].values];
  if (tagOf(of) !== OID || dotted(of) !== TST_INFO || tagOf(said) !== OCTETS) return false;
  if (!same(new Uint8Array(await crypto.subtle.digest(hash, content)), contentOf(said))) return false;
  const set = Uint8Array.from(signed); // signed as the SET that they are, whatever tag stands before them in the token
  set[0] = SET;
  return isSigned(signer.key, hash, signature, set);
}

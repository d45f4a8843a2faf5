// What a time-stamp of RFC 3161 says, as far as a page can read it: what was stamped, when, and by whom. Neither the
// authority's signature nor its chain of certificates is verified here (`heraut draw verify` does): whoever shows a stamp
// must say so.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { secondsOf } from "./instants.js";
import { Wrong } from "./wrong.js";

const LARGEST = 100_000; // bytes of an answer: a token with its certificates has about six thousand
const OID = 0x06;
const SEQUENCE = 0x30;
const SHA256 = "0609608648016503040201";
const SIGNED_DATA = "06092a864886f70d010702";
const TST_INFO = "060b2a864886f70d0109100104";
const COMMON_NAME = "0603550403";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/;

// Give { at, latest (Unix seconds, with fractions), authority, key } of a token over a commit (64 hexadecimal digits).
export function readStamp(evidence, commit) {
  let said;
  try {
    said = saidBy(bytesOf(evidence));
  } catch (error) {
    if (error instanceof Wrong) throw error;
    throw new Wrong("draw_stamp_unreadable");
  }
  if (said.algorithm !== SHA256 || !stampedFor(commit).includes(said.imprint)) throw new Wrong("draw_stamp_other");
  return said;
}

function stampedFor(commit) {
  return [bytesToHex(sha256(hexToBytes(commit))), bytesToHex(sha256(new TextEncoder().encode(commit))), commit];
}

function bytesOf(evidence) {
  const written = evidence.replace(/[ \t\r\n]+/g, ""); // some programs break their lines
  const isHex = /^30(?:[0-9a-fA-F]{2})+$/.test(written);
  if (!isHex && !BASE64.test(written)) throw new RangeError("no base64");
  const bytes = isHex ? hexToBytes(written) : Uint8Array.from(atob(written), (one) => one.charCodeAt(0));
  if (bytes.length > LARGEST) throw new RangeError("too large");
  return bytes;
}

function saidBy(answer) {
  let parts = children(whole(answer));
  if (parts[0].tag !== OID) {
    const status = integer(children(parts[0])[0]);
    if (status !== 0) throw new Wrong("draw_stamp_denied", { status });
    parts = children(parts[1]);
  }
  if (bytesToHex(parts[0].bytes) !== SIGNED_DATA) throw new RangeError("no signed data");
  const signed = children(children(parts[1])[0]);
  const [kind, content] = children(signed[2]);
  if (bytesToHex(kind.bytes) !== TST_INFO) throw new RangeError("no time-stamp");
  const [, , imprint, , time, accuracy] = children(whole(children(content)[0].content));
  const [algorithm, digest] = children(imprint);
  const at = instant(new TextDecoder().decode(time.content));
  return {
    algorithm: bytesToHex(children(algorithm)[0].bytes),
    imprint: bytesToHex(digest.content),
    at,
    latest: at + (accuracy?.tag === SEQUENCE ? seconds(accuracy) : 0),
    ...signerOf(signed),
  };
}

// Give the name and the key (SHA-256 of it) in the certificate that the token's one signature names.
function signerOf(signed) {
  const signers = children(signed.at(-1));
  if (signers.length !== 1) throw new RangeError("not one signature");
  const [issuer, serial] = children(children(signers[0])[1]);
  const certificates = children(signed.find((one) => one.tag === 0xa0));
  for (const certificate of certificates) {
    const fields = children(children(certificate)[0]).filter((one) => one.tag !== 0xa0);
    const [number, , from, , subject, key] = fields;
    if (same(number, serial) && same(from, issuer)) return { authority: nameOf(subject), key: bytesToHex(sha256(key.bytes)) };
  }
  throw new RangeError("the signer's certificate is not there");
}

function nameOf(subject) {
  const pairs = children(subject).flatMap(children).map(children);
  const [, name] = pairs.find(([kind]) => bytesToHex(kind.bytes) === COMMON_NAME) ?? pairs.at(-1);
  return new TextDecoder().decode(name.content);
}

function instant(text) {
  const found = TIME.exec(text);
  if (!found) throw new RangeError("no instant");
  const at = secondsOf(found.slice(1, 7).map(Number));
  if (at === null) throw new RangeError("no instant");
  return at + Number(found[7] ?? 0);
}

// Give an Accuracy in seconds: whole ones, then [0] thousandths, [1] millionths.
function seconds(accuracy) {
  const unit = { 0x02: 1, 0x80: 1e-3, 0x81: 1e-6 };
  return children(accuracy).reduce((sum, one) => {
    if (!(one.tag in unit) || !(one.content[0] < 0x80)) throw new RangeError("no accuracy"); // or below zero
    return sum + integer(one) * unit[one.tag];
  }, 0);
}

// ------------------------------------------------------------------------------------------------ DER
const same = (one, other) => bytesToHex(one.bytes) === bytesToHex(other.bytes);
const integer = (one) => Number(BigInt(`0x${bytesToHex(one.content)}`));

function whole(bytes) {
  const one = valueAt(bytes, 0);
  if (one.bytes.length !== bytes.length) throw new RangeError("something stands behind the end");
  return one;
}

function children({ content }) {
  const found = [];
  for (let at = 0; at < content.length; at += found.at(-1).bytes.length) found.push(valueAt(content, at));
  return found;
}

function valueAt(bytes, at) {
  let length = bytes[at + 1];
  let from = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count < 1 || count > 4) throw new RangeError("no definite length");
    length = bytes.subarray(from, from + count).reduce((sum, byte) => sum * 256 + byte, 0);
    from += count;
  }
  if (!(from + length <= bytes.length)) throw new RangeError("a part is longer than the whole");
  return { tag: bytes[at], bytes: bytes.subarray(at, from + length), content: bytes.subarray(from, from + length) };
}

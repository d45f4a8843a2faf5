// The commitment of a draw (its canonical JSON, its commit), an entrant's handle, the seed: `tirage/v1`, as
// contests/draw.py has it. Integers are big-endian, TAG(s) is s and a zero byte, LP(b) is b's length in four bytes and b.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { Wrong } from "./wrong.js";

export const FIRST_PREV = "0".repeat(64);
const LARGEST = Number.MAX_SAFE_INTEGER;
const LONGEST_NAME = 200;
const TEXTS = ["draw_id", "operator"];
const HASHES = ["prev", "rules", "root", "chain"];
const INTEGERS = ["v", "seq", "entrants", "tickets", "winners", "alternates", "round", "draw_time", "frozen_at"];
const FROM_ONE = new Set(["v", "seq", "winners", "round"]);
const FIELDS = [...TEXTS, ...HASHES, ...INTEGERS].sort();
const PRINTABLE = /^[ -~]+$/;
const HASH = /^[0-9a-f]{64}$/;

const utf8 = (text) => new TextEncoder().encode(text);
const tag = (name) => utf8(`${name}\0`);
const prefixed = (bytes) => concatBytes(be32(bytes.length), bytes);

function be32(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

export function be64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

// Give the public handle (hexadecimal) of an entrant: `nonce` is 64 hexadecimal digits, `id` is `network:stable-id`.
export function handleOf(drawId, nonce, id) {
  const parts = [tag("tirage/v1/entrant"), prefixed(utf8(drawId)), hexToBytes(nonce), prefixed(utf8(id))];
  return bytesToHex(sha256(concatBytes(...parts)));
}

// Refuse, with Wrong, a commitment that canonical JSON could not say, or that could be read in two ways.
export function checkedCommitment(given) {
  if (given === null || typeof given !== "object" || Array.isArray(given)) throw new Wrong("draw_no_object");
  for (const field of FIELDS) if (!Object.hasOwn(given, field)) throw new Wrong("draw_field_missing", { field });
  for (const field of Object.keys(given)) if (!FIELDS.includes(field)) throw new Wrong("draw_field_unknown", { field });
  for (const field of TEXTS) {
    const value = given[field];
    if (typeof value !== "string" || value.length > LONGEST_NAME || !PRINTABLE.test(value)) {
      throw new Wrong("draw_field_text", { field, most: LONGEST_NAME });
    }
  }
  for (const field of HASHES) {
    if (typeof given[field] !== "string" || !HASH.test(given[field])) throw new Wrong("draw_field_hash", { field });
  }
  for (const field of INTEGERS) {
    const least = FROM_ONE.has(field) ? 1 : 0;
    const value = given[field];
    if (!Number.isInteger(value) || value < least || value > LARGEST) throw new Wrong("draw_field_integer", { field, least });
  }
  if (given.v !== 1) throw new Wrong("draw_version", { given: given.v });
  return given;
}

// Give the one JSON text of a commitment: keys sorted, no spaces.
export const canonical = (commitment) => JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, commitment[field]])));

// Give the hash that stands for a commitment (hexadecimal): what witnesses saw.
export const commitOf = (commitment) => bytesToHex(sha256(concatBytes(tag("tirage/v1/commit"), utf8(canonical(commitment)))));

// Give the seed, 32 bytes; `signature` (48 bytes) is the round's, and must have been verified before.
export function seedOf(commit, chain, round, signature) {
  const parts = [tag("tirage/v1/seed"), hexToBytes(commit), hexToBytes(chain), be64(round), sha256(signature)];
  return sha256(concatBytes(...parts));
}

// The public randomness a draw waits for: drand's rounds, when each comes, whether a signature is really its own.
// Scheme bls-unchained-g1-rfc9380: public key in G2, signature in G1, over SHA-256 of the round's number (RFC 9380).
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { be64 } from "./commitment.js";
import { Wrong } from "./wrong.js";

export const QUICKNET = Object.freeze({
  id: "quicknet",
  hash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
  publicKey:
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  period: 3, // seconds
  genesis: 1692803367, // Unix seconds
  groupHash: "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
});

const DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const SIGNATURE = /^[0-9a-f]{96}$/;
// A compressed point's highest bits (draft-irtf-cfrg-bls-signature, appendix A): compressed, infinity, sign; then x.
const COMPRESSED = 1n << 383n;
const INFINITY = 1n << 382n;
const X = (1n << 381n) - 1n;
const P = bls12_381.fields.Fp.ORDER;

// Give a chain's hash, as drand computes it from what the chain is.
export function hashOfChain({ period, genesis, publicKey, groupHash, id }) {
  const numbers = new Uint8Array(12);
  new DataView(numbers.buffer).setUint32(0, period);
  numbers.set(be64(genesis), 4);
  return bytesToHex(sha256(concatBytes(numbers, hexToBytes(publicKey), hexToBytes(groupHash), new TextEncoder().encode(id))));
}

// Give the first round whose time is not before an instant (Unix seconds).
export function roundAt(chain, drawTime) {
  if (drawTime < chain.genesis) throw new Wrong("draw_before_chain", { chain: chain.id });
  const since = drawTime - chain.genesis; // whole numbers alone: a quotient of some millions of years is rounded
  const rest = since % chain.period;
  return (since - rest) / chain.period + (rest ? 2 : 1);
}

// Give the instant (Unix seconds) at which a round comes.
export const timeOf = (chain, round) => chain.genesis + (round - 1) * chain.period;

// Give the bytes of a signature in hexadecimal once it was verified; Wrong where it is not the chain's own for this
// round, in its one encoding. Some have a second one of the same point, x + p, which would give another randomness.
export function verified(chain, round, given) {
  if (typeof given !== "string" || !SIGNATURE.test(given)) throw new Wrong("draw_signature_form");
  const number = BigInt(`0x${given}`);
  if (!(number & COMPRESSED)) throw new Wrong("draw_signature_form");
  if (number & INFINITY) throw new Wrong("draw_signature_infinity");
  if ((number & X) >= P) throw new Wrong("draw_signature_alias");
  const bytes = hexToBytes(given);
  const { Signature, hash, verify } = bls12_381.shortSignatures;
  let point;
  try {
    point = Signature.fromBytes(bytes);
    point.assertValidity(); // on the curve, in the subgroup
  } catch {
    throw new Wrong("draw_signature_no_point");
  }
  const message = hash(sha256(be64(round)), DST);
  if (!verify(point, message, bls12_381.G2.Point.fromHex(chain.publicKey))) {
    throw new Wrong("draw_signature_other", { round, chain: chain.id });
  }
  return bytes;
}

// The frozen list, `entrants.bin`: its check, its root (RFC 6962) and its ranking. Records of 36 bytes, `handle (32) ||
// weight (4)`, in strictly increasing order of handle. `tick(share)` is called every few thousand records, 0 to 1.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { PAD, START, compress } from "./compress.js";
import { Wrong } from "./wrong.js";

export const RECORD_BYTES = 36;
const HANDLE_BYTES = 32;
const HEAVIEST = 1000; // tickets of one entrant
const EVERY = 4096; // records between two ticks
const TICKET = new TextEncoder().encode("tirage/v1/ticket\0");
const quiet = () => {};

// Give { root (hexadecimal), entrants, tickets }; Wrong where the list is cut, out of order, names somebody twice, or
// a weight is out of bounds.
export function frozen(list, tick = quiet) {
  const tickets = checked(list);
  const entrants = list.length / RECORD_BYTES;
  const level = new Int32Array(8 * Math.max(1, entrants));
  const state = new Int32Array(8);
  const block = new Int32Array(64);
  const view = viewOf(list);
  for (let at = 0; at < entrants; at++) {
    leaf(view, at * RECORD_BYTES, state, block);
    level.set(state, 8 * at);
    if (at % EVERY === 0) tick(at / entrants / 2);
  }
  let length = entrants;
  while (length > 1) {
    const above = length >> 1;
    for (let at = 0; at < above; at++) {
      node(level, 16 * at, state, block);
      level.set(state, 8 * at);
      if (at % EVERY === 0) tick(1 - (length - at) / entrants / 2);
    }
    if (length % 2) level.copyWithin(8 * above, 8 * (length - 1), 8 * length); // without a neighbour it goes up as it is
    length = above + (length % 2);
  }
  const root = entrants ? hexOfWords(level, 0) : bytesToHex(sha256(new Uint8Array(0)));
  return { root, entrants, tickets };
}

// Give the handles (hexadecimal) of the first `places`, in order: winners, then alternates.
export function ranking(list, seed, places, tick = quiet) {
  checked(list);
  let best = []; // score || handle, in hexadecimal
  let bound = "~"; // above every hexadecimal digit
  let first = 0xffffffff; // the bound's first word, looked at before any text is made
  const cut = () => {
    best.sort();
    best = best.slice(0, places);
    if (best.length < places) return;
    bound = places ? best[places - 1] : "";
    first = places ? parseInt(bound.slice(0, 8), 16) : -1;
  };
  eachScore(list, seed, tick, (score, at) => {
    if (score[0] >>> 0 > first) return;
    const one = hexOfWords(score, 0) + handleAt(list, at);
    if (one < bound) best.push(one);
    if (best.length > 2 * places + 1024) cut();
  });
  cut();
  return best.map((one) => one.slice(2 * HANDLE_BYTES));
}

// Give where a handle (hexadecimal) stands in the list, counted from 0; -1 where it does not.
export function placeOf(list, handle) {
  let low = 0;
  let high = list.length / RECORD_BYTES;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (handleAt(list, middle) < handle) low = middle + 1;
    else high = middle;
  }
  return low < list.length / RECORD_BYTES && handleAt(list, low) === handle ? low : -1;
}

// Give the weight of the record at a place.
export const weightAt = (list, at) => viewOf(list).getUint32(at * RECORD_BYTES + HANDLE_BYTES);

// Give the rank, from 1, of the record at a place among all of them.
export function rankOf(list, seed, place, tick = quiet) {
  const record = list.subarray(place * RECORD_BYTES, (place + 1) * RECORD_BYTES);
  let mine = "";
  eachScore(record, seed, quiet, (score) => (mine = hexOfWords(score, 0) + handleAt(record, 0)));
  const first = parseInt(mine.slice(0, 8), 16);
  let before = 0;
  eachScore(list, seed, tick, (score, at) => {
    if (score[0] >>> 0 <= first && hexOfWords(score, 0) + handleAt(list, at) < mine) before++;
  });
  return before + 1;
}

// ------------------------------------------------------------------------------------------------ the check
function checked(list) {
  if (list.length % RECORD_BYTES) throw new Wrong("draw_list_cut", { size: RECORD_BYTES });
  const view = viewOf(list);
  let tickets = 0;
  for (let at = 0; at < list.length; at += RECORD_BYTES) {
    const order = at ? compared(view, at - RECORD_BYTES, at) : -1;
    if (order >= 0) throw new Wrong(order ? "draw_list_order" : "draw_list_twice", { handle: handleAt(list, at / RECORD_BYTES) });
    const weight = view.getUint32(at + HANDLE_BYTES);
    if (weight < 1 || weight > HEAVIEST) {
      throw new Wrong("draw_list_weight", { handle: handleAt(list, at / RECORD_BYTES), weight, most: HEAVIEST });
    }
    tickets += weight;
  }
  return tickets;
}

function compared(view, one, other) {
  for (let i = 0; i < HANDLE_BYTES; i += 4) {
    const difference = view.getUint32(one + i) - view.getUint32(other + i);
    if (difference) return difference;
  }
  return 0;
}

const viewOf = (list) => new DataView(list.buffer, list.byteOffset, list.byteLength);
const handleAt = (list, at) => bytesToHex(list.subarray(at * RECORD_BYTES, at * RECORD_BYTES + HANDLE_BYTES));
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOfWords(words, from) {
  let text = "";
  for (let i = from; i < from + 8; i++) {
    const word = words[i];
    text += HEX[word >>> 24] + HEX[(word >>> 16) & 255] + HEX[(word >>> 8) & 255] + HEX[word & 255];
  }
  return text;
}

// ------------------------------------------------------------------------------------------------ messages in words
// Each message begins with one byte, or 49, so that every word straddles two words of what is hashed.

// H(0x00 || record): 37 bytes.
function leaf(view, at, state, block) {
  let before = 0;
  for (let i = 0; i < 9; i++) {
    const word = view.getInt32(at + 4 * i);
    block[i] = (before << 24) | (word >>> 8);
    before = word;
  }
  block[9] = (before << 24) | (PAD << 16);
  block.fill(0, 10, 15);
  block[15] = 37 * 8;
  state.set(START);
  compress(state, block);
}

// H(0x01 || left || right): 65 bytes, left and right being 16 words from `at`.
function node(level, at, state, block) {
  let before = 1;
  for (let i = 0; i < 16; i++) {
    const word = level[at + i];
    block[i] = (before << 24) | (word >>> 8);
    before = word;
  }
  state.set(START);
  compress(state, block);
  block[0] = (before << 24) | (PAD << 16);
  block.fill(0, 1, 15);
  block[15] = 65 * 8;
  compress(state, block);
}

// Call `visit(score, at)` for each record: its score, 8 words that hold until the next, is the least of
// H(TAG("tirage/v1/ticket") || seed || handle || BE32(j)), 85 bytes, for j from 0 to its weight.
function eachScore(list, seed, tick, visit) {
  const fixed = new Uint8Array(52); // 49 bytes of it are the same for every ticket
  fixed.set(TICKET);
  fixed.set(seed, TICKET.length);
  const begins = Array.from({ length: 13 }, (_, i) => new DataView(fixed.buffer).getInt32(4 * i));
  const view = viewOf(list);
  const count = list.length / RECORD_BYTES;
  const block = new Int32Array(64);
  const tail = new Int32Array(64);
  const shared = new Int32Array(8); // the state behind the first block, which all tickets of an entrant share
  const state = new Int32Array(8);
  const score = new Int32Array(8);
  const word = new Int32Array(8);
  for (let at = 0; at < count; at++) {
    const from = at * RECORD_BYTES;
    for (let i = 0; i < 8; i++) word[i] = view.getInt32(from + 4 * i);
    for (let i = 0; i < 12; i++) block[i] = begins[i];
    block[12] = begins[12] | (word[0] >>> 8);
    for (let i = 0; i < 3; i++) block[13 + i] = (word[i] << 24) | (word[i + 1] >>> 8);
    shared.set(START);
    compress(shared, block);
    const weight = view.getUint32(from + HANDLE_BYTES);
    for (let j = 0; j < weight; j++) {
      for (let i = 0; i < 4; i++) tail[i] = (word[3 + i] << 24) | (word[4 + i] >>> 8);
      tail[4] = (word[7] << 24) | (j >>> 8);
      tail[5] = (j << 24) | (PAD << 16);
      tail.fill(0, 6, 15);
      tail[15] = 85 * 8;
      state.set(shared);
      compress(state, tail);
      if (j === 0 || isLess(state, score)) score.set(state);
    }
    visit(score, at);
    if (at % EVERY === 0) tick(at / count);
  }
}

function isLess(one, other) {
  for (let i = 0; i < 8; i++) {
    if (one[i] !== other[i]) return one[i] >>> 0 < other[i] >>> 0;
  }
  return false;
}

// DER, read by asn1js. That library takes BER, which has several encodings of one value: whatever is no DER is refused here.
import { fromBER } from "asn1js";
import { secondsOf } from "./instants.js";

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BITS = 0x03;
export const OCTETS = 0x04;
const NULL = 0x05;
export const OID = 0x06;
export const UTC_TIME = 0x17;
export const TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;
const UNIVERSAL = 1; // the class of tags, as asn1js counts them
const LISTS = [16, 17]; // of the universal ones, those that are made of parts
const BMP = 0x1e;
const UNIVERSAL_TEXT = 0x1c;
const LETTERS = [0x0c, 0x13, 0x14, 0x16, UNIVERSAL_TEXT, BMP]; // kinds of text that are one where their letters are
const DIGITS = 0x12; // and one that is not
const OTHERS = [BITS, 0x07, 0x08, 0x09, 0x0b, 0x0d, 0x0e, 0x0f, 0x1d]; // what OpenSSL takes in a name too, unread

// Give the one value that some bytes are, from the first to the last.
export function der(bytes) {
  const { offset, result } = fromBER(bytes);
  if (offset !== bytes.length) throw new RangeError("not one value");
  requireDer(result);
  return result;
}

function requireDer(block) {
  const { idBlock, lenBlock, valueBlock } = block;
  const list = LISTS.includes(idBlock.tagNumber);
  if (lenBlock.isIndefiniteForm || lenBlock.warnings.length) throw new RangeError("a length that is no DER");
  if (idBlock.tagClass === UNIVERSAL && idBlock.isConstructed !== list) throw new RangeError("a value in pieces");
  if (contentOf(block).length !== lenBlock.length) throw new RangeError("a part is longer than the whole");
  if (idBlock.isConstructed) valueBlock.value.forEach(requireDer);
  else if (tagOf(block) === INTEGER && isPadded(contentOf(block))) throw new RangeError("a number that is no DER");
  else if (tagOf(block) === OID && !isIdentifier(contentOf(block))) throw new RangeError("an identifier that is no DER");
}

// Each number of an identifier ends in a byte below 128, and begins with no empty one.
const isIdentifier = (bytes) => bytes.at(-1) < 0x80 && bytes.every((byte, at) => byte !== 0x80 || (at > 0 && bytes[at - 1] >= 0x80));

const isPadded = ([first, second]) => first === undefined || (second !== undefined && first === (second < 0x80 ? 0 : 0xff));

export const bytesOf = (block) => block.valueBeforeDecodeView;
export const tagOf = (block) => bytesOf(block)[0];
export const partsOf = (block) => block.valueBlock.value;
export const contentOf = (block) => bytesOf(block).subarray(block.idBlock.blockLength + block.lenBlock.blockLength);

// Take the fields of a sequence one after the other, each with the tag that it must have.
export class Fields {
  constructor(block, tag = SEQUENCE) {
    if (tagOf(block) !== tag) throw new RangeError("another kind of value");
    this.left = [...partsOf(block)];
  }
  maybe(...tags) {
    return this.left.length && tags.includes(tagOf(this.left[0])) ? this.left.shift() : null;
  }
  take(...tags) {
    const found = this.maybe(...tags);
    if (!found) throw new RangeError("a field is missing");
    return found;
  }
  end() {
    if (this.left.length) throw new RangeError("one field too many");
  }
}

// Give the members of a set, in the order that DER gives them.
export function membersOf(block, tag = SET) {
  const { left } = new Fields(block, tag);
  for (let at = 1; at < left.length; at++) if (compare(bytesOf(left[at - 1]), bytesOf(left[at])) > 0) throw new RangeError("no order");
  return left;
}

// Order bytes as DER does, and as one does words.
export function compare(one, other) {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? one.length - other.length : one[at] - (other[at] ?? -1);
}

export const same = (one, other) => one.length === other.length && compare(one, other) === 0;

export const dotted = (block) => {
  if (tagOf(block) !== OID) throw new RangeError("no identifier");
  return block.getValue();
};

// Give an AlgorithmIdentifier's name in dots, and its parameters if it has any; those of `plain` ones have none.
export function algorithmOf(block, plain = {}) {
  const fields = new Fields(block);
  const name = dotted(fields.take(OID));
  const parameters = fields.left.shift();
  fields.end();
  if (name in plain && parameters && tagOf(parameters) !== NULL) throw new RangeError("parameters that it cannot have");
  return { name, parameters };
}

// Give an INTEGER that is not negative, as a BigInt.
export function natural(block) {
  const bytes = contentOf(block);
  if (!bytes.length || bytes[0] & 0x80) throw new RangeError("a negative number");
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

export function small(block) {
  const value = Number(natural(block));
  if (value > 255) throw new RangeError("a number out of bounds");
  return value;
}

export function truth(block) {
  const [byte, ...more] = contentOf(block);
  if (more.length || (byte !== 0 && byte !== 0xff)) throw new RangeError("neither true nor false");
  return byte === 0xff;
}

// Give the bytes of a BIT STRING; null where it is one that is not made of whole bytes.
export function bitsOf(block) {
  const [unused, ...bytes] = contentOf(block);
  if (unused === 0) return Uint8Array.from(bytes);
  if (!(unused < 8) || !bytes.length || bytes.at(-1) % 2 ** unused !== 0) throw new RangeError("bits that are no DER");
  return null;
}

// Give what a text says and, where that alone does not make it the same as another one, its kind. A kind that is no text's
// is refused, or with `any` given in bytes.
export function textOf(block, any = false) {
  const tag = tagOf(block);
  if (!LETTERS.includes(tag) && tag !== DIGITS) {
    if (!any || !OTHERS.includes(tag)) throw new RangeError("no text");
    return [contentOf(block).join(), tag];
  }
  const code = new TextDecoder(tag === BMP ? "utf-16be" : "utf-8", { fatal: true, ignoreBOM: true });
  return [tag === UNIVERSAL_TEXT ? block.getValue() : code.decode(contentOf(block)), LETTERS.includes(tag) ? 0 : tag];
}

// Give an instant as Unix seconds; only a GeneralizedTime of a stamp may have fractions of a second.
export function instantOf(block, fractions = false) {
  const short = tagOf(block) === UTC_TIME;
  const text = new TextDecoder("utf-8", { fatal: true }).decode(contentOf(block));
  const found = (short ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{0,8}[1-9])?Z$/).exec(text);
  if (!found || (found[7] && !fractions)) throw new RangeError("no instant");
  const [year, ...rest] = found.slice(1, 7).map(Number);
  const at = secondsOf([short ? year + (year < 50 ? 2000 : 1900) : year, ...rest]);
  if (at === null) throw new RangeError("no instant");
  return at + Number(found[7] ?? 0);
}

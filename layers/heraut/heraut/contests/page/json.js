// JSON as this format allows it: UTF-8, whole numbers only, no name twice in an object (it could be read in two ways),
// nothing that some reader would stumble over: halves of letters, numbers of hundreds of digits, a thousand brackets.
import { Wrong } from "./wrong.js";

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|-?\d[\d.eE+-]*|true|false|null/g;
const DEEPEST = 64; // of objects and lists in each other
const LONGEST_NUMBER = 100; // digits
const HALF = /\p{Surrogate}/u;

// Give what some bytes hold; Wrong says what stands there instead.
export function parsed(bytes) {
  let text, value;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new Wrong("draw_unreadable");
  }
  const tokens = text.match(TOKEN);
  const open = []; // the names seen in each object we are in; null in an array
  let unreadable = false;
  tokens.forEach((token, at) => {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token[0] === '"') {
      const said = token.includes("\\") ? JSON.parse(token) : token.slice(1, -1);
      if (HALF.test(said)) unreadable = true;
      if (tokens[at + 1] !== ":") return;
      if (open.at(-1).has(said)) throw new Wrong("draw_field_twice", { field: said });
      open.at(-1).add(said);
    } else if (/^-?\d.*[.eE]/.test(token)) throw new Wrong("draw_number", { given: token.slice(0, 40) });
    else if (token.length > LONGEST_NUMBER) unreadable = true;
    if (open.length > DEEPEST) unreadable = true;
  });
  if (unreadable) throw new Wrong("draw_unreadable");
  return value;
}

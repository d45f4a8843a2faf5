// JSON as this format allows it: UTF-8, whole numbers only, no name twice in an object (it could be read in two ways).
import { Wrong } from "./wrong.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*|true|false|null/g;

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
  tokens.forEach((token, at) => {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token[0] === '"' && tokens[at + 1] === ":") {
      const field = JSON.parse(token);
      if (open.at(-1).has(field)) throw new Wrong("draw_field_twice", { field });
      open.at(-1).add(field);
    } else if (/^-?\d.*[.eE]/.test(token)) throw new Wrong("draw_number", { given: token.slice(0, 40) });
  });
  return value;
}

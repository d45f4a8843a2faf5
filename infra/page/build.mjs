// Bundles the certificate page's script into one file: the same bytes from the same lock, on any machine.
//
// usage: node build.mjs FOLDER_WITH_node_modules SOURCE OUTPUT
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [packages, source, output] = process.argv.slice(2).map((path) => resolve(path));
const { build } = createRequire(join(packages, "package.json"))("esbuild");

const licences = ["@noble/curves", "@noble/hashes", "asn1js", "@peculiar/utils"].map((name) => {
  const folder = join(packages, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf-8"));
  return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf-8").trim()}`;
});
const banner = `/*!
Héraut, the certificate page of a contest's draw. MIT. Made from layers/heraut/heraut/contests/page/main.js by
infra/page/build.mjs (docs/decisions/0040-the-certificate-page.md); it holds:

${licences.join("\n\n")}
*/`;

await build({
  entryPoints: [source],
  outfile: output,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  charset: "ascii",
  legalComments: "none", // they are in the banner, whole
  banner: { js: banner },
  nodePaths: [join(packages, "node_modules")],
  absWorkingDir: packages,
  logLevel: "warning",
});

// Bundles the editor into static/editor-<hash>.js: the hash names the content, so browsers may keep it for ever.
//
//     cd scripts/editor && npm ci && npm run build
//
// What it writes is committed, so users need neither node nor npm.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const HERE = new URL("./", import.meta.url);
const STATIC = new URL("../../static/", HERE);
const sha = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);

// The test that the bundle is not older than what it is made of reads this without node.
const sources = ["package-lock.json", ...readdirSync(new URL("src/", HERE)).sort().map((name) => `src/${name}`)];
const made = sha(sources.map((name) => readFileSync(new URL(name, HERE), "utf8")).join("\0"));

const { outputFiles } = await build({
  entryPoints: [new URL("src/editor.js", HERE).pathname],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  write: false,
  legalComments: "none",
  banner: { js: `/* Tunesmith's code editor, made from ${made}. Holds CodeMirror 6 and Lezer (MIT): see editor-LICENSE.txt. */` },
});
const bundle = outputFiles[0].text;

for (const name of readdirSync(STATIC)) if (/^editor-[0-9a-f]{16}\.js$/.test(name)) rmSync(new URL(name, STATIC));
writeFileSync(new URL(`editor-${sha(bundle)}.js`, STATIC), bundle);

const packages = Object.keys(JSON.parse(readFileSync(new URL("package-lock.json", HERE), "utf8")).packages);
const shipped = packages.filter((path) => /codemirror|lezer|marijn|crelt|style-mod|w3c-keyname/.test(path)).sort();
const licence = readFileSync(new URL("node_modules/codemirror/LICENSE", HERE), "utf8");
const notices = shipped.map((path) => {
  const own = readFileSync(new URL(`${path}/LICENSE`, HERE), "utf8");
  return `${path.replace("node_modules/", "")}: ${own.match(/Copyright.*/)[0]}`;
});
writeFileSync(new URL("editor-LICENSE.txt", STATIC), `${notices.join("\n")}\n\nEach under the MIT License:\n\n${licence}`);

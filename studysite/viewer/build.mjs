// Bundles src/ into studysite/static/vendor/viewer: the script, and the licences of what is in it.
// The first line of the script names the digest of its sources, which a test compares.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = new URL(".", import.meta.url);
const target = new URL("../static/vendor/viewer/", here);
const path = (name, from = here) => fileURLToPath(new URL(name, from));

// Of each file its name and its content, in the order of their names.
const digest = createHash("sha256");
const sources = readdirSync(path("src")).sort().map((name) => `src/${name}`);
for (const name of ["build.mjs", "package-lock.json", ...sources])
  digest.update(`${name}\n`).update(readFileSync(path(name)));

const { metafile, outputFiles } = await build({
  absWorkingDir: path("."),
  entryPoints: ["src/main.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  write: false,
});

const packages = new Set();
for (const name of Object.keys(metafile.inputs)) {
  const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(name);
  if (found) packages.add(found[1]);
}
const licences = [...packages].sort().map((name) => {
  const folder = `node_modules/${name}/`;
  const { version, license } = JSON.parse(readFileSync(path(`${folder}package.json`)));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE"].find((each) =>
    existsSync(path(folder + each)),
  );
  const text = file ? readFileSync(path(folder + file), "utf8").trim() : "(its package has no text)";
  return `${name} ${version}: ${license}\n\n${text}\n`;
});

mkdirSync(target, { recursive: true });
const script = outputFiles[0].text;
writeFileSync(path("viewer.js", target), `/* sources ${digest.digest("hex")} */\n${script}`);
writeFileSync(path("LICENSES", target), licences.join(`\n${"-".repeat(72)}\n\n`));

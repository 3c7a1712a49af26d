// Imports the JavaScript models of a directory, as a browser would, and prints
// what they say as JSON.
//
// usage: run.mjs directory points.json

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { argv, stdout } = process;
const points = JSON.parse(readFileSync(argv[3]));
globalThis.process = undefined; // no browser has it
const answers = {};
for (const name of readdirSync(argv[2])) {
  const { predict } = await import(pathToFileURL(join(argv[2], name)));
  answers[name.replace(/\.mjs$/, "")] = { outputs: predict(points) };
}
stdout.write(JSON.stringify(answers));

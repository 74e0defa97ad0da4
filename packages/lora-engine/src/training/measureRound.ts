/**
 * Measures a round's adapters on the client's test rows: in every round on the same few of them, so that the figures of rounds compare, and in the
 * last one on the others too, for the figures that the federation ends with (docs/adr/0049). What an adapter has scored of a batch, and answered to
 * the few rows that its client looks at, is not computed again, within a round or in later ones.
 */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { factorAKey, isPrototypes } from "@duet/lora-core/adapters/adapterLayout";
import type { SampleAnswer } from "@duet/lora-core/contract/answerSamples";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import { stratifiedSample } from "@duet/lora-core/data/stratifiedSample";
import type { AdapterKey } from "@duet/lora-core/protocol/metrics";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";
import { isTraining } from "@duet/lora-core/strategies/trainings";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import type { DeviceAdapter, Example, Scored, TaskModel } from "../models/languageModel.ts";
import { answerSamples, samplePlaces } from "./answerSamples.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { type EachBatch, evaluationOf, scoreExamples } from "./evaluateAdapter.ts";
import { measureTexts, type WrittenFigures } from "./measureTexts.ts";
import type { RoundJournal } from "./roundJournal.ts";
import type { Measured, RoundReport } from "./roundReport.ts";
import type { RunControl } from "./runControl.ts";

/**
 * Test rows that every round measures, in batches of the training: a row that is scored takes about half as long as one that is trained on, so beside
 * the 12 steps of a round that the organiser's page proposes these are an eighth of it.
 */
const ROUND_TEST_BATCHES = 3;
/** With fewer an accuracy says next to nothing. */
const LEAST_TEST_ROWS = 24;

/** Whose figures they are, as progress tells it. */
const SLOTS = {
  base: null,
  personal: "personal",
  shared: "shared",
  beforeAggregation: "shared",
  alone: "alone",
  fused: null,
} as const;

/** The rows that every round measures, and those that only the last one does. */
type Part = "sample" | "others";

/** Scores of batches, by part and place in it. */
type Scores = Map<string, readonly Scored[]>;

/** What is known of one adapter. */
interface Known {
  readonly scores: Scores;
  /** Of the rows that a client looks at; null before it has answered them. */
  answers: readonly SampleAnswer[] | null;
}

export interface KnownScores {
  readonly base: Known;
  /** As long as an adapter is held. */
  readonly adapters: WeakMap<NamedTensors, Known>;
}

/** Of a client, what is measured and on what. */
interface Measurable {
  readonly setup: EngineSetup;
  readonly model: TaskModel;
  readonly examples: { readonly test: readonly Example[] };
  readonly known: KnownScores;
}

interface Running {
  readonly report: RoundReport;
  readonly control: RunControl;
  readonly journal: RoundJournal;
}

const nothing = (): Known => ({ scores: new Map(), answers: null });

export const nothingKnown = (): KnownScores => ({ base: nothing(), adapters: new WeakMap() });

/** Measures one adapter, the base where it is null, and notes its figures in the report. Without test rows nothing is measured. */
export function measurer(client: Measurable, plan: RoundPlan, { report, control, journal }: Running) {
  const { examples, known, setup, model } = client;
  const [sample, others] = parted(examples.test, setup);
  const labels = setup.task.kind === "label" ? setup.task.labels.length : 0;
  const trainings = Math.max(1, (plan.alone ? 2 : 1) * plan.steps.filter(isTraining).length);

  /** Pieces of the journal come in the same order whatever is known, because a round that is resumed may know less. */
  function scoring(what: Measured, part: Part, { scores }: Known): EachBatch<readonly Scored[]> {
    let batch = 0;
    return async (compute) => {
      await control.checkIn();
      const place = `${part} ${batch++}`;
      const found = scores.get(place);
      const { result } = await journal.once("scored", `${what}, ${part}`, found ? async () => found : compute);
      scores.set(place, result);
      return result;
    };
  }

  const written = new Map<NamedTensors | null, WrittenFigures>();

  /** Texts are written again where a round is resumed: they are few, and the same. */
  async function measureWritten(what: AdapterKey, adapter: NamedTensors | null, onDevice: DeviceAdapter | null): Promise<void> {
    const found = written.get(adapter) ?? (await measureTexts(model, sample, onDevice, () => control.checkIn()));
    if (!found) return;
    written.set(adapter, found);
    report.wrote(what, found);
  }

  const places = report.takesSamples ? samplePlaces(examples.test, sample) : [];
  const sampled = places.flatMap((place) => examples.test.slice(place, place + 1));

  /** As texts: again where a round is resumed. */
  async function takeSamples(what: AdapterKey, before: Known, onDevice: DeviceAdapter | null): Promise<void> {
    if (sampled.length === 0) return;
    before.answers ??= await answerSamples(model, sampled, onDevice, () => control.checkIn());
    if (before.answers) report.answered(what, places, before.answers);
  }

  async function measure(what: Measured, adapter: NamedTensors | null): Promise<void> {
    const before = knownOf(known, adapter);
    const onDevice = adapter && uploadAdapter(adapter, { scale: adapterScale(setup.adapter), trainable: false });
    try {
      const ofSample = await scoreExamples(model, sample, onDevice, scoring(what, "sample", before));
      report.evaluated(what, evaluationOf(ofSample, sample, labels));
      // Who reads answers reads the adapters that are kept.
      if (isKept(what)) await takeSamples(what, before, onDevice);
      if (plan.stage !== "fusing") return;
      if (isKept(what)) await measureWritten(what, adapter, onDevice);
      if (others.length === 0) return;
      const ofOthers = await scoreExamples(model, others, onDevice, scoring(what, "others", before));
      report.evaluatedOnAll(what, evaluationOf([...ofSample, ...ofOthers], [...sample, ...others], labels));
    } finally {
      onDevice?.dispose();
    }
  }

  return async (what: Measured, adapter: NamedTensors | null): Promise<void> => {
    if (sample.length === 0) return;
    // What is served is made after all of them, and where there are none.
    report.progress("evaluating", { slot: SLOTS[what], step: what === "fused" ? trainings : report.trainings, steps: trainings });
    await report.timed("evaluation", () => measure(what, adapter));
  };
}

const isKept = (what: Measured): what is AdapterKey => what !== "alone" && what !== "beforeAggregation";

function knownOf({ base, adapters }: KnownScores, adapter: NamedTensors | null): Known {
  if (adapter === null || changesNothing(adapter)) return base;
  const found = adapters.get(adapter) ?? nothing();
  adapters.set(adapter, found);
  return found;
}

/** Whether every B is 0 and nothing else is in it, as in the adapter that a federation starts from: then its scores are the base's. */
function changesNothing(adapter: NamedTensors): boolean {
  return [...adapter].every(
    ([key, { data }]) => !isPrototypes(key) && (key.endsWith(factorAKey("")) || data.every((value) => value === 0)),
  );
}

/** The rows that every round measures, each label with its share, and the others. */
function parted(
  test: readonly Example[],
  { clientSeed, training }: EngineSetup,
): readonly [readonly Example[], readonly Example[]] {
  const count = Math.max(LEAST_TEST_ROWS, ROUND_TEST_BATCHES * training.batchSize);
  const sample = stratifiedSample(test, count, random(clientSeed, "roundTestRows"));
  const chosen = new Set(sample);
  return [sample, test.filter((example) => !chosen.has(example))];
}

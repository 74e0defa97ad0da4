/** What the page says before joining, against what a client of each method then sends. */
import { type SessionOptions, startFederatedSession } from "@duet/client/federatedSession";
import { sentLine } from "@duet/client/sentSentences";
import {
  fakeCoordinator,
  fakeEngine,
  fakeFeed,
  fakeIdentities,
  fakeSurroundings,
  keptRound,
  nothingKept,
} from "@duet/client/testing/fakes";
import { markedUpload, slotOfBytes } from "@duet/client/testing/markedUpload";
import { collecting } from "@duet/client/testing/snapshots";
import { uploadWords } from "@duet/client/uploadWords";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { FIGURES_FOR, type FiguresFor, figuresInForce, hasFigures } from "@duet/lora-core/protocol/figures";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import type { Progress, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { plansOf } from "@duet/lora-core/strategies/planFacts";
import { methodOf, strategies } from "@duet/lora-core/strategies/registry";
import type { AdapterSlot } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { expect, test, vi } from "vitest";
import { leaving } from "./leaving.ts";

const each = { base: 0.1, personal: 0.2, shared: 0.3, fused: 0.4 };
const measured: RoundMetrics = {
  trainLoss: 1.5,
  accuracy: each,
  macroF1: each,
  testLoss: each,
  fusion: { personal: 0.5, shared: 0.5, evaluations: 9, forwardTokens: 9, seconds: 9 },
  trainTokens: 640,
  trainSeconds: 3,
  peakMemory: 2 ** 26,
};
const pace: Progress = { round: 1, activity: "training", slot: "shared", step: 3, steps: 9, loss: 1.5, tokensPerSecond: 200 };

function bytesOf(tensors: NamedTensors): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.from([...tensors.values()].flatMap(({ data }) => [...data])).buffer);
}

/** Everything that a client says from its joining to its first result, which is that of `round`. */
async function wireOf(config: FederationConfig, figures: FiguresFor, round: number) {
  const coordinator = fakeCoordinator([]);
  const now = collecting(round, { config });
  coordinator.answers.join = async () => ({ clientId: "anna", snapshot: now });
  const { engine } = fakeEngine([]);
  const runRound: SessionOptions<typeof engine>["engine"]["runRound"] = async (key, { plan }, onProgress) => {
    onProgress(pace);
    const kept = keptRound(key);
    const upload = plan.upload && bytesOf(markedUpload(plan.upload));
    return { ...kept, done: { ...kept.done, upload, metrics: measured } };
  };
  const session = startFederatedSession({
    coordinator: coordinator.client,
    feed: fakeFeed("f1"),
    identities: fakeIdentities(),
    engine: { ...engine, runRound },
    now: () => 0,
    surroundings: fakeSurroundings(),
    backend: null,
    config,
    identity: { inviteToken: "invite", name: "Anna", figures, known: null },
    rows: "rows-1",
    start: null,
    kept: nothingKept,
  });
  await vi.waitFor(() => expect(coordinator.sent).toHaveLength(1), { interval: 1 });
  const own = session.get().own;
  session.close();
  const said = (name: string) => coordinator.said.find((message) => message.name === name)?.payload;
  const join = said("client:join") as RequestInput<"client:join">;
  const progress = said("client:progress") as Progress;
  return { join, progress, submission: coordinator.sent[0], own };
}

const task = { kind: "label" as const, labels: ["a", "b"] };
const cases = strategies.flatMap(({ id, presets }) =>
  Object.keys(presets).flatMap((preset) =>
    (["plain", "secure"] as const).map(
      (aggregation) => [`${id}, ${preset}, ${aggregation}`, { method: id, preset, aggregation }] as const,
    ),
  ),
);

test.each(cases)("%s: the words before joining are what is sent, whoever is to see the figures", async (_name, choices) => {
  for (const privacy of [undefined, { epsilon: 8, clip: 1 }]) {
    const training = privacy ? { training: { privacy } } : {};
    const config = defaultFederation({ name: "x", model: encoderBase, task, ...choices, ...training });
    for (const chosen of FIGURES_FOR) {
      const { sent, kept } = leaving(config, chosen);
      const says = (words: string) => sent.some((line) => line.includes(words));
      const { join, progress, submission, own } = await wireOf(config, chosen, 1);
      const inForce = figuresInForce(config, chosen);
      expect(join.figures).toBe(inForce);
      expect(says("how many rows you have")).toBe(join.samples.test !== null && join.samples.fusion !== null);
      expect(says("what your device computes with")).toBe(join.device !== null);
      expect(says("how many rows you train on")).toBe(join.samples.train !== null && join.samples.test === null);
      expect(says("your loss, accuracy and speed")).toBe(hasFigures(submission?.metrics ?? measured));
      expect(says("the memory that takes")).toBe(submission?.metrics.peakMemory !== undefined);
      expect(says("your loss, accuracy and speed")).toBe(
        progress.steps > 0 || progress.loss !== null || progress.tokensPerSecond > 0,
      );
      expect(kept.some((line) => line.startsWith("your loss, accuracy"))).toBe(inForce === "nobody");
      for (const who of ["everybody", "organiser"] as const)
        expect(says(`for ${who === "organiser" ? "the organiser" : who}:`)).toBe(inForce === who);
      // Its owner sees them in any case.
      expect(own?.accuracy).toEqual(each);
    }
  }
});

test.each(cases)(
  "%s: in every round goes what was said before joining, and the ledger calls it the same",
  async (_name, choices) => {
    const config = defaultFederation({ name: "x", model: encoderBase, task, rounds: 2, ...choices });
    const { sent, kept } = leaving(config, "everybody");
    const says = (words: string) => sent.some((line) => line.includes(words));
    const method = methodOf(config.strategy);
    const plans = plansOf(method, config.budgets);
    const isSecure = choices.aggregation === "secure";
    const slots = new Set<AdapterSlot>();
    for (const [index, round] of roundNumbers(method.firstRound, config.budgets.rounds).entries()) {
      const { submission } = await wireOf(config, "everybody", round);
      const upload = plans[index]?.upload ?? null;
      expect(submission?.adapter !== null).toBe(upload !== null && !isSecure);
      expect(submission?.madeFrom).toEqual(uploadWords(config, round, 60));
      const slot = submission?.adapter ? slotOfBytes(submission.adapter) : isSecure ? upload?.slot : null;
      if (submission?.adapter) expect(sentLine(submission.madeFrom)).toContain(`the ${slot} adapter`);
      if (slot) slots.add(slot);
    }
    expect(says("changes of the shared adapter")).toBe(slots.size > 0);
    // What is sent is the personal adapter, or becomes it, and no training follows that would make it another one.
    const becomesIt = plans.some(({ steps }) => {
      const copied = steps.findLastIndex((step) => step.kind === "copy" && step.to === "personal");
      return copied >= 0 && !steps.slice(copied).some((step) => step.kind === "train" && step.slot === "personal");
    });
    expect(says("your personal adapter")).toBe(slots.has("personal") || becomesIt);
    expect(says("your control variate")).toBe(plans.some(({ upload }) => upload?.extra === "control"));
    if (kept.includes("your personal adapter")) expect(slots.has("personal")).toBe(false);
  },
);

/** What the page says before joining, against what a client of each method then sends. */
import { type SessionOptions, startFederatedSession } from "@duet/client/federatedSession";
import {
  fakeCoordinator,
  fakeEngine,
  fakeFeed,
  fakeIdentities,
  fakeSurroundings,
  keptRound,
  nothingKept,
} from "@duet/client/testing/fakes";
import { collecting } from "@duet/client/testing/snapshots";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { FIGURES_FOR, type FiguresFor, figuresInForce, hasFigures } from "@duet/lora-core/protocol/figures";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import type { Progress, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { methodOf, strategies } from "@duet/lora-core/strategies/registry";
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
};
const pace: Progress = { round: 1, activity: "training", slot: "shared", step: 3, steps: 9, loss: 1.5, tokensPerSecond: 200 };

/** Everything that a client says from its joining to its first result. */
async function wireOf(config: FederationConfig, figures: FiguresFor) {
  const coordinator = fakeCoordinator([]);
  const now = collecting(1, { config });
  coordinator.answers.join = async () => ({ clientId: "anna", snapshot: now });
  const { engine } = fakeEngine([]);
  const runRound: SessionOptions<typeof engine>["engine"]["runRound"] = async (key, { plan }, onProgress) => {
    onProgress(pace);
    const kept = keptRound(key);
    return { ...kept, done: { ...kept.done, upload: plan.upload && kept.done.upload, metrics: measured } };
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
      const { join, progress, submission, own } = await wireOf(config, chosen);
      const inForce = figuresInForce(config, chosen);
      expect(join.figures).toBe(inForce);
      expect(says("how many rows you have")).toBe(join.samples.test !== null && join.samples.fusion !== null);
      expect(says("what your device computes with")).toBe(join.device !== null);
      expect(says("how many rows you train on")).toBe(join.samples.train !== null && join.samples.test === null);
      expect(says("your loss, accuracy and speed")).toBe(hasFigures(submission?.metrics ?? measured));
      expect(says("your loss, accuracy and speed")).toBe(
        progress.steps > 0 || progress.loss !== null || progress.tokensPerSecond > 0,
      );
      expect(kept.some((line) => line.startsWith("your loss, accuracy"))).toBe(inForce === "nobody");
      for (const who of ["everybody", "organiser"] as const)
        expect(says(`for ${who === "organiser" ? "the organiser" : who}:`)).toBe(inForce === who);
      const uploads = methodOf(config.strategy).plan(config.budgets, { round: 1, isNewcomer: false }).upload !== null;
      const isSecure = choices.aggregation === "secure";
      expect(submission?.adapter !== null).toBe(uploads && !isSecure && says("changes of the shared adapter"));
      // Its owner sees them in any case.
      expect(own?.accuracy).toEqual(each);
    }
  }
});

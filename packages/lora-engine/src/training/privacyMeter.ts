/** A client's allowance of private steps and of the fusion's choice: how noisy they are, what may still be taken, and that it is written down before it is. */

import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { calibrateNoise } from "@duet/lora-core/differentialPrivacy/calibrateNoise";
import { cryptoRandom } from "@duet/lora-core/differentialPrivacy/cryptoRandom";
import { chooseByUtility } from "@duet/lora-core/differentialPrivacy/exponentialMechanism";
import { composed, type Mechanism } from "@duet/lora-core/differentialPrivacy/mechanism";
import {
  affordableChoice,
  affordableSteps,
  assertDelta,
  defaultDelta,
  type PrivacyTarget,
} from "@duet/lora-core/differentialPrivacy/privacyBudget";
import { curveOf, epsilonOf } from "@duet/lora-core/differentialPrivacy/privacyLoss";
import type { PrivacyStanding } from "@duet/lora-core/differentialPrivacy/privacyStanding";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { workError } from "@duet/lora-core/errors/workError";
import type { Random } from "@duet/lora-core/tensors/random";
import type { PrivacyConfig } from "@duet/lora-core/training/trainingConfig";
import { stepsOf } from "./batches.ts";
import { accountOf, type LedgerStore, type PrivacyLedger, rowDigests, spentOn, withAccount } from "./privacyLedger.ts";
import { contentHash } from "./roundCheckpoint.ts";
import type { PrivateSteps } from "./trainAdapter.ts";

export interface PrivacyMeter extends PrivateSteps {
  /**
   * One choice by the fusion rows, paid for before it is made: the place of one of the utilities, which are sums over these rows of numbers in
   * [0, 1]. Null where nothing is left of their budget.
   */
  choose(utilities: readonly number[]): Promise<number | null>;
  standing(): Promise<PrivacyStanding>;
}

export interface MeterOptions {
  readonly setup: EngineSetup;
  /** SHA-256 over the base's files. */
  readonly model: string;
  readonly rows: Pick<DataSplit, "train" | "fusion">;
  readonly store: LedgerStore;
  /** Of samples and noise; left out, cryptographic. */
  readonly uniform?: Random;
}

/**
 * Null where the federation asks for no privacy. The noise is calibrated once for all of its trainings, after what was spent on these rows
 * before; where that leaves nothing, every step is refused.
 * @throws {DuetError} PRIVACY_SETTINGS on a delta above 1 / N or an epsilon that no noise gives; PRIVACY_LEDGER when the device keeps nothing.
 */
export async function openPrivacyMeter(options: MeterOptions): Promise<PrivacyMeter | null> {
  const { setup, rows, uniform = cryptoRandom() } = options;
  const { privacy, batchSize } = setup.training;
  if (!privacy) return null;
  const target = targetOf(privacy, rows.train.length);
  const samplingRate = Math.min(1, batchSize / rows.train.length);
  const known = rowDigests(rows.train);
  // No row trains and is chosen by, so that each pays for one of the two.
  const chosenBy = rowDigests(rows.fusion);
  const update: LedgerStore["updateLedger"] = (change) => options.store.updateLedger(change).catch(refuseUnwritten);
  const noiseMultiplier = await update((ledger) => calibrated(ledger, known, options, { target, samplingRate }));
  const step = { noiseMultiplier, samplingRate };
  const affords = (ledger: PrivacyLedger) => affordableSteps(target, spentOn(ledger, known), step, 1) > 0;
  const payChoice = (ledger: PrivacyLedger) => {
    const choiceEpsilon = affordableChoice(target, spentOn(ledger, chosenBy));
    if (choiceEpsilon === null) return { ledger, result: null };
    return { ledger: charged(ledger, chosenBy, { choiceEpsilon, steps: 1 }), result: choiceEpsilon };
  };
  const epsilonAt = (ledger: PrivacyLedger, of: readonly string[]) => epsilonOf(curveOf(spentOn(ledger, of)), target.delta);
  return {
    ...step,
    clip: privacy.clip,
    uniform,
    charge: () =>
      update((ledger) =>
        affords(ledger) ? { ledger: charged(ledger, known, { ...step, steps: 1 }), result: true } : { ledger, result: false },
      ),
    choose: async (utilities) => {
      const epsilon = await update(payChoice);
      return epsilon === null ? null : chooseByUtility(utilities, epsilon, uniform);
    },
    standing: () =>
      update((ledger) => ({
        ledger,
        result: {
          epsilon: Math.max(epsilonAt(ledger, known), epsilonAt(ledger, chosenBy)),
          limit: target.epsilon,
          delta: target.delta,
          noiseMultiplier,
          budgetSpent: !affords(ledger),
        },
      })),
  };
}

function targetOf({ epsilon, delta }: PrivacyConfig, rows: number): PrivacyTarget {
  const target = { epsilon, delta: delta ?? defaultDelta(rows) };
  assertDelta(target.delta, rows);
  return target;
}

/** The federation's noise multiplier on these rows: the one that it began with, else one that fits all of its steps in what is left. */
function calibrated(
  ledger: PrivacyLedger,
  known: readonly string[],
  { setup, model, rows }: MeterOptions,
  { target, samplingRate }: { readonly target: PrivacyTarget; readonly samplingRate: number },
) {
  const { memory: _, ...settings } = setup;
  const of = contentHash({ settings, model });
  const account = accountOf(ledger, known);
  const before = account.noise[of];
  if (before !== undefined) return { ledger, result: before };
  if (!setup.trainings) throw new RangeError("Private training needs to know all of its trainings");
  const steps = setup.trainings.reduce((sum, budget) => sum + stepsOf(budget, rows.train.length, setup.training), 0);
  const planned = { samplingRate, steps: Math.max(1, steps) };
  // Where nothing is left every step is refused, whatever its noise.
  const result = calibrateNoise(target, planned, spentOn(ledger, known)) ?? calibrateNoise(target, planned);
  if (result === null) {
    throw workError("PRIVACY_SETTINGS", ["noNoise", planned.steps, target.epsilon]);
  }
  return { ledger: withAccount(ledger, { ...account, noise: { ...account.noise, [of]: result } }), result };
}

function charged(ledger: PrivacyLedger, known: readonly string[], used: Mechanism): PrivacyLedger {
  const account = accountOf(ledger, known);
  return withAccount(ledger, { ...account, spent: composed(account.spent, [used]) });
}

/** Nothing is trained that is not written down. */
function refuseUnwritten(cause: unknown): never {
  if (cause instanceof DuetError && cause.code === "PRIVACY_SETTINGS") throw cause;
  throw workError("PRIVACY_LEDGER", ["budgetNotKept"], { cause });
}

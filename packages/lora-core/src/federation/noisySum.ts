/**
 * Privacy of clients in a secure sum: every update is clipped to a norm, every client brings a share of the noise, and nobody sees the sum
 * without it. Beside the update stands one value that says whether it was below the clip, which adapts by the noisy count of these.
 *
 *   x = d min(1, C / |d|),  b = +-BIT C / 2,  sent: (x, b) / unit, rounded, + N_Z(0, s^2),  s = z (|(x, b)| / unit + sqrt(n)) / sqrt(m)
 *
 * m clients surely are in the sum (`leastMembers`); every further one only adds noise.
 */
import type { SumPrivacy, SumSize } from "../contract/secureSum.ts";
import { BIT, JOINT_NORM, nextClip } from "../differentialPrivacy/adaptiveClip.ts";
import { calibrateNoise } from "../differentialPrivacy/calibrateNoise.ts";
import type { ClientPrivacyConfig } from "../differentialPrivacy/clientPrivacyConfig.ts";
import { discreteGaussian } from "../differentialPrivacy/discreteGaussian.ts";
import { shareDeviation } from "../differentialPrivacy/noiseInShares.ts";
import { curveOf, epsilonOf } from "../differentialPrivacy/privacyLoss.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { leastMembers } from "../secureAggregation/attempt.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import { plansOf } from "../strategies/planFacts.ts";
import { type Method, methodOf } from "../strategies/registry.ts";
import type { Budgets } from "../strategies/strategy.ts";
import type { Random } from "../tensors/random.ts";

type NoisyConfig = Pick<FederationConfig, "strategy" | "budgets" | "clientPrivacy">;

/** Deviations of its noise that a value has room for: beyond them, once in 1e15 values, it is clipped once more. */
const ROOM = 8;
/** What the clip stays within, however long it moves one way. */
const CLIP_BOUNDS = { least: 1e-6, most: 1e4 };

/** Rounds whose sums are told. */
export const summedRounds = (method: Method, budgets: Budgets): number =>
  plansOf(method, budgets).filter(({ upload }) => upload !== null).length;

/** Noise with which so many sums together keep to the budget; null where no noise does. */
export function sumNoise({ epsilon, delta }: ClientPrivacyConfig, rounds: number): number | null {
  return calibrateNoise({ epsilon, delta }, { samplingRate: 1, steps: rounds });
}

/** Found once for each config. */
const noises = new WeakMap<ClientPrivacyConfig, number>();

/** `clip` is what the last sum came to, null before one. @throws {RangeError} when no noise keeps to the budget. */
export function sumPrivacyOf({ strategy, budgets, clientPrivacy }: NoisyConfig, clip: number | null): SumPrivacy | null {
  if (!clientPrivacy) return null;
  const noiseMultiplier =
    noises.get(clientPrivacy) ?? sumNoise(clientPrivacy, summedRounds(methodOf(strategy), budgets)) ?? Number.NaN;
  if (Number.isNaN(noiseMultiplier)) throw new RangeError("No noise keeps this federation's sums within its epsilon");
  noises.set(clientPrivacy, noiseMultiplier);
  return { clip: clip ?? clientPrivacy.clip, noiseMultiplier };
}

/** What so many sums of a federation together tell of any one client: epsilon, of what it must not exceed; null without privacy of clients. */
export function spentOnClients(config: NoisyConfig, sums: number): { readonly epsilon: number; readonly limit: number } | null {
  const privacy = sumPrivacyOf(config, null);
  if (!privacy || !config.clientPrivacy) return null;
  const { epsilon: limit, delta } = config.clientPrivacy;
  const { noiseMultiplier } = privacy;
  return { epsilon: sums === 0 ? 0 : epsilonOf(curveOf([{ noiseMultiplier, samplingRate: 1, steps: sums }]), delta), limit };
}

/** Values and as much noise as the fewest clients have to bring each. */
export function noisyRange({ clip, noiseMultiplier }: SumPrivacy): SumSize["range"] {
  const share = (noiseMultiplier * JOINT_NORM * clip) / Math.sqrt(MIN_CLIENTS);
  return { clip: clip + ROOM * share, modulusBits: 32 };
}

/** What one client puts in; `unit` is of one integer, `honest` clients surely are in the sum. @throws {RangeError} on coarse units. */
export function noisyValues(
  update: Float32Array,
  { clip, noiseMultiplier }: SumPrivacy,
  { unit, honest }: { readonly unit: number; readonly honest: number },
  uniform: Random,
): { readonly update: Float64Array; readonly below: number } {
  const norm = Math.sqrt(update.reduce((sum, value) => sum + value ** 2, 0));
  const scale = norm > clip ? clip / norm : 1;
  const values = update.length + 1;
  const deviation = shareDeviation({ noiseMultiplier, honest, clip: (clip * JOINT_NORM) / unit, values });
  const noise = discreteGaussian(values, deviation, uniform);
  const noisy = (value: number, index: number) => value + unit * (noise[index] ?? Number.NaN);
  return {
    update: Float64Array.from(update, (value, index) => noisy(value * scale, index)),
    below: noisy(((norm <= clip ? 1 : -1) * BIT * clip) / 2, update.length),
  };
}

/** The clip of the next round, from the sum of what stood beside the updates of so many clients. */
export function clipAfter({ clip }: SumPrivacy, below: number, clients: number): number {
  const next = nextClip(clip, 0.5 + below / (BIT * clip * clients));
  return Math.min(CLIP_BOUNDS.most, Math.max(CLIP_BOUNDS.least, next));
}

/** Length of the noise in the mean of so many clients' updates over the longest update of one: above 1 it drowns what they learned. */
export function noiseOverUpdate(
  { noiseMultiplier }: Pick<SumPrivacy, "noiseMultiplier">,
  values: number,
  clients: number,
): number {
  const honest = leastMembers({ coordinator: "curious" }, clients);
  return (noiseMultiplier * JOINT_NORM * Math.sqrt(values * (clients / honest))) / clients;
}

/** Every federated method there is; the only file that lists them. Nothing else compares a method's name. */

import type { Ranks } from "../adapters/ranks.ts";
import { schemaWords } from "../errors/schemaWords.ts";
import { replacesMean } from "../robustness/robustnessConfig.ts";
import { ditto } from "./ditto.ts";
import { fdLora } from "./fdLora.ts";
import { fedAlt } from "./fedAlt.ts";
import { fedAmp } from "./fedAmp.ts";
import { fedAvg } from "./fedAvg.ts";
import { fedAvgFinish } from "./fedAvgFinish.ts";
import { fedDpa } from "./fedDpa.ts";
import { fedEx } from "./fedEx.ts";
import { fedKd } from "./fedKd.ts";
import { fedOpt } from "./fedOpt.ts";
import { fedProx } from "./fedProx.ts";
import { fedRep } from "./fedRep.ts";
import { fedRod } from "./fedRod.ts";
import { fedSa } from "./fedSa.ts";
import { ffaLora } from "./ffaLora.ts";
import { flexLora } from "./flexLora.ts";
import { flora } from "./flora.ts";
import { local } from "./local.ts";
import type { Method } from "./method.ts";
import { forRanks } from "./productMean.ts";
import { roLora } from "./roLora.ts";
import { scaffold } from "./scaffold.ts";
import type { Strategy } from "./strategy.ts";

export type { Method };

/** The first is what is proposed to somebody who has not chosen. */
export const strategies = [
  fedAvgFinish,
  fdLora,
  local,
  fedAvg,
  fedProx,
  scaffold,
  fedOpt,
  ditto,
  fedRep,
  fedAmp,
  fedRod,
  fedKd,
  ffaLora,
  fedSa,
  roLora,
  flexLora,
  flora,
  fedEx,
  fedDpa,
  fedAlt,
] as const;

/**
 * `ranks` says how unlike ranks come together; left out where all have one. @throws {RangeError} on an unknown id or a config its strategy refuses,
 * naming the field.
 */
export function methodOf({ id, config }: { readonly id: string; readonly config: unknown }, ranks?: Ranks): Method {
  const strategy = strategies.find((candidate) => candidate.id === id);
  if (!strategy) {
    throw new RangeError(`There is no method "${id}"; there are: ${strategies.map((known) => known.id).join(", ")}`);
  }
  return forRanks(bind(strategy as Strategy, config), ranks);
}

function bind<Config>(strategy: Strategy<Config>, unparsed: unknown): Method {
  const parsed = strategy.configSchema.safeParse(unparsed);
  if (!parsed.success) {
    throw new RangeError(
      `${strategy.label} has wrong settings: ${schemaWords(parsed.error, { given: unparsed, nameOf: (path) => path.join(".") || "the whole of them" })}`,
    );
  }
  const config = parsed.data;
  return {
    id: strategy.id,
    label: strategy.label,
    summary: strategy.summary,
    firstRound: strategy.firstRound(config),
    weighting: strategy.weighting(config),
    downloadsDiffer: strategy.downloadsDiffer ?? false,
    averagesProducts: strategy.averagesProducts ?? false,
    refusal: (task) => strategy.refusal?.(task) ?? null,
    robustnessRefusal: (robustness) => (replacesMean(robustness) ? (strategy.robustRefusal ?? null) : null),
    aggregationRefusal: (aggregation) => (aggregation === "secure" ? (strategy.sumRefusal ?? null) : null),
    plan: (budgets, context) => strategy.plan(config, budgets, context),
    init: (initial) => strategy.init(initial, config),
    download: (state, clientId) => strategy.download?.(state, clientId, config) ?? state.shared,
    aggregate: (state, contributions, round) => strategy.aggregate(state, contributions, config, round),
  };
}

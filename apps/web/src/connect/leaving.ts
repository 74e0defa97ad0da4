/** What leaves a participant's tab and what never does, in words. Pure. */

import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { type FiguresFor, figuresInForce, hidesFigures } from "@duet/lora-core/protocol/figures";
import { personalLeaves, plansOf, sharesAdapters, sharesLabels, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { codingText } from "./codingText.ts";
import { words } from "./words.ts";

export interface Leaving {
  readonly sent: readonly string[];
  readonly kept: readonly string[];
}

type Agreed = Pick<
  FederationConfig,
  "strategy" | "budgets" | "adapter" | "aggregation" | "training" | "clientPrivacy" | "upload" | "ranks"
> & { readonly statistics?: FederationConfig["statistics"] | undefined };

/** Read off the method's own plans, off how updates come together and rows are protected, and off who is to see the figures. */
export function leaving(agreed: Agreed, chosen: FiguresFor): Leaving {
  const { strategy, budgets, adapter, aggregation, training, clientPrivacy, upload, ranks, statistics } = agreed;
  const method = methodOf(strategy);
  const shares = sharesAdapters(method, budgets);
  const sendsControl = plansOf(method, budgets).some(({ upload }) => upload?.extra === "control");
  const sendsLabels = plansOf(method, budgets).some(({ upload }) => sharesLabels(adapter, upload));
  const hasPersonal = trainsPersonal(method, budgets);
  const personalIsSent = personalLeaves(method, budgets);
  const isSecure = aggregation === "secure" && shares;
  const isPrivate = training.privacy !== undefined;
  const figures = figuresInForce(agreed, chosen);
  const isRowCountSent = figures === "nobody" && aggregation === "plain";
  const noise = isPrivate ? words.leaving.rowNoise : "";
  const share = clientPrivacy ? words.leaving.clientNoise : "";
  return {
    sent: [
      ...(shares && !isSecure ? [words.leaving.changes(codingText(upload), noise)] : []),
      ...(isSecure ? [words.leaving.maskedChanges(noise, share), words.leaving.keys] : []),
      ...(personalIsSent ? [isSecure ? words.leaving.personalInSum : words.leaving.personalSent] : []),
      ...(sendsControl ? [isSecure ? words.leaving.inSum(words.leaving.controlVariate) : words.leaving.controlVariate] : []),
      ...(sendsLabels
        ? [isSecure ? words.leaving.inSum(words.leaving.labelVectors) : `${words.leaving.labelVectors}${words.leaving.oneRow}`]
        : []),
      ...(isPrivate ? [words.leaving.budgetSpent] : []),
      ...(ranks ? [words.leaving.rank] : []),
      ...figuresSent(figures),
      ...(isRowCountSent ? [words.leaving.rowCount] : []),
      ...(isSecure && !hidesFigures(agreed) ? [words.leaving.figuresInSum] : []),
      ...(statistics ? [words.leaving.rowsInSum] : []),
      words.leaving.name,
    ],
    kept: [
      words.leaving.rows,
      words.leaving.fileName,
      ...(isSecure ? [words.leaving.changesAlone] : []),
      ...(statistics ? [words.leaving.rowsAlone] : []),
      ...(figures === "nobody" ? [words.leaving.figuresAlone] : []),
      ...(hasPersonal && !personalIsSent ? [words.leaving.personal] : []),
      ...(adapter.prototypes && !sendsLabels ? [words.leaving.labelVectorsKept] : []),
    ],
  };
}

/** By who sees them; of what nobody sees nothing is sent. */
const figuresSent = (figures: FiguresFor): readonly string[] =>
  ({ everybody: [words.leaving.forEverybody], organiser: [words.leaving.forOrganiser], nobody: [] })[figures];

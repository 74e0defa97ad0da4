/** What leaves a participant's tab and what never does, in words. Pure. */
import { codingWords } from "@duet/lora-core/compression/uploadWords";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { type FiguresFor, figuresInForce, hidesFigures } from "@duet/lora-core/protocol/figures";
import { personalLeaves, plansOf, sharesLabels, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";

export interface Leaving {
  readonly sent: readonly string[];
  readonly kept: readonly string[];
}

type Agreed = Pick<
  FederationConfig,
  "strategy" | "budgets" | "adapter" | "aggregation" | "training" | "clientPrivacy" | "upload"
>;

/** Read off the method's own plans, off how updates come together and rows are protected, and off who is to see the figures. */
export function leaving(agreed: Agreed, chosen: FiguresFor): Leaving {
  const { strategy, budgets, adapter, aggregation, training, clientPrivacy, upload } = agreed;
  const method = methodOf(strategy);
  const shares = plansOf(method, budgets).some(({ upload }) => upload !== null);
  const sendsControl = plansOf(method, budgets).some(({ upload }) => upload?.extra === "control");
  const sendsLabels = plansOf(method, budgets).some(({ upload }) => sharesLabels(adapter, upload));
  const hasPersonal = trainsPersonal(method, budgets);
  const personalIsSent = personalLeaves(method, budgets);
  const isSecure = aggregation === "secure" && shares;
  const isPrivate = training.privacy !== undefined;
  const figures = figuresInForce(agreed, chosen);
  const isRowCountSent = figures === "nobody" && aggregation === "plain";
  const noise = isPrivate ? ", with noise that hides single rows" : "";
  const share = clientPrivacy ? " and with a share of the noise that hides single clients" : "";
  return {
    sent: [
      ...(shares && !isSecure ? [`changes of the shared adapter, once a round, ${codingWords(upload)}${noise}`] : []),
      ...(isSecure
        ? [
            `changes of the shared adapter, once a round, under masks${noise}${share}: the coordinator gets the sum over all clients`,
            "keys, made anew for every sum, and encrypted shares of them for the other tabs",
          ]
        : []),
      ...(personalIsSent
        ? [isSecure ? PERSONAL_IN_SUM : "your personal adapter: this method sends it, or sets it to what you share"]
        : []),
      ...(sendsControl ? [isSecure ? `${CONTROL_VARIATE}, as part of the sum` : CONTROL_VARIATE] : []),
      ...(sendsLabels ? [isSecure ? `${LABEL_VECTORS}, as part of the sum` : `${LABEL_VECTORS}${ONE_ROW}`] : []),
      ...(isPrivate ? ["how much of your privacy budget is spent"] : []),
      ...FIGURES_SENT[figures],
      ...(isRowCountSent ? ["how many rows you train on, to the coordinator: it weighs your changes by it"] : []),
      ...(isSecure && !hidesFigures(agreed)
        ? ["your loss, accuracy and rows as part of the sum: their means are shown, yours are not in them to be read"]
        : []),
      "your name here, and what you chose above",
    ],
    kept: [
      "your rows, tokens and prompts",
      "your file's name and its other columns",
      ...(isSecure ? ["your changes by themselves, without masks"] : []),
      ...(figures === "nobody"
        ? ["your loss, accuracy, fusion weights and speed by themselves, and what your device computes with"]
        : []),
      ...(hasPersonal && !personalIsSent ? ["your personal adapter"] : []),
      ...(adapter.prototypes && !sendsLabels ? ["your vectors of the labels"] : []),
    ],
  };
}

/** By who sees them; of what nobody sees nothing is sent. */
const FIGURES_SENT: Readonly<Record<FiguresFor, readonly string[]>> = {
  everybody: ["for everybody: how many rows you have, what your device computes with, your loss, accuracy and speed"],
  organiser: ["for the organiser: how many rows you have, what your device computes with, your loss, accuracy and speed"],
  nobody: [],
};

const LABEL_VECTORS = "the vectors of the labels, at first the means of your rows that have each, with the changes";
const ONE_ROW = ": of a label that one of your rows has, that row as the base reads it";
const CONTROL_VARIATE = "your control variate, which says where your rows pull: with every change";
const PERSONAL_IN_SUM = "your personal adapter, as part of the sum: this method shares it, or sets it to what you share";

/** What a message was made from, in words for the ledger, read off the message itself. Pure. */
import { type FiguresFor, hasFigures } from "@duet/lora-core/protocol/figures";
import type { MessageName, RequestInput } from "@duet/lora-core/protocol/messages";

type Words = { readonly [N in MessageName]: (request: RequestInput<N>) => string };

const SEEN_BY: Readonly<Record<FiguresFor, string>> = {
  everybody: "everybody sees",
  organiser: "the organiser sees",
  nobody: "nobody sees",
};

const WORDS: Words = {
  "session:hello": () => "the version of this page",
  "federation:list": () => "nothing",
  "federation:create": () => "what was filled in to create the federation",
  "federation:watch": () => "the code of a link, or of this client, left out here",
  "federation:links": () => "the code of the organiser link, left out here",
  "federation:control": ({ action }) => `what the organiser decided: ${action.kind}`,
  "client:join": ({ figures, device, samples }) =>
    [
      `your name, and your choice that ${SEEN_BY[figures]} your figures`,
      ...(device ? ["what this device computes with"] : []),
      ...(samples.train !== null && samples.test !== null ? ["how many rows you have in each part"] : []),
      ...(samples.train !== null && samples.test === null
        ? ["how many rows you train on, by which your changes are weighed"]
        : []),
    ].join(", "),
  "client:progress": ({ round, activity, steps }) =>
    `what this tab does in round ${round} (${activity})${steps > 0 ? ", and how far it is" : ", and nothing of how fast"}`,
  "client:leave": () => "nothing",
  "round:fetch": ({ round }) => `the number of round ${round}, whose adapter is asked for`,
  "round:submit": ({ round, adapter, metrics }) =>
    [
      `that round ${round} is done`,
      adapter ? "the name and size of the adapter that was uploaded" : "no adapter",
      hasFigures(metrics) ? "what was measured on your rows: losses, accuracies, F1, fusion weights, speed" : "no figure",
      ...(metrics.privacy ? ["where your privacy budget stands"] : []),
    ].join(", "),
  "team:enter": () => "a name for this run, and which team it belongs to, by a code that opens nothing",
  "team:send": () => "what this team trains together with, sealed with the key that only the team's link holds",
  "exchange:fetch": ({ round, step }) => `that the others' part of step "${step}" of round ${round} is asked for`,
  "exchange:send": ({ round, step }) =>
    `that step "${step}" of round ${round} is answered, with the name and size of what was uploaded`,
};

export function madeFrom(event: string, payload: unknown): string {
  const words = (WORDS as Readonly<Record<string, (request: never) => string>>)[event];
  return words ? words(payload as never) : "nothing of your rows";
}

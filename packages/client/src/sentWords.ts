/** What a message was made from, for the ledger, read off the message itself. Pure. */
import { hasFigures } from "@duet/lora-core/protocol/figures";
import type { MessageName, RequestInput } from "@duet/lora-core/protocol/messages";
import type { SentSaying } from "./sentSentences.ts";

type Sayings = { readonly [N in MessageName]: (request: RequestInput<N>) => readonly SentSaying[] };

const SAYINGS: Sayings = {
  "session:hello": () => [["version"]],
  "federation:list": () => [["nothing"]],
  "federation:create": () => [["created"]],
  "federation:watch": () => [["linkCode"]],
  "federation:links": () => [["organiserCode"]],
  "federation:control": ({ action }) => [["decided", action.kind]],
  "client:join": ({ figures, device, samples, rank }) => [
    ["name", figures],
    ...(device ? [["device"] as const] : []),
    ...(samples.train !== null && samples.test !== null ? [["rowsOfParts"] as const] : []),
    ...(samples.train !== null && samples.test === null ? [["rowsTrained"] as const] : []),
    ...(rank === undefined ? [] : [["ownRank", rank] as const]),
  ],
  "client:progress": ({ round, activity, steps }) => [["doing", round, activity], steps > 0 ? ["howFar"] : ["notHowFast"]],
  "client:leave": () => [["nothing"]],
  "round:fetch": ({ round }) => [["asksRound", round]],
  "round:submit": ({ round, adapter, metrics }) => [
    ["roundDone", round],
    adapter ? ["uploadNamed"] : ["noAdapter"],
    hasFigures(metrics) ? ["figures"] : ["noFigure"],
    ...(metrics.privacy ? [["budget"] as const] : []),
  ],
  "team:enter": () => [["teamEntered"]],
  "team:send": () => [["teamSealed"]],
  "exchange:fetch": ({ round, step }) => [["asksStep", step, round]],
  "exchange:send": ({ round, step }) => [["answersStep", step, round]],
};

export function madeFrom(event: string, payload: unknown): readonly SentSaying[] {
  const sayings = (SAYINGS as Readonly<Record<string, (request: never) => readonly SentSaying[]>>)[event];
  return sayings ? sayings(payload as never) : [["nothingOfRows"]];
}

/** `duet control`: what the organiser of a federation can do. */
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import type { OrganiserView } from "@duet/lora-core/protocol/organiserView";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { z } from "zod";
import { readLink } from "../terminal/link.ts";
import { parseOptions, UsageError } from "../terminal/usage.ts";
import type { Command } from "./command.ts";
import { withCoordinator } from "./connect.ts";

type Action = RequestInput<"federation:control">["action"];

/** Each with what it does; those with `of` are about somebody, by name. */
const ACTIONS: Readonly<Record<string, { readonly does: string; readonly of?: "client" | "waiting"; readonly action?: Action }>> =
  {
    show: { does: "says who is there, who waits, and who may join" },
    start: { does: "starts it now", action: { kind: "start" } },
    pause: { does: "pauses it after the open round's work", action: { kind: "pause" } },
    resume: { does: "goes on after a pause", action: { kind: "resume" } },
    "close-round": { does: "ends the open round with those who have answered", action: { kind: "closeRound" } },
    stop: { does: "ends it for good", action: { kind: "stop" } },
    skip: { does: "does not wait for a client in the open round, by its name or id", of: "client" },
    remove: { does: "removes a client, by its name or id", of: "client" },
    admit: { does: "lets somebody in who waits", of: "waiting" },
    decline: { does: "refuses somebody who waits", of: "waiting" },
    "open-joining": { does: "everybody with the invite link may join", action: { kind: "setJoining", joining: "open" } },
    "ask-joining": { does: "whoever joins waits to be let in", action: { kind: "setJoining", joining: "approval" } },
    "close-joining": { does: "nobody may join any more", action: { kind: "setJoining", joining: "closed" } },
  };

export const controlCommand: Command = {
  usage: `duet control ORGANISER-LINK ACTION [NAME] [--json]

${Object.entries(ACTIONS)
  .map(([name, { does, of }]) => `  ${`${name}${of ? " NAME" : ""}`.padEnd(16)} ${does}`)
  .join("\n")}

  --json   one JSON object on standard output`,
  async run(args, { reporter }) {
    const { words } = parseOptions(args, z.strictObject({}));
    const [link, name = "show", who] = words;
    const { url, federationId, token, kind } = readLink(link, "organiser link");
    if (kind !== "organise") throw new UsageError("This is not the organiser link: that one has /organise/ in it.");
    const wanted = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!wanted) throw new UsageError(`There is no action "${name}"; there are: ${Object.keys(ACTIONS).join(", ")}.`);
    if (wanted.of && who === undefined) throw new UsageError(`Say whom: duet control LINK ${name} NAME.`);
    return withCoordinator(url, null, async (coordinator) => {
      const snapshot = await coordinator.watchAsOrganiser(federationId, token);
      const before = await coordinator.request("federation:links", { federationId, organiserKey: token });
      const action = wanted.action ?? actionOf(name, who, snapshot, before);
      const view = action
        ? await coordinator.request("federation:control", { federationId, organiserKey: token, action })
        : before;
      const clients = snapshot.clients.map(({ id, name: called, status }) => ({ id, name: called, status }));
      const shown = { action: name, phase: snapshot.phase, joining: view.joining, clients, waiting: view.waiting };
      reporter.event(
        "controlled",
        action ? `Done: ${name}${who === undefined ? "" : ` ${who}`}.` : standingWords(snapshot, view),
        shown,
      );
      return 0;
    });
  },
};

/** What is about somebody; null where nothing is to be changed. @throws {UsageError} where nobody, or more than one, is called so. */
function actionOf(name: string, who: string | undefined, { clients }: Snapshot, { waiting }: OrganiserView): Action | null {
  if (name === "remove" || name === "skip") {
    const here = clients.filter(({ status }) => status !== "left");
    return { kind: name, clientId: idOf(who, here) };
  }
  if (name === "admit") return { kind: "admit", waitingId: idOf(who, waiting) };
  if (name === "decline") return { kind: "decline", waitingId: idOf(who, waiting) };
  return null;
}

function idOf(who: string | undefined, people: readonly { readonly id: string; readonly name: string }[]): string {
  const found = people.filter(({ id, name }) => id === who || name === who);
  if (found.length === 1 && found[0]) return found[0].id;
  const names = people.map(({ name }) => name).join(", ") || "nobody";
  throw new UsageError(
    found.length === 0 ? `There is no "${who}" here; there is: ${names}.` : `More than one is called "${who}": give the id.`,
  );
}

function standingWords({ config, phase, clients }: Snapshot, { joining, waiting }: OrganiserView): string {
  const lines = clients.map(({ id, name, status }) => `  ${name} (${id}): ${status}`);
  const asking = waiting.map(({ id, name }) => `  ${name} (${id}) waits to be let in`);
  return [`${config.name}: ${phase}; joining is ${joining}`, ...lines, ...asking].join("\n");
}

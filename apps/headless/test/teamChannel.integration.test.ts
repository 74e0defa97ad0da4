import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSecret } from "@duet/client/secret";
import { createSentLedger } from "@duet/client/sentLedger";
import { openTeamChannel, type TeamChannel } from "@duet/client/team/teamChannel";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { NO_COUNTS } from "@duet/lora-core/protocol/figures";
import { createTeamSecret, teamKeys } from "@duet/lora-core/team/teamLink";
import type { TeamMessage } from "@duet/lora-core/team/teamMessages";
import { expect, onTestFinished, test } from "vitest";
import { readLink } from "../src/terminal/link.ts";
import { type SmallFederation, smallFederation } from "./support/smallFederation.ts";

function connect(url: string): CoordinatorClient {
  const coordinator = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  onTestFinished(() => coordinator.close());
  return coordinator;
}

async function joined({ url, federationId, organiser, watchToken, invite }: SmallFederation): Promise<CoordinatorClient> {
  const { config } = await organiser.watch(federationId, watchToken);
  const coordinator = connect(url);
  await coordinator.join({
    ...{ federationId, inviteToken: readLink(invite, "invite link").token, name: "team", resumeToken: createSecret() },
    ...{ modelSha256: fingerprint(config.model.files), figures: "nobody", device: null, samples: { ...NO_COUNTS, train: 9 } },
  });
  return coordinator;
}

function member(coordinator: CoordinatorClient, federationId: string, secret: string) {
  const heard = { messages: [] as TeamMessage[], refused: [] as string[], absent: [] as string[] };
  const channel: TeamChannel = openTeamChannel({ coordinator, federationId, secret }, ({ message }) =>
    heard.absent.push(message),
  );
  onTestFinished(() => channel.close());
  channel.onMessage(({ message }) => heard.messages.push(message));
  channel.onRefused(({ message }) => heard.refused.push(message));
  return { channel, heard };
}

const CANARY = "canary-7f3a-of-a-row";
/** Float32 whose bytes are a text. */
const floatsOf = (text: string) => new Float32Array(new TextEncoder().encode(text.padEnd(400, "~")).buffer);

test("what members tell each other passes the coordinator sealed: not a byte of it can be read there, and nothing can be put in", async () => {
  const federation = await smallFederation({ minClients: 2 }, { clients: 1 });
  const { url, federationId } = federation;
  const secret = createTeamSecret();
  const leader = member(await joined(federation), federationId, secret);
  await expect.poll(() => leader.channel.present.get().length).toBe(1);
  const other = member(connect(url), federationId, secret);
  // Who knows the room's name, as the coordinator does, and not the key.
  const onlooker = connect(url);
  const seen: Uint8Array[] = [];
  onlooker.onTeamFrame(({ frame }) => seen.push(frame));
  await onlooker.request("team:enter", { federationId, room: teamKeys(secret, federationId).room, member: "x".repeat(22) });
  await expect.poll(() => leader.channel.present.get().length).toBe(3);
  const said: TeamMessage[] = [
    { kind: "part", training: CANARY, step: 1, values: floatsOf(CANARY), weight: 1 },
    { kind: "over", isFinished: true, sentence: CANARY },
  ];
  for (const message of said) await leader.channel.send(null, message);
  await expect.poll(() => other.heard.messages).toEqual(said);
  expect(seen.length).toBe(said.length);
  for (const frame of seen) {
    const text = new TextDecoder("latin1").decode(frame);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(secret);
    expect(text).not.toContain("training");
  }
  // Its own frame, and one of the team's sent once more in its own name, are refused in a sentence.
  await onlooker.relayFrame(null, new Uint8Array(new ArrayBuffer(100)));
  await onlooker.relayFrame(null, new Uint8Array(seen[0] ?? []));
  await expect.poll(() => other.heard.refused).toEqual(Array(2).fill("Somebody in this team's room has another key"));
  expect(other.heard.messages).toHaveLength(said.length);
  await other.channel.send(other.channel.self, { kind: "beat" });
  await other.channel.send(leader.channel.self, { kind: "beat" });
  await expect.poll(() => leader.heard.messages).toEqual([{ kind: "beat" }]);
});

test("another link leads to no team, in a sentence; a connection that was lost comes back to its seat", async () => {
  const federation = await smallFederation({ minClients: 2 }, { clients: 1 });
  const { url, federationId } = federation;
  const secret = createTeamSecret();
  const leader = member(await joined(federation), federationId, secret);
  await expect.poll(() => leader.channel.present.get().length).toBe(1);
  const mistyped = member(connect(url), federationId, createTeamSecret());
  await expect.poll(() => mistyped.heard.absent[0]).toMatch(/^No team is there under this link: the link is mistyped, or/);
  const connection = connect(url);
  const other = member(connection, federationId, secret);
  await expect.poll(() => other.channel.present.get().length).toBe(2);
  const seats = other.channel.present.get();
  connection.reconnect();
  await expect.poll(() => other.channel.present.get().length).toBe(0);
  await expect.poll(() => other.channel.present.get()).toEqual(seats);
  await leader.channel.send(other.channel.self, { kind: "out" });
  await expect.poll(() => other.heard.messages).toEqual([{ kind: "out" }]);
});

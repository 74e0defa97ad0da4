/** The federation that `npm start` has ready, so that two tabs can try Duet without setting anything up. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { signIn } from "@duet/client/accountSession";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { ReplyOf } from "@duet/lora-core/protocol/messages";
import type { LinkView } from "@duet/lora-core/protocol/organiserView";
import { TERM_KINDS } from "@duet/lora-core/scenarios/medical/medicalCorpus";

const NAME = "Try it together";
const MODEL = "use-lite";

type Tokens = ReplyOf<"federation:create">;

/** Links that join and watch a federation. */
export interface Links {
  readonly invite: string;
  readonly watch: string;
}

/**
 * Creates the federation over the socket, as the page would, and remembers it in `file`, so that a restart comes back to the same
 * one while it still waits for its clients. The links begin with `address`, where people open the page. Where the coordinator has an
 * operator key, it is needed here too.
 */
export async function trialFederation(
  url: string,
  file: string,
  { address = url, operatorKey = null }: { readonly address?: string; readonly operatorKey?: string | null } = {},
): Promise<Links> {
  const cookie = operatorKey === null ? null : await signIn(url, operatorKey);
  const client = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now, cookie });
  try {
    const { federationId, inviteToken, watchToken } = (await remembered(client, file)) ?? (await create(client, file));
    return {
      invite: `${address}/join/${federationId}#${inviteToken}`,
      watch: `${address}/watch/${federationId}#${watchToken}`,
    };
  } finally {
    client.close();
  }
}

async function remembered(client: CoordinatorClient, file: string): Promise<Tokens | null> {
  try {
    const { federationId, organiserKey }: Tokens = JSON.parse(await readFile(file, "utf8"));
    const { links } = await client.request("federation:links", { federationId, organiserKey });
    const isGood = ({ expiresAt }: LinkView) => expiresAt !== null && expiresAt > Date.now();
    const [inviteToken, watchToken] = [links.invite, links.watch].map((link) => (isGood(link) ? link.token : null));
    if (!inviteToken || !watchToken) return null;
    const snapshot = await client.watch(federationId, watchToken);
    const isWaiting = snapshot.phase === "waiting" && snapshot.rounds.length === 0;
    return isWaiting ? { federationId, organiserKey, inviteToken, watchToken } : null;
  } catch {
    // No file yet, or the coordinator does not know that federation any more: a new one is made.
    return null;
  }
}

async function create(client: CoordinatorClient, file: string): Promise<Tokens> {
  const model = (await client.offer()).models.find(({ name }) => name === MODEL);
  if (!model) throw new Error(`The coordinator does not serve the base model ${MODEL}`);
  const config = defaultFederation({ name: NAME, model, task: { kind: "label", labels: [...TERM_KINDS] }, alone: true });
  const tokens = await client.request("federation:create", { config });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(tokens), { mode: 0o600 });
  return tokens;
}

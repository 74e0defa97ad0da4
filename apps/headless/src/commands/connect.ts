/** A connection to a coordinator for one command, closed when that is over. */
import { readFileSync } from "node:fs";
import { signIn } from "@duet/client/accountSession";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { UsageError } from "../terminal/usage.ts";

/** Runs `work` with it; signed in where `keyFile` names the operator key. @throws what `work` throws, or signing in. */
export async function withCoordinator<T>(
  url: string,
  keyFile: string | null,
  work: (coordinator: CoordinatorClient) => Promise<T>,
): Promise<T> {
  const cookie = keyFile === null ? null : await signedIn(url, keyFile);
  const coordinator = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now, cookie });
  try {
    return await work(coordinator);
  } finally {
    coordinator.close();
  }
}

async function signedIn(url: string, keyFile: string): Promise<string | null> {
  let key: string;
  try {
    key = readFileSync(keyFile, "utf8").trim();
  } catch {
    throw new UsageError(`The file with the operator key, ${keyFile}, cannot be read.`);
  }
  return signIn(url, key);
}

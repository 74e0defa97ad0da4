/** A small federation for the length of a test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { onTestFinished } from "vitest";
import { openSmallFederation, type SmallFederation, type SmallOptions } from "./openSmallFederation.ts";

export type { SmallFederation } from "./openSmallFederation.ts";

/** As {@link openSmallFederation}, in a folder of its own. */
export async function smallFederation(
  choices: Partial<FederationChoices> = {},
  options: SmallOptions = {},
): Promise<SmallFederation> {
  const folder = mkdtempSync(join(tmpdir(), "duet-headless-"));
  const { federation, close } = await openSmallFederation(folder, choices, options);
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });
  return federation;
}

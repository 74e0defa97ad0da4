import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { ownAddresses } from "@duet/lora-core/protocol/ownAddresses";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { testConfig } from "./support/federations.ts";
import { operatorCookie, withOperatorKey } from "./support/operator.ts";
import { connectClient } from "./support/testClient.ts";

/** A port of this machine at which nothing listens. */
const NOBODY = "http://127.0.0.1:9";

test("the organiser is told where else the coordinator is, and whether it answers there; nobody else is", async () => {
  const answering = await startCoordinator();
  const { url } = await startCoordinator({ ...withOperatorKey, origins: [answering.url, NOBODY] });
  const organiser = await connectClient(url, { headers: { cookie: await operatorCookie(url) } });
  const created = await organiser.call("federation:create", { config: testConfig() });
  const addresses = (token: string) =>
    fetch(`${url}/federations/${created.federationId}/addresses`, { headers: { [WATCH_TOKEN_HEADER]: token } });

  const told = ownAddresses.parse(await (await addresses(created.organiserKey)).json());
  expect(told.addresses).toEqual([
    { address: `${answering.url}/`, answers: true },
    { address: `${NOBODY}/`, answers: false },
  ]);
  expect((await addresses(created.inviteToken)).status).toBe(403);
  expect((await addresses("")).status).toBe(403);
});

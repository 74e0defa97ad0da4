import { expect, onTestFinished, test } from "vitest";
import { beginHubSignIn } from "./hubSignIn.ts";
import { startPushHub } from "./testing/pushHub.ts";

const redirectUrl = "http://localhost:8080/hub-signed-in";

/** Where the hub sends somebody who agreed. */
const cameBackTo = async (address: string) => (await fetch(address, { redirect: "manual" })).headers.get("location") ?? "";

test("who agreed at the hub comes back with a code, which this client alone can make a token of, once", async () => {
  const hub = await startPushHub("hf_bySignIn");
  onTestFinished(hub.close);
  const app = { hub: hub.address, clientId: "duet-app", redirectUrl };
  const begun = await beginHubSignIn(app);
  expect(new URL(begun.address).searchParams.get("client_id")).toBe("duet-app");
  const back = await cameBackTo(begun.address);
  expect(back.startsWith(`${redirectUrl}?code=`)).toBe(true);
  const other = await beginHubSignIn(app);
  await expect(other.finish(back)).rejects.toMatchObject({ code: "HUB_REFUSED" });
  expect(await begun.finish(back)).toBe("hf_bySignIn");
  await expect(begun.finish(back)).rejects.toMatchObject({ code: "HUB_REFUSED" });
});

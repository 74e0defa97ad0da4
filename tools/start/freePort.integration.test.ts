import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { freePort } from "./freePort.mjs";

it("passes over a port that somebody listens on", async () => {
  const busy = createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
  const address = busy.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const next = await freePort(port, "127.0.0.1");
  expect(next).toBeGreaterThan(port);
  busy.close();
  await once(busy, "close");
  expect(await freePort(port, "127.0.0.1")).toBe(port);
});

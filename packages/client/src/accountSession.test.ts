import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hasCode } from "@duet/lora-core/errors/duetError";
import { expect, onTestFinished, test } from "vitest";
import { readSession, signIn } from "./accountSession.ts";

/** Where every request is answered with that status and a page. */
async function answering(status: number): Promise<string> {
  const server = createServer(
    (_, response) => void response.writeHead(status, { "content-type": "text/html" }).end("<h1>No</h1>"),
  );
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  [200, "BAD_REPLY"],
  [404, "BAD_REPLY"],
  [502, "UNREACHABLE"],
  [503, "UNREACHABLE"],
  [504, "UNREACHABLE"],
] as const)("a proxy's page with status %i is %s", async (status, code) => {
  const url = await answering(status);
  for (const asked of [readSession(url), signIn(url, "key")]) {
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(hasCode(error, code)).toBe(true);
  }
});

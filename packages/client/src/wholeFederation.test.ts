import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { deleteFederation, exportFederation } from "./wholeFederation.ts";

/** A coordinator that has one federation, running as long as `isRunning`; it is asked with the organiser's key. */
async function coordinatorOf(state: { isRunning: boolean }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["x-organiser-key"]}`);
    const error = { code: "STILL_RUNNING", message: "This federation is still running" };
    if (request.method === "GET") return void response.end("a tar");
    const answer = state.isRunning ? { ok: false, error } : { ok: true, data: {} };
    response.writeHead(state.isRunning ? 409 : 200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/duet/`, asked };
}

test("a federation is taken along and deleted by its organiser's key, below the coordinator's path", async () => {
  const { url, asked } = await coordinatorOf({ isRunning: false });
  expect(new TextDecoder().decode(await exportFederation(url, "f1", "key"))).toBe("a tar");
  await deleteFederation(url, "f1", "key");
  expect(asked).toEqual(["GET /duet/federations/f1/export key", "DELETE /duet/federations/f1 key"]);
});

test("one that runs is not deleted, and it is said why", async () => {
  const { url } = await coordinatorOf({ isRunning: true });
  await expect(deleteFederation(url, "f1", "key")).rejects.toMatchObject({ code: "STILL_RUNNING" });
});

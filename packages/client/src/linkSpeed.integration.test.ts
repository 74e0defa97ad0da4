import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { afterEach, expect, test } from "vitest";
import { linkSpeed } from "./linkSpeed.ts";

const MODEL = { ...encoderBase, files: encoderBase.files.map((file, at) => ({ ...file, bytes: (at + 1) * 200_000 })) };
let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function served(answer: (response: ServerResponse, range: string | undefined) => void): Promise<string> {
  server = createServer((request, response) => answer(response, request.headers.range)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("a link is timed by the end of the largest file", async () => {
  const ranges: unknown[] = [];
  const url = await served((response, range) => {
    ranges.push(range);
    response.writeHead(206).end(Buffer.alloc(256 * 1024));
  });
  let at = 0;
  const speed = await linkSpeed(MODEL, url, () => (at += 500));
  expect(speed).toBe((256 * 1024) / 0.5);
  expect(ranges).toEqual([`bytes=${600_000 - 256 * 1024}-`]);
});

test("one that stands still is as fast as what came of it, and nothing is known where nothing came", async () => {
  const url = await served((response) => response.writeHead(206).write(Buffer.alloc(3000)));
  let at = 0;
  expect(await linkSpeed(MODEL, url, () => (at += 1500), 300)).toBe(2000);
  server.close();
  server.closeAllConnections();
  const silent = await served(() => {});
  expect(await linkSpeed(MODEL, silent, Date.now, 300)).toBeNull();
});

test("nothing is measured by a server that does not serve parts", async () => {
  const url = await served((response) => response.writeHead(200).end("all of it"));
  expect(await linkSpeed(MODEL, url, Date.now)).toBeNull();
});

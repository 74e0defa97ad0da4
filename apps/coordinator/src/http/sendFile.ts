/** Files over HTTP, from the start or from where an earlier answer broke off. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";

/** First byte asked for by a client that has the beginning of this version, or takes what is there; 0 sends the whole file. */
export function resumeAt(headers: IncomingHttpHeaders, etag: string): number {
  const { range, "if-range": version = etag } = headers;
  return version === etag ? Number(/^bytes=(\d{1,15})-$/.exec(range ?? "")?.[1] ?? 0) : 0;
}

/** The file, or what was read of it, from byte `start` on; all of it where there is no such byte. */
export async function sendFile(reply: FastifyReply, file: string | Buffer, kind: string, start = 0) {
  const size = typeof file === "string" ? (await stat(file)).size : file.byteLength;
  const isPart = start > 0 && start < size;
  if (isPart) reply.code(206).header("content-range", `bytes ${start}-${size - 1}/${size}`);
  reply.header("content-length", isPart ? size - start : size);
  reply.type(kind.endsWith(".json") ? "application/json; charset=utf-8" : "application/octet-stream");
  const from = isPart ? start : 0;
  return reply.send(typeof file === "string" ? createReadStream(file, { start: from }) : file.subarray(from));
}

/** Answers to what never becomes a request: written by hand, with the same headers and the same form as every other. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";
import type { Told } from "@duet/lora-core/sayings/saying";
import { failureOf } from "../gateway/validated.ts";
import type { SecurityHeaders } from "./securityHeaders.ts";

export interface RawRefusal {
  readonly status: number;
  readonly code: RefusalCode;
  readonly message: string;
  readonly told?: Told | null;
  readonly retryAfterMs?: number | null;
}

/** Says why, and ends the connection. Nothing is said to somebody who is gone. */
export function refuseRaw(connection: Duplex, headers: ReturnType<SecurityHeaders>, { status, ...refusal }: RawRefusal): void {
  connection.on("error", () => connection.destroy());
  if (!connection.writable) {
    connection.destroy();
    return;
  }
  const body = JSON.stringify(failureOf(refusal));
  const fields = {
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    ...(refusal.retryAfterMs ? { "retry-after": String(Math.ceil(refusal.retryAfterMs / 1000)) } : {}),
    connection: "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
  (connection as Socket).destroySoon();
}

const UNREADABLE: Readonly<Record<string, Omit<RawRefusal, "code">>> = {
  HPE_HEADER_OVERFLOW: { status: 431, message: "The headers of this request are too long" },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: "This request took too long to arrive" },
};

/** What Node could not read as HTTP. */
export function unreadableRefusal(error: NodeJS.ErrnoException): RawRefusal {
  const known = UNREADABLE[error.code ?? ""] ?? { status: 400, message: "This is not a request that can be read" };
  return { code: "INVALID_PAYLOAD", ...known };
}

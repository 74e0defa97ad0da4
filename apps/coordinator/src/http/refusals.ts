/** Refusals over HTTP. */
import type { IncomingHttpHeaders } from "node:http";
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";
import type { FastifyReply } from "fastify";
import type { Logger } from "pino";
import { failureOf } from "../gateway/validated.ts";
import { Refusal } from "../refusal.ts";

const STATUS: Partial<Record<RefusalCode, number>> = {
  INVALID_PAYLOAD: 400,
  SIGN_IN_REQUIRED: 401,
  SIGN_IN_FAILED: 403,
  ACCOUNT_REFUSED: 403,
  WRONG_KEY: 403,
  WRONG_HOST: 403,
  WRONG_PAGE: 403,
  FORBIDDEN: 403,
  LINK_ENDED: 403,
  NOT_JOINED: 403,
  NOT_FOUND: 404,
  NOT_READABLE: 404,
  WRONG_ROUND: 409,
  STILL_RUNNING: 409,
  STILL_NEEDED: 409,
  BLOB_MISSING: 409,
  INVALID_ADAPTER: 422,
  RATE_LIMITED: 429,
  QUOTA_USED_UP: 429,
  LOCKED_OUT: 429,
  STORAGE_FAILED: 507,
};

/** How a refusal is numbered over HTTP. */
export const statusOf = (code: RefusalCode): number => STATUS[code] ?? 500;

/** The value of a header that may be sent once. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" ? value : null;
}

/** As on the socket: a code and a sentence. Fastify's own errors (a body too large, of another type) carry a status below 500. */
export function refuse(reply: FastifyReply, error: unknown, logger: Logger): FastifyReply {
  const refusal = refusalFrom(error);
  const { code, retryAfterMs } = refusal;
  if (retryAfterMs !== null) reply.header("retry-after", Math.ceil(retryAfterMs / 1000));
  if (code === "INTERNAL") logger.error({ error: String(error) }, "A transfer failed");
  return reply.code(statusOf(code)).send(failureOf(refusal));
}

/** What becomes of an error. */
export function refusalFrom(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const isTheirs = error instanceof Error && "statusCode" in error && Number(error.statusCode) < 500;
  if (isTheirs) return new Refusal("INVALID_PAYLOAD", { message: error.message, told: null });
  return new Refusal("INTERNAL", ["wentWrong"]);
}

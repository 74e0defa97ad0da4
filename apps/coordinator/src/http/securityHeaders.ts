/** Headers on every answer. Isolation (COOP/COEP) is what threaded WebAssembly needs; the policy allows nothing foreign. */
import { DEFAULT_HUB } from "@duet/lora-core/checkpoints/hubAddress";
import type { FastifyInstance } from "fastify";

/** The Hugging Face hub answers with a redirection to one of its storage hosts; another hub must serve its files itself. */
const HUB_STORAGE: ReadonlyMap<string, readonly string[]> = new Map([
  [DEFAULT_HUB, ["https://*.huggingface.co", "https://*.hf.co"]],
]);

const contentSecurityPolicy = (hubOrigin: string) =>
  [
    "default-src 'self'",
    // TF.js starts its WebAssembly threads from blob: scripts.
    "script-src 'self' 'wasm-unsafe-eval' blob:",
    "worker-src 'self' blob:",
    // Mantine sets its colours in style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", "data:", "blob:", hubOrigin, ...(HUB_STORAGE.get(hubOrigin) ?? [])].join(" ")}`,
    "object-src 'none'",
    // The page's <base> is the path below which it is served.
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  // Links carry tokens.
  "referrer-policy": "no-referrer",
} as const;

/** Adds them to everything the application sends. Base models may come from `hub`; nothing else is foreign. */
export function addSecurityHeaders(app: FastifyInstance, hub: string): void {
  const headers = { ...HEADERS, "content-security-policy": contentSecurityPolicy(new URL(hub).origin) };
  app.addHook("onSend", async (_request, reply) => {
    reply.headers(headers);
  });
}

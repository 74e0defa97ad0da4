/** Headers on every answer. Isolation (COOP/COEP) is what threads of WebAssembly need; the policy allows nothing foreign. */
import { DEFAULT_HUB } from "@duet/lora-core/checkpoints/hubAddress";
import type { Arrival, Trust } from "../access/trustedProxy.ts";
import { isSecure } from "../access/visitor.ts";

/** The Hugging Face hub answers with a redirection to one of its storage hosts; another hub must serve its files itself. */
const HUB_STORAGE: ReadonlyMap<string, readonly string[]> = new Map([
  [DEFAULT_HUB, ["https://*.huggingface.co", "https://*.hf.co"]],
]);

const contentSecurityPolicy = (hubOrigin: string) =>
  [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
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

/** Pages that came over https are asked for over https for a year. */
const STRICT_TRANSPORT = { "strict-transport-security": "max-age=31536000" } as const;

/** The headers of an answer to a request, or to what could not be read as one. */
export type SecurityHeaders = (arrival: Arrival | null) => Readonly<Record<string, string>>;

/** Base models may come from `hub`; nothing else is foreign. */
export function createSecurityHeaders(hub: string, trusts: Trust): SecurityHeaders {
  const always = { ...HEADERS, "content-security-policy": contentSecurityPolicy(new URL(hub).origin) };
  const safe = { ...always, ...STRICT_TRANSPORT };
  return (arrival) => (arrival && isSecure(arrival, trusts) ? safe : always);
}

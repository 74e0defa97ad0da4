/** Where else the coordinator may be reached: for the organiser of a federation, whose links others have to open. */
import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { OwnAddresses } from "@duet/lora-core/protocol/ownAddresses";
import type { FastifyInstance } from "fastify";
import { checkedAddresses } from "../access/ownAddresses.ts";
import type { FederationRegistry } from "../federations/registry.ts";
import { Refusal } from "../refusal.ts";
import { headerOf, statusOf } from "./refusals.ts";

/** Addresses of a network are nobody else's business. */
export function registerAddresses(app: FastifyInstance, registry: FederationRegistry, addresses: () => readonly string[]): void {
  app.get<{ Params: { id: string } }>("/federations/:id/addresses", async (request, reply) => {
    const key = headerOf(request.headers, WATCH_TOKEN_HEADER) ?? "";
    reply.header("cache-control", "no-store");
    try {
      await registry.authorise(request.params.id, key, "organiser");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return reply.code(statusOf(error.code)).send({ error: error.message });
    }
    return { addresses: [...(await checkedAddresses(addresses()))] } satisfies OwnAddresses;
  });
}

/** What an organiser may do with a federation as a whole, by the key in `x-organiser-key`: take it along, and delete it. */
import { ORGANISER_KEY_HEADER } from "@duet/lora-core/protocol/blobs";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { FederationRegistry } from "../federations/registry.ts";
import { headerOf, refuse } from "./refusals.ts";

interface FederationAddress {
  Params: { id: string };
}

export async function registerFederations(app: FastifyInstance, registry: FederationRegistry, logger: Logger): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => refuse(reply, error, logger));
    const keyOf = (request: FastifyRequest) => headerOf(request.headers, ORGANISER_KEY_HEADER) ?? "";

    scope.get<FederationAddress>("/federations/:id/export", async (request, reply) => {
      const { id } = request.params;
      const file = await registry.export(id, keyOf(request));
      reply.header("content-disposition", `attachment; filename="federation-${id}.tar"`).type("application/x-tar");
      return reply.send(file);
    });

    scope.delete<FederationAddress>("/federations/:id", async (request) => {
      await registry.delete(request.params.id, keyOf(request));
      return { ok: true, data: {} };
    });
  });
}

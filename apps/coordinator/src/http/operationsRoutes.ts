/** /health, /ready and /metrics: for whoever runs the coordinator, and the programs that watch over it. */
import type { FastifyInstance } from "fastify";
import type { Access } from "../access/createAccess.ts";
import type { Metrics, Surveyed } from "../operations/metrics.ts";
import { isReady, type Readiness } from "../operations/readiness.ts";
import { Refusal } from "../refusal.ts";

export interface OperationsParts {
  readonly access: Access;
  readonly metrics: Metrics;
  readonly survey: () => Surveyed;
  readonly readiness: () => Promise<Readiness>;
}

/** /health and /ready tell nothing that is not everybody's; /metrics is for who may create federations, or has the operator key. */
export function registerOperations(app: FastifyInstance, { access, metrics, survey, readiness }: OperationsParts): void {
  app.get("/health", async () => ({ status: "ok", federations: survey().federations.size }));

  app.get("/ready", async (_request, reply) => {
    const checks = await readiness();
    const ready = isReady(checks);
    return reply
      .code(ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ status: ready ? "ready" : "not ready", checks });
  });

  app.get("/metrics", async (request, reply) => {
    const visitor = await access.visitorOf(request.raw);
    const key = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    await access.guard.around({ visitor, secret: key === undefined ? undefined : "operatorKey", action: "metrics" }, () => {
      if (key !== undefined) access.assertOperatorKey(key);
      else if (!access.creation.allows(visitor)) {
        throw new Refusal("SIGN_IN_REQUIRED", ["figuresForOperator"]);
      }
    });
    return reply
      .header("content-type", metrics.contentType)
      .header("cache-control", "no-store")
      .send(await metrics.text(survey));
  });
}

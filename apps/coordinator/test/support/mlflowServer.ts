/** A server with the part of MLflow's REST API that figures take, in memory. It can be told to answer nothing, or that it is broken. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

type Pair = { readonly key: string; readonly value: string };
type Point = { readonly key: string; readonly value: number; readonly step: number; readonly timestamp: number };

/** What requests may have, each some of it. */
interface Asked {
  readonly name: string;
  readonly filter?: string;
  readonly run_id: string;
  readonly run_name: string;
  readonly tags: Pair[];
  readonly metrics?: readonly Point[];
  readonly params?: readonly Pair[];
  readonly status: string;
  readonly end_time: number;
}

interface Run {
  readonly info: { run_id: string; run_name: string; status: string; end_time?: number };
  readonly data: { tags: Pair[]; params: Pair[] };
  readonly points: Point[];
}

export interface MlflowServer {
  readonly url: string;
  /** "silent" takes requests and answers none; "broken" answers 500. */
  mode: "well" | "silent" | "broken";
  /** Of every request. */
  readonly authorizations: (string | undefined)[];
}

export async function startMlflowServer(): Promise<MlflowServer> {
  const experiments: string[] = [];
  const runs: Run[] = [];
  const found = (id: string) => runs.find(({ info }) => info.run_id === id);
  const absent = { error_code: "RESOURCE_DOES_NOT_EXIST", message: "" };

  const answers: Readonly<Record<string, (body: Asked, query: URLSearchParams) => object>> = {
    "experiments/get-by-name": (_, query) => {
      const id = experiments.indexOf(query.get("experiment_name") ?? "");
      return id < 0 ? absent : { experiment: { experiment_id: String(id) } };
    },
    "experiments/create": ({ name }) => ({ experiment_id: String(experiments.push(name) - 1) }),
    "runs/search": ({ filter }) => {
      const wanted = [...(filter ?? "").matchAll(/tags\.`([^`]+)` = '([^']*)'/g)];
      const has = ({ data }: Run) =>
        wanted.every(([, key, value]) => data.tags.some((tag) => tag.key === key && tag.value === value));
      return { runs: runs.filter(has).map(({ info, data }) => ({ info, data })) };
    },
    "runs/create": ({ run_name, tags }) => {
      const run: Run = {
        info: { run_id: `run${runs.length}`, run_name, status: "RUNNING" },
        data: { tags, params: [] },
        points: [],
      };
      runs.push(run);
      return { run: { info: run.info, data: run.data } };
    },
    "runs/log-batch": ({ run_id, metrics = [], params = [] }) => {
      const run = found(run_id);
      if (!run) return absent;
      const isKnown = (point: Point) =>
        run.points.some(({ key, step, timestamp }) => key === point.key && step === point.step && timestamp === point.timestamp);
      run.points.push(...metrics.filter((point) => !isKnown(point)));
      run.data.params.push(...params);
      return {};
    },
    "runs/update": ({ run_id, status, end_time }) => {
      const run = found(run_id);
      if (run) Object.assign(run.info, { status, end_time });
      return run ? {} : absent;
    },
    "metrics/get-history": (_, query) => ({
      metrics: found(query.get("run_id") ?? "")?.points.filter(({ key }) => key === query.get("metric_key")) ?? [],
    }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    server.authorizations.push(request.headers.authorization);
    const body = await text(request);
    if (server.mode === "silent") return;
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const make = answers[pathname.replace("/api/2.0/mlflow/", "")];
    const isBroken = server.mode === "broken" || !make;
    const result = isBroken ? { error_code: "INTERNAL_ERROR" } : make(JSON.parse(body || "{}"), searchParams);
    const status = isBroken ? 500 : result === absent ? 404 : 200;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(result));
  }

  const http = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const bound = http.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port");
  const server: MlflowServer = { url: `http://127.0.0.1:${bound.port}`, mode: "well", authorizations: [] };
  return server;
}

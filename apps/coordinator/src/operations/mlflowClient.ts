/** The calls of MLflow's REST API (mlflow.org/docs/latest/rest-api.html) that figures take. */

export interface MlflowSettings {
  /** Address of the tracking server; a name and password in it are sent as such. */
  readonly url: string;
  /** Experiment that runs are put into; made where it is not there. */
  readonly experiment: string;
  /** Sent as a bearer token; null sends none. */
  readonly token: string | null;
}

export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly step: number;
}

export type MlflowTags = Readonly<Record<string, string>>;

export interface MlflowClient {
  /** The id of the run that has all of these tags, made under this name where there is none. */
  run(name: string, startedAt: number, tags: MlflowTags, params: MlflowTags): Promise<string>;
  log(runId: string, metrics: readonly MlflowMetric[]): Promise<void>;
  end(runId: string, status: "FINISHED" | "KILLED" | "FAILED", at: number): Promise<void>;
}

/** What the server answered that was no success. */
export class MlflowError extends Error {
  readonly code: string;

  constructor(path: string, status: number, code: string) {
    super(`MLflow answered ${status} ${code} to ${path}`);
    this.code = code;
  }
}

/** Of one call, connection included. */
const CALL_MS = 10_000;
/** What one call of log-batch takes. */
const METRICS_AT_ONCE = 1000;
const [LONGEST_NAME, LONGEST_PARAM] = [250, 500] as const;

/** `signal` ends what is under way. Every call rejects with a {@link MlflowError}, or what `fetch` throws. */
export function createMlflowClient({ url, experiment, token }: MlflowSettings, signal: AbortSignal): MlflowClient {
  const { base, headers } = addressed(url, token);
  let experimentId: string | null = null;

  async function call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${base}/api/2.0/mlflow/${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new MlflowError(path, response.status, String(Object(answer).error_code ?? ""));
    return answer;
  }

  async function experimentOf(): Promise<string> {
    const byName = async () => {
      const found = await call("GET", `experiments/get-by-name?experiment_name=${encodeURIComponent(experiment)}`);
      return String(Object(Object(found).experiment).experiment_id);
    };
    experimentId ??= await byName().catch(async (error: unknown) => {
      if (!(error instanceof MlflowError && error.code === "RESOURCE_DOES_NOT_EXIST")) throw error;
      return String(Object(await call("POST", "experiments/create", { name: experiment })).experiment_id);
    });
    return experimentId;
  }

  return {
    async run(name, startedAt, tags, params) {
      const experiment_id = await experimentOf();
      const filter = Object.entries(tags).map(([key, value]) => `tags.\`${key}\` = '${value}'`);
      const search = { experiment_ids: [experiment_id], filter: filter.join(" AND "), max_results: 1 };
      const [found] = Object(await call("POST", "runs/search", search)).runs ?? [];
      if (found) return String(found.info.run_id);
      const list = (of: MlflowTags) => Object.entries(of).map(([key, value]) => ({ key, value: value.slice(0, LONGEST_PARAM) }));
      const run_name = name.slice(0, LONGEST_NAME);
      const asked = { experiment_id, run_name, start_time: startedAt, tags: list(tags) };
      const runId = String(Object(await call("POST", "runs/create", asked)).run.info.run_id);
      await call("POST", "runs/log-batch", { run_id: runId, params: list(params) });
      return runId;
    },
    async log(run_id, metrics) {
      for (let from = 0; from < metrics.length; from += METRICS_AT_ONCE)
        await call("POST", "runs/log-batch", { run_id, metrics: metrics.slice(from, from + METRICS_AT_ONCE) });
    },
    async end(run_id, status, at) {
      await call("POST", "runs/update", { run_id, status, end_time: at });
    },
  };
}

/** `fetch` takes no name and password in an address. */
function addressed(url: string, token: string | null) {
  const { username, password, origin, pathname } = new URL(url);
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const basic = username === "" ? null : `Basic ${Buffer.from(pair).toString("base64")}`;
  const authorization = token === null ? basic : `Bearer ${token}`;
  const headers = { "content-type": "application/json", ...(authorization === null ? {} : { authorization }) };
  return { base: origin + pathname.replace(/\/$/, ""), headers };
}

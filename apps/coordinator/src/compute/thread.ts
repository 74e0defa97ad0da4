/** A thread that does one job after the other, in the order in which they are given. */
import { parentPort } from "node:worker_threads";
import { failureFrom, type JobFailure } from "./jobFailure.ts";
import { type JobInput, type JobKind, type JobResult, jobs } from "./jobs.ts";

/** What the thread is told. */
export interface JobRequest<K extends JobKind = JobKind> {
  readonly kind: K;
  readonly input: JobInput<K>;
}

/** What the thread says of a job. */
export type JobAnswer =
  | { readonly kind: "done"; readonly result: JobResult<JobKind> }
  | { readonly kind: "failed"; readonly failure: JobFailure };

const port = parentPort;
if (!port) throw new Error("This file is a worker thread's");

port.on("message", async ({ kind, input }: JobRequest) => {
  const job = jobs[kind] as (input: JobInput<JobKind>) => Promise<JobResult<JobKind>>;
  const answer = await job(input).then(
    (result): JobAnswer => ({ kind: "done", result }),
    (error): JobAnswer => ({ kind: "failed", failure: failureFrom(error) }),
  );
  port.postMessage(answer);
});

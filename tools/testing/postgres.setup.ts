/** A PostgreSQL server for a project "postgres…", ended and deleted with the run. */
import type { TestProject } from "vitest/node";
import { startPostgres } from "../postgresServer.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the server. */
    postgres?: string;
  }
}

let stop = async (): Promise<void> => {};

/** Started before the first test. */
export async function setup(project: TestProject): Promise<void> {
  const server = await startPostgres();
  stop = server.stop;
  project.provide("postgres", server.url);
}

/** Ended after the last one. */
export async function teardown(): Promise<void> {
  await stop();
}

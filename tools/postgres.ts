/** Where a PostgreSQL server is installed that the tests can start. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const DEBIAN = "/usr/lib/postgresql";

/** Folder with `initdb` and `postgres`: DUET_POSTGRES, Debian's newest, Homebrew's or the path's; null when there is none. */
export function findPostgres(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    process.env.DUET_POSTGRES,
    ...versions.map((version) => join(DEBIAN, version, "bin")),
    "/opt/homebrew/opt/postgresql@17/bin",
    ...(process.env.PATH ?? "").split(":"),
  ];
  const has = (folder: string) => ["initdb", "postgres"].every((program) => existsSync(join(folder, program)));
  return candidates.find((folder) => folder && has(folder)) ?? null;
}

/** Who did what: a log of its own for what changes who may do what, without any secret in it. */
import { type Logger, pino } from "pino";

export type AuditEvent =
  | "signIn"
  | "signOut"
  | "create"
  | "join"
  | "leave"
  | "control"
  | "export"
  | "delete"
  | "refused"
  | "lockout";

export interface AuditEntry {
  readonly address: string;
  /** As `accountId` says it; null for somebody who is not signed in. */
  readonly account?: string | null;
  readonly federation?: string;
  readonly client?: string;
  /** What was asked for. */
  readonly action?: string;
  /** Why it was refused: a code of the table of errors. */
  readonly code?: string;
  /** How long a lock-out takes. */
  readonly seconds?: number;
}

export interface Audit {
  record(event: AuditEvent, entry: AuditEntry): void;
  /** Writes what is still to be written. */
  close(): void;
}

/** To the coordinator's log, marked `audit: true`, and to a file where one is named. @throws a system error when that cannot be opened. */
export function createAudit(logger: Logger, file: string | null): Audit {
  const destination = file === null ? null : pino.destination({ dest: file, append: true, mode: 0o600, sync: true });
  const logs = [logger, ...(destination ? [pino({ base: null }, destination)] : [])].map((log) => log.child({ audit: true }));
  return {
    record(event, entry) {
      for (const log of logs) log.info({ event, ...entry }, `audit: ${event}`);
    },
    close: () => destination?.end(),
  };
}

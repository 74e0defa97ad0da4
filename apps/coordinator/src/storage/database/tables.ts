/** The tables, as migrations.ts makes them; the same in SQLite and PostgreSQL. Instants are milliseconds since the epoch. */
import type { Generated } from "kysely";

export interface Tables {
  /** What the whole database is, in a few named values. */
  about: { name: string; value: string };
  federations: {
    id: string;
    created_at: number;
    /** Version of `record`. */
    version: number;
    /** JSON of a FederationRecord. */
    record: string;
    /** JSON of a FederationStanding when it was last closed; null before that. */
    standing: string | null;
    /** 1 while it is open, or was when the coordinator ended: it is opened again at the start. */
    awake: Generated<number>;
    ended_at: number | null;
  };
  /** What happened to a federation, counted from 1; only ever appended. */
  events: {
    federation_id: string;
    seq: number;
    /** Version of `event`. */
    version: number;
    /** JSON of a RoundEvent. */
    event: string;
    /** With `clientJoined`: SHA-256 of the client's resume token. */
    resume_hash: string | null;
  };
  /** Which blob has what a federation keeps under a name. `fence`: of the owner that wrote it, see blobStore.ts. */
  artifacts: { federation_id: string; name: string; sha256: string; bytes: number; fence: Generated<number> };
  /** What an organiser answered those who ask to join; see storage/admissions.ts. `is_admitted` is 1 or 0. */
  admissions: {
    federation_id: string;
    resume_hash: string;
    waiting_id: string;
    name: string;
    asked_at: number;
    is_admitted: number;
    until: number;
  };
  /** Sessions that were ended before `until`. */
  ended_sessions: { id: string; until: number };
  /** Coordinators that share this database; each lives until an instant of the database's clock. See storage/ownership.ts. */
  nodes: { id: string; url: string; until: number };
  /** Which node runs a federation, null for none, also before the federation is stored. `fence` grows with every owner. */
  owners: { federation_id: string; node: string | null; fence: number };
}

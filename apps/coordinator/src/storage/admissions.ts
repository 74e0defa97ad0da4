/** What a federation's organiser answered those who ask to join, until they have heard it. */
import type { Database } from "./database/openDatabase.ts";
import type { Write } from "./ownership.ts";

export interface Admission {
  /** SHA-256 of the resume token of who asked. */
  readonly resumeHash: string;
  /** Under which the organiser saw it. */
  readonly waitingId: string;
  /** By which it comes in; nobody else gets it until then. */
  readonly name: string;
  readonly askedAt: number;
  readonly isAdmitted: boolean;
  /** Then the answer is void, and who asks again waits anew. */
  readonly until: number;
}

export interface Admissions {
  /** On disk when it resolves; an earlier one of the same client is replaced. */
  keep(admission: Admission): Promise<void>;
  forget(resumeHash: string): Promise<void>;
}

/** Returns those that are kept, the oldest first, too. `write`: of who holds the federation. */
export async function openAdmissions(
  database: Database,
  federationId: string,
  write: Write,
): Promise<{ admissions: Admissions; kept: readonly Admission[] }> {
  const rows = await database
    .selectFrom("admissions")
    .selectAll()
    .where("federation_id", "=", federationId)
    .orderBy("asked_at")
    .orderBy("resume_hash")
    .execute();
  const kept = rows.map(
    (row): Admission => ({
      resumeHash: row.resume_hash,
      waitingId: row.waiting_id,
      name: row.name,
      askedAt: row.asked_at,
      isAdmitted: row.is_admitted === 1,
      until: row.until,
    }),
  );
  return { kept, admissions: admissionsOf(write, federationId) };
}

function admissionsOf(write: Write, federationId: string): Admissions {
  return {
    async keep({ resumeHash, waitingId, name, askedAt, isAdmitted, until }) {
      const answer = { waiting_id: waitingId, name, asked_at: askedAt, is_admitted: isAdmitted ? 1 : 0, until };
      await write((database) =>
        database
          .insertInto("admissions")
          .values({ federation_id: federationId, resume_hash: resumeHash, ...answer })
          .onConflict((conflict) => conflict.columns(["federation_id", "resume_hash"]).doUpdateSet(answer))
          .execute(),
      );
    },
    async forget(resumeHash) {
      await write((database) =>
        database
          .deleteFrom("admissions")
          .where("federation_id", "=", federationId)
          .where("resume_hash", "=", resumeHash)
          .execute(),
      );
    },
  };
}

/** Of all federations: those that are void by that instant. */
export async function forgetVoidAdmissions(database: Database, instant: number): Promise<void> {
  await database.deleteFrom("admissions").where("until", "<=", instant).execute();
}

/** What stands around everything that is asked for with a secret or counted: lock-outs, quotas, the audit log. */
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";
import { Refusal } from "../refusal.ts";
import { type Account, accountId } from "./account.ts";
import type { Audit, AuditEntry, AuditEvent } from "./audit.ts";
import type { SecretKind } from "./limits.ts";
import type { Lockout } from "./lockout.ts";
import type { Quotas } from "./quotas.ts";
import type { Visitor } from "./visitor.ts";

/** Codes that say that a secret was wrong. */
const WRONG_SECRET: ReadonlySet<RefusalCode> = new Set<RefusalCode>(["FORBIDDEN", "WRONG_KEY"]);
/** What is no part of working together as it should be. */
const AUDITED: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  ...WRONG_SECRET,
  "SIGN_IN_REQUIRED",
  "SIGN_IN_FAILED",
  "ACCOUNT_REFUSED",
  "LOCKED_OUT",
  "QUOTA_USED_UP",
  "RATE_LIMITED",
  "FEDERATION_FULL",
]);

export interface GuardedAction {
  readonly visitor: Visitor;
  /** Which secret it shows; undefined for none. */
  readonly secret?: SecretKind | undefined;
  /** For the log. */
  readonly action: string;
  readonly federation?: string | undefined;
}

/** Whose doing is logged: a visitor's, or of one whose session has just begun. */
export type Recorded = Pick<Visitor, "address"> & { readonly signedIn: { readonly account: Account } | null };

export interface Guard {
  readonly quotas: Quotas;
  readonly lockout: Lockout;
  /** Does it unless its network is locked out; wrong secrets are counted, refusals logged. @throws what it throws, or {Refusal} LOCKED_OUT. */
  around<T>(action: GuardedAction, run: () => T | Promise<T>): Promise<T>;
  /** Counts against the network and, where one is signed in, against the account. @throws {Refusal} QUOTA_USED_UP */
  takeFederation(visitor: Visitor): () => void;
  record(event: AuditEvent, who: Recorded, entry?: Omit<AuditEntry, "address" | "account">): void;
  /** Notes a refusal that was given elsewhere. */
  refused(action: GuardedAction, code: RefusalCode): void;
}

export function createGuard({ quotas, lockout, audit }: { quotas: Quotas; lockout: Lockout; audit: Audit }): Guard {
  const record: Guard["record"] = (event, { address, signedIn }, entry = {}) =>
    audit.record(event, { address, account: signedIn ? accountId(signedIn.account) : null, ...entry });

  function refused({ visitor, secret, action, federation }: GuardedAction, code: RefusalCode): void {
    if (secret && WRONG_SECRET.has(code)) lockout.failed(visitor.network, secret);
    if (!AUDITED.has(code) || !quotas.has("refusalLogged", visitor.network)) return;
    record("refused", visitor, { action, code, ...(federation === undefined ? {} : { federation }) });
  }

  return {
    quotas,
    lockout,
    record,
    refused,
    async around(action, run) {
      try {
        if (action.secret) lockout.assertOpen(action.visitor.network, action.secret);
        return await run();
      } catch (error) {
        if (error instanceof Refusal) refused(action, error.code);
        throw error;
      }
    },
    takeFederation({ network, signedIn }) {
      const counted = [network, ...(signedIn ? [accountId(signedIn.account)] : [])];
      const taken: string[] = [];
      const giveBack = () => {
        for (const who of taken.splice(0)) quotas.giveBack("federation", who);
      };
      try {
        for (const who of counted) {
          quotas.take("federation", who);
          taken.push(who);
        }
      } catch (error) {
        giveBack();
        throw error;
      }
      return giveBack;
    },
  };
}

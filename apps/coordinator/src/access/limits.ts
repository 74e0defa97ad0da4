/**
 * How much one network address, or one account, may do: every limit of this kind, in one place. A class of a hundred behind one address
 * trains well within them, and so do 500 clients of one machine.
 */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** So much within any such time, on average. */
export interface Quota {
  readonly amount: number;
  readonly perMs: number;
}

export const QUOTAS = {
  /** Federations created; the amount is an option. */
  federation: { amount: 60, perMs: HOUR },
  /** Sockets opened. */
  handshake: { amount: 3_000, perMs: MINUTE },
  join: { amount: 1_500, perMs: MINUTE },
  /** Messages of all its sockets. */
  message: { amount: 60_000, perMs: MINUTE },
  /** Bytes of adapters: 500 clients with 1.4 MB each, three rounds a minute. */
  upload: { amount: 4 * 1024 ** 3, perMs: MINUTE },
  /** Refusals that are logged one by one. */
  refusalLogged: { amount: 60, perMs: MINUTE },
  /** Signing in, whatever comes of it. */
  signIn: { amount: 120, perMs: MINUTE },
} as const satisfies Record<string, Quota>;
export type QuotaName = keyof typeof QUOTAS;

/** Joins that a coordinator works on at once; an option. A client waits a minute for its answer. */
export const MAX_JOINS_AT_ONCE = 500;
/** Nobody is told to come again sooner, ms. */
export const LEAST_RETRY_AFTER_MS = SECOND;

/** Sockets open at once from one network; an option. */
export const MAX_SOCKETS_PER_NETWORK = 2_000;

/** Addresses that are remembered; those that did nothing for the longest time are forgotten first. */
export const MAX_REMEMBERED = 20_000;

/** Wrong secrets from one network before further ones are not looked at any more. */
export const MAX_WRONG = { operatorKey: 10, organiserKey: 20, link: 50, resumeToken: 50 } as const;
export type SecretKind = keyof typeof MAX_WRONG;

/** Wrong ones are forgotten after this time without another. */
export const WRONG_WINDOW_MS = 10 * MINUTE;
/** How long the first lock-out takes; each further one twice as long. */
export const FIRST_LOCK_MS = MINUTE;
export const LONGEST_LOCK_MS = HOUR;

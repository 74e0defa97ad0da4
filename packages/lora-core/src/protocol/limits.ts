/** Every size the wire accepts, in one place. */
export const MAX_ADAPTER_BYTES = 128 * 1024 * 1024;
/** Largest Socket.IO message to the coordinator, of who may create federations: a config, with its base model's, is the largest there is. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Of everybody else. */
export const MAX_CLIENT_MESSAGE_BYTES = 16 * 1024;
/** Before `session:hello` was accepted. */
export const MAX_GREETING_BYTES = 1024;
/** How long after connecting that may take, ms. */
export const GREETING_TIMEOUT_MS = 10_000;
/** Largest piece of an adapter in one HTTP request. */
export const MAX_PIECE_BYTES = 512 * 1024;
/** Of one frame between members of a team, sealed. */
export const MAX_TEAM_FRAME_BYTES = 256 * 1024;
/** Members of a team that are connected at a time. */
export const MAX_TEAM_MEMBERS = 32;
/** Frames of one member that are not with all whom they are for yet. */
export const TEAM_FRAMES_AT_ONCE = 4;
export const MAX_NAME_LENGTH = 60;
/** How a listed federation says whom to ask for an invitation. */
export const MAX_CONTACT_LENGTH = 120;
/** Clients of one federation that wait to be admitted. */
export const MAX_WAITING = 50;
export const MAX_CLIENTS = 10_000;
export const MAX_ROUNDS = 200;
/** For which an answer may still be taken after its own. */
export const MAX_LATE_ROUNDS = 20;
/** Adapted modules whose aggregation error a snapshot lists. */
export const MAX_MODULE_ERRORS = 16;
/** Nobody is told to come again later than that, or waits for longer before it does, ms. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;
/** How long a caller waits for the acknowledgement of a message, ms; no adapter is in one, but a snapshot may be before it. */
export const ACK_TIMEOUT_MS = 60_000;
/** Messages one socket may send in any 10 s; more are refused with RATE_LIMITED. */
export const MAX_MESSAGES_PER_10S = 300;

/** Every size the wire accepts, in one place; the socket's buffer limit is derived from them. */
export const MAX_ADAPTER_BYTES = 32 * 1024 * 1024;
/** Largest Socket.IO message: one adapter and its envelope. */
export const MAX_MESSAGE_BYTES = MAX_ADAPTER_BYTES + 64 * 1024;
export const MAX_NAME_LENGTH = 60;
export const MAX_CLIENTS = 100;
export const MAX_ROUNDS = 200;
/** Adapted modules whose aggregation error a snapshot lists. */
export const MAX_MODULE_ERRORS = 16;
/** How long a caller waits for an acknowledgement, ms. */
export const ACK_TIMEOUT_MS = 20_000;
/** Messages one socket may send in any 10 s; more are refused with RATE_LIMITED. */
export const MAX_MESSAGES_PER_10S = 300;

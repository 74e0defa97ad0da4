/** What links are made of: a federation's id, and a secret. Pure. */

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const TOKEN = /^[A-Za-z0-9_-]{20,64}$/;

/** True for what can be the id of a federation or a client. */
export const isId = (text: string): boolean => ID.test(text);

/** True for what can be a secret: at least 128 random bits, base64url. */
export const isToken = (text: string): boolean => TOKEN.test(text);

/** What links are made of: a federation's id, and a secret. Pure. */

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const TOKEN = /^[A-Za-z0-9_-]{20,64}$/;
/** A compact JWS signed with HS256: header, claims and 32 bytes of signature, base64url. */
const SIGNED = /^[A-Za-z0-9_-]{10,60}\.[A-Za-z0-9_-]{10,200}\.[A-Za-z0-9_-]{43}$/;

/** True for what can be the id of a federation or a client. */
export const isId = (text: string): boolean => ID.test(text);

/** True for what can be a secret that a client chose: at least 128 random bits, base64url. */
export const isToken = (text: string): boolean => TOKEN.test(text);

/** True for what can be the signed code of a link. */
export const isSignedCode = (text: string): boolean => SIGNED.test(text);

/** True for what can open a federation: a link's code, one of Duet 0.1, or a client's resume token. */
export const isCode = (text: string): boolean => isSignedCode(text) || isToken(text);

/** Raised on any change that an older client could misread; the handshake refuses other versions. */
export const PROTOCOL_VERSION = 9;

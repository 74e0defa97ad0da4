/** Of what this browser is to forget, and who is told of it. */
export interface ForgetDataProps {
  readonly federationId: string;
  readonly name: string;
  /** Gets what was forgotten, in words. */
  readonly onForgotten: (words: string) => void;
}

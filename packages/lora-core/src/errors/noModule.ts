/** Of a name that no linear module has. By itself: who only selects modules needs no other sentence of adapterSentences.ts. */
export const noModule = (target: string, known: string): string =>
  `No linear module is called "${target}"; this model has: ${known}`;

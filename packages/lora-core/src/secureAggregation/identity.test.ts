import { wordlist } from "@scure/bip39/wordlists/english.js";
import { expect, test } from "vitest";
import { federationPhrase, identityPhrase, newIdentity } from "./identity.ts";
import { systemRandomBytes } from "./randomBytes.ts";
import { seededBytes } from "./testing/attemptRun.ts";

const [ada, bea] = [1, 2].map((seed) => newIdentity(seededBytes(seed)).publicKey) as [Uint8Array, Uint8Array];

test("a phrase is six words of the list, and another for another key", () => {
  const phrase = identityPhrase(ada);
  expect(phrase.split(" ")).toHaveLength(6);
  for (const word of phrase.split(" ")) expect(wordlist).toContain(word);
  expect(identityPhrase(bea)).not.toBe(phrase);
});

test("a federation's phrase depends on every key, on whose it is and on which federation, and on no order", () => {
  const identities = [
    { client: "ada", publicKey: ada },
    { client: "bea", publicKey: bea },
  ];
  const phrase = federationPhrase("ward", identities);
  expect(federationPhrase("ward", identities.toReversed())).toBe(phrase);
  const others = [
    federationPhrase("ward-2", identities),
    federationPhrase("ward", identities.slice(1)),
    federationPhrase("ward", [
      { client: "ada", publicKey: bea },
      { client: "bea", publicKey: ada },
    ]),
    federationPhrase("ward", [
      { client: "ada", publicKey: ada.with(31, (ada[31] as number) ^ 1) },
      { client: "bea", publicKey: bea },
    ]),
  ];
  expect(new Set([phrase, ...others]).size).toBe(5);
});

test("bytes of the system are as many as asked for, beyond what it gives at once", () => {
  const bytes = systemRandomBytes(200_001);
  expect(bytes).toHaveLength(200_001);
  expect(bytes.subarray(-70_000).some((byte) => byte !== 0)).toBe(true);
  expect(systemRandomBytes(32)).not.toEqual(systemRandomBytes(32));
});

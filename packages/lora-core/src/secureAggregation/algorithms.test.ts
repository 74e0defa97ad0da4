import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { type Algorithms, chooseAlgorithms, nobleAlgorithms, webAlgorithms } from "./algorithms.ts";
import { sign } from "./identity.ts";
import { agreedKey, checkStrength, derivedKey, newKeyPair } from "./keyAgreement.ts";
import { seededBytes } from "./testing/attemptRun.ts";

const { subtle } = globalThis.crypto;
const both: readonly (readonly [string, Algorithms])[] = [
  ["WebCrypto", webAlgorithms(subtle)],
  ["noble", nobleAlgorithms],
];

describe.each(both)("by %s", (_, { agree, verify, ctr, seal, open }) => {
  test.each([
    [
      "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
      "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
      "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    ],
    [
      "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
      "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
      "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    ],
  ])("X25519 as in RFC 7748, 5.2", async (scalar, point, product) => {
    expect(bytesToHex(await agree(hexToBytes(scalar), hexToBytes(point)))).toBe(product);
  });

  // RFC 7748, 6.1: of small order; the last is 1.
  test.each(["00", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "01"])(
    "refuses the point %s",
    async (point) => {
      const key = hexToBytes(point.padEnd(64, "0"));
      await expect(agree(new Uint8Array(32).fill(9), key)).rejects.toThrow();
      expect(() => checkStrength(key, "cyd")).toThrow(expect.objectContaining({ reason: "weak key", culprit: "cyd" }));
      await expect(agreedKey(new Uint8Array(32).fill(9), key, new Uint8Array(1), "cyd")).rejects.toMatchObject({
        reason: "weak key",
      });
    },
  );

  test("AES-256-CTR as in NIST SP 800-38A, F.5.5", async () => {
    const key = hexToBytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    const plain = hexToBytes(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    );
    expect(bytesToHex(await ctr(key, hexToBytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), plain))).toBe(
      "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
    );
  });

  test("AES-256-GCM as in McGrew and Viega's case 16; nothing else opens it", async () => {
    const key = hexToBytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    const nonce = hexToBytes("cafebabefacedbaddecaf888");
    const bound = hexToBytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const plain = hexToBytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    const sealed = await seal(key, nonce, bound, plain);
    expect(bytesToHex(sealed)).toBe(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    );
    expect(await open(key, nonce, bound, sealed)).toEqual(plain);
    await expect(open(key, nonce, plain, sealed)).rejects.toThrow();
    await expect(open(key, nonce, bound, sealed.with(3, 0))).rejects.toThrow();
  });

  test("Ed25519 as in RFC 8032, 7.1, test 2", async () => {
    const secretKey = hexToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const publicKey = ed25519.getPublicKey(secretKey);
    expect(bytesToHex(publicKey)).toBe("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const signature = sign(secretKey, Uint8Array.of(0x72));
    expect(bytesToHex(signature)).toBe(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    expect(await verify(publicKey, Uint8Array.of(0x72), signature)).toBe(true);
    expect(await verify(publicKey, Uint8Array.of(0x73), signature)).toBe(false);
    expect(await verify(publicKey, Uint8Array.of(0x72), signature.with(40, 1))).toBe(false);
    expect(await verify(new Uint8Array(32).fill(255), Uint8Array.of(0x72), signature)).toBe(false);
    expect(await verify(publicKey, Uint8Array.of(0x72), new Uint8Array(3))).toBe(false);
  });
});

test("both make the same of the same", async () => {
  const randomBytes = seededBytes(8);
  const [one, other] = both.map(([, algorithms]) => algorithms) as [Algorithms, Algorithms];
  for (let i = 0; i < 20; i++) {
    const { secretKey } = newKeyPair(randomBytes);
    const peer = newKeyPair(randomBytes).publicKey;
    const counter = new Uint8Array(16).fill(255, 12);
    const [key, nonce, plain] = [randomBytes(32), randomBytes(12), randomBytes(1 + 37 * i)];
    expect(await one.agree(secretKey, peer)).toEqual(await other.agree(secretKey, peer));
    expect(await one.ctr(key, counter, plain)).toEqual(await other.ctr(key, counter, plain));
    expect(await one.seal(key, nonce, peer, plain)).toEqual(await other.seal(key, nonce, peer, plain));
  }
});

test("HKDF-SHA256 as in RFC 5869, A.1 and A.3", () => {
  const secret = new Uint8Array(22).fill(0x0b);
  const [salt, info] = [hexToBytes("000102030405060708090a0b0c"), hexToBytes("f0f1f2f3f4f5f6f7f8f9")];
  expect(bytesToHex(hkdf(sha256, secret, salt, info, 42))).toBe(
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  );
  expect(bytesToHex(derivedKey(secret, new Uint8Array()))).toBe(
    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
  );
});

describe("what is taken", () => {
  test("is noble's on a page that is not secure", async () => {
    expect(await chooseAlgorithms(undefined)).toBe(nobleAlgorithms);
  });

  test("is WebCrypto's where it works, and noble's of what is missing or wrong there", async () => {
    const withoutCurves = new Proxy(subtle, {
      get(target, name) {
        if (name === "importKey") {
          return (...[format, key, algorithm, ...rest]: Parameters<SubtleCrypto["importKey"]>) =>
            algorithm === "X25519"
              ? Promise.reject(new Error("NotSupportedError"))
              : target.importKey(format as "raw", key as BufferSource, algorithm, ...rest);
        }
        if (name === "verify") return async () => true;
        return Reflect.get(target, name).bind(target);
      },
    });
    const chosen = await chooseAlgorithms(withoutCurves);
    expect(chosen.agree).toBe(nobleAlgorithms.agree);
    expect(chosen.verify).toBe(nobleAlgorithms.verify);
    expect(chosen.ctr).not.toBe(nobleAlgorithms.ctr);
    const native = await chooseAlgorithms(subtle);
    expect(Object.values(native).filter((taken) => Object.values(nobleAlgorithms).includes(taken))).toEqual([]);
  });
});

/**
 * What stands where in the vector that is summed, and how its values become integers: the same for all clients of an attempt, and part of
 * what each signs. The sums of a group are taken modulo 2^16 or 2^32, so a layout says for how many clients no sum can overflow.
 */
import { z } from "zod";

/** Of masks, and of the widest sums: 2^32. */
export const MODULUS = 2 ** 32;
/** A float32 has 24 bits of its own; more bits than this never help. */
const MAX_BITS = 26;
/** Values of a vector, 512 MB. */
export const MAX_VALUES = 2 ** 27;
const MAX_GROUPS = 1000;

const groupName = z.string().min(1).max(200);
const length = z.number().int().min(1).max(MAX_VALUES);
/** Sums are taken modulo 2 to the power of it; so many bits of a masked value travel. */
const modulusBits = z.union([z.literal(16), z.literal(32)]);
export type ModulusBits = z.output<typeof modulusBits>;

/** Values that are alike. */
export const valueGroup = z.discriminatedUnion("kind", [
  /** Real numbers within ±clip in `bits` bits, rounded stochastically; what lies beyond is clipped. */
  z.strictObject({
    kind: z.literal("real"),
    name: groupName,
    length,
    clip: z.number().positive().max(1e30),
    bits: z.number().int().min(1).max(MAX_BITS),
    modulusBits,
  }),
  /** Integers from 0 to `max`: their sum is exact. */
  z.strictObject({
    kind: z.literal("count"),
    name: groupName,
    length,
    max: z
      .number()
      .int()
      .min(1)
      .max(MODULUS - 1),
    modulusBits,
  }),
]);
export type ValueGroup = z.output<typeof valueGroup>;

export const vectorLayout = z
  .strictObject({
    /** The most clients of one sum. */
    clients: z.number().int().min(2).max(1_000_000),
    /** In order; names are unique. */
    groups: z.array(valueGroup).min(1).max(MAX_GROUPS),
  })
  .superRefine(({ clients, groups }, context) => {
    if (new Set(groups.map(({ name }) => name)).size < groups.length) {
      context.addIssue({ code: "custom", path: ["groups"], message: "two groups of values have the same name" });
    }
    if (groups.reduce((sum, group) => sum + group.length, 0) > MAX_VALUES) {
      context.addIssue({ code: "custom", path: ["groups"], message: `a vector has at most ${MAX_VALUES} values` });
    }
    for (const [index, group] of groups.entries()) {
      if (clients * largestOf(group) < 2 ** group.modulusBits) continue;
      const message = `the sum of ${clients} clients' "${group.name}" could pass 2^${group.modulusBits}: take fewer clients, or ${smaller(group, clients)}`;
      context.addIssue({ code: "custom", path: ["groups", index], message });
    }
  });
export type VectorLayout = z.output<typeof vectorLayout>;

/** The most bits with which the sum of so many clients stays below the modulus: of 2^32 26 at 64 clients, 22 at 1000; of 2^16 11 at 20. */
export function bitsFor(clients: number, modulus: ModulusBits): number {
  let bits = MAX_BITS;
  while (bits > 1 && clients * (2 ** bits - 1) >= 2 ** modulus) bits--;
  return bits;
}

/** The largest integer that one client sends of a group. */
export function largestOf(group: ValueGroup): number {
  return group.kind === "real" ? 2 ** group.bits - 1 : group.max;
}

/** Number of values of a vector. */
export function lengthOf({ groups }: VectorLayout): number {
  return groups.reduce((sum, group) => sum + group.length, 0);
}

function smaller(group: ValueGroup, clients: number): string {
  const { modulusBits: modulus } = group;
  return group.kind === "real" ? `${bitsFor(clients, modulus)} bits` : `a maximum of ${Math.floor((2 ** modulus - 1) / clients)}`;
}

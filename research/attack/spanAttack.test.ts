/** That the attack on one step finds what there is: in sums of known vectors, and in the gradients of the real base. */
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import { beforeAll, expect, test } from "vitest";
import { type FirstInputs, firstInputs } from "./firstInputs.ts";
import { piecesIn } from "./spanAttack.ts";

const RANK = 8;
const POSITIONS = 16;
const draw = random(14, "tokens");

let inputs: FirstInputs;
beforeAll(async () => {
  inputs = await firstInputs(`models/${DEFAULT_BASE.label}`, POSITIONS);
});

/** A gradient of A by so many tokens, each at a position of its own, and its pieces. */
function gradientOf(tokens: number) {
  const positions = shuffled([...Array(POSITIONS).keys()], draw).slice(0, tokens);
  const pieces = positions.map(() => Math.floor(draw() * inputs.pieces));
  const rows = Array.from({ length: RANK }, () => new Float64Array(inputs.width));
  for (const [t, position] of positions.entries()) {
    const vector = inputs.vector(pieces[t] ?? 0, position);
    for (const row of rows) {
      const weight = draw() - 0.5;
      vector.forEach((value, i) => {
        row[i] = (row[i] ?? 0) + weight * value;
      });
    }
  }
  return { rows, pieces };
}

const right = (found: readonly number[], pieces: readonly number[]) => pieces.filter((piece) => found.includes(piece)).length;

test("of as many tokens as A has rows each is found, and of more most are", () => {
  const few = gradientOf(RANK);
  expect(right(piecesIn(few.rows, inputs, RANK).found, few.pieces)).toBe(RANK);
  const more = gradientOf(14);
  expect(right(piecesIn(more.rows, inputs, 14).found, more.pieces)).toBeGreaterThanOrEqual(12);
});

test("the signs of a gradient, which are what AdamW's first step sends, are enough for most", () => {
  const { rows, pieces } = gradientOf(RANK);
  const signs = rows.map((row) => row.map(Math.sign));
  expect(right(piecesIn(signs, inputs, RANK).found, pieces)).toBeGreaterThanOrEqual(6);
});

test("in noise nothing is found", () => {
  const noise = Array.from({ length: RANK }, () => Float64Array.from({ length: inputs.width }, () => draw() - 0.5));
  const { pieces } = gradientOf(RANK);
  expect(right(piecesIn(noise, inputs, RANK).found, pieces)).toBeLessThanOrEqual(1);
});

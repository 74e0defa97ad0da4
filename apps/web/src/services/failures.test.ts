import { expect, test } from "vitest";
import { CoordinatorError, explain, isTransient, WorkerDiedError } from "./failures.ts";

test("a refusal keeps the coordinator's sentence and adds the next step", () => {
  expect(explain(new CoordinatorError("FEDERATION_FULL", "This federation has its 20 clients"))).toEqual({
    sentence: "This federation has its 20 clients.",
    nextStep: "Ask the organiser to raise the number of clients, or watch instead.",
  });
});

test("a dead worker says that nothing finished is lost", () => {
  expect(explain(new WorkerDiedError("out of memory")).nextStep).toMatch(/same client, from its last finished round/);
});

test("what training throws is recognised by what it says", () => {
  expect(explain(new Error("The loss is not finite at step 3")).nextStep).toMatch(/learning rate/);
  expect(explain("Failed to allocate 2 GB").nextStep).toMatch(/smaller batch/);
});

test("only silence and overload are worth trying again", () => {
  expect(isTransient(new CoordinatorError("TIMEOUT", "no answer"))).toBe(true);
  expect(isTransient(new CoordinatorError("FORBIDDEN", "wrong token"))).toBe(false);
  expect(isTransient(new Error("boom"))).toBe(false);
});

test("what the worker threw is known by its name, which is all that crosses", () => {
  const error = Object.assign(new Error("The download of the base model broke off"), { name: "ModelDownloadError" });
  expect(explain(error)).toEqual({
    sentence: "The download of the base model broke off.",
    nextStep: "Check the address and the network, then try the download again.",
  });
});

/**
 * Calls of one kernel in shared memory, for several threads to take: the owner publishes them, all run what they can get, the owner
 * waits for the rest. Which thread runs a call makes no difference to what it computes.
 */
import { workError } from "@duet/lora-core/errors/workError";
import type { KernelFunctions, KernelName } from "./kernelModule.ts";

/** In the order of the module, which is the same for every instance. */
type Functions = readonly ((...args: readonly number[]) => number)[];

/** Calls write to different places, and read nothing that another one writes. */
export interface KernelCalls {
  readonly kernel: KernelName;
  /** The arguments of each call, all as many. */
  readonly calls: readonly (readonly number[])[];
  /** Room for each thread, one after the other: a pointer to its own is a call's last argument. None where there are 0 bytes. */
  readonly scratch: { readonly pointer: number; readonly bytes: number };
}

/** Bytes of the shared memory of a queue. */
export const QUEUE_BYTES = 1 << 14;
/** Bytes before the arguments, which are float64: they hold pointers and factors alike. */
const HEAD_BYTES = 64;

/** Places in the head, int32. Calls are numbered over the life of the queue, modulo 2^32. */
const NEXT = 0;
const END = 1;
const DONE = 2;
const FAILED = 3;
/** The first of the calls at hand, their kernel, how many arguments each has, and the scratch memory: written before END moves. */
const CALLS = 4;

/** How often a thread looks for a change before it sleeps: a fraction of a millisecond, in which the next kernel mostly comes. */
const LOOKS = 20_000;
/** A sleep of the owner, and how many of them without a call done mean that a thread has died. A suspended machine counts as one. */
const SLEEP_MS = 1_000;
const SLEEPS = 30;
/** A page's own thread must not sleep, all others may. */
const MAY_SLEEP = !("window" in globalThis);

/** A view of a queue: every thread has its own, over the same memory. */
export class CallQueue {
  readonly #state: Int32Array;
  readonly #arguments: Float64Array;
  readonly #names: readonly string[];
  readonly #functions: Functions;

  /** `memory` has QUEUE_BYTES, all 0 for a new queue; `functions` are this thread's. */
  constructor(memory: SharedArrayBuffer, functions: KernelFunctions) {
    this.#names = Object.keys(functions);
    this.#functions = Object.values(functions);
    this.#state = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.#arguments = new Float64Array(memory, HEAD_BYTES);
  }

  /** Runs all calls, together with the threads that {@link serve}. @throws {Error} when a call fails, or a thread stops within one. */
  run(calls: KernelCalls): void {
    const end = this.#publish(calls);
    this.#work(0);
    let sleeps = 0;
    for (let done = this.#load(DONE); done !== end; done = this.#load(DONE)) {
      if (this.#changed(DONE, done, SLEEP_MS)) sleeps = 0;
      else if (++sleeps === SLEEPS) throw workError("WORKER_DIED", ["threadStopped"]);
    }
    if (Atomics.exchange(this.#state, FAILED, 0)) throw workError("WORKER_DIED", ["kernelFailed"]);
  }

  /** Runs calls as they come, until the thread is terminated. Threads are numbered, the owner being 0. */
  serve(thread: number): never {
    for (;;) {
      const end = this.#load(END);
      this.#work(thread);
      this.#changed(END, end, Number.POSITIVE_INFINITY);
    }
  }

  /** Returns the number after the last call's. */
  #publish({ kernel, calls, scratch }: KernelCalls): number {
    const state = this.#state;
    const first = this.#load(END);
    const end = (first + calls.length) | 0;
    this.#arguments.set(calls.flat());
    state.set([first, this.#names.indexOf(kernel), calls[0]?.length ?? 0, scratch.pointer, scratch.bytes], CALLS);
    Atomics.store(state, END, end);
    Atomics.notify(state, END);
    return end;
  }

  /** Takes calls until none is left. */
  #work(thread: number): void {
    const state = this.#state;
    for (let call = this.#load(NEXT); call !== this.#load(END); call = this.#load(NEXT)) {
      if (Atomics.compareExchange(state, NEXT, call, (call + 1) | 0) !== call) continue;
      try {
        this.#call(call, thread);
      } catch {
        Atomics.store(state, FAILED, 1);
      }
      Atomics.add(state, DONE, 1);
      Atomics.notify(state, DONE);
    }
  }

  #call(call: number, thread: number): void {
    const [first = 0, kernel = 0, length = 0, scratch = 0, bytes = 0] = this.#state.subarray(CALLS);
    const start = ((call - first) | 0) * length;
    const args = this.#arguments.subarray(start, start + length);
    // The heap may reach beyond 2^31, where an int32 is negative.
    const room = bytes ? [(scratch >>> 0) + thread * bytes] : [];
    this.#functions[kernel]?.(...args, ...room);
  }

  #load(place: number): number {
    return Atomics.load(this.#state, place);
  }

  /** Whether a place comes to hold something else than `value` in time. */
  #changed(place: number, value: number, milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    do {
      for (let look = 0; look < LOOKS; look++) if (this.#load(place) !== value) return true;
    } while (!MAY_SLEEP && performance.now() < end);
    return MAY_SLEEP && Atomics.wait(this.#state, place, value, milliseconds) !== "timed-out";
  }
}

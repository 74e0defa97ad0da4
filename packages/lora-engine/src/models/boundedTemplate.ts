/** Jinja templates of strangers' models, by @huggingface/jinja, in bounded time and memory: a template can loop for ever. */
import { Environment, Interpreter, parse, Template, tokenize } from "@huggingface/jinja";

/** Characters of a template; the longest of known models has some 20,000. */
const MAX_SOURCE_LENGTH = 256 * 1024;
/** Of one rendering, each some microseconds; a conversation takes some hundreds. */
const MAX_STEPS = 200_000;
/** Macros in macros; the library itself takes several frames of the stack for each. */
const MAX_DEPTH = 500;
/** Characters of a text that costs one step more to look at. */
const LENGTH_OF_A_STEP = 64;
const MAX_RANGE = 100_000;

export type RenderTemplate = (variables: Readonly<Record<string, unknown>>) => string;

/** @throws {Error} when the template cannot be read or is too long; rendering, when it fails or goes on too long. */
export function boundedTemplate(source: string): RenderTemplate {
  if (source.length > MAX_SOURCE_LENGTH) throw new RangeError(`it is longer than ${MAX_SOURCE_LENGTH} characters`);
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  return (variables) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) environment.set(name, value);
    return String(new BoundedInterpreter(environment).run(program).value);
  };
}

/** What templates may refer to beside their variables; the names are those of transformers' chat templates. */
const GLOBALS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  raise_exception(message: string): never {
    throw new Error(message);
  },
  range: (...bounds: number[]) => boundedRange(bounds),
  // The library has it only inside.
  strftime_now: (format: string) => new Template("{{ strftime_now(format) }}").render({ format }),
};

/** As Python's. */
function boundedRange(bounds: readonly number[]): number[] {
  const [start, stop, step = 1] = bounds.length === 1 ? [0, ...bounds] : bounds;
  const count = Math.max(0, Math.ceil(((stop ?? Number.NaN) - (start ?? Number.NaN)) / step));
  if (!(count <= MAX_RANGE)) throw new RangeError(`range() gives at most ${MAX_RANGE} numbers`);
  return Array.from({ length: count }, (_, index) => (start ?? 0) + index * step);
}

type Evaluate = Interpreter["evaluate"];

/** For one rendering. Every node that is evaluated is a step, and looking at a large value takes as many as it is large. */
class BoundedInterpreter extends Interpreter {
  #steps = 0;
  #depth = 0;

  override evaluate(...[statement, environment]: Parameters<Evaluate>): ReturnType<Evaluate> {
    if (++this.#depth > MAX_DEPTH) throw new RangeError("it calls itself for ever");
    try {
      const result = super.evaluate(statement, environment);
      this.#steps += 1 + sizeOf(result.value);
      if (this.#steps > MAX_STEPS) throw new RangeError("it does not come to an end");
      return result;
    } finally {
      // Loops are left by throwing.
      this.#depth--;
    }
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length / LENGTH_OF_A_STEP;
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 0;
}

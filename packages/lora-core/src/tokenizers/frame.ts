/** The pieces that a tokenizer.json puts around a text by itself: `post_processor`, as far as it says that. */
import { z } from "zod";

export interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NONE: Frame = { before: [], after: [] };
const id = z.number().int().min(0);
const piece = z.tuple([z.string(), id]);
/** RoBERTa puts its pieces around one text as BERT does. */
const around = z.object({ type: z.enum(["BertProcessing", "RobertaProcessing"]), cls: piece, sep: piece });
const template = z.object({
  type: z.literal("TemplateProcessing"),
  single: z.array(
    z.union([z.object({ SpecialToken: z.object({ id: z.string() }) }), z.object({ Sequence: z.object({ id: z.literal("A") }) })]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(id) })),
});
const sequence = z.object({ type: z.literal("Sequence"), processors: z.array(z.unknown()) });

/** No pieces where there is no post-processor, or one that puts none (ByteLevel). The last of a sequence that puts some counts. */
export function readFrame(json: unknown): Frame {
  const parts = sequence.safeParse(json);
  if (parts.success) return parts.data.processors.map(readFrame).findLast(isSome) ?? NONE;
  const found = around.safeParse(json);
  if (found.success) return { before: [found.data.cls[1]], after: [found.data.sep[1]] };
  const written = template.safeParse(json);
  if (!written.success) return NONE;
  const { single, special_tokens: special } = written.data;
  const text = single.findIndex((part) => "Sequence" in part);
  const idsOf = (from: number, to: number) =>
    single.slice(from, to).flatMap((part) => ("SpecialToken" in part ? (special[part.SpecialToken.id]?.ids ?? []) : []));
  return { before: idsOf(0, text), after: idsOf(text + 1, single.length) };
}

const isSome = ({ before, after }: Frame): boolean => before.length + after.length > 0;

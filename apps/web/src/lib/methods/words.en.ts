import { EVIDENCE_SENTENCES } from "@duet/lora-core/federation/evidenceSentences";
import { strategies } from "@duet/lora-core/strategies/registry";

type Names = Readonly<Record<string, string>>;

const presets = [...new Set(strategies.flatMap((strategy) => Object.keys(strategy.presets)))];

/** What methods and their presets are called, by their ids. */
export const en = {
  names: Object.fromEntries(strategies.map(({ id, label }) => [id, label])) as Names,
  /** What a proposed method rests on. */
  evidence: EVIDENCE_SENTENCES,
  presets: Object.fromEntries(presets.map((preset) => [preset, preset])) as Names,
};

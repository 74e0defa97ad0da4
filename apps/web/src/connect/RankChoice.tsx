import { halvesOf } from "@duet/lora-core/architectures/memoryProposal";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { NativeSelect } from "@mantine/core";
import { words } from "./words.ts";

export interface RankChoiceProps {
  readonly config: FederationConfig;
  /** Null for what the device holds. */
  readonly rank: number | null;
  /** What that is; null as long as it is not known. */
  readonly proposed: number | null;
  readonly onRank: (rank: number | null) => void;
}

/** How many ranks this tab's adapters have, where each client may have its own. */
export function RankChoice({ config, rank, proposed, onRank }: RankChoiceProps) {
  const whole = config.adapter.rank;
  return (
    <NativeSelect
      label={words.rankChoice.label}
      description={words.rankChoice.note(whole)}
      value={rank ?? ""}
      data={[
        { value: "", label: words.rankChoice.asItHolds(proposed) },
        ...halvesOf(whole).map((one) => ({ value: `${one}`, label: words.rankChoice.of(one, whole) })),
      ]}
      onChange={({ currentTarget: { value } }) => onRank(value === "" ? null : Number(value))}
      mt="sm"
    />
  );
}

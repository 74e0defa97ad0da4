import type { PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import type { PersonalReport } from "@duet/lora-core/data/personalData/personalReport";
import { Alert, Button, Checkbox, Group } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { useState } from "react";
import type { PersonalState } from "./connectState.ts";
import { kindView, titleOf } from "./personalView.ts";
import { words } from "./words.ts";

export interface PersonalDataProps {
  readonly state: PersonalState;
  readonly masked: readonly PersonalKind[];
  /** Rows are on their way with marks in them, or without. */
  readonly isMasking: boolean;
  readonly onMask: (kinds: readonly PersonalKind[]) => void;
}

/** What a scan of the rows found of people and devices, and marks in its place with one click. */
export function PersonalData({ state, masked, isMasking, onMask }: PersonalDataProps) {
  if (state.kind === "reading") {
    return (
      <p className="muted small" style={{ margin: "12px 0 0" }} role="status">
        {words.personalData.looking(Math.round(100 * state.share))}
      </p>
    );
  }
  const { report } = state;
  if (report.kinds.length === 0) {
    return (
      <p className="muted small" style={{ margin: "12px 0 0" }}>
        {words.personalData.none}
      </p>
    );
  }
  return <Found report={report} masked={masked} isMasking={isMasking} onMask={onMask} />;
}

type FoundProps = Omit<PersonalDataProps, "state"> & { readonly report: PersonalReport };

function Found({ report, masked, isMasking, onMask }: FoundProps) {
  const [spared, setSpared] = useState<readonly PersonalKind[]>([]);
  const kinds = report.kinds.map(kindView);
  const wanted = kinds.map(({ kind }) => kind).filter((kind) => !spared.includes(kind));
  const isMasked = masked.length > 0;
  return (
    <Alert color="gray" variant="outline" icon={<IconEyeOff />} title={titleOf(report)} mt="sm" role="status">
      <ul aria-label={words.personalData.found} style={{ margin: "0 0 8px", padding: 0, listStyle: "none" }}>
        {kinds.map(({ kind, label, examples, mark }) => (
          <li key={kind}>
            <Checkbox
              size="xs"
              my={4}
              label={
                masked.includes(kind)
                  ? words.personalData.masked(label, examples, mark)
                  : words.personalData.toMask(label, examples, mark)
              }
              checked={isMasked ? masked.includes(kind) : !spared.includes(kind)}
              disabled={isMasked}
              onChange={(event) =>
                setSpared(event.currentTarget.checked ? spared.filter((one) => one !== kind) : [...spared, kind])
              }
            />
          </li>
        ))}
      </ul>
      <Group gap="sm">
        {isMasked ? (
          <Button size="xs" variant="default" loading={isMasking} onClick={() => onMask([])}>
            {words.personalData.undo}
          </Button>
        ) : (
          <Button size="xs" variant="default" disabled={wanted.length === 0} onClick={() => onMask(wanted)}>
            {words.personalData.mask}
          </Button>
        )}
        <span className="muted small">{isMasked ? words.personalData.maskedNote : words.personalData.foundNote}</span>
      </Group>
    </Alert>
  );
}

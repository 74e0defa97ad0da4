import { Button } from "@mantine/core";

export interface RowActionProps {
  readonly label: string;
  /** With what it is done to, where several rows have the same label. */
  readonly name?: string;
  readonly isBusy: boolean;
  readonly onClick: () => void;
}

/** One of the things that can be done with a row of a table, or with all of a panel. */
export function RowAction({ label, name, isBusy, onClick }: RowActionProps) {
  return (
    <Button size="xs" variant="default" disabled={isBusy} onClick={onClick} aria-label={name}>
      {label}
    </Button>
  );
}

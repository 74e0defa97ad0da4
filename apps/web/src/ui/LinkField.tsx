import { Button, Group, TextInput } from "@mantine/core";
import { addressOf } from "../lib/baseUrl.ts";
import { CopyText } from "./CopyText.tsx";
import { words } from "./words.ts";

export interface LinkFieldProps {
  readonly label: string;
  readonly federationId: string;
  readonly path: (federationId: string, token: string) => string;
  /** Null where there is no such link now. */
  readonly token: string | null;
  /** Of the coordinator. */
  readonly base: string;
  /** To copy it is what one comes to the page for. */
  readonly isMain?: boolean;
}

/** A link to copy. */
export function LinkField({ label, federationId, path, token, base, isMain = false }: LinkFieldProps) {
  if (token === null) return <p className="instead">{words.linkField.none}</p>;
  const value = addressOf(path(federationId, token), base);
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        label={label}
        value={value}
        readOnly
        style={{ flex: "1 1 240px" }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyText value={value}>
        {({ isCopied, copy }) => (
          <Button
            variant={isMain ? "filled" : "default"}
            onClick={copy}
            aria-label={words.linkField.copyNamed(label.toLowerCase())}
          >
            {isCopied ? words.linkField.copied : words.linkField.copy}
          </Button>
        )}
      </CopyText>
    </Group>
  );
}

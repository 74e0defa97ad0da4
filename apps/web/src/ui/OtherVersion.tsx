import { Button } from "@mantine/core";
import { words } from "./words.ts";

/** What helps where the coordinator serves another version of the page by now. */
export function OtherVersion() {
  return (
    <>
      {words.otherVersion.text}
      <Button display="block" mt="xs" size="xs" variant="default" onClick={() => location.reload()}>
        {words.otherVersion.reload}
      </Button>
    </>
  );
}

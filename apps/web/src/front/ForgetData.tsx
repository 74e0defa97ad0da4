import { Button } from "@mantine/core";
import { Suspense, useState } from "react";
import { lazyPart } from "../ui/lazyPart.tsx";
import type { ForgetDataProps } from "./forgetDataProps.ts";
import { words } from "./words.ts";

const ForgetDialog = lazyPart(async () => (await import("./ForgetDialog.tsx")).ForgetDialog);

/** The button that asks what this browser is to forget of a federation. */
export function ForgetData(props: ForgetDataProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        aria-label={words.forgetData.forgetMyDataOf(props.name)}
        onClick={() => setAsking(true)}
      >
        {words.forgetData.forgetMyData}
      </Button>
      <Suspense>{isAsking && <ForgetDialog {...props} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}

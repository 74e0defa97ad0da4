/** Along what all charts of the page show their rounds. */
import { createStore } from "@duet/client/store";
import type { AxisKind } from "./roundAxis.ts";

export const chosenAxis = createStore<AxisKind>("round");

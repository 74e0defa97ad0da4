import { createContext } from "react";

/** As of whose end the page around is shown; null for now. */
export const ReplayedRound = createContext<number | null>(null);

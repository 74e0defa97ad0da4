import type { PrivacyMeter } from "./privacyMeter.ts";
import type { RoundJournal } from "./roundJournal.ts";
import type { RoundReport } from "./roundReport.ts";
import type { RunControl } from "./runControl.ts";
import type { TeamTrainings } from "./teamTrainings.ts";

/** What a round tells of itself, what stops it, and what it has computed already. */
export interface Running {
  readonly report: RoundReport;
  readonly control: RunControl;
  readonly journal: RoundJournal;
  /** Null without privacy. */
  readonly meter: PrivacyMeter | null;
  /** Null for a device that trains alone. */
  readonly team: TeamTrainings | null;
}

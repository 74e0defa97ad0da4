import { SENT_SENTENCES, UPLOAD_NAMES, type UploadKind } from "@duet/client/sentSentences";
import { SESSION_SENTENCES, SUM_REFUSALS } from "@duet/client/sessionNotes";
import { DEVICE_SENTENCES } from "@duet/lora-core/protocol/deviceSentences";
import { EXITS, type Exit } from "@duet/lora-core/protocol/exits";
import { ROUND_SENTENCES } from "@duet/lora-core/rounds/roundSentences";
import type { Sentences } from "@duet/lora-core/sayings/saying";

const uploads: Readonly<Record<UploadKind, string>> = UPLOAD_NAMES;
const exits: Readonly<Record<Exit, string>> = EXITS;

/** What coordinator, client and engine say as data, in the words of their own tables. */
export const en = {
  rounds: ROUND_SENTENCES,
  session: SESSION_SENTENCES,
  /** What stands inside a note of a session. */
  refused: (): Sentences => SUM_REFUSALS,
  /** A note of it without the reason. */
  sumRefused: "This tab did not take part in the sum of this round, to keep its update hidden.",
  device: DEVICE_SENTENCES,
  sent: SENT_SENTENCES,
  /** Between what a message was made from. */
  sentAnd: ", ",
  uploads,
  exits,
};

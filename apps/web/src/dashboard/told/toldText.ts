/** What coordinator, client and engine say, in the language of the page; in their own words where they told no data. Pure. */
import { UPLOAD_NAMES, type UploadKind } from "@duet/client/sentSentences";
import type { SessionSaying } from "@duet/client/sessionNotes";
import type { SessionStage } from "@duet/client/sessionState";
import type { Device } from "@duet/lora-core/protocol/metrics";
import type { SentEntry } from "@duet/lora-core/protocol/sentLedger";
import type { ClientView, EventView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type Sentences, sayTold, type Told } from "@duet/lora-core/sayings/saying";
import { words as common } from "../../lib/words.ts";
import { words } from "./words.ts";

export const eventText = ({ told, text }: EventView): string => sayTold(words.rounds, told) ?? text;

/** What is noted of a client; null where nothing is. */
export const clientNote = ({ told, note }: Pick<ClientView, "told" | "note">): string | null =>
  sayTold(words.rounds, told) ?? note;

/** Why a federation is in its phase, and what happens next. */
export const phaseNote = ({ told, note }: Pick<Snapshot, "told" | "note">): string => allOf(words.rounds, told) ?? note;

export const deviceReason = ({ told, reason }: Pick<Device, "told" | "reason">): string => allOf(words.device, told) ?? reason;

/** Without what a secure sum refused as long as its words are not there, and where there are none for it. */
export const sessionNote = (note: SessionSaying): string =>
  sayTold({ ...words.refused(), ...words.session }, note as Told) ?? words.sumRefused;

/** Why a client takes part no more. */
export const exitText = ({ why, reason }: Pick<Extract<SessionStage, { kind: "removed" }>, "why" | "reason">): string =>
  why === null ? reason : words.exits[why];

/** What an entry of the ledger was made from. */
export function sentText({ told, madeFrom }: Pick<SentEntry, "told" | "madeFrom">): string {
  const parts = (told ?? []).map((one) => sayTold(words.sent, one));
  return parts.length > 0 && parts.every((part) => part !== null) ? parts.join(words.sentAnd) : madeFrom;
}

/** The name of a message, which is the same in every language, or what was uploaded. */
export function sentName(event: string): string {
  const [kind] = Object.entries(UPLOAD_NAMES).find(([, name]) => name === event) ?? [];
  return kind === undefined ? event : words.uploads[kind as UploadKind];
}

/** Null where one of them is none of the table's. */
function allOf(table: Sentences, told: readonly Told[] | null | undefined): string | null {
  const sentences = (told ?? []).map((one) => sayTold(table, one));
  return sentences.length > 0 && sentences.every((one) => one !== null) ? common.listing.sentences(sentences) : null;
}

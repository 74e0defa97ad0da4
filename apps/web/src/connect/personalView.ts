/** What a scan for personal data found, in words. Pure. */
import { MASKS, type PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import type { KindReport, PersonalReport } from "@duet/lora-core/data/personalData/personalReport";
import { plural } from "../lib/format.ts";

/** One, and several. */
const WORDS: Readonly<Record<PersonalKind, readonly [string, string]>> = {
  name: ["name", "names"],
  mail: ["mail address", "mail addresses"],
  phone: ["telephone number", "telephone numbers"],
  address: ["postal address", "postal addresses"],
  birthDate: ["date of birth", "dates of birth"],
  nationalId: ["identity number", "identity numbers"],
  record: ["patient or record number", "patient or record numbers"],
  iban: ["bank account", "bank accounts"],
  card: ["card number", "card numbers"],
  ip: ["IP address", "IP addresses"],
  mac: ["MAC address of a device", "MAC addresses of devices"],
};

export interface KindView {
  readonly kind: PersonalKind;
  /** "12 mail addresses" */
  readonly label: string;
  /** Rows' content: stays on the screen. */
  readonly examples: string;
  readonly mark: string;
}

export const kindView = ({ kind, count, examples }: KindReport): KindView => ({
  kind,
  label: `${count} ${WORDS[kind][count === 1 ? 0 : 1]}`,
  examples: examples.map((example) => `“${example}”`).join(", "),
  mark: MASKS[kind],
});

/** What is masked, or would be. */
export const titleOf = ({ rows, rowsFound }: PersonalReport): string =>
  `${plural(rowsFound, "row")} of ${rows} ${rowsFound === 1 ? "seems" : "seem"} to hold personal data`;

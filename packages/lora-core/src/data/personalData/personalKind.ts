/** The kinds of personal data that a scan of texts tells apart, and what stands in their place once they are masked. */

export const PERSONAL_KINDS = [
  "name",
  "mail",
  "phone",
  "address",
  "birthDate",
  "nationalId",
  "record",
  "iban",
  "card",
  "ip",
  "mac",
] as const;
export type PersonalKind = (typeof PERSONAL_KINDS)[number];

export const MASKS: Readonly<Record<PersonalKind, string>> = {
  name: "[name]",
  mail: "[mail]",
  phone: "[phone]",
  address: "[address]",
  birthDate: "[date of birth]",
  nationalId: "[id]",
  record: "[record number]",
  iban: "[account]",
  card: "[card]",
  ip: "[ip]",
  mac: "[mac]",
};

/** Where something of a kind stands in a text: from `start` up to `end`. */
export interface Finding {
  readonly kind: PersonalKind;
  readonly start: number;
  readonly end: number;
}

/**
 * Identity numbers by country: their form, and what tells them from any other number. Where form and check digit are too common among
 * numbers (a random one passes one in ten), a word before the number has to say what it is.
 */
import {
  isCodiceFiscale,
  isCpf,
  isDay,
  isKimlik,
  isLuhn,
  isMod11x2,
  isMod11x10,
  isVerhoeff,
  isWeighted,
  remainder,
} from "./checkDigits.ts";

export interface NationalId {
  /** Bounded everywhere; the boundaries around it are added. */
  readonly form: string;
  /** Of the characters without blanks, dots and dashes, in capitals. */
  readonly isValid: (compact: string) => boolean;
  /** Where the number alone says too little: one of these must stand shortly before it. In lower case. */
  readonly cue?: RegExp;
}

const anything = () => true;
const DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const HETU_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY";
/** Of the first letter, as two digits' weighted sum. */
const TAIWAN = "ABCDEFGHJKLMNPQRSTUVXYWZIO";

export const NATIONAL_IDS: readonly NationalId[] = [
  // China: place, birthday, sequence, check character.
  { form: "[1-9]\\d{16}[\\dXx]", isValid: (id) => isDay(id.slice(6, 14)) && isMod11x2(id) },
  { form: "[A-Z][12]\\d{8}", isValid: isTaiwan },
  { form: "[A-Z]{1,2}\\d{6} ?\\([\\dA]\\)", isValid: isHongKong },
  // Korea: the check digit means nothing since 2020.
  { form: "\\d{6}-[1-8]\\d{6}", isValid: (id) => isDay(id.slice(0, 6)) },
  { form: "\\d{4}[ -]?\\d{4}[ -]?\\d{4}", isValid: anything, cue: /マイナンバー|個人番号|my number/ },
  { form: "[2-9]\\d{3}[ -]?\\d{4}[ -]?\\d{4}", isValid: isVerhoeff, cue: /aadhaar|aadhar|uidai|आधार/ },
  { form: "[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]", isValid: anything },
  // United States, Canada, Mexico, Brazil, Chile.
  { form: "(?!000|666|9)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}", isValid: anything },
  { form: "(?!000|666|9)\\d{3} ?(?!00)\\d{2} ?(?!0000)\\d{4}", isValid: anything, cue: /\bssn|social security/ },
  { form: "\\d{3}[ -]?\\d{3}[ -]?\\d{3}", isValid: isLuhn, cue: /\bsin\b|\bnas\b|social insurance/ },
  { form: "[A-Z]{4}\\d{6}[HM][A-Z]{5}[A-Z\\d]\\d", isValid: (id) => isDay(id.slice(4, 10)) },
  { form: "\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}", isValid: isCpf },
  { form: "\\d{11}", isValid: isCpf, cue: /\bcpf\b/ },
  { form: "\\d{1,2}\\.\\d{3}\\.\\d{3}-[\\dKk]", isValid: isRut },
  // Europe.
  { form: "(?:\\d{8}|[XYZ]-?\\d{7})-?[A-Z]", isValid: isDni },
  { form: "[A-Z]{6}\\d{2}[A-EHLMPRST]\\d{2}[A-Z]\\d{3}[A-Z]", isValid: isCodiceFiscale },
  { form: "[12] ?\\d{2} ?\\d{2} ?\\d[\\dAB] ?\\d{3} ?\\d{3} ?\\d{2}", isValid: isNir },
  { form: "(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]", isValid: anything },
  { form: "\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}", isValid: isMod11x10, cue: /steuer|idnr|identifikationsnummer|tax id/ },
  {
    form: "\\d{3}[. ]?\\d{3}[. ]?\\d{3}",
    isValid: (id) => isWeighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1], 11),
    cue: /\bbsn\b|burgerservice|sofi/,
  },
  { form: "\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}", isValid: isBelgian },
  { form: "756\\.?\\d{4}\\.?\\d{4}\\.?\\d{2}", isValid: (id) => isWeighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1], 10) },
  {
    form: "\\d{11}",
    isValid: (id) => isWeighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], 10),
    cue: /pesel/,
  },
  { form: "(?:19|20)?\\d{6}[-+]\\d{4}", isValid: (id) => isDay(id.slice(-10, -4)) && isLuhn(id.slice(-10)) },
  { form: "\\d{6}[-+A-FU-Y]\\d{3}[\\dA-FHJ-NPR-Y]", isValid: isHetu },
  { form: "\\d{6}-?\\d{4}", isValid: (id) => isDay(id.slice(0, 6), "dmy"), cue: /\bcpr\b|personnummer/ },
  { form: "\\d{6} ?\\d{5}", isValid: isNorwegian, cue: /fødselsnummer|personnummer|\bfnr\b/ },
  { form: "[1-9]\\d{10}", isValid: isKimlik, cue: /kimlik|\btc\b/ },
  { form: "\\d{13}", isValid: (id) => isDay(id.slice(0, 6)) && isLuhn(id), cue: /\bid (?:number|no)|south african/ },
  // Anywhere.
  {
    form: "[A-Z]{0,2}\\d{6,9}",
    isValid: anything,
    cue: /passport|reisepass|passeport|pasaporte|passaporto|护照|パスポート|паспорт/,
  },
];

function isTaiwan(id: string): boolean {
  const first = TAIWAN.indexOf(id.slice(0, 1)) + 10;
  return isWeighted(`${first}${id.slice(1)}`, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1], 10);
}

/** Letters count from 10; a missing first one as 36. */
function isHongKong(id: string): boolean {
  const bare = id.replace(/[()]/g, "").padStart(9, " ");
  const values = Array.from(bare, (c) => (c === " " ? 36 : /\d/.test(c) ? Number(c) : c.charCodeAt(0) - 55));
  return values.reduce((sum, value, i) => sum + (9 - i) * value, 0) % 11 === 0;
}

function isDni(id: string): boolean {
  const number = Number(id.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter))));
  return DNI_LETTERS[number % 23] === id.at(-1);
}

/** France: sex, year and month of birth, department (2A and 2B are Corsica), commune, sequence, key. */
function isNir(id: string): boolean {
  const month = Number(id.slice(3, 5));
  if (month < 1 || (month > 12 && month < 20)) return false;
  const number = id.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return /^\d{13}$/.test(number) && 97 - remainder(number, 97) === Number(id.slice(13));
}

/** Belgium: those born from 2000 on with a 2 before it. */
function isBelgian(id: string): boolean {
  const key = Number(id.slice(9));
  return [id.slice(0, 9), `2${id.slice(0, 9)}`].some((number) => 97 - remainder(number, 97) === key);
}

function isRut(id: string): boolean {
  const digits = Array.from(id.slice(0, -1), Number).reverse();
  const rest = 11 - (digits.reduce((sum, digit, i) => sum + digit * (2 + (i % 6)), 0) % 11);
  return id.at(-1) === (rest === 11 ? "0" : rest === 10 ? "K" : String(rest));
}

/** Finland; the sign for the century may be lost among the dashes. */
function isHetu(id: string): boolean {
  const sequence = id.slice(-4, -1);
  return isDay(id.slice(0, 6), "dmy") && HETU_LETTERS[Number(id.slice(0, 6) + sequence) % 31] === id.at(-1);
}

function isNorwegian(id: string): boolean {
  return isWeighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1], 11) && isWeighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], 11);
}

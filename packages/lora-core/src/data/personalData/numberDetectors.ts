/** Accounts, cards, identity and record numbers, telephones, days of birth: whatever is made of digits. */
import { isIban, isLuhn } from "./checkDigits.ts";
import { before, type Detector, type Match, when } from "./detector.ts";
import { NATIONAL_IDS } from "./nationalIds.ts";

const compact = (text: string): string => text.replace(/[\s.\-+()/]/g, "").toUpperCase();
const digitsIn = (text: string): string => text.replace(/\D/g, "");

/** Of scripts that put blanks between words; among others a number begins and ends anywhere. */
const LETTERS = "A-Za-z\\u00c0-\\u024f\\u0370-\\u04ff";
/** Not part of a longer number, word, path or identifier. */
const START = `(?=[A-Z\\d(])(?<![${LETTERS}\\d_.\\-])`;
const END = `(?![${LETTERS}\\d_]|[.\\-]\\d)`;

/** Lengths of IBANs by country (ISO 13616 registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 " +
    "GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 " +
    "NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Words run on behind an account's groups: the country says where it ends. */
function ibanLength({ found }: Match): number {
  const wanted = IBAN_LENGTHS[found.slice(0, 2).toUpperCase()] ?? 0;
  let characters = 0;
  for (let i = 0; i < found.length; i++) {
    if (found[i] === " ") continue;
    characters += 1;
    if (characters < wanted) continue;
    const isEnd = !/[A-Za-z\d]/.test(found[i + 1] ?? " ");
    return isEnd && isIban(compact(found.slice(0, i + 1))) ? i + 1 : 0;
  }
  return 0;
}

/** Numbers that card networks give out. */
const CARD =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}|62\d{14,17}|35\d{14}|3[068]\d{12})$/;

const PHONE_CUE =
  /(?:\b(?:tel|phone|telephone|mobile|cell|call|calling|ring|dial|fax|whatsapp|sms|text|reach|number|telefon|telefono|teléfono|tél|téléphone|portable|handy|mobil|móvil|celular|telefone|rufen?|nummer|numéro|número)\b|тел|звон|电话|手机|電話|携帯|전화)[^\d]{0,24}$/;
const HAN = /\p{Script=Han}/u;
/** A telephone number with its separators; as many digits as there are in any. */
const isLong = (found: string, fewest: number, most: number): boolean => {
  const { length } = digitsIn(found);
  return length >= fewest && length <= most;
};

const BIRTH_CUE =
  /(?:\b(?:born(?: on| in)?|dob|d\.o\.b\.?|date of birth|birth ?date|birthday(?: is| on)?|geb(?:oren|\.)?(?: am)?|geburts(?:datum|tag)|née?(?: le)?|date de naissance|nacid[oa](?: el)?|fecha de nacimiento|nat[oa](?: il)?|data di nascita|data de nascimento|nascid[oa] em|ur\.|urodzon[ya]|född|fødselsdato|geboortedatum)|рожд|出生|生日|生年月日|생년월일)\P{L}{0,4}(?:\p{L}{1,6}\P{L}{1,3})?$/u;

const dates = [
  "\\d{1,2}[./\\-]\\d{1,2}[./\\-](?:\\d{4}|\\d{2})",
  "\\d{4}[./\\-]\\d{1,2}[./\\-]\\d{1,2}",
  "\\d{4} ?[年년] ?\\d{1,2} ?[月월] ?\\d{1,2} ?[日일]?",
  "\\d{1,2}(?:st|nd|rd|th|er|[.º])? (?:of |de )?\\p{L}{3,10}[.,]? (?:of |de )?\\d{4}",
  "\\p{Lu}\\p{Ll}{2,9} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}",
].join("|");

const RECORD_WORDS = [
  "MRN",
  "[Mm]edical [Rr]ecord(?: [Nn](?:umber|o))?",
  "(?:[Pp]atient|PATIENT|[Cc]hart|[Hh]ospital|[Cc]ase|NHS|[Ii]nsurance|[Mm]ember) ?(?:ID|[Ii]d|[Nn]umber|NUMBER|[Nn]o|NO|#)",
  "(?:Patienten|Fall|Akten|Versicherten|Krankenversicherungs)[ \\-]?(?:nummer|nr|Nr|ID)",
  "[Nn]uméro de (?:dossier|patient)|[Dd]ossier n[°o]|[Hh]istoria clínica|[Cc]artella clinica|[Pp]rontuário",
  "病历号|病案号|住院号|门诊号|就诊卡号|患者ID|患者番号|診察券番号|환자번호",
].join("|");

export const numberDetectors: readonly Detector[] = [
  {
    kind: "iban",
    needs: "number",
    expression: /(?=[A-Za-z]{2}\d)(?<![\p{L}\p{N}_])[A-Za-z]{2}\d{2}(?: ?[A-Za-z\d]){11,36}/gu,
    lengthOf: ibanLength,
  },
  {
    kind: "record",
    needs: "digit",
    expression: new RegExp(
      `(?:${RECORD_WORDS})[ .:#=：]{0,4}(?:is )?(?<it>[A-Z]{0,4}[\\-/]?\\d[\\dA-Z]{2,12}(?:[ \\-/]\\d[\\dA-Z]{1,8}){0,3})`,
      "gu",
    ),
    lengthOf: when(({ found }) => isLong(found, 4, 16)),
  },
  {
    kind: "card",
    needs: "number",
    expression: new RegExp(
      `${START}(?:\\d{4}(?<gap>[ \\-]?)\\d{4}\\k<gap>\\d{4}\\k<gap>\\d{1,7}|\\d{4}(?<gap2>[ \\-]?)\\d{6}\\k<gap2>\\d{4,5})${END}`,
      "gu",
    ),
    lengthOf: when(({ found }) => CARD.test(digitsIn(found)) && isLuhn(digitsIn(found))),
  },
  ...NATIONAL_IDS.map(
    ({ form, isValid, cue }): Detector => ({
      kind: "nationalId",
      needs: form.includes("[A-Z]{") ? "digit" : "number",
      expression: new RegExp(`${START}(?:${form})${END}`, "gu"),
      lengthOf: when((match) => isValid(compact(match.found)) && (cue === undefined || cue.test(before(match)))),
    }),
  ),
  {
    kind: "birthDate",
    needs: "digit",
    expression: new RegExp(`${START}(?:${dates})${END}`, "gu"),
    lengthOf: when((match) => BIRTH_CUE.test(before(match))),
  },
  {
    // With the country in front.
    kind: "phone",
    needs: "number",
    expression: new RegExp(
      `(?<![${LETTERS}\\d_+.\\-]|\\d )(?:\\+[1-9]|00 ?[1-9]\\d?[ \\-/(])(?:[ ().\\-/]{0,2}\\d){7,14}${END}`,
      "gu",
    ),
    lengthOf: when(({ found }) => isLong(found, 8, 17)),
  },
  {
    // Forms that a country writes its numbers in, and that little else has.
    kind: "phone",
    needs: "number",
    expression: new RegExp(
      `${START}(?:${[
        "(?:1[ .\\-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[.\\-])[2-9]\\d{2}[.\\-]\\d{4}",
        "1[3-9]\\d(?<gap>[ \\-])\\d{4}\\k<gap>\\d{4}",
        "0[1-9](?:(?<dots>[ .\\-])\\d{2})(?:\\k<dots>\\d{2}){3}",
        "0(?:1[5-7]\\d|7\\d{3})[ /\\-]\\d{3,4}[ ]?\\d{3,4}",
        "0\\d{1,4}-\\d{2,4}-\\d{4}|0\\d{2,3}-\\d{7,8}",
        "\\(0\\d{1,4}\\) ?\\d{3,4}[ \\-]?\\d{3,4}",
        "\\(\\d{2}\\) ?9?\\d{4}-\\d{4}",
      ].join("|")})${END}`,
      "gu",
    ),
  },
  {
    // A mobile number of China without separators: eleven digits are many things, but seldom among Chinese characters.
    kind: "phone",
    needs: "number",
    expression: /(?<![\w.-])1[3-9]\d{9}(?![\w]|[.-]\d)/gu,
    lengthOf: when((match) => {
      const after = match.text.slice(match.start + match.found.length, match.start + match.found.length + 8);
      return HAN.test(before(match)) || HAN.test(after) || PHONE_CUE.test(before(match));
    }),
  },
  {
    // Anything that is called one.
    kind: "phone",
    needs: "number",
    expression: new RegExp(`(?<![${LETTERS}\\d_.+\\-])\\(?\\d(?:[ ()/.\\-]{0,2}\\d){5,14}${END}`, "gu"),
    lengthOf: when((match) => isLong(match.found, 7, 15) && PHONE_CUE.test(before(match))),
  },
];

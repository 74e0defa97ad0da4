/** Check digits of account, card and identity numbers. Each takes the bare characters and says whether the last ones fit the others. */

const digitsOf = (text: string): number[] => Array.from(text, Number);

const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * (digits[i] ?? 0), 0);

/** ISO/IEC 7812 annex B; cards, and identity numbers of Sweden, Canada and South Africa. */
export function isLuhn(digits: string): boolean {
  const sum = digitsOf(digits)
    .reverse()
    .reduce((total, digit, i) => total + (i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit), 0);
  return sum % 10 === 0;
}

/** The remainder of a decimal number of any length. */
export function remainder(digits: string, modulus: number): number {
  return digitsOf(digits).reduce((rest, digit) => (10 * rest + digit) % modulus, 0);
}

/** ISO 13616: letters count from 10, the first four characters go to the end, and 1 remains modulo 97. */
export function isIban(compact: string): boolean {
  const moved = compact.slice(4) + compact.slice(0, 4);
  const decimal = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return remainder(decimal, 97) === 1;
}

/** ISO 7064 mod 11-2: China. */
export function isMod11x2(digits: string): boolean {
  const rest = digitsOf(digits.slice(0, -1)).reduce((sum, digit) => ((sum + digit) * 2) % 11, 0);
  const check = (12 - rest) % 11;
  return digits.at(-1)?.toUpperCase() === (check === 10 ? "X" : String(check));
}

/** ISO 7064 mod 11,10: Germany's tax number. */
export function isMod11x10(digits: string): boolean {
  const product = digitsOf(digits.slice(0, -1)).reduce((rest, digit) => (((rest + digit) % 10 || 10) * 2) % 11, 10);
  return Number(digits.at(-1)) === (11 - product) % 10;
}

const MULTIPLIED: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const ONCE_PERMUTED: readonly number[] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Verhoeff 1969: India's Aadhaar. */
export function isVerhoeff(digits: string): boolean {
  const check = digitsOf(digits)
    .reverse()
    .reduce((sum, digit, place) => {
      let permuted = digit;
      for (let i = 0; i < place % 8; i++) permuted = ONCE_PERMUTED[permuted] ?? 0;
      return MULTIPLIED[sum]?.[permuted] ?? 0;
    }, 0);
  return check === 0;
}

/** A weighted sum of all digits, the check digit among them, that is a multiple of the modulus. */
export const isWeighted = (digits: string, weights: readonly number[], modulus: number): boolean =>
  weighted(digitsOf(digits), weights) % modulus === 0;

/** Brazil's CPF: two check digits, and not one digit repeated. */
export function isCpf(digits: string): boolean {
  const all = digitsOf(digits);
  if (all.every((digit) => digit === all[0])) return false;
  return [9, 10].every((count) => {
    const weights = Array.from({ length: count }, (_, i) => count + 1 - i);
    return ((weighted(all, weights) * 10) % 11) % 10 === all[count];
  });
}

/** Turkey's identity number: two check digits. */
export function isKimlik(digits: string): boolean {
  const all = digitsOf(digits);
  const tenth = weighted(all, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10;
  return (tenth + 10) % 10 === all[9] && all.slice(0, 10).reduce((sum, digit) => sum + digit, 0) % 10 === all[10];
}

/** Italy's codice fiscale: the last letter from all before it. */
export function isCodiceFiscale(code: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  const worth = (character: string) => (/\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65);
  const sum = Array.from(code.slice(0, -1)).reduce((total, character, i) => {
    const value = worth(character);
    return total + (i % 2 === 0 ? (odd[value] ?? 0) : value);
  }, 0);
  return code.charCodeAt(code.length - 1) - 65 === sum % 26;
}

/** Whether these digits, YYMMDD or YYYYMMDD or the same in the order that `order` says, are a day. */
export function isDay(digits: string, order: "ymd" | "dmy" = "ymd"): boolean {
  const year = digits.length - 4;
  const [month, day] =
    order === "ymd"
      ? [Number(digits.slice(year, year + 2)), Number(digits.slice(year + 2))]
      : [Number(digits.slice(2, 4)), Number(digits.slice(0, 2))];
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

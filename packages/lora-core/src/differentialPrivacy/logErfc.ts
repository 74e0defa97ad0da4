/** Below, the series of erf; above, the continued fraction of erfc, which then needs few terms. */
const SERIES_BELOW = 2;
/** log erfc(x) to about 12 digits, also far out where erfc itself is 0 in float64. Source: Abramowitz and Stegun 7.1.6 and 7.1.14. */
export function logErfc(x: number): number {
  if (x >= SERIES_BELOW) return logTail(x);
  if (x <= -SERIES_BELOW) return Math.log1p(1 - Math.exp(logTail(-x)));
  return Math.log1p(-erfSeries(x));
}

/** erf(x) = 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n + 1) / (1 3 5 ... (2n + 1)); all terms have one sign. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** sqrt(pi) exp(x^2) erfc(x) = 1 / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ...)))), from its end. It converges as exp(-x sqrt(8 n)). */
function logTail(x: number): number {
  let fraction = x;
  for (let n = Math.ceil(20 + 400 / (x * x)); n > 0; n--) fraction = x + n / 2 / fraction;
  return -x * x - Math.log(fraction) - Math.log(Math.PI) / 2;
}

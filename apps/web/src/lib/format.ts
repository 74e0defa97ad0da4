/** Sizes, durations and dates as people read them in the page's language, always with their unit. */
import { LANGUAGES, language } from "./language.ts";
import { formatNumber, formatWhole } from "./numbers.ts";
import { words } from "./words.ts";

/** 0.42 MB, 812 B; powers of 1000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return words.format.bytes(formatNumber(bytes), "B");
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : bytes < 1e9 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
  return words.format.bytes(formatNumber(value, value < 10 ? 2 : value < 100 ? 1 : 0), unit);
}

/** 45 s, 1 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return words.format.seconds(formatNumber(whole));
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? words.format.minutes(minutes) : words.format.minutesAndSeconds(minutes, whole % 60);
  const rest = minutes % 60;
  return rest === 0 ? words.format.hours(minutes / 60) : words.format.hoursAndMinutes(Math.floor(minutes / 60), rest);
}

/** An estimate, no surer than it is: to ten seconds, from two minutes on to minutes. */
export function roundedTime(seconds: number): string {
  const unit = seconds < 120 ? 10 : 60;
  return formatDuration(unit * Math.max(1, Math.round(seconds / unit)));
}

/** Accuracy as in the reports: two digits after the point; an en dash where there is no figure. */
export const formatFraction = (value: number | null): string => (value === null ? "–" : formatNumber(value, 2));

export const formatLoss = (value: number | null): string => (value === null ? "–" : formatNumber(value, value < 10 ? 3 : 1));

/** 640 tok/s, 1.2 k tok/s. */
export function formatRate(tokensPerSecond: number): string {
  return tokensPerSecond < 10_000
    ? words.format.rate(formatNumber(tokensPerSecond))
    : words.format.rateInThousands(formatNumber(tokensPerSecond / 1000, 1));
}

/** 9,999, 620 k, 7.0 M, 135 M. */
export function formatCount(value: number): string {
  if (value < 10_000) return formatWhole(value);
  if (value < 1e6) return `${formatNumber(value / 1e3)} k`;
  const millions = value / 1e6;
  return `${formatNumber(millions, millions < 10 ? 1 : 0)} M`;
}

/** The same of one of many that are `step` apart, 1, 2 or 5 with zeros: no two of them alike. */
export function formatCountInSteps(value: number, step: number): string {
  if (value < 10_000) return formatWhole(value);
  const [unit, name] = value < 1e6 ? [1e3, "k"] : [1e6, "M"];
  return `${formatNumber(value / unit, Math.max(0, Math.ceil(Math.log10(unit / step))))} ${name}`;
}

/** Clock time of an instant, 14:05:09, in the reader's zone; with its day where that is not today's: 3 Dec 2026, 14:05:09. */
export function formatClock(at: number, now = Date.now()): string {
  const [then, today] = [new Date(at), new Date(now)];
  if (then.toDateString() === today.toDateString()) return then.toLocaleTimeString(locale());
  return then.toLocaleString(locale(), { dateStyle: "medium", timeStyle: "medium" });
}

/** Day of an instant, 3 December 2026, in the reader's zone. */
export const formatDay = (at: number): string =>
  new Date(at).toLocaleDateString(locale(), { day: "numeric", month: "long", year: "numeric" });

/** Day and time of an instant, 3 December 2026 at 14:05, in the reader's zone. */
export const formatMoment = (at: number): string =>
  new Date(at).toLocaleString(locale(), { dateStyle: "long", timeStyle: "short" });

const locale = (): string => LANGUAGES[language.get()].locale;

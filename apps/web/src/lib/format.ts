/** Numbers as people read them, always with their unit. Pure. */

/** 0.42 MB, 812 B; powers of 1000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : bytes < 1e9 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
}

/** 45 s, 1 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Accuracy as in the reports: two digits after the point; an en dash where there is no figure. */
export const formatFraction = (value: number | null): string => (value === null ? "–" : value.toFixed(2));

export const formatLoss = (value: number | null): string => (value === null ? "–" : value.toFixed(value < 10 ? 3 : 1));

/** 640 tok/s, 1.2 k tok/s. */
export function formatRate(tokensPerSecond: number): string {
  return tokensPerSecond < 10_000 ? `${Math.round(tokensPerSecond)} tok/s` : `${(tokensPerSecond / 1000).toFixed(1)} k tok/s`;
}

/** 7.0 M, 135 M, 620 k. */
export function formatCount(value: number): string {
  if (value < 10_000) return String(value);
  if (value < 1e6) return `${Math.round(value / 1e3)} k`;
  const millions = value / 1e6;
  return `${millions.toFixed(millions < 10 ? 1 : 0)} M`;
}

/** "1 client", "3 clients". */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Clock time of an instant, 14:05:09, in the reader's zone. */
export const formatClock = (at: number): string => new Date(at).toLocaleTimeString("en-GB");

/** Day of an instant, 3 December 2026, in the reader's zone. */
export const formatDay = (at: number): string =>
  new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

// Dates from 4000 BCE to now, as precise as they are known. Years are counted as astronomers do: 0 is 1 BCE.

const DAY = 86_400_000;
const TEXT = /^([+-]?\d{4,6})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?Z?)?)?)?/;

/** Milliseconds since 1970 of a date of any precision: its beginning. NaN where it is none. */
export function millisOf(text: string): number {
  const m = TEXT.exec(text);
  if (!m) return NaN;
  return millis(Number(m[1]), Number(m[2] ?? 1), Number(m[3] ?? 1)) + (Number(m[4] ?? 0) * 3600 + Number(m[5] ?? 0) * 60 + Number(m[6] ?? 0)) * 1000;
}
function millis(year: number, month: number, day: number): number {
  const date = new Date(0);
  // `Date.UTC` takes the years 0 to 99 for the twentieth century.
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

/** A year as the server reads it. */
export const yearText = (year: number) => `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`;
export function isoOf(ms: number): string {
  const d = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${yearText(d.getUTCFullYear())}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}T${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}Z`;
}

/** A year as people write it: "2150 BCE", "79 CE", "1815". */
export function yearSaid(year: number, lang: string): string {
  if (year <= 0) return lang === 'ja' ? `紀元前${1 - year}年` : `${1 - year}\u00a0BCE`;
  if (year < 1000 && lang !== 'ja') return `${year}\u00a0CE`;
  return lang === 'ja' ? `${year}年` : String(year);
}

/** "11 Mar 2011, 05:46:23 UTC", "Apr 1815", "2150 BCE": the precision of `time`, the instant of `earliest` where that is told. */
export function dateSaid(time: string, earliest: string, lang: string, short = false): string {
  const parts = TEXT.exec(time);
  if (!parts) return time;
  const ms = millisOf(earliest || time);
  const date = new Date(Number.isFinite(ms) ? ms : millisOf(time));
  const year = yearSaid(date.getUTCFullYear(), lang);
  if (!parts[2]) return year;
  const month = new Intl.DateTimeFormat(lang, { month: 'short', timeZone: 'UTC' }).format(date);
  const day = parts[3] ? date.getUTCDate() : null;
  const said = lang === 'ja' ? `${year}${date.getUTCMonth() + 1}月${day === null ? '' : `${day}日`}` : `${day === null ? '' : `${day}\u00a0`}${month}\u00a0${year}`;
  if (short || !parts[4]) return said;
  const two = (n: number) => String(n).padStart(2, '0');
  return `${said}${lang === 'ja' ? ' ' : ', '}${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${parts[6] ? `:${two(date.getUTCSeconds())}` : ''}\u00a0UTC`;
}

/** "1950", "1815-04", "2150 BCE", "前2150", "-2150": as the server reads it, or null. */
export function readDate(text: string): string | null {
  const t = text.trim();
  const bce = /^(?:(\d{1,5})\s*(?:BCE?|B\.C\.(?:E\.)?)|(?:紀元)?前\s*(\d{1,5})年?|[-−](\d{1,5}))$/i.exec(t);
  if (bce) return yearText(1 - Number(bce[1] ?? bce[2] ?? bce[3]));
  const plain = /^(\d{1,4})(?:\s*(?:CE|AD)|年)?$/i.exec(t);
  if (plain) return yearText(Number(plain[1]));
  const full = /^(-?\d{4,6})-(\d{1,2})(?:-(\d{1,2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?)?$/.exec(t);
  if (!full || Number(full[2]) < 1 || Number(full[2]) > 12 || Number(full[3] ?? 1) < 1 || Number(full[3] ?? 1) > 31) return null;
  return `${full[1]}-${full[2]!.padStart(2, '0')}${full[3] ? `-${full[3].padStart(2, '0')}` : ''}${full[4] ?? ''}`;
}
/** What `readDate` read, for a field that is edited: BCE in words. */
export function dateTyped(text: string): string {
  const year = /^(-\d{4,6}|0000)$/.exec(text);
  return year ? `${1 - Number(year[1])} BCE` : /^\d{4}$/.test(text) ? String(Number(text)) : text;
}

/** The end of a period that is named by a date of any precision: "1950" ends with its last day. */
export function endOf(text: string): number {
  const m = TEXT.exec(text);
  if (!m) return NaN;
  const [year, month] = [Number(m[1]), Number(m[2] ?? 1)];
  if (m[4]) return millisOf(text);
  if (m[3]) return millisOf(text) + DAY;
  return m[2] ? millis(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) : millis(year + 1, 1, 1);
}

/** How long a period is, in words of a size that people use. */
export function lengthOf(from: number, to: number): { value: number; unit: 'years' | 'days' } {
  const days = Math.max(0, (to - from) / DAY);
  return days >= 730 ? { value: Math.round(days / 365.2425), unit: 'years' } : { value: Math.max(1, Math.round(days)), unit: 'days' };
}

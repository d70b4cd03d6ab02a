// Dates from 4000 BCE to now, as precise as they are known. Years are counted as astronomers do: 0 is 1 BCE.
import { daySaid, monthSaid, timeSaid, yearSaid } from '../i18n/moments';
import { t } from '../i18n/words.svelte';

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

/** "11 Mar 2011, 05:46:23 UTC", "Apr 1815", "2150 BCE": the precision of `time`, the instant of `earliest` where that is told. */
export function dateSaid(time: string, earliest = '', short = false): string {
  const parts = TEXT.exec(time);
  if (!parts) return time;
  const ms = millisOf(earliest || time);
  const date = new Date(Number.isFinite(ms) ? ms : millisOf(time));
  if (!parts[2]) return yearSaid(date.getUTCFullYear());
  if (!parts[3]) return monthSaid(date);
  return short || !parts[4] ? daySaid(date) : timeSaid(date, parts[6] !== undefined);
}

const ZEROS = [0x0e50, 0x0ed0, 0x1040, 0x17e0, 0xff10];
/** Digits of Thai, Lao, Burmese, Khmer and those of full width, as the server reads them. */
export function latinDigits(text: string): string {
  return text.replace(/[๐-๙໐-໙၀-၉០-៩０-９]/g, (digit) => {
    const code = digit.codePointAt(0)!;
    return String(code - ZEROS.find((zero) => code >= zero && code < zero + 10)!);
  });
}

/** A text as part of a pattern; its spaces may be left out or be others. */
export const loose = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s*');
/** How the reader's language writes years before the common era: in full, or the sign of the era alone on either side of the number. */
export function beforePattern(): string {
  const sign = loose(t('beforeEra'));
  const full = t('dateBefore').split('{year}').map(loose).join(String.raw`\d{1,5}`);
  return String.raw`(?:${full}|${sign}\s*\d{1,5}|\d{1,5}\s*${sign})`;
}

/** "1950", "1815-04", "2150 BCE", "前2150", "-2150", and as the reader's language writes them: as the server reads it, or null. */
export function readDate(text: string): string | null {
  const typed = latinDigits(text).trim();
  if (new RegExp(`^${beforePattern()}$`, 'i').test(typed)) return yearText(1 - Number(/\d+/.exec(typed)![0]));
  const bce = /^(?:(\d{1,5})\s*(?:BCE?|B\.C\.(?:E\.)?)|(?:紀元)?前\s*(\d{1,5})年?|[-−](\d{1,5}))$/i.exec(typed);
  if (bce) return yearText(1 - Number(bce[1] ?? bce[2] ?? bce[3]));
  const plain = /^(\d{1,4})(?:\s*(?:CE|AD)|年|년)?$/i.exec(typed);
  if (plain) return yearText(Number(plain[1]));
  const full = /^(-?\d{4,6})-(\d{1,2})(?:-(\d{1,2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?)?$/.exec(typed);
  if (!full || Number(full[2]) < 1 || Number(full[2]) > 12 || Number(full[3] ?? 1) < 1 || Number(full[3] ?? 1) > 31) return null;
  return `${full[1]}-${full[2]!.padStart(2, '0')}${full[3] ? `-${full[3].padStart(2, '0')}` : ''}${full[4] ?? ''}`;
}
/** What `readDate` read, for a field that is edited: years before the common era in words. */
export function dateTyped(text: string): string {
  const year = /^(-\d{4,6}|0000)$/.exec(text);
  return year ? t('dateBefore', { year: 1 - Number(year[1]) }) : /^\d{4}$/.test(text) ? String(Number(text)) : text;
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

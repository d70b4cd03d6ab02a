// From values to places of a drawing, and the round values that axes name.
import { number } from '../../i18n/words.svelte';
import { yearShort } from '../../i18n/moments';
import { dateSaid, isoOf, yearText } from '../dates';

export interface Scale {
  (value: number): number;
  invert(place: number): number;
  from: number;
  to: number;
}

export function linear(from: number, to: number, start: number, end: number): Scale {
  const span = to - from || 1;
  return Object.assign((value: number) => start + ((value - from) / span) * (end - start), { invert: (place: number) => from + ((place - start) / (end - start)) * span, from, to });
}

/** Round steps of 1, 2, 2.5 or 5 × 10ⁿ, about as many as are wished for. */
export function ticks(from: number, to: number, wish: number): number[] {
  const raw = (to - from) / Math.max(1, wish);
  if (!(raw > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((s) => s >= raw * 0.999)!;
  const list: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) list.push(Number((k * step).toPrecision(12)));
  return list;
}
/** Powers of ten between two numbers. */
export function powers(from: number, to: number): number[] {
  const list: number[] = [];
  for (let n = Math.ceil(Math.log10(Math.max(1e-9, from)) - 1e-9); 10 ** n <= to * 1.0001; n++) list.push(10 ** n);
  return list;
}

const MONTH = 30.44 * 86_400_000;
const YEAR = 365.2425 * 86_400_000;
/** Round moments between two, in milliseconds: years or months, else days. */
export function timeTicks(from: number, to: number, wish: number): number[] {
  const span = (to - from) / wish;
  const list: number[] = [];
  const first = new Date(from);
  if (span > YEAR * 0.8) {
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((n) => n * YEAR >= span) ?? 5000;
    for (let year = Math.ceil(first.getUTCFullYear() / step) * step; ; year += step) {
      const at = start(year, 0, 1);
      if (at > to) return list;
      if (at >= from) list.push(at);
    }
  }
  if (span > MONTH * 0.8) {
    const step = [1, 2, 3, 6].find((n) => n * MONTH >= span) ?? 12;
    for (let month = 0; ; month += step) {
      const at = start(first.getUTCFullYear(), month, 1);
      if (at > to) return list;
      if (at >= from) list.push(at);
    }
  }
  return ticks(from / 86_400_000, to / 86_400_000, wish).map((day) => day * 86_400_000);
}
function start(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}
/** What a moment of an axis is called, as finely as its neighbours ask for. */
export function tickSaid(ms: number, span: number): string {
  const year = new Date(ms).getUTCFullYear();
  if (span > 3 * YEAR) return yearShort(year);
  return dateSaid(span > MONTH * 4 ? isoOf(ms).slice(0, yearText(year).length + 3) : isoOf(ms).slice(0, yearText(year).length + 6), '', true);
}

export const plain = (value: number, figures = 2) => number(value, { maximumFractionDigits: figures });
/** 1, 10, 100, 1 000, 10⁵. */
export function powerSaid(value: number): string {
  const n = Math.round(Math.log10(value));
  return n >= 0 && n <= 4 ? number(value) : `10${String(n).replace(/./g, (c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)]!))}`;
}

// Moments as people write them, in the way of the server's pages. The order of the parts and the names of months are words, for
// browsers do not know every language here, and count the years of Thai from the Buddha. Digits are Latin ones.
import { t } from './words.svelte';

/** Parts of a date stay on one line, unless a stop of Burmese parts them. */
const tight = (text: string) => text.replace(/(?<!၊) /g, '\u00a0');
const two = (n: number) => String(n).padStart(2, '0');

/** A year, counted as astronomers do: 0 is 1 BCE. */
export function yearSaid(year: number): string {
  if (year <= 0) return tight(t('dateBefore', { year: 1 - year }));
  return tight(t(year < 1000 ? 'dateEarly' : 'dateYear', { year }));
}
/** The same along an axis, and where "decade" stands beside it: as short as it can be. */
export const yearShort = (year: number): string => (year <= 0 ? yearSaid(year) : tight(t('dateAxis', { year })));

const monthOf = (date: Date) => t('months').split(',')[date.getUTCMonth()]!;
export const monthSaid = (date: Date): string => tight(t('dateMonth', { month: monthOf(date), year: yearSaid(date.getUTCFullYear()) }));
export const daySaid = (date: Date): string => tight(t('dateDay', { day: date.getUTCDate(), month: monthOf(date), year: yearSaid(date.getUTCFullYear()) }));
export function timeSaid(date: Date, seconds: boolean): string {
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${seconds ? `:${two(date.getUTCSeconds())}` : ''}\u00a0UTC`;
  return t('dateTime', { date: daySaid(date), time });
}

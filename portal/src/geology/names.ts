// What kinds of terms are called.
import { t, type Key } from '../i18n/words.svelte';

const NAMES: Record<string, Key> = { '': 'coloursOwn', age: 'coloursAge', lithology: 'coloursLithology', faultType: 'coloursFault', contactType: 'coloursContact', commodity: 'coloursCommodity', mineStatus: 'coloursStatus' };

export const nameOfKind = (by: string, title = by) => (NAMES[by] ? t(NAMES[by]) : title);

/** Square kilometres to three figures, and never none where there are some. */
export const km2 = (value: number): Intl.NumberFormatOptions => (value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
/** Millions of years as the chart writes them. */
export const ma = (value: number): number => (value >= 100 ? Math.round(value * 10) / 10 : Number(value.toPrecision(3)));

// Events in a few words.
import { number, t } from '../i18n/words.svelte';
import { ONE_WORDS, sizeOf } from './symbols';
import type { HazardEvent, Kind } from './types';

/** "M 7.1", "VEI 5", "Tsunami, 12 m". */
export function sizeSaid(kind: Kind, size: number | null, type = ''): string {
  if (size === null) return t(ONE_WORDS[kind]);
  const n = (figures: number) => number(size, { minimumFractionDigits: figures === 1 ? 1 : 0, maximumFractionDigits: figures });
  if (kind === 'earthquake') return type ? `${magnitudeType(type)}\u00a0${n(1)}` : `M\u00a0${n(1)}`;
  if (kind === 'eruption') return `VEI\u00a0${n(0)}`;
  return kind === 'tsunami' ? t('waterM', { m: number(size, { maximumFractionDigits: 1 }) }) : t(ONE_WORDS[kind]);
}
export const eventSize = (e: HazardEvent) => sizeSaid(e.kind, sizeOf(e), e.magnitudeType);

/** "mww" is written Mww; "mb" and "ml" as they are used. */
function magnitudeType(type: string): string {
  if (/^mw/i.test(type)) return `M${type.slice(1)}`;
  return /^m[a-z0-9]{1,3}$/i.test(type) ? (/^m[bd]/i.test(type) ? type.toLowerCase() : `M${type.slice(1)}`) : 'M';
}

/** The name of an event: its volcano, or where it was. Tables in capitals are read as if they were not. */
export function nameSaid(e: HazardEvent): string {
  const place = calm(e.place);
  if (e.volcano) return [e.volcano, calm(e.place || e.country)].filter(Boolean).join(', ');
  const country = calm(e.country);
  if (!place) return country;
  return !country || place.toLowerCase().includes(country.toLowerCase()) ? place : `${place}, ${country}`;
}
/** Words in capitals as they are read. */
export function calm(text: string): string {
  if (!/[A-Z]{3}/.test(text) || /[a-z]/.test(text)) return text;
  return text.replace(/\s*,\s*/g, ', ').replace(/\p{L}[\p{L}'’]*/gu, (word) => (/^(?:USA|UK|PNG|USSR)$/.test(word) || (word.length <= 2 && /^(?:N|S|E|W|NE|NW|SE|SW)$/.test(word)) ? word : word.charAt(0) + word.slice(1).toLowerCase()));
}

/** Preliminary or reviewed, as the source says it; empty where it says nothing. */
export function statusSaid(status: string): { reviewed: boolean; word: string } | null {
  if (!status) return null;
  const reviewed = !/^(?:automatic|preliminary|a|p)$/i.test(status);
  return { reviewed, word: /^(?:reviewed|confirmed|final|manual|m|f)$/i.test(status) ? t('reviewed') : reviewed ? status : t('preliminary') };
}

/** "16 deaths"; empty for none and for what is not known. */
export const deathsSaid = (deaths: number | null) => (!deaths ? '' : deaths === 1 ? t('deathsOne') : t('deathsCount', { count: number(deaths) }));

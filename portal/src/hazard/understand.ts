// The one box: what in it is a condition ("M>=6", "1900..1950", "within 200 km of here", the name of a country), and what are words.
import { t, type Key } from '../i18n/words.svelte';
import { beforePattern, latinDigits, loose, readDate } from './dates';
import { NO_EVENTS_ASKED, type HazardQuestion, type Around } from './question';
import { KIND_WORDS as MANY_WORDS, ONE_WORDS } from './symbols';
import { KINDS, type Kind } from './types';

export interface Understood {
  change: Partial<HazardQuestion>;
  words: string;
}
export interface Surroundings {
  /** Where "here" is. */
  here: { lng: number; lat: number } | null;
  /** Names of countries in lower case, to the name that the server knows. */
  countries: Map<string, string>;
  /** What conditions are called in the reader's language. */
  own?: OwnWords;
}
/** Names of conditions in a language, in lower case, and how it says that something is near. */
export interface OwnWords {
  ranges: Map<string, Range>;
  kinds: Map<string, Kind>;
  states: Map<string, 'reviewed' | 'automatic'>;
  here: string;
}
/** The words that the viewer itself uses, so that what it shows can be typed. */
export function ownWords(): OwnWords {
  const low = (key: Key) => t(key).toLowerCase();
  return {
    ranges: new Map([[low('magnitude'), 'mag'], [low('depth'), 'depth'], [low('deaths'), 'deaths']]),
    kinds: new Map(KINDS.flatMap((kind) => [[low(MANY_WORDS[kind]), kind], [low(ONE_WORDS[kind]), kind]] as [string, Kind][])),
    states: new Map([[low('reviewed'), 'reviewed'], [low('preliminary'), 'automatic']]),
    here: t('helpHere'),
  };
}

type Range = 'mag' | 'depth' | 'vei' | 'deaths';
const NAMES: [RegExp, Range][] = [
  [/^(?:m|mw|mag|magnitude|マグニチュード)$/i, 'mag'],
  [/^(?:d|depth|深さ|深度)$/i, 'depth'],
  [/^(?:vei|火山爆発指数)$/i, 'vei'],
  [/^(?:deaths?|dead|killed|死者|死者数)$/i, 'deaths'],
];
const LIMITS: Record<Range, { min: 'minmag' | 'mindepth' | 'minvei' | 'mindeaths'; max: 'maxmag' | 'maxdepth' | 'maxvei' | null; step: number }> = {
  mag: { min: 'minmag', max: 'maxmag', step: 0.1 },
  depth: { min: 'mindepth', max: 'maxdepth', step: 0.1 },
  vei: { min: 'minvei', max: 'maxvei', step: 1 },
  deaths: { min: 'mindeaths', max: null, step: 1 },
};
const KIND_WORDS: [RegExp, Kind][] = [
  [/^(?:earthquakes?|quakes?|地震)$/i, 'earthquake'],
  [/^(?:eruptions?|噴火)$/i, 'eruption'],
  [/^(?:tsunamis?|津波)$/i, 'tsunami'],
  [/^(?:landslides?|地すべり|土砂災害)$/i, 'landslide'],
];
const date = () => String.raw`(?:${beforePattern()}|[-−]\d{1,5}|\d{1,5}\s*BCE?|(?:紀元)?前\d{1,5}年?|\d{4,6}-\d{1,2}(?:-\d{1,2})?|\d{1,4}(?:年|년)?)`;
const NUMBER = String.raw`\d+(?:\.\d+)?`;
/** A number as languages with a decimal comma write it too; three digits after a comma are thousands. */
const VALUE = String.raw`\d+(?:\.\d+|,\d{1,2}(?!\d))?`;
const valueOf = (text: string) => Number(text.replace(',', '.'));

export function understand(text: string, around: Surroundings): Understood {
  const change: Partial<HazardQuestion> = {};
  // Only widths are made one: of other scripts, what is composed stays so.
  const even = latinDigits(text).replace(/[\u3000\u3300-\u33ff\uff00-\uffef]+/g, (wide) => wide.normalize('NFKC'));
  let rest = ` ${even.replace(/[“”"]/g, ' ')} `;
  const take = (pattern: RegExp, read: (...m: string[]) => boolean) => {
    rest = rest.replace(pattern, (whole: string, ...m: string[]) => (read(...m) ? ' ' : whole));
  };
  takeAround(take, change, around);
  take(/(?<=\s)near\s+(?:the\s+)?([^\d<>=]+?)\s+fault(?=\s)/i, (name) => !!(change.fault = name!.trim()));
  takeRanges(take, change, around.own);
  takeDates(take, change);
  const words: string[] = [];
  const kinds: Kind[] = [];
  if (around.own) {
    for (const [said, kind] of around.own.kinds) take(whole(said), () => kinds.push(kind) > 0);
    for (const [said, state] of around.own.states) take(whole(said), () => !!(change.status = state));
  }
  for (const word of takeCountry(rest, change, around.countries).split(/\s+/).filter(Boolean)) {
    const kind = KIND_WORDS.find(([pattern]) => pattern.test(word))?.[1];
    if (kind) kinds.push(kind);
    else if (/^(?:reviewed|査読済み|確定)$/i.test(word)) change.status = 'reviewed';
    else if (/^(?:preliminary|automatic|速報|自動)$/i.test(word)) change.status = 'automatic';
    else words.push(word);
  }
  if (kinds.length > 0) change.kinds = [...new Set(kinds)];
  return { change, words: words.join(' ') };
}

/** A text between spaces. */
const whole = (said: string) => new RegExp(String.raw`(?<=\s)${loose(said)}(?=\s)`, 'gi');
type Take = (pattern: RegExp, read: (...m: string[]) => boolean) => void;

function takeAround(take: Take, change: Partial<HazardQuestion>, { here, own }: Surroundings): void {
  const set = (km: string, at: { lng: number; lat: number } | null) => {
    if (!at || !(Number(km) > 0) || Math.abs(at.lat) > 90) return false;
    change.around = { ...at, km: Math.min(20_016, Number(km)) } satisfies Around;
    return true;
  };
  take(new RegExp(String.raw`(?:within\s+)?(${NUMBER})\s*km\s+(?:of|from|around)\s+(-?${NUMBER})\s*,\s*(-?${NUMBER})`, 'i'), (km, lat, lng) => set(km!, { lat: Number(lat), lng: Number(lng) }));
  take(new RegExp(String.raw`(?:within\s+)?(${NUMBER})\s*km\s+(?:of|from|around)\s+here`, 'i'), (km) => set(km!, here));
  if (own) take(new RegExp(own.here.split('{km}').map(loose).join(`(${NUMBER})`), 'i'), (km) => set(km!, here));
  take(new RegExp(String.raw`ここから\s*(${NUMBER})\s*km(?:以内)?`, 'i'), (km) => set(km!, here));
}

function takeRanges(take: Take, change: Partial<HazardQuestion>, own?: OwnWords): void {
  const more = [...(own?.ranges.keys() ?? [])].map((said) => `${loose(said)}|`).join('');
  const name = String.raw`(?<![\w])(${more}m|mw|mag|magnitude|マグニチュード|d|depth|深さ|深度|vei|火山爆発指数|deaths?|dead|killed|死者数?)`;
  const limits = (word: string) => LIMITS[own?.ranges.get(word.toLowerCase().replace(/\s+/g, ' ')) ?? NAMES.find(([pattern]) => pattern.test(word))![1]];
  take(new RegExp(String.raw`${name}\s*(${VALUE})\s*(?:\.\.|–|-|~|〜)\s*(${VALUE})(?:\s*km)?(?![\w.])`, 'gi'), (word, low, high) => {
    const at = limits(word!);
    change[at.min] = valueOf(low!);
    if (at.max) change[at.max] = valueOf(high!);
    return true;
  });
  take(new RegExp(String.raw`${name}\s*(>=|<=|≥|≤|>|<|=)?\s*(${VALUE})(?:\s*km)?(\+)?(?![\w.])`, 'gi'), (word, sign, value) => {
    const at = limits(word!);
    const n = valueOf(value!);
    const more = sign === '>' ? at.step : 0;
    const less = sign === '<' ? at.step : 0;
    const exact = (x: number) => Number(x.toFixed(4));
    if (sign === '<' || sign === '<=' || sign === '≤') {
      if (!at.max) return false;
      change[at.max] = exact(n - (at.step === 1 ? less : 0));
    } else {
      change[at.min] = exact(n + (at.step === 1 ? more : 0));
      if (sign === '=' && at.max) change[at.max] = n;
    }
    return true;
  });
}

function takeDates(take: Take, change: Partial<HazardQuestion>): void {
  const DATE = date();
  const set = (name: 'start' | 'end', text: string) => {
    const date = readDate(text);
    if (date) change[name] = date;
    return !!date;
  };
  take(new RegExp(String.raw`(?<=\s)(${DATE})\s*(?:\.\.|–|~|〜|から| to )\s*(${DATE})(?=\s)`, 'i'), (from, to) => set('start', from!) && set('end', to!));
  take(new RegExp(String.raw`(?<=\s)(?:since|from|after)\s+(${DATE})(?=\s)`, 'i'), (from) => set('start', from!));
  take(new RegExp(String.raw`(?<=\s)(${DATE})(?:\.\.|以降)(?=\s)`, 'i'), (from) => set('start', from!));
  take(new RegExp(String.raw`(?<=\s)(?:until|before|to)\s+(${DATE})(?=\s)`, 'i'), (to) => set('end', to!));
  take(new RegExp(String.raw`(?<=\s)(?:\.\.(${DATE})|(${DATE})以前)(?=\s)`, 'i'), (a, b) => set('end', (a ?? b)!));
  take(/(?<=\s)(?:in\s+)?((?:1[0-9]|20)\d\d(?:-\d{1,2}(?:-\d{1,2})?)?)年?(?=\s)/i, (year) => change.start === undefined && change.end === undefined && set('start', year!) && set('end', year!));
}

/** The longest name of a country in the text, whole words only. */
function takeCountry(text: string, change: Partial<HazardQuestion>, countries: Map<string, string>): string {
  const words = text.trim().split(/\s+/);
  for (let length = Math.min(4, words.length); length > 0; length--)
    for (let at = 0; at + length <= words.length; at++) {
      const found = countries.get(words.slice(at, at + length).join(' ').toLowerCase());
      if (!found) continue;
      change.country = found;
      const lead = at > 0 && /^in$/i.test(words[at - 1]!) ? 1 : 0;
      return [...words.slice(0, at - lead), ...words.slice(at + length)].join(' ');
    }
  return text;
}

/** The names of countries in a language, to their English names. */
export function countryNames(lang: string): Map<string, string> {
  const names = new Map<string, string>();
  const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const own = new Intl.DisplayNames([lang], { type: 'region', fallback: 'none' });
  for (let a = 65; a < 91; a++)
    for (let b = 65; b < 91; b++) {
      const code = String.fromCharCode(a, b);
      const name = english.of(code);
      if (!name || /^(?:EU|EZ|UN|XA|XB|QO)$/.test(code)) continue;
      const plain = name.replace(/&/g, 'and');
      names.set(name.toLowerCase(), plain);
      names.set(plain.toLowerCase(), plain);
      const said = own.of(code);
      if (said) names.set(said.toLowerCase(), plain);
    }
  // Browsers do not know all languages; the one of the help is known.
  names.set(t('helpCountry').toLowerCase(), 'Indonesia');
  // As catalogues of events write them.
  for (const [said, name] of SHORT_NAMES) names.set(said, name);
  return names;
}
const SHORT_NAMES = [['usa', 'USA'], ['united states', 'USA'], ['米国', 'USA'], ['アメリカ合衆国', 'USA'], ['アメリカ', 'USA'], ['uk', 'UK'], ['united kingdom', 'UK'], ['イギリス', 'UK'], ['turkey', 'Turkey'], ['türkiye', 'Turkey'], ['トルコ', 'Turkey'], ['burma', 'Myanmar'], ['myanmar', 'Myanmar']] as const;
/** A question with what was understood put in. */
export function withUnderstood(q: HazardQuestion, { change, words }: Understood): HazardQuestion {
  return { ...NO_EVENTS_ASKED, ...q, ...change, words: [q.words, words].filter(Boolean).join(' ') };
}

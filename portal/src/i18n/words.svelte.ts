// The words of the viewer itself. One JSON file per language; adding `km.json` beside this file adds Khmer.
// What datasets and maps are called comes from the server, in the same language where it exists there.
import external from '../external/words/en.json';
import geology from '../geology/words/en.json';
import hazard from '../hazard/words/en.json';
import general from './en.json';

const en = { ...general, ...geology, ...external, ...hazard };
export type Key = keyof typeof en;
type Words = Partial<Record<Key, string>>;
const files = import.meta.glob<Words>(['./*.json', '!./en.json'], { import: 'default' });
const more = import.meta.glob<Words>(['../{geology,external,hazard}/words/*.json', '!../{geology,external,hazard}/words/en.json'], { import: 'default' });
const codeOf = (path: string) => path.slice(2, -5);

/** What languages are called in themselves, in the order of the server's pages: browsers do not know all of them. */
const NAMES: Record<string, string> = { en: 'English', id: 'Bahasa Indonesia', vi: 'Tiếng Việt', ja: '日本語', ko: '한국어', zh: '中文', km: 'ខ្មែរ', lo: 'ລາວ', my: 'မြန်မာ', th: 'ไทย' };
const placeOf = (code: string) => (Object.keys(NAMES).indexOf(code) + 100) % 100;
/** Languages the viewer itself speaks. */
export const spoken: string[] = ['en', ...Object.keys(files).map(codeOf)].sort((a, b) => placeOf(a) - placeOf(b));

let words = $state.raw<Record<string, string>>(en);
let code = $state('en');

export const language = {
  get code() {
    return code;
  },
};

export async function speak(lang: string): Promise<void> {
  const short = [lang, lang.split('-')[0]].find((code) => files[`./${code}.json`]);
  const loads = short ? [files[`./${short}.json`], ...['geology', 'external', 'hazard'].map((part) => more[`../${part}/words/${short}.json`])] : [];
  const said = await Promise.all(loads.map((load) => load?.().catch(() => ({})) ?? {}));
  words = Object.assign({}, en, ...said) as Record<string, string>;
  code = lang;
  document.documentElement.lang = lang;
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The name of a language in that language. */
export function nameOf(lang: string): string {
  if (NAMES[lang]) return NAMES[lang];
  try {
    const name = new Intl.DisplayNames([lang], { type: 'language' }).of(lang) ?? lang;
    return name.charAt(0).toLocaleUpperCase(lang) + name.slice(1);
  } catch {
    return lang;
  }
}

/** In Latin digits, as the server's pages and the axes of maps have them, also where a browser would take others. */
export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(code, { numberingSystem: 'latn', ...options }).format(value);
}

/** "1:50 000", with spaces that do not break. */
export const scaleText = (scale: number) => `1:${String(Math.round(scale)).replace(/\B(?=(\d{3})+$)/g, '\u00a0')}`;

export function degrees(lat: number, lng: number, figures: number): string {
  return `${Math.abs(lat).toFixed(figures)}° ${lat < 0 ? 'S' : 'N'} ${Math.abs(lng).toFixed(figures)}° ${lng < 0 ? 'W' : 'E'}`.replaceAll(' ', '\u00a0').replace(/([NS])\u00a0/, '$1  ');
}

// From a feature's attributes to what a card says: a title, the few facts that matter, then everything.
import type { ColumnInfo, InfoFeature, LegendItem } from '../api/types';

export interface Fact {
  key: string;
  label: string;
  value: unknown;
  unit: string;
}

export interface Card {
  title: string;
  /** The same name in another language. */
  second: string;
  facts: Fact[];
  all: Fact[];
}

/** Units that people write at the end of a column's name. */
const UNITS: Record<string, string> = {
  m: 'm', km: 'km', mm: 'mm', cm: 'cm', km2: 'km²', m2: 'm²', km3: 'km³', m3: 'm³', ha: 'ha', masl: 'm a.s.l.', mbgl: 'm b.g.l.', deg: '°', degree: '°', degrees: '°', nt: 'nT', mgal: 'mGal', ma: 'Ma', ka: 'ka', pct: '%', percent: '%', ppm: 'ppm', ppb: 'ppb', mgl: 'mg/L', degc: '°C', mpa: 'MPa', gpa: 'GPa', bar: 'bar', mw: 'MW', mwm2: 'mW/m²', wm: 'W/(m·K)', yr: 'yr', s: 's', ms: 'm/s',
};

const SCRIPT_E = /^(.*[0-9a-z_])E$/;
const TAGGED = /^(.+)[_:]([a-z]{2,3})$/i;
const NAME = /^(name|title|label|unit_?name|nam|geological_?unit|station|site)$/i;
/** Columns for machines, said only in the full list. */
const INTERNAL = /^(fid|ogc_fid|objectid|gid|id|uuid|shape_(length|area)|shape__(length|area)|globalid|major_code|minor_code|attribute|serial_no)$/i;

interface Split {
  stem: string;
  lang: string | null;
}

/** Which columns say the same thing in several languages: "name"/"name_ja", and the Japanese surveys' "LEGEND06"/"LEGEND06E". */
function split(key: string, keys: Set<string>, spoken: Set<string>): Split {
  const e = SCRIPT_E.exec(key);
  if (e && keys.has(e[1]!)) return { stem: e[1]!, lang: 'en' };
  if (keys.has(`${key}E`) && SCRIPT_E.test(`${key}E`)) return { stem: key, lang: 'ja' };
  const tag = TAGGED.exec(key);
  if (tag && spoken.has(tag[2]!.toLowerCase())) return { stem: tag[1]!, lang: tag[2]!.toLowerCase() };
  return { stem: key, lang: null };
}

const blank = (value: unknown) => value === null || value === undefined || (typeof value === 'string' && value.trim() === '');

export function unitOf(key: string, info: ColumnInfo | undefined): string {
  if (info?.unit) return info.unit;
  const bracket = /[([]\s*([^)\]]{1,12})\s*[)\]]\s*$/.exec(info?.title ?? key);
  if (bracket) return bracket[1]!;
  const tail = /_([A-Za-z]+[0-9]?)$/.exec(key);
  return tail ? (UNITS[tail[1]!.toLowerCase()] ?? '') : '';
}

function labelOf(key: string, info: ColumnInfo | undefined, unit: string): string {
  if (info?.title && info.title !== key) return info.title.replace(/\s*[([][^)\]]{1,12}[)\]]\s*$/, '');
  const bare = unit ? key.replace(/\s*[([][^)\]]{1,12}[)\]]\s*$/, '').replace(/_[A-Za-z]+[0-9]?$/, '') || key : key;
  const words = bare.replaceAll('_', ' ').trim();
  return /^[a-z]/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

export function cardOf(feature: InfoFeature, item: LegendItem | null, layerTitle: string, columns: Record<string, ColumnInfo>, rampUnit: string, lang: string, languages: string[]): Card {
  const row = feature.properties ?? {};
  const keys = new Set(Object.keys(row));
  const spoken = new Set([...languages, 'en', 'ja'].map((l) => l.toLowerCase().split('-')[0]!));
  const reader = lang.split('-')[0]!;

  // One entry for each thing said, in the reader's language where there is a choice.
  const groups = new Map<string, { key: string; lang: string | null }[]>();
  for (const key of keys) {
    const { stem, lang: of } = split(key, keys, spoken);
    groups.set(stem, [...(groups.get(stem) ?? []), { key, lang: of }]);
  }
  const chosen: { stem: string; key: string; others: string[] }[] = [];
  for (const [stem, variants] of groups) {
    const filled = variants.filter((v) => !blank(row[v.key]));
    const best = filled.find((v) => v.lang === reader) ?? filled.find((v) => v.lang === null) ?? filled.find((v) => v.lang === 'en') ?? filled[0];
    if (best) chosen.push({ stem, key: best.key, others: filled.filter((v) => v !== best).map((v) => v.key) });
  }

  const fact = (key: string, label = key): Fact => {
    const numbers = [...keys].filter((k) => typeof row[k] === 'number');
    const unit = unitOf(key, columns[key]) || (numbers.length === 1 && numbers[0] === key ? rampUnit : '');
    return { key, label: labelOf(label, columns[key]?.title ? columns[key] : columns[label], unit), value: row[key], unit };
  };

  const named = chosen.find((c) => NAME.test(c.stem));
  const classified = item !== null && item.filter ? item : null;
  const title = classified?.label || (named ? String(row[named.key]) : '') || item?.label || layerTitle;
  const second = classified ? (classified.label2 ?? '') : named ? (named.others.map((k) => String(row[k])).find((s) => s !== title) ?? '') : (item?.label2 ?? '');

  const told = chosen
    .filter((c) => c !== named && !INTERNAL.test(c.key) && typeof row[c.key] !== 'object')
    .filter((c) => ![title, second].includes(String(row[c.key])) && String(row[c.key]).length <= 120 && !/^https?:/i.test(String(row[c.key])))
    .map((c) => fact(c.key, c.stem));
  const weight = (f: Fact) => (typeof f.value === 'number' && f.unit ? 0 : f.unit ? 1 : typeof f.value === 'string' ? 2 : 3);
  const facts = told.map((f, i) => ({ f, i })).sort((a, b) => weight(a.f) - weight(b.f) || a.i - b.i).slice(0, 6).map((x) => x.f);
  const all = [...keys].map((key) => ({ key, label: key, value: row[key], unit: unitOf(key, columns[key]) }));
  return { title, second: second === title ? '' : second, facts, all };
}

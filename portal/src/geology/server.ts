// What the parts about geology ask of the server. Answers are read with care: what is missing is empty, never undefined.
import { address, json } from '../api/server';
import type { Box } from '../api/types';
import type { AreaRow, Areas, Branch, Coverage, CoverageValue, MappingReport, Question, Tree, Understood } from './types';

type Raw = Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? value : '');
const count = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const list = (value: unknown): Raw[] => (Array.isArray(value) ? (value as Raw[]) : []);
/** A colour that comes from elsewhere: six hexadecimal figures or nothing. */
const colour = (value: unknown) => (typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value) ? value : '#e4e4e4');

export const boxText = (box: Box) => box.map((n) => Number(n.toFixed(5))).join(',');

export interface TreeAsk {
  collection: string;
  by: string;
  lang: string;
  bbox?: Box | null;
  filter?: string | null;
}

export async function readTree(ask: TreeAsk, signal?: AbortSignal): Promise<Tree> {
  const { collection, by, lang, bbox, filter } = ask;
  const raw = (await json(address('geology/tree', { collection, by, lang, bbox: bbox ? boxText(bbox) : null, filter: filter || null, f: 'json' }), signal)) as Raw;
  const branch = (b: Raw): Branch => ({
    id: text(b.id),
    uri: text(b.uri),
    title: text(b.title) || text(b.id),
    colour: colour(b.colour),
    is_class: b.is_class === true,
    rows: count(b.rows),
    rows_below: count(b.rows_below),
    below: list(b.below).map(branch),
  });
  return { by, column: text(raw.column), unknown: count(raw.unknown), branches: list(raw.branches).map(branch) };
}

export function questionParameters(q: Question): Record<string, string | null> {
  return {
    age: q.age || null,
    relation: q.age && q.relation !== 'overlaps' ? q.relation : null,
    role: q.age && q.role !== 'representative' ? q.role : null,
    lithology: q.rock || null,
    main: q.rock && q.main ? 'true' : null,
  };
}

export async function ask(collection: string, question: Question, lang: string, signal?: AbortSignal): Promise<Understood> {
  const raw = (await json(address('geology/ask', { collection, ...questionParameters(question), lang, f: 'json' }), signal)) as Raw;
  const age = raw.age as Raw | null | undefined;
  const unit = age?.unit as Raw | null | undefined;
  const rock = raw.lithology as Raw | null | undefined;
  const named = (term: Raw) => ({ id: text(term.id), uri: text(term.uri), title: text(term.title) || text(term.id) });
  return {
    age: age ? { text: text(age.text), older_ma: count(age.older_ma), younger_ma: count(age.younger_ma), unit: unit ? named(unit) : null } : null,
    lithology: rock ? { ...named(rock), kinds: rock.kinds } : null,
    relation: text(raw.relation),
    role: text(raw.role),
    defaults: Array.isArray(raw.defaults) ? raw.defaults.map(String) : [],
    filter: text(raw.filter),
    chart: text(raw.chart),
    attribution: text(raw.attribution),
  };
}

export interface AreasAsk {
  collection: string;
  by: string;
  rank: string;
  filter: string;
  within: string | null;
  lang: string;
}
export function areasAddress({ collection, by, rank, filter, within, lang }: AreasAsk, f: 'json' | 'csv'): string {
  return address('geology/areas', { collection, by, rank: by === 'age' && rank ? rank : null, filter: filter || null, within, lang, f });
}
export async function readAreas(asked: AreasAsk, signal?: AbortSignal): Promise<Areas> {
  const raw = (await json(areasAddress(asked, 'json'), signal)) as Raw;
  const row = (r: Raw): AreaRow => {
    const known = r.class as Raw | null | undefined;
    return {
      class: known ? { id: text(known.id), uri: text(known.uri), title: text(known.title) || text(known.id), colour: colour(known.colour) } : null,
      area_km2: count(r.area_km2),
      share: count(r.share),
      rows: count(r.rows),
    };
  };
  return { by: asked.by, total_km2: count(raw.total_km2), within_km2: typeof raw.within_km2 === 'number' ? raw.within_km2 : null, rows: list(raw.rows).map(row) };
}

export async function readMapping(collection: string, lang: string): Promise<MappingReport> {
  const raw = (await json(address('geology/mapping', { collection, lang, f: 'json' }))) as Raw;
  const value = (v: Raw): CoverageValue => ({
    when: Array.isArray(v.when) ? v.when.map((w) => (w === null || w === undefined ? null : String(w))) : [],
    rows: count(v.rows),
    state: text(v.state),
    meaning: text(v.meaning),
    score: typeof v.score === 'number' ? v.score : null,
  });
  const part = (c: Raw): Coverage => ({
    view: text(c.view),
    kind: text(c.kind),
    columns: Array.isArray(c.columns) ? c.columns.map(String) : [],
    rows: count(c.rows),
    told: count(c.told),
    left_out: count(c.left_out),
    open: count(c.open),
    values: list(c.values).map(value),
  });
  return { dataset: text(raw.dataset) || collection, title: text(raw.title), views: Array.isArray(raw.views) ? raw.views.map(String) : [], coverage: list(raw.coverage).map(part) };
}

export interface UnitRow {
  id: string;
  name: string;
  age: string;
  rocks: string;
  older_ma: number | null;
  younger_ma: number | null;
  dataset: string;
}
export interface RowsAsk {
  collection: string;
  filter: string;
  bbox: Box | null;
  lang: string;
  limit: number;
}
const COLUMNS = ['name', 'lithology', 'geologicHistory', 'numericOlderAge', 'numericYoungerAge'];

/** Rows without where they are: a row's place is asked for when somebody goes there. */
export async function readRows({ collection, filter, bbox, lang, limit }: RowsAsk, signal?: AbortSignal): Promise<{ rows: UnitRow[]; matched: number | null }> {
  const parameters = { filter: filter || null, bbox: bbox ? boxText(bbox) : null, limit, lang, skipGeometry: 'true', properties: COLUMNS.join(','), count: 'true', f: 'json' };
  const raw = (await json(address(`collections/${encodeURIComponent(collection)}/items`, parameters), signal)) as Raw;
  const row = (feature: Raw): UnitRow => {
    const p = (feature.properties ?? {}) as Raw;
    const age = (value: unknown) => (typeof value === 'number' ? value : null);
    return { id: String(feature.id ?? ''), name: text(p.name), age: text(p.geologicHistory), rocks: text(p.lithology), older_ma: age(p.numericOlderAge), younger_ma: age(p.numericYoungerAge), dataset: text(p.source) };
  };
  return { rows: list(raw.features).map(row), matched: typeof raw.numberMatched === 'number' ? raw.numberMatched : null };
}

export async function readFeature(collection: string, id: string, lang: string): Promise<GeoJSON.Geometry | null> {
  const raw = (await json(address(`collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`, { f: 'json', lang }))) as GeoJSON.Feature;
  return raw.geometry ?? null;
}

export interface Country {
  id: string;
  name: string;
}
/** Countries by name; none where the node has no such table. */
export async function readCountries(lang: string): Promise<Country[]> {
  const raw = (await json(address('collections/countries/items', { limit: 1000, skipGeometry: 'true', lang, f: 'json' }))) as Raw;
  const name = (p: Raw) => {
    const names = Object.entries(p).filter((e): e is [string, string] => /^name/i.test(e[0]) && typeof e[1] === 'string' && e[1] !== '');
    return (names.find(([key]) => key.toLowerCase().endsWith(`_${lang}`)) ?? names.find(([key]) => /^name(_en)?$/i.test(key)) ?? names[0])?.[1] ?? '';
  };
  const all = list(raw.features).map((f) => ({ id: String(f.id ?? ''), name: name((f.properties ?? {}) as Raw) }));
  return all.filter((c) => c.id && c.name).sort((a, b) => a.name.localeCompare(b.name, lang));
}

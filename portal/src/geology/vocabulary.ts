// Units of the chart and rocks with their names in all languages, read once when somebody begins to type.
// The documents are SKOS in JSON-LD: terms are the nodes of type Concept.
import { address, json } from '../api/server';
import type { Term } from './types';

type Raw = Record<string, unknown>;
const CHART = 'vocabularies/ischart';
const ROCKS = 'vocabularies/simplelithology';

/** What is compared: no capitals, no accents, no width. Vowels of Thai and Khmer and marks of kana are letters and stay. */
export const fold = (text: string) => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').normalize('NFC').toLowerCase().trim();

const number = (value: unknown): number => (value && typeof value === 'object' ? number((value as Raw).age_ma ?? (value as Raw)['@value']) : value === null || value === undefined || value === '' ? NaN : Number(value));
const lastOf = (uri: string) => decodeURIComponent(uri.replace(/[/#:]+$/, '').split(/[/#:]/).pop() ?? uri);

/** Names by language, from `{"en": "Jurassic"}` or `{"en": ["a", "b"]}`. */
function said(value: unknown): [string, string][] {
  if (!value || typeof value !== 'object') return [];
  return Object.entries(value as Raw).flatMap(([lang, text]) => (Array.isArray(text) ? text : [text]).filter((x): x is string => typeof x === 'string').map((x): [string, string] => [lang, x]));
}

export function termsOf(document: unknown, kind: Term['kind']): Term[] {
  const raw = document as Raw;
  const nodes = (Array.isArray(raw['@graph']) ? raw['@graph'] : Array.isArray(raw.terms) ? raw.terms : Array.isArray(raw.concepts) ? raw.concepts : []) as Raw[];
  return nodes.flatMap((node): Term[] => {
    const type = node['@type'] ?? 'Concept';
    if (!(Array.isArray(type) ? type : [type]).includes('Concept')) return [];
    const uri = String(node['@id'] ?? node.uri ?? '');
    const labels = said(node.prefLabel ?? node.labels);
    const others = [...said(node.altLabel ?? node.alternatives), ...said(node.hiddenLabel)];
    if (!uri || labels.length === 0) return [];
    const older = number(node.hasBeginning ?? node.older_ma);
    const younger = number(node.hasEnd ?? node.younger_ma);
    return [
      {
        id: String(node.id ?? (lastOf(uri) || node.notation)),
        uri,
        kind,
        // The chart's own words name strata and time at once (ジュラ系／紀); beside them stand the words for time alone.
        names: Object.fromEntries(kind === 'age' ? [...labels, ...said(node.hiddenLabel).reverse()] : labels),
        folded: [...new Set([...labels, ...others].map(([, text]) => fold(text)))],
        colour: /^#[0-9a-f]{6}$/i.test(String(node.color ?? node.colour)) ? String(node.color ?? node.colour) : '',
        rank: lastOf(String((Array.isArray(node.rank) ? node.rank[0] : node.rank) ?? '')),
        older_ma: older,
        younger_ma: younger,
      },
    ];
  });
}

let reading: Promise<Term[]> | null = null;
/** All terms; a server without vocabularies has none, and words may be typed all the same. */
export function readTerms(): Promise<Term[]> {
  const one = (path: string, kind: Term['kind']) => json(address(path, { f: 'json' })).then((document) => termsOf(document, kind));
  reading ??= Promise.all([one(CHART, 'age'), one(ROCKS, 'rock')]).then((all) => all.flat());
  reading.catch(() => (reading = null));
  return reading;
}

export const nameOf = (term: Term, lang: string): string => term.names[lang] ?? term.names[lang.split('-')[0]!] ?? term.names.en ?? Object.values(term.names)[0] ?? term.id;

export interface Suggestion {
  term: Term;
  name: string;
  /** The name that was typed, when it is another. */
  hit: string;
}

/** Terms that have a name, or a word of one, that begins with what was typed, in any language. */
export function suggest(terms: Term[], typed: string, lang: string, most: number): Suggestion[] {
  const query = fold(typed);
  if (query === '') return [];
  const found: { suggestion: Suggestion; rank: number; length: number }[] = [];
  for (const term of terms) {
    let best = 9;
    let word = '';
    for (const name of term.folded) {
      const rank = name === query ? 0 : name.startsWith(query) ? 1 : name.split(/[\s\-–/()]+/).some((part) => part.startsWith(query)) ? 2 : 9;
      if (rank < best) [best, word] = [rank, name];
    }
    if (best === 9) continue;
    const name = nameOf(term, lang);
    const hit = fold(name).includes(query) ? '' : (Object.values(term.names).find((n) => fold(n) === word) ?? word);
    found.push({ suggestion: { term, name, hit }, rank: best + (hit ? 0.5 : 0), length: word.length });
  }
  return found.sort((a, b) => a.rank - b.rank || a.length - b.length).slice(0, most).map((f) => f.suggestion);
}

/** The units of a rank, from old to young, that cover time without gaps: coarser ones where there are none of it. */
export function bands(terms: Term[]): Term[] {
  const timed = terms.filter((t) => t.kind === 'age' && Number.isFinite(t.older_ma) && Number.isFinite(t.younger_ma) && t.older_ma > t.younger_ma);
  const of = (rank: string) => timed.filter((t) => t.rank === rank);
  const era = of('Era');
  const eon = of('Eon');
  const period = of('Period');
  const inside = (outer: Term, inner: Term[]) => inner.some((t) => t.older_ma <= outer.older_ma && t.younger_ma >= outer.younger_ma && t !== outer);
  // The Precambrian is long and little is mapped of its periods: its eras and the Hadean stand for it.
  const young = period.filter((t) => t.older_ma < 600);
  const oldest = Math.max(0, ...young.filter((t) => t.younger_ma < 538.7).map((t) => t.older_ma));
  const old = era.filter((t) => t.younger_ma >= oldest - 1);
  const rest = eon.filter((t) => t.younger_ma >= oldest - 1 && !inside(t, old));
  return [...young.filter((t) => t.older_ma <= oldest), ...old, ...rest].sort((a, b) => b.older_ma - a.older_ma);
}

// What is asked of the tables of events: as a value, as parameters of the server's addresses, as words in the page's own address.
import type { Box } from '../api/types';
import { endOf, isoOf, millisOf } from './dates';
import { KINDS, type EventTable, type Kind } from './types';

export type Sort = 'newest' | 'largest' | 'deadliest' | 'nearest';
export const SORTS: Sort[] = ['newest', 'largest', 'deadliest', 'nearest'];
const SORT_WORDS: Record<Exclude<Sort, 'nearest'>, string> = { newest: '-time', largest: '-magnitude', deadliest: '-deaths' };

export interface Around {
  lng: number;
  lat: number;
  km: number;
}
export interface HazardQuestion {
  kinds: Kind[];
  words: string;
  start: string;
  end: string;
  minmag: number | null;
  maxmag: number | null;
  mindepth: number | null;
  maxdepth: number | null;
  minvei: number | null;
  maxvei: number | null;
  mindeaths: number | null;
  cause: string;
  country: string;
  /** A part of the name of a fault, and kilometres from it; the server has its own when none are given. */
  fault: string;
  fault_km: number | null;
  /** One table alone. */
  catalog: string;
  status: string;
  around: Around | null;
  /** Only what the map shows. */
  inView: boolean;
  sort: Sort;
}
export const NO_EVENTS_ASKED: HazardQuestion = {
  kinds: [], words: '', start: '', end: '', minmag: null, maxmag: null, mindepth: null, maxdepth: null, minvei: null, maxvei: null, mindeaths: null,
  cause: '', country: '', fault: '', fault_km: null, catalog: '', status: '', around: null, inView: false, sort: 'newest',
};
export const NUMBERS = ['minmag', 'maxmag', 'mindepth', 'maxdepth', 'minvei', 'maxvei', 'mindeaths', 'fault_km'] as const;
const TEXTS = ['words', 'start', 'end', 'cause', 'country', 'fault', 'catalog', 'status'] as const;
const SHORT: Record<string, string> = { words: 'q' };
const trim = (n: number) => String(Number(n.toFixed(4)));
const boxText = ([w, s, e, n]: Box) => [w, s, e, n].map(trim).join(',');

export type Parameters = Record<string, string | number | null>;
/** The parameters of a question. `view` is what the map shows, where that matters. */
export function parametersOf(q: HazardQuestion, catalogs: string[], view: Box | null): Parameters {
  return {
    kind: q.kinds.length > 0 ? q.kinds.join(',') : null,
    ...(q.around ? aroundOf(q.around) : { bbox: q.inView && view ? boxText(view) : null }),
    ...Object.fromEntries(TEXTS.map((name) => [SHORT[name] ?? name, q[name] || null])),
    ...Object.fromEntries(NUMBERS.map((name) => [name, q[name]])),
    ...(q.fault ? {} : { fault_km: null }),
    catalog: catalogs.length > 0 ? catalogs.join(',') : null,
  };
}
const aroundOf = (around: Around): Parameters => ({ lon: trim(around.lng), lat: trim(around.lat), radius_km: trim(around.km) });
export const sortOf = (sort: Sort) => (sort === 'nearest' ? null : SORT_WORDS[sort]);

/** The question as words of the page's address: `name:value` parts. */
export function writeQuestion(q: HazardQuestion): string[] {
  const parts: string[] = [];
  const put = (name: string, value: string) => parts.push(`${name}:${encodeURIComponent(value)}`);
  if (q.kinds.length > 0) put('kind', q.kinds.join(','));
  for (const name of TEXTS) if (q[name]) put(SHORT[name] ?? name, q[name]);
  for (const name of NUMBERS) if (q[name] !== null) put(name, String(q[name]));
  if (q.around) put('around', [q.around.lng, q.around.lat, q.around.km].map(trim).join(','));
  if (q.inView) put('view', '1');
  if (q.sort !== 'newest') put('sort', q.sort);
  return parts;
}
export function readQuestion(parts: Map<string, string>): HazardQuestion {
  const q: HazardQuestion = { ...NO_EVENTS_ASKED };
  const kinds = (parts.get('kind') ?? '').split(',');
  q.kinds = KINDS.filter((k) => kinds.includes(k));
  for (const name of TEXTS) q[name] = (parts.get(SHORT[name] ?? name) ?? '').slice(0, 200);
  for (const name of NUMBERS) {
    const value = parts.get(name);
    if (value && Number.isFinite(Number(value))) q[name] = Number(value);
  }
  const [lng, lat, km] = (parts.get('around') ?? '').split(',').map(Number);
  if ([lng, lat, km].every((n) => Number.isFinite(n)) && Math.abs(lat!) <= 90 && km! > 0) q.around = { lng: lng!, lat: lat!, km: km! };
  q.inView = parts.get('view') === '1';
  q.sort = SORTS.find((s) => s === parts.get('sort')) ?? 'newest';
  return q;
}

/** How many conditions narrow a question; the order of the answer is none. */
export const conditionsOf = (q: HazardQuestion) => writeQuestion({ ...q, sort: 'newest' }).length;

/** The same question for the FDSN web service, which knows earthquakes by place, time, size and depth alone. */
export function fdsnParameters(q: HazardQuestion, view: Box | null): Parameters {
  const box: Parameters = q.inView && view ? { minlongitude: trim(view[0]), minlatitude: trim(view[1]), maxlongitude: trim(view[2]), maxlatitude: trim(view[3]) } : {};
  const a = q.around;
  return {
    ...box,
    ...(a ? { longitude: trim(a.lng), latitude: trim(a.lat), maxradius: trim(a.km / 111.195) } : {}),
    // A year of the question is the whole year; there, it would be its first moment.
    starttime: q.start ? isoOf(millisOf(q.start)) : null,
    endtime: q.end ? isoOf(endOf(q.end)) : null,
    minmagnitude: q.minmag,
    maxmagnitude: q.maxmag,
    mindepth: q.mindepth,
    maxdepth: q.maxdepth,
    orderby: q.sort === 'largest' ? 'magnitude' : 'time',
  };
}

/** Tables without those that another one of them stands for, so that each event is told once; as the server does when none is named. */
export function toldOnce(tables: EventTable[]): EventTable[] {
  const stands = (one: EventTable, other: EventTable) => one.kind === other.kind && one.standsFor.includes(other.collection);
  return tables.filter((table) => !tables.some((other) => stands(other, table) && !stands(table, other)));
}

/** What a table must tell to be asked: a row that does not say how many died cannot be known to meet a condition about it. */
export function rolesAsked(q: HazardQuestion): string[] {
  const asked: [string, unknown][] = [
    ['magnitude', q.minmag ?? q.maxmag], ['depth_km', q.mindepth ?? q.maxdepth], ['vei', q.minvei ?? q.maxvei], ['deaths', q.mindeaths],
    ['cause', q.cause || null], ['country', q.country || null], ['status', q.status || null],
  ];
  return asked.filter(([, value]) => value !== null).map(([role]) => role);
}

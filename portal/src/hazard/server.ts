// What the parts about hazards ask of the server. Answers are read with care: what is missing is null or empty, never undefined.
import { Refusal, address, json, own, refusalOf } from '../api/server';
import { readPoints, type Points } from './points';
import type { Parameters } from './question';
import { KINDS, type Charts, type EventTable, type Found, type Frequency, type HazardEvent, type Kind, type MagnitudeTime, type Mechanism, type Near, type PlaceReport, type Section } from './types';

type Raw = Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
const count = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const list = (value: unknown): Raw[] => (Array.isArray(value) ? (value as Raw[]) : []);
const raw = (value: unknown): Raw => (value && typeof value === 'object' ? (value as Raw) : {});
const texts = (value: unknown) => (Array.isArray(value) ? value.map((v) => text(v) || text(raw(v).title) || text(raw(v).attribution)).filter(Boolean) : text(value) ? [text(value)] : []);
const kindOf = (value: unknown): Kind => KINDS.find((k) => k === value) ?? 'earthquake';
const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map((v) => (typeof v === 'number' ? v : NaN)) : []);

/** The tables of events, and what there is tables of beside them. */
export async function readTables(lang: string): Promise<{ tables: EventTable[]; sources: string[] }> {
  const answer = raw(await json(address('hazards', { f: 'json', lang })));
  const tables = list(answer.tables).map((t): EventTable => ({
    collection: text(t.collection),
    title: text(t.title) || text(t.collection),
    kind: kindOf(t.kind),
    count: count(t.count) ?? 0,
    period: [text(list(t.period)[0]) || null, text(list(t.period)[1]) || null],
    roles: Array.isArray(t.roles) ? texts(t.roles) : Object.keys(raw(t.roles)),
    attribution: text(t.attribution),
    licence: text(t.licence) || text(raw(t.licence).title) || text(raw(t.licence).id),
    state: text(t.state),
    standsFor: texts(t.standsFor),
  }));
  return { tables, sources: texts(answer.sources) };
}

export function readEvent(feature: Raw): HazardEvent {
  const p = raw(feature.properties);
  const at = numbers(raw(feature.geometry).coordinates);
  const id = text(feature.id);
  const m = raw(p.mechanism);
  const mechanism: Mechanism | null = [m.strike, m.dip, m.rake].every((v) => count(v) !== null) ? { strike: count(m.strike)!, dip: count(m.dip)!, rake: count(m.rake)! } : null;
  return {
    id,
    lng: at[0] ?? NaN,
    lat: at[1] ?? NaN,
    kind: kindOf(p.kind),
    catalog: text(p.catalog) || id.split('/')[0]!,
    eventId: text(p.eventId) || id.slice(id.indexOf('/') + 1),
    time: text(p.time),
    earliest: text(p.earliest),
    latest: text(p.latest),
    magnitude: count(p.magnitude),
    magnitudeType: text(p.magnitudeType),
    depthKm: count(p.depthKm),
    vei: count(p.vei),
    waterHeightM: count(p.waterHeightM),
    deaths: count(p.deaths),
    totalDeaths: count(p.totalDeaths),
    missing: count(p.missing),
    injuries: count(p.injuries),
    damageMillionUsd: count(p.damageMillionUsd),
    place: text(p.place),
    country: text(p.country),
    volcano: text(p.volcano),
    status: text(p.status),
    eventType: text(p.eventType),
    cause: text(p.cause),
    intensity: count(p.intensity),
    tsunami: p.tsunami === true,
    mechanism,
    page: pageOf(p.page),
    distanceKm: count(p.distanceKm) ?? count(feature.distanceKm),
    direction: text(p.direction) || text(feature.direction),
  };
}
/** The address of a page of this server; anything else is not followed. */
function pageOf(value: unknown): string {
  try {
    return text(value) ? own(text(value)) : '';
  } catch {
    return '';
  }
}

export interface Page {
  sort: string | null;
  limit: number;
  offset?: number;
}
export async function readEvents(question: Parameters, page: Page, lang: string, signal?: AbortSignal): Promise<Found> {
  const answer = raw(await json(address('hazards/events', { ...question, sort: page.sort, limit: page.limit, offset: page.offset || null, lang, f: 'json' }), signal));
  return { matched: count(answer.numberMatched), events: list(answer.features).map(readEvent).filter((e) => e.id && Number.isFinite(e.lng) && Number.isFinite(e.lat)), attribution: [...new Set(texts(answer.attribution))] };
}

export async function fetchPoints(question: Parameters, limit: number, signal: AbortSignal): Promise<Points> {
  let response: Response;
  try {
    response = await fetch(address('hazards/points', { ...question, limit }), { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refusal(0, '');
  }
  if (!response.ok) throw await refusalOf(response);
  return readPoints(await response.arrayBuffer());
}

/** Eruptions by size, for drawing them one by one. */
const ERUPTIONS_MAX = 2000;
async function readEruptions(question: Parameters, lang: string, signal: AbortSignal): Promise<Charts['eruptions']> {
  const found = await readEvents({ ...question, kind: 'eruption' }, { sort: '-vei', limit: ERUPTIONS_MAX }, lang, signal);
  return found.events.map((e) => ({ id: e.id, time: e.earliest || e.time, vei: e.vei, name: e.volcano || e.place, deaths: e.deaths }));
}

export async function readCharts(question: Parameters, eruptions: boolean, lang: string, signal: AbortSignal): Promise<Charts> {
  const [told, one] = await Promise.all([json(address('hazards/charts', { ...question, lang, f: 'json' }), signal), eruptions ? readEruptions(question, lang, signal) : []]);
  const answer = raw(told);
  const quakes = answer.earthquakes ? raw(answer.earthquakes) : null;
  return {
    matched: count(answer.matched) ?? 0,
    notes: texts(answer.notes),
    earthquakes: quakes && {
      count: count(quakes.count) ?? 0,
      frequency: frequencyOf(quakes.frequency),
      magnitudeTime: magnitudeTimeOf(quakes.magnitudeTime),
      cumulative: list(quakes.cumulative).map((row): [string, number] => [text((row as unknown as unknown[])[0]), count((row as unknown as unknown[])[1]) ?? 0]),
      depth: list(quakes.depth).map((row) => numbers(row) as [number, number, number]),
    },
    deaths: list(raw(answer.deaths).byDecade).map((d) => ({ decade: count(d.decade) ?? 0, by: text(d.cause) || text(d.kind), deaths: count(d.deaths) ?? 0, events: count(d.events) ?? 0 })),
    eruptions: one,
  };
}
function frequencyOf(value: unknown): Frequency | null {
  if (!value) return null;
  const f = raw(value);
  return { binWidth: count(f.binWidth) ?? 0.1, bins: list(f.bins).map((b) => numbers(b) as [number, number, number]), mc: count(f.mc), cutoff: count(f.mcCorrected) ?? count(f.mc), b: count(f.b), sigma: count(f.sigma), a: count(f.a), events: count(f.events), method: text(f.method) };
}
function magnitudeTimeOf(value: unknown): MagnitudeTime | null {
  if (!value) return null;
  const m = raw(value);
  return {
    cells: list(m.cells).map((c) => numbers(c) as [number, number, number]),
    timeEdges: texts(m.timeEdges),
    magEdges: numbers(m.magEdges),
    largest: list(m.largest).map((e) => ({ id: text(e.id), time: text(e.time), magnitude: count(e.magnitude) ?? 0, place: text(e.place) })),
  };
}

export async function readSection(question: Parameters, line: [number, number][], widthKm: number, signal: AbortSignal): Promise<Section> {
  const answer = raw(await json(address('hazards/section', { ...question, line: line.flat().map((n) => Number(n.toFixed(5))).join(','), width_km: widthKm, f: 'json' }), signal));
  return {
    lengthKm: count(answer.lengthKm) ?? 0,
    widthKm: count(answer.widthKm) ?? widthKm,
    events: list(answer.events).map((e) => ({ id: text(e.id), km: count(e.km) ?? 0, depthKm: count(e.depthKm), magnitude: count(e.magnitude), time: text(e.time) })),
    slabs: list(answer.slabs).map((s) => ({ name: text(s.name), points: list(s.points).map((p) => numbers(p) as [number, number]) })),
    attribution: texts(answer.attribution),
  };
}

export const placeAddress = (lng: number, lat: number, lang: string, f: 'json' | 'html') => address('hazards/place', { lon: Number(lng.toFixed(4)), lat: Number(lat.toFixed(4)), radius_km: 300, lang, f });
export async function readPlace(lng: number, lat: number, lang: string, signal: AbortSignal): Promise<PlaceReport> {
  const answer = raw(await json(placeAddress(lng, lat, lang, 'json'), signal));
  const near = (n: Raw): Near => ({ name: lang === 'ja' && text(n.otherName) ? text(n.otherName) : text(n.name), distanceKm: count(n.distanceKm) ?? 0, direction: text(n.direction), lastKnown: text(n.lastKnown) });
  const quakes = raw(answer.earthquakes);
  const slab = raw(answer.slab);
  const events = (value: unknown) => list(value).map(readEvent);
  return {
    country: text(raw(answer.place).country),
    faults: list(answer.faults).map(near),
    volcanoes: list(answer.volcanoes).map(near),
    largest: events(quakes.largest),
    felt: list(quakes.felt).map((f) => ({ ...readEvent(f), mmi: count(raw(raw(f.properties).shaking).mmi), jma: count(raw(raw(f.properties).shaking).jma) })),
    counts: list(quakes.counts).map((c) => ({ catalog: text(c.catalog), title: text(c.title), minMagnitude: count(c.minMagnitude) ?? 0, perYear: count(c.perYear), returnYears: count(c.returnYears), since: text(c.since), count: count(c.count) ?? 0 })),
    tsunamis: events(answer.tsunamis),
    eruptions: events(answer.eruptions),
    slab: count(slab.depthKm) === null ? null : { name: text(slab.name), depthKm: count(slab.depthKm)! },
    assumptions: texts(answer.assumptions),
    sources: texts(answer.sources),
  };
}

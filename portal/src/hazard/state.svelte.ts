// What the page knows about events: the tables, the question, what was found, what stands in the cards.
import { language, t } from '../i18n/words.svelte';
import type { Place } from '../map/scale';
import type { Permalink } from '../state/permalink';
import { reasonOf, viewer, type LayerState } from '../state/viewer.svelte';
import { CHARTS, SECTION_WIDTH_KM, readHazard, writeHazard, type ChartName } from './address';
import { kindAt, type Points } from './points';
import { NO_EVENTS_ASKED, parametersOf, sortOf, toldOnce, type HazardQuestion, type Parameters } from './question';
import { fetchPoints, readCharts, readEvents, readSection, readTables } from './server';
import { clock } from './time.svelte';
import { isoOf, millisOf } from './dates';
import type { Charts, EventTable, HazardEvent, Section } from './types';
import { boxOfView, kilometres } from './view';

export type Progress = 'none' | 'asking' | 'done' | 'failed';
export type Tool = 'none' | 'place' | 'line' | 'here';
export interface PlaceCard {
  lng: number;
  lat: number;
  /** Whether it follows the pointer still. */
  loose: boolean;
}
const PAGE = 50;
/** Events that are asked for to be put in the order of distance. */
const NEARBY = 2000;
const FARTHEST_KM = 20_016;
const ALL = 1_000_000;

const DAY = 86_400;
const secondsOf = (e: HazardEvent) => millisOf(e.earliest || e.time) / 1000;

/** One ask of a kind at a time; a newer one ends an older. */
class Ask {
  progress = $state<Progress>('none');
  reason = $state('');
  private stop: AbortController | null = null;

  async run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    this.progress = 'asking';
    try {
      await work(stop.signal);
      if (!stop.signal.aborted) [this.progress, this.reason] = ['done', ''];
    } catch (error) {
      if (!stop.signal.aborted) [this.progress, this.reason] = ['failed', reasonOf(error)];
    }
  }
  forget(): void {
    this.stop?.abort();
    this.progress = 'none';
  }
}

class Hazard {
  tables = $state.raw<EventTable[]>([]);
  /** What there is tables of beside events: faults, volcanoes … */
  sources = $state.raw<string[]>([]);
  /** Why there are none. */
  trouble = $state('');
  /** Whether events are searched and drawn. */
  on = $state(false);
  onMap = $state(true);
  persons = $state(false);
  question = $state.raw<HazardQuestion>(NO_EVENTS_ASKED);
  events = $state.raw<HazardEvent[]>([]);
  matched = $state<number | null>(null);
  attribution = $state.raw<string[]>([]);
  points = $state.raw<Points | null>(null);
  charts = $state.raw<Charts | null>(null);
  section = $state.raw<Section | null>(null);
  dead = $state.raw<HazardEvent[]>([]);
  chart = $state<ChartName | null>(null);
  line = $state.raw<[number, number][]>([]);
  width = $state(SECTION_WIDTH_KM);
  tool = $state<Tool>('none');
  picked = $state.raw<HazardEvent | null>(null);
  place = $state.raw<PlaceCard | null>(null);
  /** What a hovered row of a list or a point of a chart stands for on the map; null for nothing. */
  hovered = $state.raw<{ id: string; lng: number; lat: number } | null>(null);
  rested = false;
  readonly list = new Ask();
  readonly pointing = new Ask();
  readonly charting = new Ask();
  readonly cutting = new Ask();
  /** Which row of the points stands at a place of the map; set while the map draws them. */
  touch: ((place: Place) => number | null) | null = null;
  private listed: Promise<void> | null = null;
  private lang = '';

  /** Layers of the open map that are tables of events. */
  readonly mapped = $derived(viewer.layers.filter((l) => this.tables.some((table) => table.collection === l.node.dataset)));
  readonly offered = $derived(this.mapped.length > 0 || this.on);
  /** The tables that can be asked: those of the map, or all where the map has none. */
  readonly known = $derived(this.mapped.length > 0 ? this.tables.filter((table) => this.mapped.some((l) => l.node.dataset === table.collection)) : this.tables);
  /** Those that are asked when none is chosen. */
  readonly asked = $derived(toldOnce(this.known));
  readonly view = $derived(viewer.view && this.question.inView ? boxOfView(viewer.view, viewer.size) : null);
  readonly parameters = $derived<Parameters>(parametersOf(this.question, this.question.catalog ? [this.question.catalog] : this.mapped.length > 0 && this.asked.length < this.tables.length ? this.asked.map((table) => table.collection) : [], this.view));
  readonly card = $derived(this.picked !== null || this.place !== null);
  readonly permalink = $derived(
    this.on ? writeHazard({ question: this.question, chart: this.chart, line: this.line, width: this.width, persons: this.persons, time: clock.on && !clock.playing ? { from: clock.from, to: clock.to } : null }) : '',
  );
  /** Which charts have something to show. */
  readonly chartable = $derived(CHARTS.filter((name) => this.hasChart(name)));

  private hasChart(name: ChartName): boolean {
    const kinds = this.question.kinds.length > 0 ? this.question.kinds : this.asked.map((table) => table.kind);
    const quakes = kinds.includes('earthquake');
    if (name === 'eruptions') return kinds.includes('eruption');
    return name === 'deaths' ? this.asked.some((table) => table.roles.includes('deaths')) : quakes;
  }

  /** Reads which tables there are; a server without them has none. */
  know(lang: string): Promise<void> {
    if (this.listed && this.lang === lang) return this.listed;
    this.lang = lang;
    this.listed = readTables(lang)
      .then(({ tables, sources }) => {
        [this.tables, this.sources] = [tables, sources];
        this.trouble = tables.length > 0 ? '' : t('noTables');
      })
      .catch((error) => {
        this.listed = null;
        this.trouble = `${t('tablesFailed')} ${reasonOf(error)}`;
      });
    return this.listed;
  }
  /** Whether a layer of the map is drawn as found events instead. */
  covers(layer: LayerState): boolean {
    return this.on && this.onMap && this.points !== null && this.mapped.includes(layer);
  }
  open(): void {
    this.on = true;
    viewer.panel = true;
    viewer.tab = 'events';
    if (viewer.stop === 'small') viewer.stop = 'half';
  }
  close(): void {
    this.on = false;
    clock.whole();
    [this.picked, this.place, this.hovered, this.tool, this.points, this.line, this.chart] = [null, null, null, 'none', null, [], null];
    for (const ask of [this.list, this.pointing, this.charting, this.cutting]) ask.forget();
    if (viewer.tab === 'events') viewer.tab = 'layers';
  }
  change(part: Partial<HazardQuestion>): void {
    this.question = { ...this.question, ...part };
  }

  askList(parameters: Parameters): Promise<void> {
    return this.list.run(async (signal) => {
      const found = this.question.sort === 'nearest' ? await this.nearest(parameters, signal) : await readEvents(parameters, { sort: sortOf(this.question.sort), limit: PAGE }, language.code, signal);
      if (signal.aborted) return;
      [this.events, this.matched, this.attribution] = [found.events, found.matched, found.attribution];
    });
  }
  /** The nearest first: asked of a circle around the middle that grows until it holds enough. */
  private async nearest(parameters: Parameters, signal: AbortSignal) {
    const centre = this.question.around ?? viewer.view ?? { lng: 0, lat: 0 };
    const most = this.question.around?.km ?? FARTHEST_KM;
    const around = (km: number) => (parameters.bbox ? parameters : { ...parameters, lon: Number(centre.lng.toFixed(4)), lat: Number(centre.lat.toFixed(4)), radius_km: km });
    let km = parameters.bbox ? most : Math.min(most, 100);
    for (;;) {
      const found = await readEvents(around(km), { sort: null, limit: NEARBY }, language.code, signal);
      const all = found.events.length >= (found.matched ?? 0);
      if (((found.events.length >= PAGE || km >= most) && all) || km < 1 || parameters.bbox) {
        const events = found.events.map((e) => ({ ...e, distanceKm: kilometres(centre, e) })).sort((a, b) => a.distanceKm - b.distanceKm);
        return { ...found, matched: km >= most ? found.matched : this.points?.count ?? found.matched, events };
      }
      km = all ? Math.min(most, km * 3) : km / 2;
    }
  }
  async more(): Promise<void> {
    const before = this.events;
    await this.list.run(async (signal) => {
      const found = await readEvents(this.parameters, { sort: sortOf(this.question.sort), limit: PAGE, offset: before.length }, language.code, signal);
      if (!signal.aborted) this.events = [...before, ...found.events.filter((e) => !before.some((b) => b.id === e.id))];
    });
  }
  askPoints(parameters: Parameters): Promise<void> {
    return this.pointing.run(async (signal) => {
      const points = await fetchPoints(parameters, ALL, signal);
      if (signal.aborted) return;
      this.points = points;
      clock.span(points);
    });
  }
  askCharts(parameters: Parameters): Promise<void> {
    return this.charting.run(async (signal) => {
      const charts = await readCharts(parameters, this.chart === 'eruptions', language.code, signal);
      if (!signal.aborted) this.charts = charts;
    });
  }
  askSection(parameters: Parameters): Promise<void> {
    return this.cutting.run(async (signal) => {
      const section = await readSection(parameters, this.line, this.width, signal);
      if (!signal.aborted) this.section = section;
    });
  }
  async askDead(parameters: Parameters, signal: AbortSignal): Promise<void> {
    const found = await readEvents({ ...parameters, mindeaths: Math.max(1, this.question.mindeaths ?? 1) }, { sort: '-deaths', limit: 400 }, language.code, signal);
    if (!signal.aborted) this.dead = found.events;
  }

  show(event: HazardEvent): void {
    viewer.forget();
    this.place = null;
    this.picked = event;
    if (viewer.stop === 'small') viewer.stop = 'half';
  }
  /** Asks the server which event stands at a row of the points, and shows it. */
  async showRow(row: number): Promise<void> {
    const { points } = this;
    if (!points) return;
    const [lng, lat, time] = [points.lng[row]!, points.lat[row]!, points.time[row]!];
    const kind = kindAt(points, row);
    const loaded = this.loaded(row);
    if (loaded) return this.show(loaded);
    const date = (s: number) => isoOf(s * 1000);
    const found = await readEvents({ ...this.parameters, bbox: null, lon: Number(lng.toFixed(4)), lat: Number(lat.toFixed(4)), radius_km: 2, start: date(time - DAY), end: date(time + DAY) }, { sort: null, limit: 20 }, language.code).catch(() => null);
    const best = found?.events.filter((e) => e.kind === kind).sort((a, b) => Math.abs(secondsOf(a) - time) - Math.abs(secondsOf(b) - time))[0];
    if (best) this.show(best);
  }
  readonly secondsOf = secondsOf;
  /** The event of a row, where the list has it already. */
  private loaded(row: number): HazardEvent | null {
    const { points } = this;
    if (!points) return null;
    const at = { lng: points.lng[row]!, lat: points.lat[row]! };
    return this.events.find((e) => e.kind === kindAt(points, row) && Math.abs(secondsOf(e) - points.time[row]!) < 2 && kilometres(at, e) < 1) ?? null;
  }
  /** What the pointer is over on the map is marked there and in the list. */
  under(row: number | null): void {
    const { points } = this;
    if (row === null || !points) {
      this.hovered = null;
      return;
    }
    this.hovered = { id: this.loaded(row)?.id ?? '', lng: points.lng[row]!, lat: points.lat[row]! };
  }
  /** Stands a card of a place; `loose` while it follows the pointer. */
  stand(place: Place, loose: boolean): void {
    if (!loose) viewer.forget();
    this.picked = null;
    this.place = { lng: place.lng, lat: place.lat, loose };
    if (!loose && viewer.stop === 'small') viewer.stop = 'half';
  }
  forget(): void {
    [this.picked, this.place] = [null, null];
    if (this.tool === 'place') this.tool = 'none';
  }
  /** A finger rested on a place; the click of its leaving is none. */
  press(place: Place): void {
    this.stand(place, false);
    this.rested = true;
  }
  /** A click on the map: for the tool in hand, or on an event. False where it is for others. */
  clicked(place: Place): boolean {
    if (!this.on) return false;
    if (this.rested) {
      this.rested = false;
      return true;
    }
    if (this.tool === 'none') {
      const row = this.touch?.(place) ?? null;
      if (row !== null) void this.showRow(row);
      return row !== null;
    }
    if (this.tool === 'line') this.line = [...this.line, [place.lng, place.lat]];
    else if (this.tool === 'here') this.change({ around: { lng: place.lng, lat: place.lat, km: this.question.around?.km ?? 200 } });
    else if (this.tool === 'place') this.stand(place, false);
    if (this.tool !== 'line') this.tool = 'none';
    return true;
  }

  /** Brings the page to what a permalink says. */
  apply(link: Permalink): void {
    if (link.hazard === undefined) {
      if (link.layers && this.on) this.close();
      return;
    }
    const said = readHazard(link.hazard);
    [this.question, this.chart, this.line, this.width, this.persons, this.on] = [said.question, said.chart, said.line, said.width, said.persons, true];
    if (said.time) [clock.from, clock.to, clock.on] = [said.time.from, said.time.to, true];
  }
}

export const hazard = new Hazard();

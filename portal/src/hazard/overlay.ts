// What is drawn of events on the map, over its layers: points, persons, beachballs, the line of a section, what is marked.
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from 'maplibre-gl';
import type { Place } from '../map/scale';
import { ball } from './beachball';
import { PointLayer, type TimeWindow } from './pointLayer';
import type { Points } from './points';
import { CAUSE_COLOURS, CAUSES, INK, PERSON, ballRadius, causeOf, depthColour, personHeight } from './symbols';
import type { HazardEvent } from './types';

const POINTS = 'hazard-points';
const PERSONS = 'hazard-persons';
const BALLS = 'hazard-balls';
const LINE = 'hazard-line';
const MARK = 'hazard-mark';
const EMPTY: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
const PAPER = '#fbfaf7';
const LONG_PRESS_MS = 550;
const BALL = 44;
const ENDS = ['A', 'B'];
const DOTS = 4;

export interface OverlayWatch {
  pointed(place: Place | null, screen: [number, number]): void;
  /** A finger that rested on a place. */
  pressed(place: Place): void;
  /** A finger that came down. */
  began(): void;
}

export class HazardOverlay {
  readonly points = new PointLayer(POINTS);
  private balls = new Set<string>();
  /** What each source was fed with. */
  private fed = new Map<string, readonly unknown[]>();
  private stops: (() => void)[] = [];

  constructor(
    private map: MapLibre,
    private watch: OverlayWatch,
  ) {
    for (const id of [LINE, PERSONS, BALLS, MARK]) map.addSource(id, { type: 'geojson', data: EMPTY });
    map.addLayer(this.points);
    this.addPersons();
    map.addLayer({ id: BALLS, type: 'symbol', source: BALLS, layout: { 'icon-image': ['get', 'image'], 'icon-size': ['get', 'size'], 'icon-allow-overlap': true, 'symbol-sort-key': ['-', ['get', 'size']] } });
    this.addLine();
    map.addLayer({ id: `${MARK}-halo`, type: 'circle', source: MARK, paint: { 'circle-radius': ['get', 'radius'], 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-width': 5, 'circle-stroke-color': PAPER } });
    map.addLayer({ id: MARK, type: 'circle', source: MARK, paint: { 'circle-radius': ['get', 'radius'], 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-width': 2.5, 'circle-stroke-color': '#0b6e6e' } });
    this.listen();
  }

  private addPersons(): void {
    for (const cause of CAUSES) this.map.addImage(`person-${cause}`, person(CAUSE_COLOURS[cause]), { pixelRatio: 4 });
    this.map.addLayer({
      id: PERSONS,
      type: 'symbol',
      source: PERSONS,
      layout: { 'icon-image': ['get', 'image'], 'icon-size': ['interpolate', ['linear'], ['zoom'], 1, ['*', 0.55, ['get', 'size']], 5, ['get', 'size']], 'icon-anchor': 'bottom', 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'size'] },
    });
  }
  private addLine(): void {
    const shown = { source: LINE, type: 'line' } as const;
    this.map.addLayer({ id: `${LINE}-halo`, ...shown, filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': PAPER, 'line-width': 4.5 } });
    this.map.addLayer({ id: LINE, ...shown, filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': INK, 'line-width': 1.5, 'line-dasharray': ['case', ['get', 'around'], ['literal', [3, 2]], ['literal', [1, 0]]] } });
    for (const letter of ENDS) this.map.addImage(`end-${letter}`, lettered(letter), { pixelRatio: 4 });
    this.map.addLayer({ id: `${LINE}-letters`, type: 'symbol', source: LINE, filter: ['has', 'letter'], layout: { 'icon-image': ['concat', 'end-', ['get', 'letter']], 'icon-offset': [0, -14], 'icon-allow-overlap': true } });
    this.map.addLayer({ id: `${LINE}-ends`, type: 'circle', source: LINE, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 4, 'circle-color': INK, 'circle-stroke-width': 2, 'circle-stroke-color': PAPER } });
  }

  private listen(): void {
    const { map } = this;
    let waiting: MapMouseEvent | null = null;
    const move = (event: MapMouseEvent) => {
      const first = waiting === null;
      waiting = event;
      if (first)
        requestAnimationFrame(() => {
          const last = waiting;
          waiting = null;
          // Under a hand that drags the map nothing is looked for: its marks would be drawn anew with every step.
          if (last && !map.isMoving()) this.watch.pointed(last.lngLat, [last.point.x, last.point.y]);
        });
    };
    const out = () => this.watch.pointed(null, [0, 0]);
    map.on('movestart', out);
    let timer = 0;
    const lift = () => clearTimeout(timer);
    const touch = (event: { points: { x: number; y: number }[]; lngLat: Place }) => {
      lift();
      this.watch.began();
      if (event.points.length === 1) timer = window.setTimeout(() => this.watch.pressed(event.lngLat), LONG_PRESS_MS);
    };
    map.on('mousemove', move);
    map.on('mouseout', out);
    map.on('touchstart', touch);
    for (const end of ['touchend', 'touchcancel', 'movestart'] as const) map.on(end, lift);
    this.stops.push(() => {
      lift();
      map.off('mousemove', move);
      map.off('mouseout', out);
      map.off('movestart', out);
      map.off('touchstart', touch);
      for (const end of ['touchend', 'touchcancel', 'movestart'] as const) map.off(end, lift);
    });
  }

  showPoints(points: Points | null): void {
    this.points.show(points);
  }
  narrow(window: TimeWindow | null, playing: boolean): void {
    this.points.narrow(window, playing);
  }
  /** Whether a source is fed with these already: its tiles are made anew for whatever it is fed with, and the map is drawn twice. */
  private has(id: string, things: readonly unknown[]): boolean {
    const before = this.fed.get(id);
    this.fed.set(id, things);
    return before !== undefined && before.length === things.length && things.every((thing, i) => thing === before[i]);
  }
  showPersons(events: HazardEvent[]): void {
    if (this.has(PERSONS, events)) return;
    const features = events.map((e): GeoJSON.Feature => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [e.lng, e.lat] },
      properties: { image: `person-${causeOf(e.cause, e.kind)}`, size: personHeight(e.deaths ?? 1) / 20 },
    }));
    this.feed(PERSONS, features);
  }
  showBalls(events: HazardEvent[]): void {
    if (this.has(BALLS, events)) return;
    const features: GeoJSON.Feature[] = [];
    for (const e of events) {
      const m = e.mechanism;
      if (!m) continue;
      const colour = depthColour(e.depthKm);
      const image = `ball-${m.strike}/${m.dip}/${m.rake}/${colour}`;
      if (!this.balls.has(image)) {
        this.map.addImage(image, ball(m, BALL * 2, [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)) as [number, number, number]), { pixelRatio: 2 });
        this.balls.add(image);
      }
      features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: [e.lng, e.lat] }, properties: { image, size: ballRadius(e.magnitude) / (BALL / 2) } });
    }
    this.feed(BALLS, features);
  }
  showLine(line: [number, number][], around: [number, number][] | null): void {
    const features: GeoJSON.Feature[] = line.map((coordinates, i) => ({ type: 'Feature', geometry: { type: 'Point', coordinates }, properties: i === 0 ? { letter: 'A' } : i === line.length - 1 ? { letter: 'B' } : {} }));
    if (line.length > 1) features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties: { around: false } });
    if (around) features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: around }, properties: { around: true } });
    this.feed(LINE, features);
  }
  mark(places: { lng: number; lat: number; radius: number }[]): void {
    if (this.has(MARK, places.flatMap((p) => [p.lng, p.lat, p.radius]))) return;
    this.feed(MARK, places.map((p) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [p.lng, p.lat] }, properties: { radius: p.radius } })));
  }
  private feed(id: string, features: GeoJSON.Feature[]): void {
    (this.map.getSource(id) as GeoJSONSource | undefined)?.setData({ type: 'FeatureCollection', features });
  }
  /** Brings a place into the view where it is not. */
  bring(place: Place): void {
    if (!this.map.getBounds().contains([place.lng, place.lat])) this.map.easeTo({ center: [place.lng, place.lat], duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150 });
  }
  cursor(tool: boolean): void {
    this.map.getCanvas().style.cursor = tool ? 'crosshair' : '';
  }

  close(): void {
    for (const stop of this.stops) stop();
    for (const layer of [POINTS, PERSONS, BALLS, `${LINE}-halo`, LINE, `${LINE}-letters`, `${LINE}-ends`, `${MARK}-halo`, MARK]) if (this.map.getLayer(layer)) this.map.removeLayer(layer);
    for (const id of [LINE, PERSONS, BALLS, MARK]) if (this.map.getSource(id)) this.map.removeSource(id);
    for (const image of [...this.balls, ...CAUSES.map((c) => `person-${c}`), ...ENDS.map((letter) => `end-${letter}`)]) if (this.map.hasImage(image)) this.map.removeImage(image);
  }
}

/** The icon of a person, 10 × 20 at four dots a pixel, with a pale rim that keeps it apart from what lies below. */
function person(colour: string): ImageData {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [12 * DOTS, 22 * DOTS];
  const context = canvas.getContext('2d')!;
  context.scale(DOTS, DOTS);
  context.translate(1, 1);
  const path = new Path2D(PERSON);
  context.strokeStyle = PAPER;
  context.lineWidth = 1.8;
  context.lineJoin = 'round';
  context.stroke(path);
  context.fillStyle = colour;
  context.fill(path);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** A letter at the end of a line. */
function lettered(letter: string): ImageData {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [16 * DOTS, 16 * DOTS];
  const context = canvas.getContext('2d')!;
  context.scale(DOTS, DOTS);
  context.font = "600 13px 'Noto Sans', sans-serif";
  [context.textAlign, context.textBaseline, context.lineJoin] = ['center', 'middle', 'round'];
  [context.strokeStyle, context.lineWidth, context.fillStyle] = [PAPER, 3, INK];
  context.strokeText(letter, 8, 8.5);
  context.fillText(letter, 8, 8.5);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

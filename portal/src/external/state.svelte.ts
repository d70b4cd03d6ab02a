// The layers of other services that a reader added, the top one first, and their rows within the view.
import type { Box } from '../api/types';
import { t } from '../i18n/words.svelte';
import { resolution } from '../map/scale';
import { PICTURE, ROWS_MAX, rowsAddress, tileTemplate } from './addresses';
import { ask, jsonOf } from './ask';
import { LAYERS_MAX, readExternal, writeExternal } from './link';
import { Trouble, hostOf, isFeatures, type ExternalLayer } from './types';

/** The view must rest this long before rows are asked. */
const REST_MS = 400;
const NOTHING: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

export const troubleText = (error: unknown) => (error instanceof Trouble ? t(error.key, error.values) : t('externalFailed'));

let made = 0;
export class ExternalState {
  readonly key = `external:${++made}`;
  readonly layer: ExternalLayer;
  readonly bbox: Box | null;
  visible = $state(true);
  opacity = $state(1);
  open = $state(false);
  rows = $state.raw<GeoJSON.FeatureCollection>(NOTHING);
  /** Whether the service had more rows within the view than are asked. */
  more = $state(false);
  asking = $state(false);
  trouble = $state('');
  private stop: AbortController | null = null;
  private asked = '';

  constructor(layer: ExternalLayer, bbox: Box | null = null) {
    this.layer = layer;
    this.bbox = bbox;
    // Until its first answer nothing is known of how many there are.
    this.asking = isFeatures(layer);
  }

  /** Reads the rows within a box, once for each box. */
  async read(box: Box, again = false): Promise<void> {
    const address = rowsAddress(this.layer, box);
    if (address === this.asked && !again) return;
    this.asked = address;
    this.stop?.abort();
    const stop = (this.stop = new AbortController());
    this.asking = true;
    try {
      const raw = jsonOf((await ask(address, 'application/geo+json, application/json', stop.signal)).bytes, hostOf(address));
      const features = featuresOf(raw, box);
      if (!features) throw new Trouble('externalNoJson');
      if (stop.signal.aborted) return;
      this.rows = { type: 'FeatureCollection', features };
      const matched = Number(raw.numberMatched ?? raw.totalFeatures);
      this.more = Number.isFinite(matched) ? matched > features.length : features.length >= ROWS_MAX;
      this.trouble = '';
    } catch (error) {
      if (stop.signal.aborted) return;
      this.trouble = troubleText(error);
      this.asked = '';
    } finally {
      if (!stop.signal.aborted) this.asking = false;
    }
  }
  close(): void {
    this.stop?.abort();
  }
}

/** Rows with shapes; turned where a service gives latitude first, which GeoJSON forbids and some do. */
function featuresOf(raw: Record<string, unknown>, [w, s, e, n]: Box): GeoJSON.Feature[] | null {
  if (raw.type !== 'FeatureCollection' || !Array.isArray(raw.features)) return null;
  const features = (raw.features as GeoJSON.Feature[]).slice(0, ROWS_MAX).filter((f) => f && typeof f === 'object' && f.geometry && typeof f.geometry === 'object');
  const within = (x: number, y: number) => x >= w - 1 && x <= e + 1 && y >= s - 1 && y <= n + 1;
  const firsts = features.flatMap((f) => firstOf((f.geometry as GeoJSON.Point).coordinates));
  const turned = firsts.length > 0 && !firsts.some(([x, y]) => within(x, y)) && firsts.every(([x, y]) => within(y, x));
  return features.map((f) => ({ type: 'Feature', properties: {}, geometry: turned ? ({ ...f.geometry, coordinates: turn((f.geometry as GeoJSON.Point).coordinates) } as GeoJSON.Geometry) : f.geometry }));
}
function firstOf(coordinates: unknown): [number, number][] {
  let at: unknown = coordinates;
  while (Array.isArray(at) && Array.isArray(at[0])) at = at[0];
  return Array.isArray(at) && typeof at[0] === 'number' && typeof at[1] === 'number' ? [[at[0], at[1]]] : [];
}
const turn = (c: unknown): unknown => (!Array.isArray(c) ? c : Array.isArray(c[0]) ? c.map(turn) : [c[1], c[0], ...c.slice(2)]);

class External {
  layers = $state.raw<ExternalState[]>([]);
  /** What became of a file that was opened, line by line. */
  said = $state.raw<string[]>([]);
  readonly on = $derived(this.layers.filter((l) => l.visible));
  readonly full = $derived(this.layers.length >= LAYERS_MAX);
  readonly permalink = $derived(writeExternal(this.layers));
  private timer = 0;

  add(layer: ExternalLayer, bbox: Box | null = null, more: { opacity?: number; visible?: boolean } = {}): void {
    if (this.full) return;
    const state = new ExternalState(layer, bbox);
    Object.assign(state, more);
    this.layers = [state, ...this.layers];
  }
  remove(state: ExternalState): void {
    state.close();
    this.layers = this.layers.filter((l) => l !== state);
  }
  has(layer: ExternalLayer): ExternalState | undefined {
    return this.layers.find((l) => l.layer.kind === layer.kind && l.layer.name === layer.name && l.layer.service === layer.service);
  }
  /** What a permalink says; one that says nothing has none. */
  apply(text: string): void {
    if (text === this.permalink) return;
    for (const old of this.layers) old.close();
    this.layers = readExternal(text).map(({ layer, opacity, visible }) => Object.assign(new ExternalState(layer), { opacity, visible }));
  }

  /** Asks for the rows within the view, when it has come to rest. */
  follow(view: { zoom: number; lat: number; lng: number }, size: [number, number]): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const box = boxOf(view, size);
      for (const layer of this.on) if (isFeatures(layer.layer)) void layer.read(box);
    }, REST_MS);
    this.view = { view, size };
  }
  retry(layer: ExternalState): void {
    if (this.view) void layer.read(boxOf(this.view.view, this.view.size), true);
  }
  private view: { view: { zoom: number; lat: number; lng: number }; size: [number, number] } | null = null;
}

/** The degrees that a view of so many pixels shows; a little less figures than a pixel so that links and caches agree. */
export function boxOf(view: { zoom: number; lat: number; lng: number }, [width, height]: [number, number]): Box {
  const metres = resolution(view.zoom);
  const radius = 6378137;
  const degrees = 180 / Math.PI;
  const y = radius * Math.asinh(Math.tan(view.lat / degrees));
  const lat = (m: number) => Math.atan(Math.sinh(m / radius)) * degrees;
  const half = ((metres * width) / 2 / radius) * degrees;
  const round = (v: number) => Number(v.toFixed(5));
  return [round(Math.max(-180, view.lng - half)), round(Math.max(-90, lat(y - (metres * height) / 2))), round(Math.min(180, view.lng + half)), round(Math.min(90, lat(y + (metres * height) / 2)))];
}

export const external = new External();

export interface ExternalSheet {
  key: string;
  shown: boolean;
  opacity: number;
  /** Template of pictures; without one the layer has rows. */
  tiles?: string;
  tile?: number;
  maxzoom?: number;
}
export const sheetsOf = (layers: ExternalState[]): ExternalSheet[] =>
  layers.map((l) => ({ key: l.key, shown: l.visible, opacity: l.opacity, ...(isFeatures(l.layer) ? {} : { tiles: tileTemplate(l.layer), tile: PICTURE, maxzoom: l.layer.kind === 'WMS' ? 20 : 18 }) }));

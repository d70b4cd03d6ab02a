// The moving map: MapLibre with one raster source for each layer. Loaded on its own, after the page stands.
//
// Sharpness: tiles are 512 px, in MapLibre's own grid, and wheel, keys and buttons step whole levels, so a picture's pixels fall
// on the screen's pixels and hairlines stay hairlines; only "show all of it" may stop at a half level, where tiles of the next
// level are drawn smaller, never larger. On screens of 1.5 dots per pixel and more each tile is asked for as 1024 px with DPI
// doubled: twice the detail at the same line widths. 512 rather than 256 also means a quarter of the requests, and symbols and
// lettering cut at half as many edges.
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource, type RasterTileSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { filtersOf, pictureAddress } from '../api/server';
import type { Box } from '../api/types';
import { addRows, dressRows, feedRows, removeRows } from '../external/draw';
import type { ExternalSheet } from '../external/state.svelte';
import type { MapHandle } from '../state/viewer.svelte';
import { unfold, type Place } from './scale';
import { Tiles, type TileWatch } from './tiles';

setWorkerUrl(workerUrl);

/** What is to be drawn, the first on top. */
export interface Sheet {
  key: string;
  layers: string;
  styles: string;
  bbox: Box | null;
  shown: boolean;
  opacity: number;
  /** Only these rows, in CQL2. */
  filter?: string;
}

export interface StageWatch extends TileWatch {
  moved(view: { zoom: number; lat: number; lng: number }): void;
  pointed(place: Place | null): void;
  asked(place: Place): void;
}

const isOwn = (sheet: Sheet | ExternalSheet): sheet is Sheet => 'layers' in sheet;
const hasRows = (sheet: Sheet | ExternalSheet) => !isOwn(sheet) && !sheet.tiles;

const TILE = 512;
const STEP = 1;
const FITTING = 0.5;
const DOTS = devicePixelRatio >= 1.5 ? 2 : 1;
const PAPER = '#fbfaf7';
const CHOSEN = '#0b6e6e';
const HALO = '#fbfaf7';
const EMPTY: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export function canDraw(): boolean {
  try {
    return !!document.createElement('canvas').getContext('webgl2');
  } catch {
    return false;
  }
}

export class Stage implements MapHandle {
  private map: MapLibre;
  private tiles: Tiles;
  private sheets = new Map<string, Sheet | ExternalSheet>();
  private lang = '';
  private begun = false;
  private ready: Promise<void>;

  constructor(container: HTMLElement, start: { at: { zoom: number; lat: number; lng: number } | null; bbox: Box; label: string }, watch: StageWatch) {
    this.tiles = new Tiles(watch);
    this.map = new MapLibre({
      container,
      style: {
        version: 8,
        sources: { chosen: { type: 'geojson', data: EMPTY } },
        layers: [
          { id: 'paper', type: 'background', paint: { 'background-color': PAPER } },
          { id: 'chosen-fill', type: 'fill', source: 'chosen', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': CHOSEN, 'fill-opacity': 0.16 } },
          { id: 'chosen-halo', type: 'line', source: 'chosen', filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-join': 'round' }, paint: { 'line-color': HALO, 'line-width': 5 } },
          { id: 'chosen-line', type: 'line', source: 'chosen', filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-join': 'round' }, paint: { 'line-color': CHOSEN, 'line-width': 2.5 } },
          { id: 'chosen-point-halo', type: 'circle', source: 'chosen', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 11, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-width': 4.5, 'circle-stroke-color': HALO } },
          { id: 'chosen-point', type: 'circle', source: 'chosen', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 11, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-width': 2.5, 'circle-stroke-color': CHOSEN } },
        ],
      },
      ...(start.at ? { center: [start.at.lng, start.at.lat] as [number, number], zoom: start.at.zoom } : { bounds: unfold(start.bbox), fitBoundsOptions: { padding: 16 } }),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      maxZoom: 20,
      zoomSnap: FITTING,
      fadeDuration: 0,
      locale: { 'Map.Title': start.label },
    });
    this.map.setZoomSnap(STEP);
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    const view = () => {
      const centre = this.map.getCenter().wrap();
      watch.moved({ zoom: this.map.getZoom(), lat: centre.lat, lng: centre.lng });
    };
    view();
    this.map.on('move', view);
    this.map.on('mousemove', (event) => watch.pointed(event.lngLat.wrap()));
    this.map.on('mouseout', () => watch.pointed(null));
    this.map.on('click', (event) => watch.asked(event.lngLat));
    // Failed tiles are told by `tiles`; listening here keeps them out of the console.
    this.map.on('error', () => {});
    this.map.getCanvas().addEventListener('keydown', (event) => {
      if (event.key === 'Enter') watch.asked(this.map.getCenter());
    });
    this.map.on('idle', () => this.rest(true));
    for (const stirs of ['render', 'movestart', 'dataloading'] as const) this.map.on(stirs, () => this.rest(false));
    this.ready = new Promise((resolve) => void this.map.once('style.load', () => resolve()));
  }

  /** Says in the page whether all that was asked for stands on the map, or has failed: whoever takes its picture waits for that. */
  private rest(still: boolean): void {
    this.map.getContainer().toggleAttribute('data-still', still && this.begun);
  }

  /** Makes the map show these sheets, first on top. */
  async show(sheets: (Sheet | ExternalSheet)[], lang: string, label: string): Promise<void> {
    await this.ready;
    this.rest(false);
    this.map.getCanvas().setAttribute('aria-label', label);
    const again = lang !== this.lang;
    this.lang = lang;
    const wanted = new Set(sheets.map((s) => s.key));
    for (const key of [...this.sheets.keys()]) {
      if (wanted.has(key)) continue;
      if (hasRows(this.sheets.get(key)!)) removeRows(this.map, key);
      else {
        this.map.removeLayer(key);
        this.map.removeSource(key);
      }
      this.sheets.delete(key);
      this.tiles.forget(key);
    }
    let above = 'chosen-fill';
    for (const sheet of sheets) {
      const old = this.sheets.get(sheet.key);
      if (hasRows(sheet)) {
        if (!old) addRows(this.map, sheet.key, above);
        dressRows(this.map, sheet.key, sheet.shown, sheet.opacity);
      } else if (!old) this.add(sheet, above);
      else {
        if (isOwn(sheet) && isOwn(old) && (again || old.styles !== sheet.styles || old.filter !== sheet.filter)) (this.map.getSource(sheet.key) as RasterTileSource).setTiles([this.addressOf(sheet)]);
        if (old.shown !== sheet.shown) {
          this.map.setLayoutProperty(sheet.key, 'visibility', sheet.shown ? 'visible' : 'none');
          if (!sheet.shown) this.tiles.forget(sheet.key);
        }
        if (old.opacity !== sheet.opacity) this.map.setPaintProperty(sheet.key, 'raster-opacity', sheet.opacity);
      }
      this.sheets.set(sheet.key, sheet);
      above = sheet.key;
    }
    // Where nothing is to be drawn the map is at rest too, after a frame.
    this.begun = true;
    this.map.triggerRepaint();
  }

  private add(sheet: Sheet | ExternalSheet, above: string): void {
    const { tileSize, maxzoom, box } = isOwn(sheet) ? { tileSize: TILE, maxzoom: 20, box: sheet.bbox } : { tileSize: sheet.tile ?? TILE, maxzoom: sheet.maxzoom ?? 20, box: null };
    this.map.addSource(sheet.key, { type: 'raster', tileSize, maxzoom, tiles: [this.addressOf(sheet)], ...bounds(box) });
    this.map.addLayer(
      { id: sheet.key, type: 'raster', source: sheet.key, layout: { visibility: sheet.shown ? 'visible' : 'none' }, paint: { 'raster-opacity': sheet.opacity, 'raster-fade-duration': 0 } },
      above,
    );
  }
  private addressOf(sheet: Sheet | ExternalSheet): string {
    if (!isOwn(sheet)) return Tiles.addressOf(sheet.key, sheet.tiles ?? '');
    return Tiles.addressOf(sheet.key, pictureAddress(sheet.layers, sheet.styles, [TILE, TILE], '{bbox-epsg-3857}', this.lang, DOTS, filtersOf(sheet.layers, sheet.filter)));
  }

  /** The rows of a layer that has rows. */
  async feed(key: string, rows: GeoJSON.FeatureCollection): Promise<void> {
    await this.ready;
    feedRows(this.map, key, rows);
  }

  /** Lends the map, once it stands, to what draws on it. */
  async use(work: (map: MapLibre) => void | Promise<void>): Promise<void> {
    await this.ready;
    await work(this.map);
  }

  async choose(geometry: GeoJSON.Geometry | null): Promise<void> {
    await this.ready;
    const data: GeoJSON.FeatureCollection = geometry ? { type: 'FeatureCollection', features: [{ type: 'Feature', geometry, properties: {} }] } : EMPTY;
    (this.map.getSource('chosen') as GeoJSONSource).setData(data);
  }

  fit(box: Box): void {
    this.map.setZoomSnap(FITTING);
    this.map.fitBounds(unfold(box), { padding: 16, maxZoom: 16, animate: !still(), duration: 150 });
    this.map.setZoomSnap(STEP);
  }
  jump(at: { zoom: number; lat: number; lng: number }): void {
    this.map.jumpTo({ center: [at.lng, at.lat], zoom: at.zoom });
  }
  go(place: Place, zoom: number): void {
    this.map.easeTo({ center: [place.lng, place.lat], zoom, animate: !still(), duration: 150 });
  }
  zoomBy(step: number): void {
    const zoom = this.map.getZoom();
    this.map.easeTo({ zoom: step > 0 ? Math.floor(zoom + 1e-6) + 1 : Math.ceil(zoom - 1e-6) - 1, animate: !still(), duration: 150 });
  }
  retry(layer: string): void {
    const sheet = this.sheets.get(layer);
    if (!sheet) return;
    this.tiles.forget(layer);
    (this.map.getSource(layer) as RasterTileSource).setTiles([this.addressOf(sheet)]);
  }
  focus(): void {
    this.map.getCanvas().focus();
  }
  close(): void {
    this.map.remove();
  }
}

/** Where a layer has anything to draw, with a margin for symbols and lettering; nothing where it crosses the date line. */
function bounds(bbox: Box | null): { bounds?: Box } {
  if (!bbox) return {};
  const [w, s, e, n] = bbox;
  if (w > e) return {};
  const [dx, dy] = [Math.max((e - w) * 0.05, 0.02), Math.max((n - s) * 0.05, 0.02)];
  return { bounds: [Math.max(-180, w - dx), Math.max(-85.05, s - dy), Math.min(180, e + dx), Math.min(85.05, n + dy)] };
}

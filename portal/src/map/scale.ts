// Zoom levels, scales and the ground.
import type { Box, LayerNode } from '../api/types';

export const EARTH = 6378137;
const AROUND = 2 * Math.PI * EARTH;
/** MapLibre's zoom counts from a world of 512 pixels. */
const WORLD = 512;
/** The pixel of the WMS standard, 0.28 mm. */
const PIXEL = 0.00028;

/** Projected metres per pixel. */
export const resolution = (zoom: number) => AROUND / (WORLD * 2 ** zoom);
export const scaleDenominator = (zoom: number) => resolution(zoom) / PIXEL;
export const zoomOfScale = (denominator: number) => Math.log2(AROUND / (WORLD * PIXEL * denominator));
/** The scale on the ground, which the projection stretches towards the poles. */
export const groundScale = (zoom: number, lat: number) => scaleDenominator(zoom) * Math.cos((lat * Math.PI) / 180);
/** The level of the tiles drawn at a zoom: the server decides by the scale of a tile, so the viewer must too. */
export const tileZoom = (zoom: number) => Math.max(0, Math.round(zoom));

export function inScale(node: Pick<LayerNode, 'minScaleDenominator' | 'maxScaleDenominator'>, zoom: number): boolean {
  const scale = scaleDenominator(tileZoom(zoom));
  return (node.minScaleDenominator === null || scale >= node.minScaleDenominator) && (node.maxScaleDenominator === null || scale < node.maxScaleDenominator);
}

/** The nearest zoom at which a layer is drawn. */
export function zoomInScale(node: Pick<LayerNode, 'minScaleDenominator' | 'maxScaleDenominator'>, zoom: number): number {
  const scale = scaleDenominator(tileZoom(zoom));
  if (node.maxScaleDenominator !== null && scale >= node.maxScaleDenominator) return Math.floor(zoomOfScale(node.maxScaleDenominator)) + 1;
  if (node.minScaleDenominator !== null && scale < node.minScaleDenominator) return Math.floor(zoomOfScale(node.minScaleDenominator));
  return zoom;
}

export const toMetres = (lng: number, lat: number): [number, number] => [(EARTH * lng * Math.PI) / 180, EARTH * Math.log(Math.tan(Math.PI / 4 + (Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 360))];

/** A longitude between −180 and 180. */
export const wrap = (lng: number) => ((((lng + 180) % 360) + 360) % 360) - 180;

/** A box whose east lies right of its west, for a map that repeats. */
export const unfold = ([w, s, e, n]: Box): Box => [w, s, e < w ? e + 360 : e, n];

/** A round length for the scale bar: the longest 1, 2 or 5 × 10ⁿ metres that fits. */
export function roundLength(longest: number): number {
  const power = 10 ** Math.floor(Math.log10(longest));
  const lead = longest / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

/** A scale to two or three figures, as people say it. */
export function roundScale(scale: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(scale)) - 1);
  return Math.round(scale / power) * power;
}

export interface Place {
  lng: number;
  lat: number;
}

/** "35.6, 136.9", "35.6N 136.9E", "136°54′E 35°36′N": latitude first unless letters say otherwise. */
export function readPlace(text: string): Place | null {
  const parts = [...text.matchAll(/([NSEW])?\s*([+\-−]?\d+(?:\.\d+)?)\s*(?:°\s*(?:(\d+(?:\.\d+)?)\s*[′']\s*)?(?:(\d+(?:\.\d+)?)\s*[″"]\s*)?)?([NSEW])?/gi)];
  if (parts.length !== 2 || text.replace(/[\d\s.,;+\-−°′'″"NSEW]/gi, '') !== '') return null;
  const read = parts.map((part) => {
    const degrees = Number((part[2] ?? '').replace('−', '-'));
    const size = Math.abs(degrees) + Number(part[3] ?? 0) / 60 + Number(part[4] ?? 0) / 3600;
    const letter = (part[5] ?? part[1] ?? '').toUpperCase();
    const sign = (degrees < 0 || Object.is(degrees, -0) ? -1 : 1) * (letter === 'S' || letter === 'W' ? -1 : 1);
    return { value: sign * size, letter };
  });
  const [a, b] = read as [(typeof read)[0], (typeof read)[0]];
  const turned = 'EW'.includes(a.letter || '-') || 'NS'.includes(b.letter || '-');
  const place = turned ? { lng: a.value, lat: b.value } : { lng: b.value, lat: a.value };
  return Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 360 ? { lng: wrap(place.lng), lat: place.lat } : null;
}

/** The box of a geometry, kept whole where it crosses the date line. */
export function boxOf(geometry: GeoJSON.Geometry | null): Box | null {
  const xs: number[] = [];
  const ys: number[] = [];
  const walk = (c: unknown): void => {
    if (!Array.isArray(c)) return;
    if (typeof c[0] === 'number' && typeof c[1] === 'number') {
      xs.push(c[0]);
      ys.push(c[1]);
    } else c.forEach(walk);
  };
  const visit = (g: GeoJSON.Geometry): void => (g.type === 'GeometryCollection' ? g.geometries.forEach(visit) : walk(g.coordinates));
  if (geometry) visit(geometry);
  if (xs.length === 0) return null;
  const least = (list: number[]) => list.reduce((a, b) => Math.min(a, b));
  const most = (list: number[]) => list.reduce((a, b) => Math.max(a, b));
  const plain: Box = [least(xs), least(ys), most(xs), most(ys)];
  const east = xs.map((x) => (x < 0 ? x + 360 : x));
  const across: Box = [least(east), plain[1], most(east), plain[3]];
  return across[2] - across[0] < plain[2] - plain[0] ? across : plain;
}

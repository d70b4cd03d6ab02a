// What the map shows, in degrees, and how far things are.
import type { Box } from '../api/types';
import { EARTH, resolution, toMetres, wrap } from '../map/scale';

/** The box of a view; its west is larger than its east where it crosses 180°. */
export function boxOfView(view: { zoom: number; lat: number; lng: number }, [width, height]: [number, number]): Box {
  const step = resolution(view.zoom);
  const [x, y] = toMetres(view.lng, view.lat);
  const [dx, dy] = [(width * step) / 2, (height * step) / 2];
  const lat = (value: number) => (2 * Math.atan(Math.exp(value / EARTH)) - Math.PI / 2) * (180 / Math.PI);
  const half = (dx / EARTH) * (180 / Math.PI);
  const [s, n] = [lat(y - dy), lat(y + dy)];
  if (half >= 180) return [-180, s, 180, n];
  return [wrap((x / EARTH) * (180 / Math.PI) - half), s, wrap((x / EARTH) * (180 / Math.PI) + half), n];
}

/** Kilometres along a great circle of the mean sphere (IUGG, 6371.0088 km): for sorting and saying, within half a per cent. */
export function kilometres(a: { lng: number; lat: number }, b: { lng: number; lat: number }): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** A ring around a place, in degrees, for showing how far "within 200 km" reaches. */
export function ring(centre: { lng: number; lat: number }, km: number): [number, number][] {
  const rad = Math.PI / 180;
  const [lat, far] = [centre.lat * rad, km / 6371.0088];
  let before = centre.lng;
  return Array.from({ length: 97 }, (_, i) => {
    const bearing = (i / 96) * 2 * Math.PI;
    const y = Math.asin(Math.sin(lat) * Math.cos(far) + Math.cos(lat) * Math.sin(far) * Math.cos(bearing));
    let x = centre.lng + Math.atan2(Math.sin(bearing) * Math.sin(far) * Math.cos(lat), Math.cos(far) - Math.sin(lat) * Math.sin(y)) / rad;
    while (x - before > 180) x -= 360;
    while (x - before < -180) x += 360;
    before = x;
    return [x, y / rad];
  });
}

// Rows of other services on the moving map: one plain sign for all of them, since no style comes with rows.
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';

const SIGN = '#8a3ffc';
const parts = (key: string) => [key, `${key}~line`, `${key}~point`] as const;

/** Three layers of the map, the lowest of which has the key itself, so that others can be put below it. */
export function addRows(map: MapLibre, key: string, above: string): void {
  map.addSource(key, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
  const [fill, line, point] = parts(key);
  map.addLayer({ id: fill, type: 'fill', source: key, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': SIGN } }, above);
  map.addLayer({ id: line, type: 'line', source: key, filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': SIGN, 'line-width': 1.5 } }, above);
  map.addLayer({ id: point, type: 'circle', source: key, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 4, 'circle-color': SIGN, 'circle-stroke-width': 1, 'circle-stroke-color': '#fbfaf7' } }, above);
}

export function dressRows(map: MapLibre, key: string, shown: boolean, opacity: number): void {
  const [fill, line, point] = parts(key);
  for (const id of [fill, line, point]) map.setLayoutProperty(id, 'visibility', shown ? 'visible' : 'none');
  map.setPaintProperty(fill, 'fill-opacity', opacity * 0.16);
  map.setPaintProperty(line, 'line-opacity', opacity);
  map.setPaintProperty(point, 'circle-opacity', opacity);
  map.setPaintProperty(point, 'circle-stroke-opacity', opacity);
}

export function removeRows(map: MapLibre, key: string): void {
  for (const id of parts(key)) map.removeLayer(id);
  map.removeSource(key);
}

export const feedRows = (map: MapLibre, key: string, rows: GeoJSON.FeatureCollection) => map.getSource<GeoJSONSource>(key)?.setData(rows);

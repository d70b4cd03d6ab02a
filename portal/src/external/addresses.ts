// Addresses that other services are asked by.
import type { Box } from '../api/types';
import type { ExternalLayer } from './types';

/** Adds parameters to an address, in place of those that it has under the same names. */
export function query(href: string, parameters: Record<string, string | number | null>): string {
  const url = new URL(href);
  const names = new Set(Object.keys(parameters).map((name) => name.toLowerCase()));
  for (const name of [...url.searchParams.keys()]) if (names.has(name.toLowerCase())) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, String(value));
  url.hash = '';
  return url.href;
}

export const capabilitiesAddress = (href: string, service: string) =>
  query(href, { SERVICE: service, REQUEST: 'GetCapabilities', VERSION: { WMS: '1.3.0', WMTS: '1.0.0', WFS: '2.0.0' }[service] ?? null });

/** Side of a WMS picture, pixels. */
export const PICTURE = 256;

/** The template by which MapLibre asks for pictures. */
export function tileTemplate(layer: ExternalLayer): string {
  if (layer.kind !== 'WMS') return layer.url;
  const picture = query(layer.url, {
    SERVICE: 'WMS',
    VERSION: layer.version,
    REQUEST: 'GetMap',
    LAYERS: layer.name,
    STYLES: layer.style,
    [layer.version === '1.3.0' ? 'CRS' : 'SRS']: layer.crs,
    WIDTH: PICTURE,
    HEIGHT: PICTURE,
    FORMAT: layer.format,
    TRANSPARENT: 'TRUE',
    BBOX: null,
  });
  return `${picture}&BBOX={bbox-epsg-3857}`;
}

/** Rows asked for at once. */
export const ROWS_MAX = 1000;

export function rowsAddress(layer: ExternalLayer, [w, s, e, n]: Box): string {
  if (layer.kind === 'OAPIF') return query(layer.url, { bbox: `${w},${s},${e},${n}`, limit: ROWS_MAX, f: null });
  const two = layer.version.startsWith('2');
  return query(layer.url, {
    SERVICE: 'WFS',
    VERSION: layer.version,
    REQUEST: 'GetFeature',
    [two ? 'TYPENAMES' : 'TYPENAME']: layer.name,
    [two ? 'COUNT' : 'MAXFEATURES']: ROWS_MAX,
    OUTPUTFORMAT: layer.format,
    SRSNAME: two ? 'urn:ogc:def:crs:EPSG::4326' : 'EPSG:4326',
    // WFS 1.0 has longitude first; later versions have the order of EPSG, which their URN asks for.
    BBOX: layer.version === '1.0.0' ? `${w},${s},${e},${n}` : `${s},${w},${n},${e},urn:ogc:def:crs:EPSG::4326`,
  });
}

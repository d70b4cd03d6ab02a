// Reads what a service offers: capabilities of WMS, WMTS and WFS, collections of OGC API.
import type { Box } from '../api/types';
import { ask, jsonOf, serviceAddress, webAddress, xmlOf, type Answer } from './ask';
import { capabilitiesAddress } from './addresses';
import { collectionsOf } from './collections';
import { Trouble, hostOf, type ExternalLayer, type Kind, type Offer, type Service } from './types';
import { wmtsOf } from './wmts';

/** Layers of one service that are listed. */
const OFFERS_MAX = 5000;
const MERCATOR = ['EPSG:3857', 'EPSG:900913', 'EPSG:102100', 'EPSG:102113'];
const XLINK = 'http://www.w3.org/1999/xlink';

export const childrenOf = (node: Element | undefined, name: string) => [...(node?.children ?? [])].filter((child) => child.localName === name);
export const childOf = (node: Element | undefined, ...path: string[]): Element | undefined => path.reduce<Element | undefined>((at, name) => childrenOf(at, name)[0], node);
export const textOf = (node: Element | undefined, ...path: string[]) => (childOf(node, ...path)?.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 500);
export const hrefOf = (node: Element | undefined) => node?.getAttributeNS(XLINK, 'href') ?? node?.getAttribute('href') ?? '';

export function blank(kind: Kind, service: string): ExternalLayer {
  return { kind, url: '', name: '', title: '', version: '', style: '', format: 'image/png', crs: '', attribution: '', legend: '', service };
}

/** What stands at an address. Without a kind the services are tried that its words suggest, then the others. */
export async function readService(typed: string, kind: Kind | '', signal: AbortSignal): Promise<Service> {
  const template = /\{z\}/i.test(typed) ? templateOf(typed) : null;
  if (template) return template;
  const url = webAddress(typed);
  const host = hostOf(url);
  const whole = /request=getcapabilities/i.test(url) || /\.xml$/i.test(new URL(url).pathname);
  const guesses = whole ? [''] : kind ? [kind] : ordered(url);
  let trouble: unknown = new Trouble('externalNoService', { host });
  for (const guess of guesses) {
    const isJson = guess === 'OAPIF' || guess === 'TILES';
    try {
      const address = guess === '' || isJson ? url : capabilitiesAddress(url, guess);
      const answer = await ask(address, isJson ? 'application/json' : 'text/xml, application/xml, */*;q=0.5', signal);
      const service = isJson ? await collectionsOf(jsonOf(answer.bytes, host), answer.url, signal) : capabilitiesOf(answer, host);
      service.offers.splice(OFFERS_MAX);
      if (service.offers.length > 0) return service;
      trouble = new Trouble('externalNoLayers', { host });
    } catch (error) {
      if (signal.aborted) throw error;
      // The first thing that the server itself says is worth more than what later guesses meet.
      const is = (e: unknown, ...keys: string[]) => e instanceof Trouble && keys.includes(e.key);
      if (!is(trouble, 'externalSays')) trouble = error;
      if (is(error, 'externalRefused', 'externalUnreachable', 'externalInsecure', 'externalSlow')) break;
    }
  }
  throw trouble;
}

/** An address with {z}, {x} and {y} is a layer by itself. */
function templateOf(typed: string): Service | null {
  const url = webAddress(typed).replace(/%7B/gi, '{').replace(/%7D/gi, '}');
  const host = hostOf(url);
  return { title: host, offers: [{ layer: { ...blank('TILES', url), url, name: host, title: host }, bbox: null, depth: 0, hindrance: '' }] };
}

function ordered(url: string): (Kind | '')[] {
  const all: Kind[] = ['OAPIF', 'WMS', 'WMTS', 'WFS'];
  const said = all.filter((kind) => new RegExp(`\\b${kind}`, 'i').test(url) || url.toLowerCase().includes(`/${kind.toLowerCase()}`));
  return [...said, ...all.filter((kind) => !said.includes(kind))];
}

function capabilitiesOf({ bytes, url }: Answer, host: string): Service {
  const root = xmlOf(bytes, host);
  if (root.localName === 'WMS_Capabilities' || root.localName === 'WMT_MS_Capabilities') return wmsOf(root, url);
  if (root.localName === 'WFS_Capabilities') return wfsOf(root, url);
  if (root.localName === 'Capabilities' && childOf(root, 'Contents')) return wmtsOf(root, url);
  throw new Trouble('externalNoService', { host });
}

interface Inherited {
  crs: string[];
  styles: Element[];
  attribution: string;
  bbox: Box | null;
}

export function wmsOf(root: Element, base: string): Service {
  const version = (root.getAttribute('version') ?? '1.3.0') >= '1.3' ? '1.3.0' : root.getAttribute('version') === '1.1.0' ? '1.1.0' : '1.1.1';
  const getMap = childOf(root, 'Capability', 'Request', 'GetMap');
  const url = serviceAddress(hrefOf(childOf(getMap, 'DCPType', 'HTTP', 'Get', 'OnlineResource')), base) || base;
  const formats = childrenOf(getMap, 'Format').map((f) => f.textContent?.trim() ?? '');
  const format = ['image/png', 'image/png; mode=8bit', 'image/png8', 'image/webp', 'image/gif', 'image/jpeg'].find((f) => formats.includes(f)) ?? 'image/png';
  const offers: Offer[] = [];
  const visit = (node: Element, depth: number, above: Inherited) => {
    if (offers.length >= OFFERS_MAX || depth > 50) return;
    const name = textOf(node, 'Name');
    const here: Inherited = {
      // WMS 1.1 may list several in one element.
      crs: [...above.crs, ...[...childrenOf(node, 'CRS'), ...childrenOf(node, 'SRS')].flatMap((c) => (c.textContent ?? '').split(/\s+/))],
      styles: [...above.styles, ...childrenOf(node, 'Style')],
      attribution: textOf(node, 'Attribution', 'Title') || above.attribution,
      bbox: boxOf(node) ?? above.bbox,
    };
    const crs = MERCATOR.find((c) => here.crs.includes(c)) ?? '';
    if (name) {
      const style = childrenOf(node, 'Style')[0] ?? here.styles[0];
      const legend = serviceAddress(hrefOf(childOf(style, 'LegendURL', 'OnlineResource')), base);
      offers.push({ layer: { ...blank('WMS', base), url, name, title: textOf(node, 'Title') || name, version, format, crs, attribution: here.attribution, legend }, bbox: here.bbox, depth, hindrance: crs ? '' : 'externalNoMercator' });
    }
    for (const child of childrenOf(node, 'Layer')) visit(child, name ? depth + 1 : depth, here);
  };
  for (const top of childrenOf(childOf(root, 'Capability'), 'Layer')) visit(top, 0, { crs: [], styles: [], attribution: '', bbox: null });
  return { title: textOf(root, 'Service', 'Title') || hostOf(base), offers };
}

function boxOf(node: Element): Box | null {
  const three = childOf(node, 'EX_GeographicBoundingBox');
  const one = childOf(node, 'LatLonBoundingBox');
  const numbers = three
    ? ['westBoundLongitude', 'southBoundLatitude', 'eastBoundLongitude', 'northBoundLatitude'].map((n) => Number(textOf(three, n) || NaN))
    : ['minx', 'miny', 'maxx', 'maxy'].map((n) => Number(one?.getAttribute(n) || NaN));
  return sound(numbers);
}

/** Degrees that make sense, or nothing. */
export function sound(numbers: unknown[]): Box | null {
  const [w, s, e, n] = numbers as Box;
  const fine = numbers.length === 4 && numbers.every((v) => typeof v === 'number' && Number.isFinite(v)) && s <= n && Math.abs(s) <= 90 && Math.abs(n) <= 90 && Math.abs(w) <= 360 && Math.abs(e) <= 360;
  return fine ? [w, s, e, n] : null;
}

export function wfsOf(root: Element, base: string): Service {
  const version = root.getAttribute('version') ?? '2.0.0';
  const metadata = childOf(root, 'OperationsMetadata');
  const operation = childrenOf(metadata, 'Operation').find((o) => o.getAttribute('name') === 'GetFeature');
  const old = childOf(root, 'Capability', 'Request', 'GetFeature');
  const address = hrefOf(childOf(operation, 'DCP', 'HTTP', 'Get')) || (childrenOf(old, 'DCPType').map((d) => childOf(d, 'HTTP', 'Get')?.getAttribute('onlineResource')).find(Boolean) ?? '');
  const url = serviceAddress(address, base) || base;
  const formats = [
    ...childrenOf(operation, 'Parameter').filter((p) => p.getAttribute('name')?.toLowerCase() === 'outputformat').flatMap((p) => [...p.getElementsByTagNameNS('*', 'Value')].map((v) => v.textContent ?? '')),
    ...[...(childOf(old, 'ResultFormat')?.children ?? [])].map((f) => f.localName),
  ].map((f) => f.trim());
  const format = ['application/geo+json', 'application/json', 'geojson', 'json', 'GEOJSON', 'GeoJSON', 'JSON'].find((f) => formats.includes(f)) ?? formats.find((f) => /json/i.test(f) && !/javascript|jsonp/i.test(f)) ?? '';
  const offers = childrenOf(childOf(root, 'FeatureTypeList'), 'FeatureType').slice(0, OFFERS_MAX).map((type): Offer => {
    const name = textOf(type, 'Name');
    const box = childOf(type, 'WGS84BoundingBox');
    const corner = (which: string) => textOf(box, which).split(' ').map(Number);
    return { layer: { ...blank('WFS', base), url, name, title: textOf(type, 'Title') || name, version, format }, bbox: sound([...corner('LowerCorner'), ...corner('UpperCorner')]), depth: 0, hindrance: format ? '' : 'externalNoJson' };
  });
  return { title: textOf(root, 'ServiceIdentification', 'Title') || textOf(root, 'Service', 'Title') || hostOf(base), offers };
}

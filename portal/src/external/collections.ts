// OGC API: features and tiles of pictures, by the links that collections give.
import { ask, jsonOf, serviceAddress } from './ask';
import { blank, sound } from './read';
import { Trouble, hostOf, type ExternalLayer, type Offer, type Service } from './types';
import { placed } from './wmts';

interface Link {
  rel?: unknown;
  href?: unknown;
  type?: unknown;
  templated?: unknown;
}
type Json = Record<string, unknown>;
const list = (value: unknown) => (Array.isArray(value) ? value : []).filter((v): v is Json => !!v && typeof v === 'object');
const text = (value: unknown) => (typeof value === 'string' ? value.replace(/\s+/g, ' ').trim().slice(0, 500) : '');
/** A link by the last word of its relation; JSON before other forms. */
function linkOf(from: Json, rel: RegExp, base: string): string {
  const links = (list(from.links) as Link[]).filter((l) => rel.test(text(l.rel)));
  return serviceAddress(text((links.find((l) => /json/.test(text(l.type))) ?? links[0])?.href), base);
}

const PAGES_MAX = 20;

export async function collectionsOf(first: Json, base: string, signal: AbortSignal): Promise<Service> {
  const host = hostOf(base);
  const read = async (url: string) => jsonOf((await ask(url, 'application/json', signal)).bytes, host);
  let page = first;
  let at = base;
  if (!Array.isArray(first.collections)) {
    at = linkOf(first, /(^|\/)data$/, base);
    // The address of one collection, not of the whole.
    const alone = at ? [] : offersOf(first, base);
    if (alone.length > 0) return { title: host, offers: alone };
    if (!at) throw new Trouble('externalNoService', { host });
    page = await read(at);
  }
  const offers: Offer[] = [];
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    offers.push(...list(page.collections).flatMap((c) => offersOf(c, at)));
    const next = linkOf(page, /^next$/, at);
    if (!next) break;
    at = next;
    page = await read(next);
  }
  return { title: text(first.title) || host, offers };
}

function offersOf(collection: Json, base: string): Offer[] {
  const [items, tiles] = [linkOf(collection, /^items$/, base), linkOf(collection, /tilesets-map$/, base)];
  const extent = (collection.extent as { spatial?: { bbox?: unknown[] } } | undefined)?.spatial?.bbox?.[0];
  const numbers = Array.isArray(extent) ? (extent.length === 6 ? [extent[0], extent[1], extent[3], extent[4]] : extent) : [];
  const name = text(collection.id);
  const legend = serviceAddress(text((list(collection.links) as Link[]).find((l) => /legend$/.test(text(l.rel)) && /^image\//.test(text(l.type)))?.href), base);
  const offer = (layer: ExternalLayer): Offer => ({ layer: { ...layer, name, legend, title: text(collection.title) || name, attribution: text(collection.attribution) }, bbox: sound(numbers), depth: 0, hindrance: '' });
  return [...(items ? [offer({ ...blank('OAPIF', base), url: items, format: 'application/geo+json' })] : []), ...(tiles ? [offer({ ...blank('TILES', base), url: tiles })] : [])];
}

/** The template of a collection's tiles in the grid of web maps, which stands behind one or two more documents. */
export async function tilesOf(layer: ExternalLayer, signal: AbortSignal): Promise<ExternalLayer> {
  if (layer.kind !== 'TILES' || layer.url.includes('{z}')) return layer;
  const host = hostOf(layer.url);
  const read = async (url: string) => jsonOf((await ask(url, 'application/json', signal)).bytes, host);
  const sets = list((await read(layer.url)).tilesets);
  const set = sets.find((s) => /(WebMercatorQuad|GoogleMapsCompatible)$/.test(text(s.tileMatrixSetURI) || text(s.tileMatrixSetId)));
  if (!set) throw new Trouble('externalNoGrid');
  const found = templateOf(set, layer.url) || (await templateBehind(set, layer.url, read));
  if (!found) throw new Trouble('externalNoPictures');
  return { ...layer, url: found };
}

async function templateBehind(set: Json, base: string, read: (url: string) => Promise<Json>): Promise<string> {
  const self = linkOf(set, /^self$/, base);
  return self ? templateOf(await read(self), self) : '';
}

function templateOf(set: Json, base: string): string {
  const links = (list(set.links) as Link[]).filter((l) => /^item$/.test(text(l.rel)) && /\{tileMatrix\}/i.test(text(l.href)) && /^image\//.test(text(l.type)));
  const link = links.find((l) => text(l.type) === 'image/png') ?? links[0];
  if (!link) return '';
  const set_ = text(set.tileMatrixSetId) || 'WebMercatorQuad';
  const href = text(link.href).replace(/\{tileMatrixSetId\}/gi, set_).replace(/\{tileMatrix\}/gi, '{z}').replace(/\{tileRow\}/gi, '{y}').replace(/\{tileCol\}/gi, '{x}');
  return placed(serviceAddress(href, base));
}

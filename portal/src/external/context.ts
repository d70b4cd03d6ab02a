// Maps that are carried between viewers: OWS Context (OGC 14-055r2) written here, WMC and OWS Context read by this page's own server.
import { Refusal, address, refusalOf } from '../api/server';
import type { Box } from '../api/types';
import { viewer } from '../state/viewer.svelte';
import { capabilitiesAddress, query } from './addresses';
import { serviceAddress, webAddress } from './ask';
import { tilesOf } from './collections';
import { blank, readService, sound } from './read';
import { boxOf, external } from './state.svelte';
import { KINDS, Trouble, hostOf, type ExternalLayer, type Kind } from './types';
import { placed } from './wmts';

const FILE_BYTES_MAX = 10_000_000;
const REQ = 'http://www.opengis.net/spec/owc-geojson/1.0/req/';

interface Carried {
  layer: ExternalLayer;
  opacity: number;
  visible: boolean;
}

/** The map as it stands: other services' layers first, then the node's own that are on. */
export function contextOf(): string {
  const now = new Date().toISOString();
  const wms = address('wms');
  const own = viewer.layers.filter((l) => l.visible).map((l): Carried => ({
    layer: { ...blank('WMS', wms), url: wms, name: l.node.wmsLayers, title: l.node.title, version: '1.3.0', style: l.drawn.wmsStyles, attribution: l.node.attribution ?? '', crs: 'EPSG:3857' },
    opacity: l.opacity,
    visible: true,
  }));
  const features = [...external.layers, ...own].map((l) => featureOf(l, now));
  const box = viewer.view ? boxOf(viewer.view, viewer.size) : viewer.doc?.view.bbox;
  return JSON.stringify(
    {
      type: 'FeatureCollection',
      id: `${location.origin}${location.pathname}`,
      bbox: box,
      properties: { lang: document.documentElement.lang, title: viewer.doc?.title ?? '', subtitle: viewer.doc?.description ?? '', updated: now, generator: { title: 'Terrane' }, links: { profiles: [{ href: `${REQ}core` }] } },
      features,
    },
    null,
    1,
  );
}

function featureOf({ layer, opacity, visible }: Carried, updated: string): unknown {
  const operation = (code: string, href: string, type: string) => ({ code, method: 'GET', type, href });
  const isApi = layer.kind === 'OAPIF' || layer.kind === 'TILES';
  const capabilities = isApi || /\.xml$/i.test(layer.service) ? layer.service : capabilitiesAddress(layer.service, layer.kind);
  const operations = [operation('GetCapabilities', capabilities, isApi ? 'application/json' : 'text/xml')];
  if (layer.kind === 'WMS')
    operations.push(operation('GetMap', query(layer.url, { SERVICE: 'WMS', VERSION: layer.version, REQUEST: 'GetMap', LAYERS: layer.name, STYLES: layer.style, FORMAT: layer.format }), layer.format));
  return {
    type: 'Feature',
    id: `${layer.service}#${layer.name}`,
    geometry: null,
    properties: { title: layer.title, updated, content: {}, rights: layer.attribution, active: visible, opacity, layer: layer.name, offerings: [{ code: `${REQ}${layer.kind.toLowerCase()}`, operations }] },
  };
}

export interface Opened {
  title: string;
  added: number;
  /** Layers that could not be added, with why. */
  left: { title: string; error: unknown }[];
}

/** Adds the layers of a WMC or OWS Context. The server reads the document and fetches nothing. */
export async function openContext(file: File, signal: AbortSignal): Promise<Opened> {
  if (file.size > FILE_BYTES_MAX) throw new Trouble('externalTooLarge', { host: file.name, size: FILE_BYTES_MAX / 1e6 });
  const response = await fetch(address('context'), { method: 'POST', body: await file.arrayBuffer(), headers: { 'content-type': 'application/octet-stream' }, signal }).catch(() => {
    throw new Refusal(0, '');
  });
  if (!response.ok) throw await refusalOf(response);
  const doc = (await response.json()) as { bbox?: unknown[]; properties?: { title?: unknown }; features?: unknown[] };
  const opened: Opened = { title: String(doc.properties?.title ?? file.name), added: 0, left: [] };
  const lists = new Map<string, ReturnType<typeof readService>>();
  // The first is on top, and what is added comes on top.
  for (const feature of [...(doc.features ?? [])].reverse()) {
    const carried = carriedOf(feature);
    if (!carried) continue;
    try {
      if (!showOwn(carried)) await addCarried(carried, lists, signal);
      opened.added++;
    } catch (error) {
      if (signal.aborted) throw error;
      opened.left.push({ title: carried.layer.title || carried.layer.name, error });
    }
  }
  const box = sound(Array.isArray(doc.bbox) ? doc.bbox : []);
  if (box) viewer.handle?.fit(box as Box);
  return opened;
}

function carriedOf(feature: unknown): Carried | null {
  const properties = (feature as { properties?: Record<string, unknown> } | null)?.properties ?? {};
  const offering = (Array.isArray(properties.offerings) ? properties.offerings[0] : {}) as { code?: unknown; operations?: { code?: string; href?: string }[]; styles?: { name?: unknown }[] };
  const kind = String(offering?.code ?? '').split('/').at(-1)!.toUpperCase() as Kind;
  const hrefs = new Map((offering?.operations ?? []).map((o) => [o.code, String(o.href ?? '')]));
  const [capabilities, map] = [hrefs.get('GetCapabilities') ?? '', hrefs.get('GetMap') ?? ''];
  const base = placed(serviceAddress(capabilities || map, location.href));
  const layer = { ...blank(kind, base), name: String(properties.layer ?? ''), title: String(properties.title ?? ''), attribution: String(properties.rights ?? ''), url: base };
  if (kind === 'WMS' && map) {
    const asked = new Map([...new URL(webAddress(map)).searchParams].map(([k, v]) => [k.toLowerCase(), v]));
    const version = asked.get('version') || '1.3.0';
    Object.assign(layer, {
      url: query(webAddress(map), { SERVICE: null, VERSION: null, REQUEST: null, LAYERS: null, STYLES: null, FORMAT: null }),
      version: version >= '1.3' ? '1.3.0' : version,
      style: asked.get('styles') ?? '',
      format: asked.get('format') || 'image/png',
      crs: 'EPSG:3857',
    });
    layer.service = layer.url;
  }
  const opacity = Number(properties.opacity ?? 1);
  return { layer, opacity: opacity >= 0 && opacity <= 1 ? opacity : 1, visible: properties.active !== false };
}

/** A layer of this very map is turned on instead of being added a second time. */
function showOwn({ layer, opacity, visible }: Carried): boolean {
  const strip = (url: string) => url.replace(/[?#].*$/, '').replace(/\/$/, '');
  const own = layer.kind === 'WMS' && strip(layer.url) === strip(address('wms')) ? viewer.layers.find((l) => l.node.wmsLayers === layer.name) : undefined;
  if (own) Object.assign(own, { opacity, visible });
  return !!own;
}

async function addCarried({ layer, opacity, visible }: Carried, lists: Map<string, ReturnType<typeof readService>>, signal: AbortSignal): Promise<void> {
  if (!KINDS.includes(layer.kind)) throw new Trouble('externalKindUnknown', { kind: layer.kind });
  if (!layer.service) throw new Trouble('externalNoAddress');
  if (external.full) throw new Trouble('externalFull');
  if (layer.kind === 'WMS') return external.add(layer, null, { opacity, visible });
  const key = `${layer.kind} ${layer.service}`;
  const list = lists.get(key) ?? readService(layer.service, layer.kind, signal);
  lists.set(key, list);
  const offer = (await list).offers.find((o) => o.layer.kind === layer.kind && o.layer.name === layer.name);
  if (!offer) throw new Trouble('externalGone', { host: hostOf(layer.service) });
  if (offer.hindrance) throw new Trouble(offer.hindrance);
  external.add({ ...(await tilesOf(offer.layer, signal)), title: layer.title || offer.layer.title, attribution: offer.layer.attribution || layer.attribution }, offer.bbox, { opacity, visible });
}

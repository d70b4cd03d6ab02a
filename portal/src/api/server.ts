// The only file that asks the server something. Every address is below the page's own <base href>.
import type { ColumnInfo, InfoFeature, LayerNode, Legend, MapDocument, TreeNode } from './types';

/** A request that did not succeed. `say` is a sentence for the reader in the server's words, or empty. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly say: string,
  ) {
    super(say || `HTTP ${status}`);
  }
}

type Parameters = Record<string, string | number | null | undefined>;

export function address(path: string, parameters: Parameters = {}): string {
  return withParameters(new URL(path, document.baseURI), parameters);
}

function withParameters(url: URL, parameters: Parameters): string {
  for (const [name, value] of Object.entries(parameters)) if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

/** An address that the server gave for something of its own. Read through the origin of this page, whichever name it was opened by. */
export function own(href: string): string {
  const url = new URL(href, document.baseURI);
  return new URL(`${url.pathname}${url.search}`, document.baseURI).href;
}

/** A link written by strangers: only web addresses are followed. */
export function webLink(text: unknown): string | null {
  if (typeof text !== 'string' || !/^https?:\/\//i.test(text.trim())) return null;
  try {
    return new URL(text.trim()).href;
  } catch {
    return null;
  }
}

/** The words of a refusal, wherever its format keeps them: problem JSON, a WMS exception, plain text. */
export function sentenceOf(body: string, type: string): string {
  const short = (text: unknown) => (typeof text === 'string' ? text.replace(/\s+/g, ' ').trim().slice(0, 240) : '');
  if (type.includes('json')) {
    try {
      const problem = JSON.parse(body) as Record<string, unknown>;
      return short(problem.detail) || short(problem.description) || short(problem.title);
    } catch {
      return '';
    }
  }
  if (type.includes('xml')) {
    const xml = new DOMParser().parseFromString(body, 'text/xml');
    return short(xml.getElementsByTagNameNS('*', 'ServiceException')[0]?.textContent ?? xml.getElementsByTagNameNS('*', 'ExceptionText')[0]?.textContent);
  }
  return type.includes('text/plain') ? short(body) : '';
}

export async function refusalOf(response: Response): Promise<Refusal> {
  const body = await response.text().catch(() => '');
  return new Refusal(response.status, sentenceOf(body, response.headers.get('content-type') ?? ''));
}

export async function json(url: string, signal?: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, '');
  }
  if (!response.ok) throw await refusalOf(response);
  try {
    return await response.json();
  } catch {
    throw new Refusal(response.status, '');
  }
}

export async function readMap(id: string, lang: string): Promise<MapDocument> {
  const raw = (await json(address(`maps/${encodeURIComponent(id)}`, { f: 'json', lang }))) as Partial<MapDocument>;
  const seen = new Set<string>();
  const nodes = (list: unknown): TreeNode[] => (Array.isArray(list) ? list : []).map((n) => node(n as Record<string, unknown>));
  const node = (n: Record<string, unknown>): TreeNode => {
    if (n.kind === 'group') return { kind: 'group', title: String(n.title ?? ''), open: n.open !== false, layers: nodes(n.layers) };
    if (n.kind === 'wanted') return { kind: 'wanted', title: String(n.title ?? ''), text: String(n.text ?? '') };
    const layer = n as unknown as LayerNode;
    const dataset = String(layer.dataset ?? layer.id);
    const stem = String(layer.id ?? dataset);
    let key = stem;
    for (let k = 2; seen.has(key); k++) key = `${stem}-${k}`;
    seen.add(key);
    return {
      ...layer,
      kind: 'layer',
      id: key,
      dataset,
      title: String(layer.title ?? key),
      opacity: typeof layer.opacity === 'number' ? layer.opacity : 1,
      visible: layer.visible !== false,
      wmsLayers: layer.wmsLayers || dataset,
      wmsStyles: layer.wmsStyles ?? '',
      minScaleDenominator: layer.minScaleDenominator ?? null,
      maxScaleDenominator: layer.maxScaleDenominator ?? null,
      geology: layer.geology?.kinds?.length ? layer.geology : null,
    };
  };
  return {
    id: String(raw.id ?? id),
    title: String(raw.title ?? id),
    description: String(raw.description ?? ''),
    language: raw.language ?? 'en',
    base: raw.base ?? null,
    view: raw.view ?? { bbox: [-180, -60, 180, 75] },
    layers: nodes(raw.layers),
    attribution: raw.attribution ?? null,
    languages: Array.isArray(raw.languages) ? raw.languages.map(String) : [],
  };
}

export async function readLegend(href: string, lang: string): Promise<Legend> {
  const raw = (await json(withParameters(new URL(own(href)), { f: 'json', lang }))) as Partial<Legend>;
  return { title: raw.title ?? '', style: raw.style ?? '', items: Array.isArray(raw.items) ? raw.items : [], ramp: raw.ramp?.stops?.length ? raw.ramp : null };
}

/** Titles and units of a dataset's columns; a server without them is no failure. */
export async function readColumns(collection: string, lang: string): Promise<Record<string, ColumnInfo>> {
  try {
    const url = new URL(own(collection));
    url.pathname = `${url.pathname.replace(/\/$/, '')}/schema`;
    const raw = (await json(withParameters(url, { f: 'json', lang }))) as { properties?: Record<string, Record<string, unknown>> };
    const columns: Record<string, ColumnInfo> = {};
    for (const [name, info] of Object.entries(raw.properties ?? {})) {
      const unit = info['x-ogc-unit'];
      columns[name] = { ...(typeof info.title === 'string' ? { title: info.title } : {}), ...(typeof unit === 'string' ? { unit } : {}) };
    }
    return columns;
  } catch {
    return {};
  }
}

export interface Listed {
  id: string;
  title: string;
}
export async function listDatasets(lang: string): Promise<Listed[]> {
  const found: Listed[] = [];
  let next: string | null = address('collections', { f: 'json', lang });
  for (let page = 0; next && page < 10; page++) {
    const raw = (await json(next)) as { collections?: { id: string; title?: string }[]; links?: { rel: string; href: string }[] };
    for (const c of raw.collections ?? []) found.push({ id: c.id, title: c.title ?? c.id });
    const link = raw.links?.find((l) => l.rel === 'next');
    next = link ? own(link.href) : null;
  }
  return found;
}

/** Rows of a small dataset, such as place names: at most a few pages. */
export async function listRows(collection: string, lang: string): Promise<GeoJSON.Feature[]> {
  const found: GeoJSON.Feature[] = [];
  const start = new URL(own(collection));
  start.pathname = `${start.pathname.replace(/\/$/, '')}/items`;
  let next: string | null = withParameters(start, { f: 'json', limit: 2000, lang });
  for (let page = 0; next && page < 5; page++) {
    const raw = (await json(next)) as { features?: GeoJSON.Feature[]; links?: { rel: string; href: string }[] };
    found.push(...(raw.features ?? []));
    const link = raw.links?.find((l) => l.rel === 'next');
    next = link ? own(link.href) : null;
  }
  return found;
}

export type Metres = [minx: number, miny: number, maxx: number, maxy: number];

/** What stands for the WMS "nominal pixel" of 0.28 mm, in dots per inch. */
const NOMINAL_DPI = 90.714;

/** CQL_FILTER has one condition for each name. */
export const filtersOf = (layers: string, filter = '') => (filter ? layers.split(',').map(() => filter).join(';') : '');

/** A GetMap address. With `dots` 2 it asks for twice the pixels *and* says so, so that line widths and lettering keep their size. */
export function pictureAddress(layers: string, styles: string, size: [number, number], bbox: Metres | string, lang: string, dots = 1, filters = ''): string {
  const url = address('wms', {
    SERVICE: 'WMS',
    VERSION: '1.3.0',
    REQUEST: 'GetMap',
    LAYERS: layers,
    STYLES: styles,
    CRS: 'EPSG:3857',
    WIDTH: Math.round(size[0] * dots),
    HEIGHT: Math.round(size[1] * dots),
    FORMAT: 'image/png',
    TRANSPARENT: 'TRUE',
    DPI: dots === 1 ? null : Math.round(NOMINAL_DPI * dots),
    TILED: typeof bbox === 'string' ? 'TRUE' : null,
    CQL_FILTER: filters || null,
    lang,
  });
  return `${url}&BBOX=${typeof bbox === 'string' ? bbox : bbox.join(',')}`;
}

export async function identify(layers: string, styles: string, bbox: Metres, size: number, lang: string, signal: AbortSignal, filters = ''): Promise<InfoFeature[]> {
  const middle = Math.floor(size / 2);
  const url = address('wms', {
    SERVICE: 'WMS',
    VERSION: '1.3.0',
    REQUEST: 'GetFeatureInfo',
    LAYERS: layers,
    STYLES: styles,
    QUERY_LAYERS: layers,
    CRS: 'EPSG:3857',
    BBOX: bbox.join(','),
    WIDTH: size,
    HEIGHT: size,
    I: middle,
    J: middle,
    INFO_FORMAT: 'application/json',
    FEATURE_COUNT: 10,
    CQL_FILTER: filters || null,
    lang,
  });
  const raw = (await json(url, signal)) as { features?: InfoFeature[] };
  return Array.isArray(raw.features) ? raw.features : [];
}

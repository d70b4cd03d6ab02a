// All that the page knows: the map document, which layers are on, where the map is, what was clicked.
import { Refusal, filtersOf, identify, readColumns, readLegend, readMap } from '../api/server';
import type { ColumnInfo, InfoFeature, LayerNode, Legend, MapDocument, TreeNode } from '../api/types';
import { external } from '../external/state.svelte';
import { hostOf } from '../external/types';
import { geology } from '../geology/state.svelte';
import { hazard } from '../hazard/state.svelte';
import { language, speak, spoken, t } from '../i18n/words.svelte';
import { inScale, resolution, toMetres, wrap, type Place } from '../map/scale';
import { readPermalink, writePermalink, type Permalink } from './permalink';
import { remember, remembered } from './preferences';

export type Tab = 'layers' | 'legend' | 'find' | 'ask' | 'events';
export type Stop = 'small' | 'half' | 'full';

export class LayerState {
  node = $state.raw() as LayerNode;
  visible = $state(true);
  opacity = $state(1);
  open = $state(false);
  /** What a mapped layer is coloured by; empty for its own colours. */
  colour = $state('');
  constructor(node: LayerNode) {
    this.node = node;
    this.colour = this.usual;
    this.visible = node.visible;
    this.opacity = node.opacity;
  }
  /** What the map itself colours it by. */
  get usual(): string {
    return this.node.geology?.kinds.find((k) => k.style === this.node.style)?.by ?? '';
  }
  /** The node as it is drawn now. */
  get drawn(): LayerNode {
    const kind = this.colour === this.usual ? null : this.node.geology?.kinds.find((k) => k.by === this.colour);
    if (!kind) return this.node;
    return { ...this.node, style: kind.style, wmsStyles: kind.style, legend: `${this.node.collection}/styles/${encodeURIComponent(kind.style)}/legend` };
  }
}

export interface Problem {
  failed: number;
  reason: string;
}

export interface Picked {
  key: string;
  layer: LayerState | null;
  feature: InfoFeature;
  legend: Legend | null;
  columns: Record<string, ColumnInfo>;
}

export interface Asked {
  place: Place;
  count: number;
  state: 'asking' | 'done' | 'failed';
  reason: string;
  picked: Picked[];
  open: string | null;
}

/** What the moving map can do; absent until it is loaded, and for good where there is no WebGL. */
export interface MapHandle {
  fit(box: [number, number, number, number]): void;
  jump(at: { zoom: number; lat: number; lng: number }): void;
  go(place: Place, zoom: number): void;
  zoomBy(step: number): void;
  retry(layer: string): void;
  focus(): void;
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Refusal)) return '';
  if (error.say) return t('reasonSays', { text: error.say });
  if (error.status === 0) return t('reasonOffline');
  if (error.status === 503 || error.status === 429) return t('reasonBusy');
  return t('reasonStatus', { status: error.status });
}

class Viewer {
  readonly id: string;
  doc = $state.raw<MapDocument | null>(null);
  failure = $state<{ missing: boolean; reason: string } | null>(null);
  layers = $state.raw<LayerState[]>([]);
  view = $state.raw<{ zoom: number; lat: number; lng: number } | null>(null);
  /** Of the map, in pixels. */
  size: [number, number] = [1024, 768];
  pointer = $state.raw<Place | null>(null);
  base = $state<'map' | 'paper'>('map');
  tab = $state<Tab>('layers');
  stop = $state<Stop>('small');
  panel = $state(true);
  query = $state('');
  waiting = $state(0);
  problems = $state<Record<string, Problem>>({});
  asked = $state<Asked | null>(null);
  handle: MapHandle | null = null;
  private asking: AbortController | null = null;
  private legends = new Map<string, Promise<Legend>>();
  private columns = new Map<string, Promise<Record<string, ColumnInfo>>>();
  /** The address as it was last read or written here. */
  private known = '';

  readonly zoom = $derived(this.view?.zoom ?? 0);
  readonly on = $derived(this.layers.filter((l) => l.visible));
  readonly drawn = $derived(this.on.filter((l) => inScale(l.node, this.zoom)));
  readonly languages = $derived([...new Set([...spoken, ...(this.doc?.languages ?? []), language.code])]);
  readonly credits = $derived.by(() => {
    const said = [...external.on.map((l) => l.layer.attribution || hostOf(l.layer.url)), ...(hazard.on && hazard.onMap ? hazard.asked.map((table) => table.attribution) : []), ...this.drawn.map((l) => l.node.attribution), this.doc?.attribution];
    return [...new Set(said.filter((s): s is string => !!s))];
  });
  readonly permalink = $derived(
    writePermalink({
      ...(this.view ? { at: this.view } : {}),
      layers: new Map(this.on.map((l) => [l.node.id, l.opacity === l.node.opacity ? null : l.opacity])),
      colours: new Map(this.on.filter((l) => l.colour !== l.usual).map((l) => [l.node.id, l.colour || 'own'])),
      base: this.base,
      lang: language.code,
      only: geology.only,
      question: geology.question,
      external: external.permalink,
      hazard: hazard.permalink,
    }),
  );

  constructor() {
    const found = /\/p\/([^/]+)\/?$/.exec(location.pathname);
    this.id = decodeURIComponent(found?.[1] ?? 'demo');
  }

  /** The layer states that belong to a part of the tree. */
  under(nodes: TreeNode[]): LayerState[] {
    return nodes.flatMap((n) => (n.kind === 'wanted' ? [] : n.kind === 'group' ? this.under(n.layers) : (this.layers.find((l) => l.node.id === n.id) ?? [])));
  }

  async start(): Promise<void> {
    await speak(readPermalink(location.hash).lang ?? asked() ?? remembered('lang') ?? preferred());
    this.failure = null;
    try {
      const doc = await readMap(this.id, language.code);
      this.layers = flatten(doc.layers).map((node) => new LayerState(node));
      if (!doc.base) this.base = 'paper';
      this.doc = doc;
      // Read anew: it may have been changed by hand while the map was on its way.
      this.known = location.hash;
      this.apply(readPermalink(this.known));
      if (this.layers.length > 0 || hazard.on) void hazard.know(language.code);
    } catch (error) {
      this.failure = { missing: error instanceof Refusal && error.status === 404, reason: reasonOf(error) };
    }
  }

  /** Brings the page to what a permalink says; what it does not mention stays. */
  apply(link: Permalink): void {
    if (link.base && this.doc?.base) this.base = link.base;
    if (link.layers)
      for (const layer of this.layers) {
        layer.visible = link.layers.has(layer.node.id);
        layer.opacity = link.layers.get(layer.node.id) ?? layer.node.opacity;
        const colour = link.colours?.get(layer.node.id);
        layer.colour = layer.node.geology?.kinds.some((k) => k.by === colour) ? colour! : layer.usual;
      }
    geology.apply(link);
    hazard.apply(link);
    if (link.layers || link.external) external.apply(link.external ?? '');
    if (link.at) {
      if (this.handle) this.handle.jump(link.at);
      else this.view = link.at;
    }
    if (link.lang && link.lang !== language.code) void this.setLanguage(link.lang);
  }

  async setLanguage(lang: string): Promise<void> {
    remember('lang', lang);
    await speak(lang);
    const doc = await readMap(this.id, lang).catch(() => null);
    if (!doc || language.code !== lang) return;
    const fresh = new Map(flatten(doc.layers).map((node) => [node.id, node]));
    for (const layer of this.layers) layer.node = fresh.get(layer.node.id) ?? layer.node;
    this.doc = doc;
    if (hazard.tables.length > 0) void hazard.know(lang);
    if (this.asked?.state === 'done') void this.ask(this.asked.place);
    if (geology.asked) void geology.ask(geology.question);
  }

  /** Keeps the address of the page up to date. */
  writeAddress(): void {
    if (!this.doc || !this.view) return;
    // Changed by hand a moment ago, and its event is still on its way: to write now would undo it unread.
    if (location.hash !== this.known) return this.addressChanged();
    if (location.hash !== this.permalink) history.replaceState(history.state, '', `${location.pathname}${location.search}${this.permalink}`);
    this.known = location.hash;
  }
  addressChanged(): void {
    if (!this.doc || location.hash === this.known) return;
    this.known = location.hash;
    this.apply(readPermalink(this.known));
  }

  legendOf(node: LayerNode): Promise<Legend> {
    const key = `${language.code} ${node.legend}`;
    let legend = this.legends.get(key);
    if (!legend) {
      legend = readLegend(node.legend, language.code);
      this.legends.set(key, legend);
      legend.catch(() => this.legends.delete(key));
    }
    return legend;
  }
  columnsOf(node: LayerNode): Promise<Record<string, ColumnInfo>> {
    const key = `${language.code} ${node.collection}`;
    let columns = this.columns.get(key);
    if (!columns) {
      columns = readColumns(node.collection, language.code);
      this.columns.set(key, columns);
    }
    return columns;
  }

  /** Asks the drawn layers what is at a place. */
  async ask(place: Place): Promise<void> {
    this.asking?.abort();
    const stop = new AbortController();
    this.asking = stop;
    const at = { lng: wrap(place.lng), lat: place.lat };
    const layers = this.drawn.filter((l) => l.node.queryable && geology.filterOf(l) !== null);
    const asked: Asked = { place: at, count: layers.length, state: 'asking', reason: '', picked: [], open: null };
    this.asked = asked;
    if (this.stop === 'small') this.stop = 'half';
    if (layers.length === 0) {
      this.asked = { ...asked, state: 'done' };
      return;
    }
    try {
      const size = 101;
      const half = (resolution(this.zoom) * size) / 2;
      const [x, y] = toMetres(at.lng, at.lat);
      const bottomUp = [...layers].reverse();
      const styles = bottomUp.map((l) => l.node.wmsLayers.split(',').map((_, i) => l.drawn.wmsStyles.split(',')[i] ?? '').join(','));
      const filters = bottomUp.map((l) => filtersOf(l.node.wmsLayers, geology.filterOf(l) || 'INCLUDE'));
      const features = await identify(bottomUp.map((l) => l.node.wmsLayers).join(','), styles.join(','), [x - half, y - half, x + half, y + half], size, language.code, stop.signal, filters.some((f) => f.replace(/INCLUDE;?/g, '')) ? filters.join(';') : '');
      const owner = (f: InfoFeature) => layers.find((l) => f.layer !== undefined && l.node.wmsLayers.split(',').includes(f.layer)) ?? (layers.length === 1 ? layers[0]! : null);
      const picked = await Promise.all(
        features.map(async (feature, i): Promise<Picked> => {
          const layer = owner(feature);
          const [legend, columns] = layer ? await Promise.all([this.legendOf(layer.drawn).catch(() => null), this.columnsOf(layer.node)]) : [null, {}];
          return { key: `${i}`, layer, feature, legend, columns };
        }),
      );
      if (stop.signal.aborted) return;
      picked.sort((a, b) => rank(layers, a.layer) - rank(layers, b.layer));
      this.asked = { ...asked, state: 'done', picked, open: picked[0]?.key ?? null };
    } catch (error) {
      if (!stop.signal.aborted) this.asked = { ...asked, state: 'failed', reason: reasonOf(error) };
    }
  }
  forget(): void {
    this.asking?.abort();
    this.asked = null;
  }
}

const rank = (layers: LayerState[], layer: LayerState | null) => (layer ? layers.indexOf(layer) : layers.length);
const flatten = (nodes: TreeNode[]): LayerNode[] => nodes.flatMap((n) => (n.kind === 'wanted' ? [] : n.kind === 'group' ? flatten(n.layers) : [n]));

/** The language of the page that led here: `/p/hazards?lang=km`. */
function asked(): string | null {
  const lang = new URLSearchParams(location.search).get('lang');
  return lang && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(lang) ? lang : null;
}

/** The first of the reader's languages that the viewer speaks. */
function preferred(): string {
  for (const wish of navigator.languages) {
    const short = wish.toLowerCase().split('-')[0]!;
    if (spoken.includes(short)) return short;
  }
  return 'en';
}

export const viewer = new Viewer();

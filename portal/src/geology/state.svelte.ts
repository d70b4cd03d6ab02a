// What the page knows about mapped geology: what is shown alone, what was asked and how it was understood.
import { language } from '../i18n/words.svelte';
import { resolution, toMetres } from '../map/scale';
import type { Box } from '../api/types';
import type { Permalink } from '../state/permalink';
import { reasonOf, viewer, type LayerState } from '../state/viewer.svelte';
import { EARTH } from '../map/scale';
import { ask, readTree } from './server';
import { NO_QUESTION, type Branch, type Question, type Tree, type Understood } from './types';

/** Stands for rows whose term is not known. */
export const UNKNOWN = '-';
export const UNITS_VIEW = 'geologic-unit-view';
const FAULTS_VIEW = 'shear-displacement-structure-view';

export interface Hover {
  by: string;
  /** Addresses of classes; none for rows whose term is not known. */
  uris: string[];
}
export type Progress = 'none' | 'asking' | 'done' | 'failed';

class Geology {
  /** Terms that are shown alone, by kind of terms. */
  only = $state.raw<Record<string, string[]>>({});
  /** Whether a click adds to what is shown alone. */
  several = $state(false);
  hover = $state.raw<Hover | null>(null);
  question = $state.raw<Question>(NO_QUESTION);
  answer = $state.raw<Understood | null>(null);
  progress = $state<Progress>('none');
  reason = $state('');
  /** Whether the map shows only what was asked for. */
  onMap = $state(true);
  /** A row of the table that was chosen. */
  marked = $state.raw<GeoJSON.Geometry | null>(null);
  /** A legend that is needed to know what is shown alone, and could not be read. */
  trouble = $state.raw<{ title: string; reason: string } | null>(null);
  /** Titles of what is shown alone, as they were read. */
  private whole = $state.raw<Record<string, { lang: string; tree: Tree }>>({});
  private reading = new Map<string, AbortController>();
  private asking: AbortController | null = null;

  readonly mapped = $derived(viewer.layers.filter((l) => l.node.geology));
  readonly kinds = $derived([...new Set(this.mapped.flatMap((l) => l.node.geology?.kinds.map((k) => k.by) ?? []))]);
  readonly askable = $derived(this.kinds.includes('age') || this.kinds.includes('lithology'));
  /** The table that questions are asked of. */
  readonly collection = $derived(this.mapped.length === 1 && this.mapped[0]!.node.geology?.view ? this.mapped[0]!.node.dataset : this.kinds.includes('lithology') ? UNITS_VIEW : FAULTS_VIEW);
  readonly isolated = $derived(Object.values(this.only).some((ids) => ids.length > 0));
  readonly asked = $derived(this.question.age !== '' || this.question.rock !== '');
  /** The condition of the question, while the map is to show it. */
  readonly filter = $derived(this.asked && this.onMap ? (this.answer?.filter ?? '') : '');

  /** The whole tree of a layer, once it has been read. */
  wholeTree(layer: LayerState, by: string): Tree | null {
    return this.whole[`${layer.node.dataset} ${by}`]?.tree ?? null;
  }
  tryAgain(): void {
    this.trouble = null;
    if (this.progress === 'failed') void this.ask(this.question);
    this.keep();
  }
  /** Reads what is needed to know which classes lie below the terms that are shown alone. */
  keep(): void {
    for (const by of Object.keys(this.only)) for (const layer of viewer.on) if (kindOf(layer, by)) void this.readWhole(layer, by);
  }
  async readWhole(layer: LayerState, by: string): Promise<void> {
    const key = `${layer.node.dataset} ${by}`;
    const lang = language.code;
    if (this.whole[key]?.lang === lang || this.reading.has(`${key} ${lang}`)) return;
    const stop = new AbortController();
    this.reading.set(`${key} ${lang}`, stop);
    try {
      const tree = await readTree({ collection: layer.node.dataset, by, lang }, stop.signal);
      this.whole = { ...this.whole, [key]: { lang, tree } };
    } catch (error) {
      this.trouble = { title: layer.node.title, reason: reasonOf(error) };
    } finally {
      this.reading.delete(`${key} ${lang}`);
    }
  }

  /** Whether a layer can be asked what is asked: faults have no rocks. */
  answers(layer: LayerState): boolean {
    const has = (by: string) => !!kindOf(layer, by);
    return (!this.question.age || has('age')) && (!this.question.rock || has('lithology'));
  }

  /** The rows of a layer that are to be drawn, in CQL2: empty for all, null for none. */
  filterOf(layer: LayerState): string | null {
    const parts: string[] = [];
    if (!layer.node.geology) return '';
    for (const [by, ids] of Object.entries(this.only)) {
      const kind = kindOf(layer, by);
      if (!kind || ids.length === 0) continue;
      const tree = this.wholeTree(layer, by);
      const uris = tree ? classesUnder(tree.branches, ids) : [];
      const condition = either(kind.column, uris, ids.includes(UNKNOWN));
      if (!condition) return null;
      parts.push(condition);
    }
    if (this.filter && this.answers(layer)) parts.push(parts.length > 0 ? `(${this.filter})` : this.filter);
    return parts.join(' AND ');
  }
  /** What a hovered entry of the legend stands for, of a layer. */
  hoverFilter(layer: LayerState): string | null {
    const kind = this.hover && kindOf(layer, this.hover.by);
    const filter = this.filterOf(layer);
    if (!this.hover || !kind || filter === null) return null;
    const condition = either(kind.column, this.hover.uris, this.hover.uris.length === 0);
    return filter ? `(${filter}) AND ${condition}` : condition;
  }

  isolate(by: string, id: string, add: boolean): void {
    const now = this.only[by] ?? [];
    const has = now.includes(id);
    const next = add || this.several ? (has ? now.filter((x) => x !== id) : [...now, id]) : has && now.length === 1 ? [] : [id];
    const rest = Object.fromEntries(Object.entries(this.only).filter(([key]) => key !== by));
    this.only = next.length > 0 ? { ...rest, [by]: next } : rest;
  }
  showAll(): void {
    this.only = {};
    this.several = false;
    this.trouble = null;
  }
  titleOf(by: string, id: string): string {
    for (const layer of this.mapped) {
      const found = find(this.wholeTree(layer, by)?.branches ?? [], id);
      if (found) return found.title;
    }
    return id;
  }

  async ask(question: Question): Promise<void> {
    this.asking?.abort();
    this.question = question;
    this.reason = '';
    if (!question.age && !question.rock) {
      this.answer = null;
      this.progress = 'none';
      return;
    }
    const stop = new AbortController();
    this.asking = stop;
    this.progress = 'asking';
    try {
      const answer = await ask(this.collection, question, language.code, stop.signal);
      if (stop.signal.aborted) return;
      this.answer = answer;
      this.progress = 'done';
    } catch (error) {
      if (stop.signal.aborted) return;
      this.answer = null;
      this.progress = 'failed';
      this.reason = reasonOf(error);
    }
  }

  /** Brings the page to what a permalink says. */
  apply(link: Permalink): void {
    if (!link.layers && !link.only && !link.question) return;
    this.only = link.only ?? {};
    const question = link.question ?? NO_QUESTION;
    if (JSON.stringify(question) !== JSON.stringify(this.question)) void this.ask(question);
  }

  /** What the map shows now, in degrees. */
  box(): Box | null {
    const map = document.getElementById('map');
    if (!viewer.view || !map) return null;
    const step = resolution(viewer.view.zoom);
    const [x, y] = toMetres(viewer.view.lng, viewer.view.lat);
    const [dx, dy] = [(map.clientWidth * step) / 2, (map.clientHeight * step) / 2];
    const lng = (value: number) => (value / EARTH) * (180 / Math.PI);
    const lat = (value: number) => (2 * Math.atan(Math.exp(value / EARTH)) - Math.PI / 2) * (180 / Math.PI);
    return [Math.max(-180, lng(x - dx)), lat(y - dy), Math.min(180, lng(x + dx)), lat(y + dy)];
  }
}

export const kindOf = (layer: LayerState, by: string) => layer.node.geology?.kinds.find((k) => k.by === by) ?? null;

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
function either(column: string, uris: string[], unknown: boolean): string {
  const known = uris.length === 1 ? `${column} = ${quoted(uris[0]!)}` : uris.length > 1 ? `${column} IN (${uris.map(quoted).join(',')})` : '';
  if (!unknown) return known;
  return known ? `(${known} OR ${column} IS NULL)` : `${column} IS NULL`;
}

/** Addresses of a branch's classes: itself where it is one, and all below. */
export const classesOf = (branch: Branch): string[] => [...(branch.is_class ? [branch.uri] : []), ...branch.below.flatMap(classesOf)];
function classesUnder(branches: Branch[], ids: string[]): string[] {
  const under = (b: Branch): string[] => (ids.includes(b.id) ? classesOf(b) : b.below.flatMap(under));
  return [...new Set(branches.flatMap(under))];
}
function find(branches: Branch[], id: string): Branch | null {
  for (const branch of branches) {
    const found = branch.id === id ? branch : find(branch.below, id);
    if (found) return found;
  }
  return null;
}

export const geology = new Geology();

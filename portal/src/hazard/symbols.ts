// How events are drawn, the same in map, charts, lists and legend. Depth has a ramp of even steps from light to dark (after
// matplotlib's "plasma"), which readers with any colour vision can order; kinds differ by shape first, then by colour.
import type { Key } from '../i18n/words.svelte';
import type { HazardEvent, Kind } from './types';

export interface DepthClass {
  from: number;
  to: number;
  colour: string;
}
export const DEPTHS: DepthClass[] = [
  { from: -100, to: 35, colour: '#fcce25' },
  { from: 35, to: 70, colour: '#f58b46' },
  { from: 70, to: 150, colour: '#d8576b' },
  { from: 150, to: 300, colour: '#a72197' },
  { from: 300, to: 500, colour: '#6300a7' },
  { from: 500, to: 1000, colour: '#0d0887' },
];
export const NO_DEPTH = '#8d9196';
export const KIND_COLOURS: Record<Exclude<Kind, 'earthquake'>, string> = { eruption: '#7a2a0d', tsunami: '#2f8fc4', landslide: '#8c6d31' };
export const INK = '#1b1e23';
export const EDGES: Record<Kind, string> = { earthquake: INK, eruption: '#ffffff', tsunami: '#10405e', landslide: '#ffffff' };

export const depthColour = (km: number | null) => (km === null ? NO_DEPTH : (DEPTHS.find((d) => km < d.to) ?? DEPTHS.at(-1)!).colour);
export const colourOf = (e: { kind: Kind; depthKm: number | null }) => (e.kind === 'earthquake' ? depthColour(e.depthKm) : KIND_COLOURS[e.kind]);

/** Half the width of a symbol in pixels. The shader reckons the same (`pointLayer.ts`). */
export function radiusOf(kind: Kind, size: number | null): number {
  if (size === null) return kind === 'earthquake' ? 2.2 : kind === 'tsunami' ? 2.8 : 4;
  if (kind === 'earthquake') return Math.max(1.6, 1.6 * 1.5 ** (size - 4));
  if (kind === 'eruption') return 4.2 + 1.25 * Math.max(0, size);
  if (kind === 'tsunami') return 2.8 + 1.4 * Math.sqrt(Math.min(60, Math.max(0, size)));
  return 5;
}
/** Symbols are smaller where much of the world is shown. */
export const growth = (zoom: number) => Math.min(1.35, Math.max(0.62, 0.5 + 0.1 * zoom));
export const sizeOf = (e: HazardEvent) => (e.kind === 'earthquake' ? e.magnitude : e.kind === 'eruption' ? e.vei : e.kind === 'tsunami' ? e.waterHeightM : null);

/** Half the width of a beachball in pixels. */
export const ballRadius = (magnitude: number | null) => 22 * Math.min(1, Math.max(0.36, ((magnitude ?? 5) - 2.5) / 6));

/** A symbol around 0,0 as an SVG path. */
export function shapeOf(kind: Kind, r: number): string {
  if (kind === 'eruption') return `M0 ${-r * 1.1}L${r} ${r * 0.8}L${-r} ${r * 0.8}Z`;
  if (kind === 'tsunami') return `M${-r * 0.85} ${-r * 0.85}h${r * 1.7}v${r * 1.7}h${-r * 1.7}Z`;
  if (kind === 'landslide') return `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
  return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

export const CAUSES = ['collapse', 'tsunami', 'landslide', 'fire', 'other'] as const;
export type Cause = (typeof CAUSES)[number];
export const CAUSE_COLOURS: Record<Cause, string> = { collapse: '#d55e00', tsunami: '#0072b2', landslide: '#7d6a00', fire: '#b8508f', other: '#5c5f66' };
export const CAUSE_WORDS: Record<Cause, Key> = { collapse: 'causeCollapse', tsunami: 'causeTsunami', landslide: 'causeLandslide', fire: 'causeFire', other: 'causeOther' };
export const KIND_WORDS: Record<Kind, Key> = { earthquake: 'earthquakes', eruption: 'eruptions', tsunami: 'tsunamis', landslide: 'landslides' };
export const ONE_WORDS: Record<Kind, Key> = { earthquake: 'earthquake', eruption: 'eruption', tsunami: 'tsunami', landslide: 'landslide' };

/** Which of the five causes a word names. Deaths that a table counts for an earthquake itself are those of shaking; those of a wave are its own. */
export function causeOf(by: string, kind?: Kind): Cause {
  const word = by.toLowerCase();
  if (!kind && /^earthquakes?$/.test(word)) return 'collapse';
  if (!kind && /^(tsunamis?|waves?)$/.test(word)) return 'tsunami';
  if (kind === 'tsunami') return 'tsunami';
  if (kind === 'landslide' || /slide|slope|sediment|lahar|mud/.test(word)) return kind && kind !== 'landslide' && kind !== 'earthquake' ? 'other' : 'landslide';
  if (/fire/.test(word)) return 'fire';
  if (/collapse|building|shaking/.test(word)) return 'collapse';
  if (/tsunami|wave/.test(word)) return 'tsunami';
  return kind === 'earthquake' ? 'collapse' : 'other';
}

/** A person, in a box of 10 × 20. */
export const PERSON = 'M5 0.6a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 1 1 0-4.6ZM2.6 5.8h4.8a1.6 1.6 0 0 1 1.6 1.6v5.2h-1.7v6.8h-4.6v-6.8h-1.7v-5.2a1.6 1.6 0 0 1 1.6-1.6Z';
/** Height of the icon in pixels: each ten times as many deaths add a step. */
export const personHeight = (deaths: number) => Math.round(11 + 5 * Math.log10(Math.max(1, deaths)));

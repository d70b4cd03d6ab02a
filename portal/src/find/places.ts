// Finding by name: as people type, without regard to case, accents or full-width letters.
import type { LayerNode } from '../api/types';

export const fold = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();

/** Whether every word of the query is somewhere in the names. */
export function matches(query: string, names: string[]): boolean {
  const text = fold(names.join(' '));
  return query.split(' ').every((word) => text.includes(word));
}

/** The dataset of place names of a map: the one whose name says so and that is small enough to read whole. */
export function placesIn(layers: LayerNode[]): string | null {
  const named = layers.find((l) => /(^|[-_])(place|places|populated-places|gazetteer|toponyms)($|[-_])/i.test(l.dataset) && (l.rows ?? Infinity) <= 10000);
  return named?.collection ?? null;
}

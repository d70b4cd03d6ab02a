// Layers of services elsewhere, as the viewer keeps them.
import type { Box } from '../api/types';
import type { Key } from '../i18n/words.svelte';

export const KINDS = ['WMS', 'WMTS', 'WFS', 'OAPIF', 'TILES'] as const;
/** OAPIF: OGC API Features. TILES: pictures by a template of addresses (OGC API Tiles, XYZ). */
export type Kind = (typeof KINDS)[number];

/** One layer, with all that is needed to draw it again without asking for the list. */
export interface ExternalLayer {
  kind: Kind;
  /** WMS, WFS: where pictures or rows are asked. WMTS, TILES: the template. OAPIF: the address of the items. */
  url: string;
  name: string;
  title: string;
  version: string;
  style: string;
  /** Media type of pictures or of rows. */
  format: string;
  /** WMS: the name that the service has for web Mercator. */
  crs: string;
  attribution: string;
  /** Address of a legend picture. */
  legend: string;
  /** Address that the list of layers was read from. */
  service: string;
}

/** A layer in a service's list. */
export interface Offer {
  layer: ExternalLayer;
  bbox: Box | null;
  depth: number;
  /** Why it cannot be drawn here; empty when it can. */
  hindrance: Key | '';
}

export interface Service {
  title: string;
  offers: Offer[];
}

/** What went wrong with another server, in words of the viewer. */
export class Trouble extends Error {
  constructor(
    readonly key: Key,
    readonly values: Record<string, string | number> = {},
  ) {
    super(key);
  }
}

export const isFeatures = (layer: ExternalLayer) => layer.kind === 'WFS' || layer.kind === 'OAPIF';

export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}

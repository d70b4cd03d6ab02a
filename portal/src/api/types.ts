// What the server answers, as far as the viewer reads it.

import type { LayerGeology } from '../geology/types';

export type Box = [west: number, south: number, east: number, north: number];

export interface Licence {
  id: string;
  title?: string | null;
  url?: string | null;
}

export interface LayerNode {
  kind: 'layer';
  id: string;
  dataset: string;
  title: string;
  style: string;
  visible: boolean;
  opacity: number;
  minScaleDenominator: number | null;
  maxScaleDenominator: number | null;
  queryable: boolean;
  wmsLayers: string;
  wmsStyles: string;
  bbox: Box | null;
  attribution: string | null;
  licence: Licence | null;
  rows: number | null;
  legend: string;
  page: string;
  collection: string;
  /** What a mapped dataset can be coloured by. */
  geology: LayerGeology | null;
}

export interface GroupNode {
  kind: 'group';
  title: string;
  open: boolean;
  layers: TreeNode[];
}

/** A layer that the map should have and for which there are no data, with what would fill it. */
export interface WantedNode {
  kind: 'wanted';
  title: string;
  text: string;
}

export type TreeNode = LayerNode | GroupNode | WantedNode;

export interface MapDocument {
  id: string;
  title: string;
  description: string;
  language: string;
  base: string | null;
  view: { bbox: Box };
  layers: TreeNode[];
  attribution: string | null;
  languages: string[];
}

export interface LegendItem {
  label: string;
  label2?: string | null;
  image: string;
  width: number;
  height: number;
  filter?: string | null;
}

export interface Ramp {
  unit: string | null;
  stops: { value: number; color: string }[];
}

export interface Legend {
  title: string;
  style: string;
  items: LegendItem[];
  ramp: Ramp | null;
}

export interface InfoFeature {
  type: 'Feature';
  id?: string | number;
  layer?: string;
  layerTitle?: string;
  geometry: GeoJSON.Geometry | null;
  properties: Record<string, unknown> | null;
}

export interface ColumnInfo {
  title?: string;
  unit?: string;
}

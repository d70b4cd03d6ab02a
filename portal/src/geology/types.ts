// What the server tells about mapped geology, as far as the viewer reads it.

/** A kind of terms that a layer can be coloured by. */
export interface Colouring {
  by: string;
  style: string;
  title: string;
  column: string;
}
export interface LayerGeology {
  kinds: Colouring[];
  /** The view that the layer is, when it gathers all mapped datasets. */
  view: string | null;
}

export interface Branch {
  id: string;
  uri: string;
  title: string;
  colour: string;
  is_class: boolean;
  rows: number;
  rows_below: number;
  below: Branch[];
}
export interface Tree {
  by: string;
  column: string;
  unknown: number;
  branches: Branch[];
}

export type Relation = 'overlaps' | 'within' | 'contains';
export const RELATIONS: Relation[] = ['overlaps', 'within', 'contains'];
export const ROLES = ['representative', 'deposition', 'accretion', 'intrusion', 'metamorphism'] as const;

/** A question about ages and rocks; empty words ask nothing. */
export interface Question {
  age: string;
  relation: Relation;
  role: string;
  rock: string;
  main: boolean;
}
export const NO_QUESTION: Question = { age: '', relation: 'overlaps', role: 'representative', rock: '', main: false };

export interface Understood {
  age: { text: string; older_ma: number; younger_ma: number; unit: { id: string; uri: string; title: string } | null } | null;
  lithology: { id: string; uri: string; title: string; kinds: unknown } | null;
  relation: string;
  role: string;
  defaults: string[];
  filter: string;
  chart: string;
  attribution: string;
}

export interface AreaRow {
  class: { id: string; uri: string; title: string; colour: string } | null;
  area_km2: number;
  share: number;
  rows: number;
}
export interface Areas {
  by: string;
  total_km2: number;
  within_km2: number | null;
  rows: AreaRow[];
}

export interface CoverageValue {
  when: (string | null)[];
  rows: number;
  state: string;
  meaning: string;
  score?: number | null;
}
export interface Coverage {
  view: string;
  kind: string;
  columns: string[];
  rows: number;
  told: number;
  left_out: number;
  open: number;
  values: CoverageValue[];
}
export interface MappingReport {
  dataset: string;
  title: string;
  views: string[];
  coverage: Coverage[];
}

/** A unit of the chart or a rock, with its names in all languages. */
export interface Term {
  id: string;
  uri: string;
  kind: 'age' | 'rock';
  names: Record<string, string>;
  /** Other words to find it by, each with what folding makes of it. */
  folded: string[];
  colour: string;
  rank: string;
  older_ma: number;
  younger_ma: number;
}

// What the server says of earthquakes, eruptions, tsunamis and landslides, as far as the viewer reads it.

export const KINDS = ['earthquake', 'eruption', 'tsunami', 'landslide'] as const;
export type Kind = (typeof KINDS)[number];

export interface EventTable {
  collection: string;
  title: string;
  kind: Kind;
  count: number;
  period: [string | null, string | null];
  roles: string[];
  attribution: string;
  licence: string;
  state: string;
  /** Tables whose events it tells again. */
  standsFor: string[];
}

export interface Mechanism {
  strike: number;
  dip: number;
  rake: number;
}

/** One event. What is not known is null or empty. */
export interface HazardEvent {
  /** `<collection>/<event id>`. */
  id: string;
  lng: number;
  lat: number;
  kind: Kind;
  catalog: string;
  eventId: string;
  /** As precise as known. */
  time: string;
  earliest: string;
  latest: string;
  magnitude: number | null;
  magnitudeType: string;
  depthKm: number | null;
  vei: number | null;
  waterHeightM: number | null;
  deaths: number | null;
  totalDeaths: number | null;
  missing: number | null;
  injuries: number | null;
  damageMillionUsd: number | null;
  place: string;
  country: string;
  volcano: string;
  status: string;
  eventType: string;
  cause: string;
  intensity: number | null;
  tsunami: boolean;
  mechanism: Mechanism | null;
  page: string;
  /** From the point that was asked about, where the server or the viewer reckoned it. */
  distanceKm: number | null;
  direction: string;
}

export interface Found {
  matched: number | null;
  events: HazardEvent[];
  attribution: string[];
}

/** Numbers of a magnitude–frequency relation. */
export interface Frequency {
  binWidth: number;
  bins: [magnitude: number, count: number, cumulative: number][];
  /** As found. */
  mc: number | null;
  /** What the line is fitted from: as found, or with a correction added. */
  cutoff: number | null;
  b: number | null;
  sigma: number | null;
  a: number | null;
  events: number | null;
  method: string;
}

export interface MagnitudeTime {
  cells: [time: number, magnitude: number, count: number][];
  timeEdges: string[];
  magEdges: number[];
  largest: { id: string; time: string; magnitude: number; place: string }[];
}

export interface Charts {
  matched: number;
  notes: string[];
  earthquakes: { count: number; frequency: Frequency | null; magnitudeTime: MagnitudeTime | null; cumulative: [string, number][]; depth: [number, number, number][] } | null;
  deaths: { decade: number; by: string; deaths: number; events: number }[];
  eruptions: { id: string; time: string; vei: number | null; name: string; deaths: number | null }[];
}

export interface Section {
  lengthKm: number;
  widthKm: number;
  events: { id: string; km: number; depthKm: number | null; magnitude: number | null; time: string }[];
  slabs: { name: string; points: [number, number][] }[];
  attribution: string[];
}

export interface Near {
  name: string;
  distanceKm: number;
  direction: string;
  lastKnown: string;
}
export interface PlaceReport {
  country: string;
  faults: Near[];
  volcanoes: Near[];
  largest: HazardEvent[];
  /** Those that shook the place most, as reckoned. */
  felt: (HazardEvent & { mmi: number | null; jma: number | null })[];
  counts: { catalog: string; title: string; minMagnitude: number; perYear: number | null; returnYears: number | null; since: string; count: number }[];
  tsunamis: HazardEvent[];
  eruptions: HazardEvent[];
  slab: { name: string; depthKm: number } | null;
  assumptions: string[];
  sources: string[];
}

// Which events stand near a place, without looking through all: rows by cells of a degree.
import type { Points } from './points';

const COLUMNS = 360;
const LINES = 180;

interface Cells {
  /** Where a cell's rows begin; one more than there are cells. */
  starts: Uint32Array;
  rows: Uint32Array;
}
const made = new WeakMap<Points, Cells>();

const lineOf = (lat: number) => Math.max(0, Math.min(LINES - 1, Math.floor(lat + 90)));
const columnOf = (lng: number) => (((Math.floor(lng + 180) % COLUMNS) + COLUMNS) % COLUMNS);

function cellsOf(points: Points): Cells {
  const known = made.get(points);
  if (known) return known;
  const { count, lng, lat } = points;
  const starts = new Uint32Array(COLUMNS * LINES + 1);
  const at = new Uint32Array(count);
  for (let row = 0; row < count; row++) starts[(at[row] = lineOf(lat[row]!) * COLUMNS + columnOf(lng[row]!)) + 1]!++;
  for (let cell = 0; cell < COLUMNS * LINES; cell++) starts[cell + 1]! += starts[cell]!;
  const next = starts.slice(0, -1);
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[next[at[row]!]!++] = row;
  const cells = { starts, rows };
  made.set(points, cells);
  return cells;
}

type Place = { lng: number; lat: number };

/** The cells within some degrees of a place: where their rows begin and end. */
function cellsAround({ starts }: Cells, place: Place, reach: Place): [number, number][] {
  const first = Math.floor(place.lng - reach.lng);
  const wide = Math.min(COLUMNS, Math.floor(place.lng + reach.lng) - first + 1);
  const found: [number, number][] = [];
  for (let line = lineOf(place.lat - reach.lat); line <= lineOf(place.lat + reach.lat); line++)
    for (let i = 0; i < wide; i++) {
      const cell = line * COLUMNS + columnOf(first + i);
      if (starts[cell] !== starts[cell + 1]) found.push([starts[cell]!, starts[cell + 1]!]);
    }
  return found;
}
/** Calls for every row that may stand within some degrees of a place, and for some that stand further. */
export function around(points: Points, place: Place, reach: Place, call: (row: number) => void): void {
  const cells = cellsOf(points);
  for (const [from, to] of cellsAround(cells, place, reach)) for (let at = from; at < to; at++) call(cells.rows[at]!);
}
/** The same rows as a list in their order; null where they are more than so many, which are found sooner by looking through all. */
export function rowsAround(points: Points, place: Place, reach: Place, most: number): Uint32Array | null {
  const cells = cellsOf(points);
  const near = cellsAround(cells, place, reach);
  const count = near.reduce((sum, [from, to]) => sum + to - from, 0);
  if (count > most) return null;
  const rows = new Uint32Array(count);
  let at = 0;
  for (const [from, to] of near) {
    rows.set(cells.rows.subarray(from, to), at);
    at += to - from;
  }
  return rows.sort();
}

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

/** Calls for every row that may stand within some degrees of a place, and for some that stand further. */
export function around(points: Points, place: { lng: number; lat: number }, reach: { lng: number; lat: number }, call: (row: number) => void): void {
  const { starts, rows } = cellsOf(points);
  const wide = Math.min(COLUMNS - 1, Math.floor(place.lng + reach.lng) - Math.floor(place.lng - reach.lng));
  const first = Math.floor(place.lng - reach.lng);
  for (let line = lineOf(place.lat - reach.lat); line <= lineOf(place.lat + reach.lat); line++)
    for (let i = 0; i <= wide; i++) {
      const cell = line * COLUMNS + columnOf(first + i);
      for (let at = starts[cell]!; at < starts[cell + 1]!; at++) call(rows[at]!);
    }
}

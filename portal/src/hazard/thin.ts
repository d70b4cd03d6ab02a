// Of very many events, those that are seen: what lies outside the view or under others at the same few pixels is not drawn.

export interface Seen {
  /** Middle of the view, in a world from 0 to 1. */
  x: number;
  y: number;
  /** Pixels of the world's width. */
  world: number;
  width: number;
  height: number;
  /** Pixels around the view that are looked through as well: symbols reach into it, and it may move. */
  margin: number;
  /** What is seen already, in pixels from the middle of the view: left, top, right, bottom. */
  hole?: [number, number, number, number];
}
/** Pixels of a cell, and how many events are drawn in each: more would only lie under these. */
const CELL = 2;
const EACH = 3;

let counts = new Uint8Array(0);

export interface Range {
  order: Uint32Array | null;
  from: number;
  to: number;
  /** Only the first so many rows, which are the largest. */
  limit?: number;
  /** Only these, in the order of rows; `from` and `to` are places among them. */
  rows?: Uint32Array;
}

/** Fills `out` with rows in the order in which they are drawn and tells how many. With `order`, `place` is in the order of time, of which
 * a range is drawn, the newest on top; without it, rows are taken as they come, the largest first, small ones on top. */
export function thin(place: Float32Array, range: Range, seen: Seen, out: Uint32Array): number {
  const [columns, lines] = [Math.ceil((seen.width + 2 * seen.margin) / CELL), Math.ceil((seen.height + 2 * seen.margin) / CELL)];
  if (counts.length < columns * lines) counts = new Uint8Array(columns * lines);
  counts.fill(0, 0, columns * lines);
  const { order, from, rows, limit = Infinity } = range;
  // Rows that come as they are end at the limit.
  const to = order || rows ? range.to : Math.min(range.to, limit);
  const scale = seen.world / CELL;
  const [middleX, middleY] = [columns / 2, lines / 2];
  const [left, top, right, bottom] = (seen.hole ?? [1, 1, 0, 0]).map((at, i) => Math.round(at / CELL + (i % 2 ? middleY : middleX))) as [number, number, number, number];
  let kept = 0;
  for (let i = 0; i < to - from; i++) {
    const at = order ? to - 1 - i : rows ? rows[from + i]! : from + i;
    const row = order ? order[at]! : at;
    if (row >= limit) continue;
    let dx = place[2 * at]! - seen.x;
    dx -= Math.round(dx);
    const column = (dx * scale + middleX) | 0;
    const line = ((place[2 * at + 1]! - seen.y) * scale + middleY) | 0;
    if (column < 0 || column >= columns || line < 0 || line >= lines) continue;
    if (column >= left && column < right && line >= top && line < bottom) continue;
    const cell = line * columns + column;
    if (counts[cell]! >= EACH) continue;
    counts[cell]!++;
    out[kept++] = row;
  }
  if (order) out.subarray(0, kept).reverse();
  return kept;
}

// Events as columns of numbers, as `/hazards/points` gives them: read, put in the order of time, found again under a finger.
import { around } from './cells';
import { KINDS, type Kind } from './types';

export interface Points {
  count: number;
  /** Seconds since 1970. */
  time: Float64Array;
  lng: Float32Array;
  lat: Float32Array;
  /** Hundredths of a magnitude, of a VEI, of a metre of water. */
  size: Int16Array;
  /** Tenths of a kilometre. */
  depth: Int16Array;
  kind: Uint8Array;
  table: Uint8Array;
  /** Row numbers in the order of time, and those times. */
  order: Uint32Array;
  times: Float64Array;
}
export const UNKNOWN = -32768;
const MAGIC = 0x31564554;
const HEAD = 8;
const ROW = 22;

/** Reads `TEV1`: four bytes of name, a count, then the columns one after the other. */
export function readPoints(buffer: ArrayBuffer): Points {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEAD || view.getUint32(0, true) !== MAGIC) throw new RangeError('no TEV1 columns');
  const count = view.getUint32(4, true);
  if (buffer.byteLength < HEAD + count * ROW) throw new RangeError(`TEV1 of ${count} events is cut off`);
  let at = HEAD;
  // Copies, since columns need not stand where their numbers may be read in place.
  const column = (bytes: number) => buffer.slice(at, (at += bytes * count));
  const time = new Float64Array(column(8));
  const lng = new Float32Array(column(4));
  const lat = new Float32Array(column(4));
  const size = new Int16Array(column(2));
  const depth = new Int16Array(column(2));
  const kind = new Uint8Array(column(1));
  const table = new Uint8Array(column(1));
  const order = timeOrder(time);
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) times[i] = time[order[i]!]!;
  return { count, time, lng, lat, size, depth, kind, table, order, times };
}

/** Row numbers sorted by time: two passes of a radix sort over a rank of 32 bits, since comparing a million pairs would be felt. */
function timeOrder(time: Float64Array): Uint32Array {
  const count = time.length;
  let [from, to] = [Infinity, -Infinity];
  for (const t of time) {
    if (t < from) from = t;
    if (t > to) to = t;
  }
  const scale = to > from ? 0xffffffff / (to - from) : 0;
  const ranks = new Uint32Array(count);
  for (let i = 0; i < count; i++) ranks[i] = (time[i]! - from) * scale;
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(65537);
    for (let i = 0; i < count; i++) starts[((ranks[i]! >>> shift) & 0xffff) + 1]!++;
    for (let b = 0; b < 65536; b++) starts[b + 1]! += starts[b]!;
    const next = new Uint32Array(count);
    for (let i = 0; i < count; i++) next[starts[(ranks[order[i]!]! >>> shift) & 0xffff]!++] = order[i]!;
    order = next;
  }
  return order;
}

/** The first place in the order of time that is not before a time. */
export function placeOf(times: Float64Array, seconds: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers of events in equal parts of a period. */
export function histogram(times: Float64Array, from: number, to: number, parts: number): number[] {
  const edges = Array.from({ length: parts + 1 }, (_, i) => placeOf(times, from + ((to - from) * i) / parts));
  return edges.slice(1).map((edge, i) => edge - edges[i]!);
}

export const kindAt = (points: Points, row: number): Kind => KINDS[points.kind[row]!] ?? 'earthquake';
export const sizeAt = (points: Points, row: number) => (points.size[row] === UNKNOWN ? null : points.size[row]! / 100);
export const depthAt = (points: Points, row: number) => (points.depth[row] === UNKNOWN ? null : points.depth[row]! / 10);

export interface Looking {
  lng: number;
  lat: number;
  /** Degrees of longitude for a pixel, where the map is looked at. */
  step: number;
  from: number;
  to: number;
  radius: (row: number) => number;
}
/** The event under a finger: the nearest whose symbol, or a few pixels around it, is touched. Null for none. */
export function touched(points: Points, look: Looking): number | null {
  let [best, least] = [-1, Infinity];
  const squeeze = Math.cos((look.lat * Math.PI) / 180) || 1e-6;
  const reach = 32 * look.step;
  around(points, look, { lng: reach, lat: reach * squeeze }, (row) => {
    if (points.time[row]! < look.from || points.time[row]! > look.to) return;
    const dy = (points.lat[row]! - look.lat) / squeeze;
    if (dy > reach || dy < -reach) return;
    let dx = Math.abs(points.lng[row]! - look.lng) % 360;
    if (dx > 180) dx = 360 - dx;
    if (dx > reach) return;
    const far = Math.hypot(dx, dy) / look.step;
    if (far > look.radius(row) + 4) return;
    // Small symbols lie on top of large ones.
    const weight = far / (look.radius(row) + 4) + look.radius(row) / 100;
    if (weight < least) [best, least] = [row, weight];
  });
  return best < 0 ? null : best;
}

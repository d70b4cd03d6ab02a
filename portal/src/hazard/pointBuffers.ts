// Events on the graphics card: their columns, and lists of rows that are drawn by one call.
import { rowsAround } from './cells';
import { over, pointProgram, type PointProgram } from './paint';
import type { Scene } from './pane';
import type { Points } from './points';
import { growth } from './symbols';
import { thin, type Seen } from './thin';

export interface TimeWindow {
  /** Seconds since 1970. */
  from: number;
  to: number;
  fade: boolean;
}
/** How a drawing stands on the map. */
export interface Look {
  matrix: ArrayLike<number>;
  /** What the middle of the map is, and what it is for the drawing. */
  map: Scene;
  scene: Scene;
  opacity: number;
  window: TimeWindow | null;
  /** Of what is drawn into a larger picture. */
  squeeze?: [number, number];
  /** What is left out: left, bottom, right, top in clip space. */
  hole?: [number, number, number, number];
}
/** A list of rows to draw: picked for a picture, picked for the view, or all in the order of time. */
export type List = 'picture' | 'view' | 'order';

const DAY = 86_400;
/** More events than these are looked through before they are drawn. */
export const MANY = 20_000;
/** Where a view holds one of so many events, they are looked up. */
const FEW = 8;
/** How far symbols reach, in pixels. */
const REACH = 40;
const NOWHERE: [number, number, number, number] = [2, 2, -2, -2];
/** More copies of the world on either side are never seen. */
const WORLDS = 4;

export const mercatorX = (lng: number) => (lng + 180) / 360;
export const mercatorY = (lat: number) => {
  const limited = Math.max(-85.05, Math.min(85.05, lat));
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (limited * Math.PI) / 360)) / (2 * Math.PI);
};

/** At the ends of the world events stand no further out than at its edge. */
const latAt = (y: number) => (y <= 0 ? 90 : y >= 1 ? -90 : (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI);

export class PointBuffers {
  private program: PointProgram;
  private array: WebGLVertexArrayObject;
  private buffers: WebGLBuffer[] = [];
  private lists = new Map<List, WebGLBuffer>();
  private rows = new Map<List, Uint32Array<ArrayBuffer>>();
  /** Places as rows come, and in the order of time. */
  private places: [Float32Array, Float32Array] = [new Float32Array(0), new Float32Array(0)];

  constructor(
    private gl: WebGL2RenderingContext,
    readonly points: Points,
  ) {
    this.program = pointProgram(gl, points.kind.every((kind) => kind === 0));
    const place = new Float32Array(points.count * 2);
    const time = new Float32Array(points.count);
    for (let i = 0; i < points.count; i++) {
      place[2 * i] = mercatorX(points.lng[i]!);
      place[2 * i + 1] = mercatorY(points.lat[i]!);
      time[i] = points.time[i]! / DAY;
    }
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    const put = (index: number, data: ArrayBufferView<ArrayBuffer>, width: number, type: number) => {
      this.fill(gl.ARRAY_BUFFER, data);
      gl.enableVertexAttribArray(index);
      gl.vertexAttribPointer(index, width, type, false, 0, 0);
    };
    put(0, place, 2, gl.FLOAT);
    put(1, time, 1, gl.FLOAT);
    put(2, points.size as Int16Array<ArrayBuffer>, 1, gl.SHORT);
    put(3, points.depth as Int16Array<ArrayBuffer>, 1, gl.SHORT);
    put(4, points.kind as Uint8Array<ArrayBuffer>, 1, gl.UNSIGNED_BYTE);
    this.lists.set('order', this.fill(gl.ELEMENT_ARRAY_BUFFER, points.order as Uint32Array<ArrayBuffer>));
    if (points.count > MANY) this.listMany(place);
    gl.bindVertexArray(null);
  }
  private listMany(place: Float32Array): void {
    const { order, count } = this.points;
    const inTime = new Float32Array(count * 2);
    for (let i = 0; i < count; i++) {
      const row = order[i]!;
      inTime[2 * i] = place[2 * row]!;
      inTime[2 * i + 1] = place[2 * row + 1]!;
    }
    this.places = [place, inTime];
    for (const list of ['picture', 'view'] as const) {
      const rows = new Uint32Array(count);
      this.rows.set(list, rows);
      this.lists.set(list, this.fill(this.gl.ELEMENT_ARRAY_BUFFER, rows, this.gl.DYNAMIC_DRAW));
    }
  }
  private fill(target: number, data: ArrayBufferView<ArrayBuffer>, use: number = this.gl.STATIC_DRAW): WebGLBuffer {
    const buffer = this.gl.createBuffer();
    this.gl.bindBuffer(target, buffer);
    this.gl.bufferData(target, data, use);
    this.buffers.push(buffer);
    return buffer;
  }

  /** Picks what is seen of events from one place to another in the order of time, of the largest `limit` rows; tells how many. */
  pick(list: 'picture' | 'view', scene: Scene, window: TimeWindow | null, range: { from: number; to: number; limit: number; hole?: Look['hole'] }): number {
    const { gl } = this;
    const rows = this.rows.get(list)!;
    const seen = { ...scene, margin: (list === 'picture' ? scene.margin : 0) + REACH, hole: range.hole && pixelsOf(range.hole, scene) };
    const found = window ? thin(this.places[1], { order: this.points.order, ...range }, seen, rows) : thin(this.places[0], { order: null, ...range, ...this.near(seen) }, seen, rows);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.lists.get(list)!);
    gl.bufferSubData(gl.ELEMENT_ARRAY_BUFFER, 0, rows, 0, found);
    gl.bindVertexArray(null);
    return found;
  }

  /** The rows to look through where few of all stand in the view; nothing where all must be. */
  private near({ x, y, world, width, height, margin }: Seen): { rows: Uint32Array; from: number; to: number } | null {
    const [south, north] = [y + (height / 2 + margin) / world, y - (height / 2 + margin) / world].map(latAt) as [number, number];
    const reach = { lng: ((width / 2 + margin) / world) * 360, lat: (north - south) / 2 };
    const rows = rowsAround(this.points, { lng: x * 360 - 180, lat: (north + south) / 2 }, reach, this.points.count / FEW);
    return rows && { rows, from: 0, to: rows.length };
  }

  draw(list: List, first: number, count: number, look: Look): void {
    const { gl } = this;
    if (count <= 0) return;
    this.prepare(look);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.lists.get(list)!);
    for (const shift of worldsOf(look.scene)) {
      gl.uniform1f(this.program.at.shift, shift);
      // Where time is not narrowed, the largest lie below.
      if (list === 'order' && !look.window) gl.drawArrays(gl.POINTS, first, count);
      else gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, first * 4);
    }
    gl.bindVertexArray(null);
  }
  private prepare({ matrix, map, scene, opacity, window, squeeze = [1, 1], hole = NOWHERE }: Look): void {
    const { gl } = this;
    const { program, at } = this.program;
    const [cx, cy] = [Math.fround(scene.x), Math.fround(scene.y)];
    // The middle of the map is taken away in double precision, so that places do not tremble at close scales.
    const m = Array.from(matrix);
    const [mx, my] = [map.x + (cx - scene.x), map.y + (cy - scene.y)];
    const base = [0, 1, 2, 3].map((row) => m[row]! * mx + m[4 + row]! * my + m[12 + row]!);
    gl.useProgram(program);
    over(gl);
    gl.uniformMatrix4fv(at.matrix, false, m);
    gl.uniform4fv(at.base, base);
    gl.uniform2f(at.centre, cx, cy);
    gl.uniform1f(at.growth, growth(Math.log2(map.world / 512)));
    gl.uniform1f(at.dots, devicePixelRatio);
    gl.uniform1f(at.opacity, opacity);
    gl.uniform3f(at.window, (window?.from ?? 0) / DAY, (window?.to ?? 0) / DAY, window?.fade ? 1 : 0);
    gl.uniform2fv(at.squeeze, squeeze);
    gl.uniform4fv(at.hole, hole);
  }
  close(): void {
    for (const buffer of this.buffers) this.gl.deleteBuffer(buffer);
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteProgram(this.program.program);
  }
}

/** A box of clip space in pixels from the middle of the view, downwards. */
function pixelsOf([left, bottom, right, top]: [number, number, number, number], { width, height }: Scene): [number, number, number, number] {
  return [(left * width) / 2, (-top * height) / 2, (right * width) / 2, (-bottom * height) / 2];
}
/** By how many worlds each event must be moved, from where it is nearest, to stand wherever the scene shows it. */
function worldsOf(scene: Scene): number[] {
  const beside = Math.min(WORLDS, Math.max(0, Math.ceil((scene.width / 2 + scene.margin + REACH) / scene.world - 0.5)));
  return Array.from({ length: 2 * beside + 1 }, (_, i) => i - beside);
}

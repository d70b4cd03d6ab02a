// A million events as points of one draw call. Rows come largest first, so that small symbols lie on large ones; while time is
// narrowed, the rows of the window are one range of the order of time, and nothing else is touched. Where a range has very many
// events, only those that are seen are handed over (`thin.ts`).
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { placeOf, type Points } from './points';
import { thin } from './thin';
import { DEPTHS, EDGES, KIND_COLOURS, NO_DEPTH, growth } from './symbols';

const vec = (hex: string) => `vec3(${[1, 3, 5].map((i) => (parseInt(hex.slice(i, i + 2), 16) / 255).toFixed(4)).join(',')})`;
const ramp = DEPTHS.map((d) => `if (km < ${d.to.toFixed(1)}) return ${vec(d.colour)};`).join(' ');

const VERTEX = `#version 300 es
layout(location=0) in vec2 place; layout(location=1) in float time; layout(location=2) in float size; layout(location=3) in float depth; layout(location=4) in float kind;
uniform mat4 matrix; uniform vec4 base; uniform vec2 centre; uniform float shift; uniform float growth; uniform float dots; uniform vec3 window;
flat out vec3 colour; flat out float half_width; flat out int shape; flat out float strength;
vec3 depth_colour(float km) { if (km < -3000.0) return ${vec(NO_DEPTH)}; ${ramp} return ${vec(DEPTHS.at(-1)!.colour)}; }
float radius_of(float s) {
  if (s < -300.0) return shape == 0 ? 2.2 : shape == 2 ? 2.8 : 4.0;
  if (shape == 0) return max(1.6, 1.6 * pow(1.5, s - 4.0));
  if (shape == 1) return 4.2 + 1.25 * max(0.0, s);
  if (shape == 2) return 2.8 + 1.4 * sqrt(clamp(s, 0.0, 60.0));
  return 5.0;
}
void main() {
  shape = int(kind + 0.5);
  colour = shape == 1 ? ${vec(KIND_COLOURS.eruption)} : shape == 2 ? ${vec(KIND_COLOURS.tsunami)} : shape == 3 ? ${vec(KIND_COLOURS.landslide)} : depth_colour(depth / 10.0);
  half_width = radius_of(size / 100.0) * growth * dots;
  strength = window.z > 0.0 ? mix(0.12, 1.0, clamp((time - window.x) / max(1e-6, window.y - window.x), 0.0, 1.0)) : 1.0;
  vec2 off = place - centre + vec2(shift, 0.0);
  gl_Position = base + matrix * vec4(off, 0.0, 0.0);
  gl_PointSize = 2.0 * half_width + 2.0;
}`;
const FRAGMENT = `#version 300 es
precision highp float;
flat in vec3 colour; flat in float half_width; flat in int shape; flat in float strength;
uniform float dots; uniform float opacity;
out vec4 shown;
float inside(vec2 p) {
  float r = half_width;
  if (shape == 0) return length(p) - r;
  if (shape == 1) { vec2 q = vec2(abs(p.x), p.y); return max(q.y - 0.8 * r, dot(q - vec2(0.0, -1.1 * r), normalize(vec2(1.9, -1.0)))); }
  if (shape == 2) return max(abs(p.x), abs(p.y)) - 0.85 * r;
  return (abs(p.x) + abs(p.y) - r) * 0.7071;
}
void main() {
  vec2 p = (gl_PointCoord - 0.5) * (2.0 * half_width + 2.0);
  float d = inside(p);
  float cover = clamp(0.5 - d, 0.0, 1.0);
  if (cover <= 0.0) discard;
  float line = min(1.0, 0.28 * half_width) * dots * (shape == 1 ? 1.1 : 0.9);
  float rim = clamp(d + line + 0.5, 0.0, 1.0);
  vec3 edge = shape == 0 ? ${vec(EDGES.earthquake)} : shape == 2 ? ${vec(EDGES.tsunami)} : ${vec(EDGES.eruption)};
  vec3 fill = colour;
  // A wave on what tells of one.
  if (shape == 2 && half_width > 4.0 * dots) { float wave = abs(p.y - 0.22 * half_width * sin(p.x * 5.2 / half_width)); fill = mix(vec3(1.0), fill, clamp(wave - 0.35 * dots, 0.0, 1.0)); }
  float alpha = cover * strength * opacity * (shape == 0 ? mix(0.82, 0.75, rim) : 0.95);
  shown = vec4(mix(fill, edge, rim) * alpha, alpha);
}`;

export interface TimeWindow {
  /** Seconds since 1970. */
  from: number;
  to: number;
  fade: boolean;
}

const DAY = 86_400;
/** More events than these are looked through before they are drawn. */
const MANY = 20_000;
/** How far symbols reach, in pixels. */
const REACH = 40;
/** Which buffer holds the order of time. */
const ORDER = 5;
const mercatorX = (lng: number) => (lng + 180) / 360;
const mercatorY = (lat: number) => {
  const limited = Math.max(-85.05, Math.min(85.05, lat));
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (limited * Math.PI) / 360)) / (2 * Math.PI);
};
const UNIFORMS = ['matrix', 'base', 'centre', 'shift', 'growth', 'dots', 'window', 'opacity'] as const;

export class PointLayer implements CustomLayerInterface {
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;
  /** How long the last drawing took to hand over, and how many events it was of. */
  drawn = 0;
  private map: MapLibre | null = null;
  private gl: WebGL2RenderingContext | null = null;
  private program: WebGLProgram | null = null;
  private at: Partial<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>> = {};
  private array: WebGLVertexArrayObject | null = null;
  private buffers: WebGLBuffer[] = [];
  /** Places as rows come, and in the order of time. */
  private places: [Float32Array, Float32Array] = [new Float32Array(0), new Float32Array(0)];
  private chosen: { buffer: WebGLBuffer; rows: Uint32Array<ArrayBuffer>; key: string; x: number; y: number; count: number } | null = null;
  private points: Points | null = null;
  private window: TimeWindow | null = null;

  constructor(
    readonly id: string,
    private opacity = 1,
  ) {}

  onAdd(map: MapLibre, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.map = map;
    this.gl = gl as WebGL2RenderingContext;
    this.program = build(this.gl);
    for (const name of UNIFORMS) this.at[name] = this.gl.getUniformLocation(this.program, name);
    if (this.points) this.upload(this.points);
  }
  onRemove(): void {
    this.release();
    this.gl?.deleteProgram(this.program);
    [this.gl, this.map, this.program] = [null, null, null];
  }

  show(points: Points | null): void {
    this.points = points;
    this.release();
    if (points) this.upload(points);
    this.map?.triggerRepaint();
  }
  /** Only the events of a window of time; null for all. */
  narrow(window: TimeWindow | null): void {
    this.window = window;
    this.map?.triggerRepaint();
  }

  private release(): void {
    if (!this.gl) return;
    for (const buffer of this.buffers) this.gl.deleteBuffer(buffer);
    this.gl.deleteVertexArray(this.array);
    [this.buffers, this.array, this.chosen] = [[], null, null];
  }
  private upload(points: Points): void {
    const { gl } = this;
    if (!gl) return;
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
    this.fill(gl.ELEMENT_ARRAY_BUFFER, points.order as Uint32Array<ArrayBuffer>);
    if (points.count <= MANY) {
      gl.bindVertexArray(null);
      return;
    }
    const inTime = new Float32Array(points.count * 2);
    for (let i = 0; i < points.count; i++) {
      const row = points.order[i]!;
      inTime[2 * i] = place[2 * row]!;
      inTime[2 * i + 1] = place[2 * row + 1]!;
    }
    this.places = [place, inTime];
    const rows = new Uint32Array(points.count);
    this.chosen = { buffer: this.fill(gl.ELEMENT_ARRAY_BUFFER, rows, gl.DYNAMIC_DRAW), rows, key: '', x: 0, y: 0, count: 0 };
    gl.bindVertexArray(null);
  }
  private fill(target: number, data: ArrayBufferView<ArrayBuffer>, use: number = this.gl!.STATIC_DRAW): WebGLBuffer {
    const buffer = this.gl!.createBuffer()!;
    this.gl!.bindBuffer(target, buffer);
    this.gl!.bufferData(target, data, use);
    this.buffers.push(buffer);
    return buffer;
  }

  render(_: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { gl, map, points, at } = this;
    if (!gl || !map || !points || !this.program || !this.array) return;
    const centre = map.getCenter();
    const [cx, cy] = [mercatorX(centre.lng), mercatorY(centre.lat)].map(Math.fround) as [number, number];
    // The middle of the map is taken away in double precision, so that places do not tremble at close scales.
    const m = Array.from(input.defaultProjectionData.mainMatrix as ArrayLike<number>);
    const base = [0, 1, 2, 3].map((row) => m[row]! * cx + m[4 + row]! * cy + m[12 + row]!);
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.uniformMatrix4fv(at.matrix!, false, m);
    gl.uniform4fv(at.base!, base);
    gl.uniform2f(at.centre!, cx, cy);
    gl.uniform1f(at.growth!, growth(map.getZoom()));
    gl.uniform1f(at.dots!, devicePixelRatio);
    gl.uniform1f(at.opacity!, this.opacity);
    gl.uniform3f(at.window!, (this.window?.from ?? 0) / DAY, (this.window?.to ?? 0) / DAY, this.window?.fade ? 1 : 0);
    const draw = this.drawing(gl, map, points);
    for (const shift of this.worlds(map)) {
      gl.uniform1f(at.shift!, shift);
      draw();
    }
    gl.bindVertexArray(null);
  }
  /** What hands the events over, once for every world. */
  private drawing(gl: WebGL2RenderingContext, map: MapLibre, points: Points): () => void {
    const from = this.window ? placeOf(points.times, this.window.from) : 0;
    const to = this.window ? placeOf(points.times, this.window.to + 1e-3) : points.count;
    this.drawn = to - from;
    if (this.drawn <= 0) return () => {};
    if (this.drawn > MANY && this.chosen) {
      const count = this.choose(gl, map, points, from, to);
      return () => gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 0);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[ORDER]!);
    return this.window ? () => gl.drawElements(gl.POINTS, this.drawn, gl.UNSIGNED_INT, from * 4) : () => gl.drawArrays(gl.POINTS, 0, points.count);
  }
  private choose(gl: WebGL2RenderingContext, map: MapLibre, points: Points, from: number, to: number): number {
    const chosen = this.chosen!;
    const centre = map.getCenter();
    const { clientWidth: width, clientHeight: height } = map.getCanvas();
    const margin = Math.min(width, height) / 2;
    const seen = { x: mercatorX(centre.lng), y: mercatorY(centre.lat), world: 512 * 2 ** map.getZoom(), width, height, margin };
    const key = `${seen.world} ${width} ${height} ${from} ${to} ${!this.window}`;
    const moved = Math.max(Math.abs(seen.x - chosen.x), Math.abs(seen.y - chosen.y)) * seen.world;
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, chosen.buffer);
    if (key !== chosen.key || moved > margin - REACH) {
      chosen.count = this.window ? thin(this.places[1], { order: points.order, from, to }, seen, chosen.rows) : thin(this.places[0], { order: null, from, to }, seen, chosen.rows);
      gl.bufferSubData(gl.ELEMENT_ARRAY_BUFFER, 0, chosen.rows, 0, chosen.count);
      [chosen.key, chosen.x, chosen.y] = [key, seen.x, seen.y];
    }
    return chosen.count;
  }
  /** By how many worlds the points must be moved to stand wherever the map shows theirs. */
  private worlds(map: MapLibre): number[] {
    const bounds = map.getBounds();
    const first = Math.floor((bounds.getWest() + 180) / 360);
    const last = Math.floor((bounds.getEast() + 180) / 360);
    return Array.from({ length: Math.min(4, last - first + 1) }, (_, i) => first + i);
  }
}

function build(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'program');
  return program;
}

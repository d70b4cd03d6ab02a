// The two programs that draw events: symbols as points, and pictures of many of them that were drawn before.
import { DEPTHS, EDGES, KIND_COLOURS, NO_DEPTH } from './symbols';

const vec = (hex: string) => `vec3(${[1, 3, 5].map((i) => (parseInt(hex.slice(i, i + 2), 16) / 255).toFixed(4)).join(',')})`;
const ramp = DEPTHS.map((d) => `if (km < ${d.to.toFixed(1)}) return ${vec(d.colour)};`).join(' ');

// Where all are earthquakes, which most tables hold alone, `shape` is no variable and nothing else is reckoned: a third of the time of
// a renderer without a graphics card.
const vertex = (quakes: boolean) => `#version 300 es
layout(location=0) in vec2 place; layout(location=1) in float time; layout(location=2) in float size; layout(location=3) in float depth; layout(location=4) in float kind;
uniform mat4 matrix; uniform vec4 base; uniform vec2 centre; uniform float shift; uniform float growth; uniform float dots; uniform vec3 window; uniform vec2 squeeze; uniform vec4 hole;
flat out vec3 colour; flat out float half_width; flat out float strength;
${quakes ? 'const int shape = 0;' : 'flat out int shape;'}
vec3 depth_colour(float km) { if (km < -3000.0) return ${vec(NO_DEPTH)}; ${ramp} return ${vec(DEPTHS.at(-1)!.colour)}; }
float radius_of(float s) {
  if (s < -300.0) return shape == 0 ? 2.2 : shape == 2 ? 2.8 : 4.0;
  if (shape == 0) return max(1.6, 1.6 * pow(1.5, s - 4.0));
  if (shape == 1) return 4.2 + 1.25 * max(0.0, s);
  if (shape == 2) return 2.8 + 1.4 * sqrt(clamp(s, 0.0, 60.0));
  return 5.0;
}
void main() {
  ${quakes ? '' : 'shape = int(kind + 0.5);'}
  colour = shape == 1 ? ${vec(KIND_COLOURS.eruption)} : shape == 2 ? ${vec(KIND_COLOURS.tsunami)} : shape == 3 ? ${vec(KIND_COLOURS.landslide)} : depth_colour(depth / 10.0);
  half_width = radius_of(size / 100.0) * growth * dots;
  strength = window.z > 0.0 ? mix(0.12, 1.0, clamp((time - window.x) / max(1e-6, window.y - window.x), 0.0, 1.0)) : 1.0;
  vec2 off = place - centre;
  off.x += shift - round(off.x);
  gl_Position = base + matrix * vec4(off, 0.0, 0.0);
  gl_Position.xy *= squeeze;
  // What a picture shows already is not drawn again.
  vec2 seen = gl_Position.xy / gl_Position.w;
  if (all(greaterThan(seen, hole.xy)) && all(lessThan(seen, hole.zw))) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  // Half a dot more on each side than the symbol is wide, for soft edges; the tip of a triangle stands out.
  gl_PointSize = (shape == 1 ? 2.2 : 2.0) * half_width + 1.0;
}`;
const fragment = (quakes: boolean) => `#version 300 es
precision highp float;
flat in vec3 colour; flat in float half_width; flat in float strength;
${quakes ? 'const int shape = 0;' : 'flat in int shape;'}
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
  vec2 p = (gl_PointCoord - 0.5) * ((shape == 1 ? 2.2 : 2.0) * half_width + 1.0);
  float d = inside(p);
  float cover = clamp(0.5 - d, 0.0, 1.0);
  float line = min(1.0, 0.28 * half_width) * dots * (shape == 1 ? 1.1 : 0.9);
  float rim = clamp(d + line + 0.5, 0.0, 1.0);
  vec3 edge = shape == 0 ? ${vec(EDGES.earthquake)} : shape == 2 ? ${vec(EDGES.tsunami)} : ${vec(EDGES.eruption)};
  vec3 fill = colour;
  // A wave on what tells of one.
  if (shape == 2 && half_width > 4.0 * dots) { float wave = abs(p.y - 0.22 * half_width * sin(p.x * 5.2 / half_width)); fill = mix(vec3(1.0), fill, clamp(wave - 0.35 * dots, 0.0, 1.0)); }
  float alpha = cover * strength * opacity * (shape == 0 ? mix(0.82, 0.75, rim) : 0.95);
  shown = vec4(mix(fill, edge, rim) * alpha, alpha);
}`;

const PANE_VERTEX = `#version 300 es
uniform vec4 box;
out vec2 corner;
void main() {
  corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(mix(box.xy, box.zw, corner), 0.0, 1.0);
}`;
// A picture goes on at its other side (`pane.ts`), but not at its edge.
const PANE_FRAGMENT = `#version 300 es
precision highp float;
in vec2 corner;
uniform sampler2D picture; uniform vec2 first; uniform vec2 edge;
out vec4 shown;
void main() { shown = texture(picture, first + clamp(corner, edge, 1.0 - edge)); }`;

export interface Program<Name extends string> {
  program: WebGLProgram;
  at: Record<Name, WebGLUniformLocation | null>;
}
const POINT_UNIFORMS = ['matrix', 'base', 'centre', 'shift', 'growth', 'dots', 'window', 'opacity', 'squeeze', 'hole'] as const;
const PANE_UNIFORMS = ['box', 'first', 'edge', 'picture'] as const;
export type PointProgram = Program<(typeof POINT_UNIFORMS)[number]>;
export type PaneProgram = Program<(typeof PANE_UNIFORMS)[number]>;

export const pointProgram = (gl: WebGL2RenderingContext, quakes: boolean): PointProgram => build(gl, vertex(quakes), fragment(quakes), POINT_UNIFORMS);
export const paneProgram = (gl: WebGL2RenderingContext): PaneProgram => build(gl, PANE_VERTEX, PANE_FRAGMENT, PANE_UNIFORMS);

/** Lays what is drawn next over what is there, whatever stood where. Colours are multiplied by their strength already. */
export function over(gl: WebGL2RenderingContext): void {
  gl.enable(gl.BLEND);
  gl.blendEquation(gl.FUNC_ADD);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  for (const test of [gl.DEPTH_TEST, gl.STENCIL_TEST, gl.CULL_FACE]) gl.disable(test);
}
function build<Name extends string>(gl: WebGL2RenderingContext, vertexSource: string, fragmentSource: string, names: readonly Name[]): Program<Name> {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertexSource], [gl.FRAGMENT_SHADER, fragmentSource]] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'program');
  return { program, at: Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(program, name)])) as Program<Name>['at'] };
}

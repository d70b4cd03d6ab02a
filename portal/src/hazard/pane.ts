// A picture of very many events, somewhat larger than the view. While the map moves it moves along, as the tiles below it do, and the
// events themselves need not be drawn again.
import type { PaneProgram } from './paint';

/** What is looked at, and of which events. */
export interface Scene {
  /** Middle of the view, in a world from 0 to 1. */
  x: number;
  y: number;
  /** Pixels of the world's width. */
  world: number;
  /** The view in pixels, and in the dots of the canvas. */
  width: number;
  height: number;
  across: number;
  down: number;
  /** Pixels that a picture is larger than the view, on each side. */
  margin: number;
  /** Which events and how they look. A picture of others is of no use. */
  events: string;
  /** Events up to this one in the order of time. Later ones may be added on top where nothing else depends on the time. */
  upto: number;
}
export interface Placing {
  /** Corners in the clip space of the view: left, bottom, right, top. */
  box: [number, number, number, number];
  /** Whether dots fall on dots. */
  sharp: boolean;
  /** Whether it is as if it had been drawn for this view. */
  exact: boolean;
  covers: boolean;
  overlaps: boolean;
  /** Pixels that the view has moved away. */
  away: number;
}
/** A part of a picture in its dots, from below left. */
export interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}
type Pair = [number, number];
const someOf = (parts: Part[]) => parts.filter((part) => part.width > 0 && part.height > 0);

/** What a picture lacks when it is moved by dots to the right and down. */
export function lackingOf([w, h]: Pair, right: number, down: number): Part[] {
  const side = { x: right > 0 ? w - right : 0, y: 0, width: Math.abs(right), height: h };
  const end = { x: Math.max(0, -right), y: down > 0 ? 0 : h + down, width: w - Math.abs(right), height: Math.abs(down) };
  return someOf([side, end]);
}
/** Where a part is kept: a moved picture begins amid its dots and goes on at the other side. `from` is where its first dot would be. */
export function keptAt([w, h]: Pair, begin: Pair, part: Part): (Part & { from: Pair })[] {
  const pieces = [0, 1].flatMap((i) =>
    [0, 1].map((j) => {
      const from: Pair = [begin[0] - i * w, begin[1] - j * h];
      const [x, y] = [Math.max(0, part.x + from[0]), Math.max(0, part.y + from[1])];
      return { x, y, width: Math.min(w, part.x + part.width + from[0]) - x, height: Math.min(h, part.y + part.height + from[1]) - y, from };
    }),
  );
  return someOf(pieces) as (Part & { from: Pair })[];
}

/** A picture that was drawn much larger or smaller shows nothing that a reader would take for symbols. */
const STRETCH = 2.1;

/** How a picture that was drawn for one scene lies in another; null where it is of no use there. */
export function placing(drawn: Scene, now: Scene): Placing | null {
  const scale = now.world / drawn.world;
  if (drawn.events !== now.events || scale > STRETCH || scale < 1 / STRETCH) return null;
  const [dx, dy] = [drawn.x - now.x - Math.round(drawn.x - now.x), drawn.y - now.y].map((d) => d * now.world) as [number, number];
  const sharp = Math.abs(scale - 1) < 1e-9;
  const dots = now.across / now.width;
  // Half a dot beside its place is seen by nobody; blurred edges of every symbol are.
  const whole = (d: number) => (sharp ? Math.round(d * dots) : d * dots);
  const [x, y] = [(2 * whole(dx)) / now.across, (-2 * whole(dy)) / now.down];
  const edge = 2 * Math.round(drawn.margin * dots);
  const [w, h] = [(scale * (drawn.across + edge)) / now.across, (scale * (drawn.down + edge)) / now.down];
  const box: Placing['box'] = [x - w, y - h, x + w, y + h];
  const away = Math.max(Math.abs(dx), Math.abs(dy));
  const same = drawn.across === now.across && drawn.down === now.down && drawn.margin === now.margin;
  const covers = box[0] <= -1 && box[1] <= -1 && box[2] >= 1 && box[3] >= 1;
  const overlaps = box[0] < 1 && box[1] < 1 && box[2] > -1 && box[3] > -1;
  return { box, sharp, exact: sharp && same && away * dots < 0.02, covers, overlaps, away };
}

export class Pane {
  scene: Scene | null = null;
  /** How many events were found for it, and how many of these are drawn. */
  found = 0;
  drawn = 0;
  /** Whether parts of it were added later; it may differ by a shade from one that was drawn at once. */
  added = false;
  private texture: WebGLTexture;
  private frame: WebGLFramebuffer;
  private size: Pair = [0, 0];
  /** Where its first dot is kept. */
  private first: Pair = [0, 0];

  constructor(private gl: WebGL2RenderingContext) {
    this.texture = gl.createTexture();
    this.frame = gl.createFramebuffer();
  }
  get complete(): boolean {
    return this.scene !== null && this.drawn >= this.found;
  }

  /** Makes it empty, for a scene. */
  begin(scene: Scene): void {
    const { gl } = this;
    const edge = 2 * Math.round((scene.margin * scene.across) / scene.width);
    const [w, h] = [scene.across + edge, scene.down + edge];
    [this.scene, this.first, this.drawn, this.added] = [scene, [0, 0], 0, false];
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (w !== this.size[0] || h !== this.size[1]) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, w, h, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    this.size = [w, h];
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.REPEAT);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
    this.clear();
  }
  private clear(): void {
    this.gl.colorMask(true, true, true, true);
    this.gl.clearBufferfv(this.gl.COLOR, 0, [0, 0, 0, 0]);
  }
  forget(): void {
    this.scene = null;
  }
  /** Whether it is of a view of the same size. */
  fits(scene: Scene): boolean {
    return this.scene !== null && this.scene.across === scene.across && this.scene.down === scene.down && this.scene.margin === scene.margin;
  }
  /** By what clip space shrinks to hold its margin. */
  get squeeze(): Pair {
    return this.scene ? [this.scene.across / this.size[0], this.scene.down / this.size[1]] : [1, 1];
  }

  /** Draws into a part of it, or into all. */
  into(draw: () => void, part: Part = { x: 0, y: 0, width: this.size[0], height: this.size[1] }, anew = false): void {
    const { gl, size } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.enable(gl.SCISSOR_TEST);
    for (const { x, y, width, height, from } of keptAt(size, this.first, part)) {
      gl.viewport(...from, ...size);
      gl.scissor(x, y, width, height);
      if (anew) this.clear();
      draw();
    }
    gl.disable(gl.SCISSOR_TEST);
  }
  /** Moves it to where the map is, to a whole dot, and tells what it lacks there: parts of it, and scenes of these. */
  move(to: Scene): { part: Part; scene: Scene }[] {
    const scene = this.scene!;
    const dots = scene.across / scene.width;
    const dot = 1 / dots / scene.world;
    const right = Math.round((to.x - scene.x - Math.round(to.x - scene.x)) / dot);
    const down = Math.round((to.y - scene.y) / dot);
    const [w, h] = this.size;
    const moved = { ...scene, x: scene.x + right * dot, y: scene.y + down * dot };
    [this.scene, this.added] = [moved, true];
    this.first = [(((this.first[0] + right) % w) + w) % w, (((this.first[1] - down) % h) + h) % h];
    return lackingOf(this.size, right, down).map((part) => {
      const [x, y] = [moved.x + (part.x + part.width / 2 - w / 2) * dot, moved.y - (part.y + part.height / 2 - h / 2) * dot];
      return { part, scene: { ...moved, x, y, width: part.width / dots, height: part.height / dots, margin: 0 } };
    });
  }
  /** Lays it over the map. */
  show({ program, at }: PaneProgram, { box, sharp }: Placing): void {
    const { gl } = this;
    gl.useProgram(program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    for (const way of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, way, sharp ? gl.NEAREST : gl.LINEAR);
    gl.uniform1i(at.picture, 0);
    gl.uniform4fv(at.box, box);
    gl.uniform2f(at.first, this.first[0] / this.size[0], this.first[1] / this.size[1]);
    gl.uniform2f(at.edge, 0.5 / this.size[0], 0.5 / this.size[1]);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
  close(): void {
    this.gl.deleteFramebuffer(this.frame);
    this.gl.deleteTexture(this.texture);
  }
}

// A million events on the map. Rows come largest first, so that small symbols lie on large ones; while time is narrowed, the rows of
// the window are one range of the order of time, and nothing else is touched. A few are drawn as they are. Of very many, those that are
// seen (`thin.ts`) are drawn into a picture that moves with the map (`pane.ts`), some in each frame, so that no frame takes long. Where
// there is no picture yet, and while the window of time moves, the largest alone are drawn, as many as a frame has time for (`budget.ts`).
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { Budget } from './budget';
import { over, paneProgram, type PaneProgram } from './paint';
import { Pane, placing, type Part, type Placing, type Scene } from './pane';
import { MANY, PointBuffers, mercatorX, mercatorY, type List, type Look, type TimeWindow } from './pointBuffers';
import { placeOf, type Points } from './points';

export type { TimeWindow };

/** Pixels around the view that a picture shows as well, and how much of it the view may use up before another picture is begun. */
const MARGIN = 256;
const USED = 0.4;
/** A window of time that has not changed for so long rests. */
const REST_MS = 150;
/** In a frame of a map that rests, so many times as much is drawn into a picture. */
const AT_REST = 4;

/** What a frame is of: events from one place to another in the order of time. */
interface Frame {
  map: MapLibre;
  gl: WebGL2RenderingContext;
  buffers: PointBuffers;
  from: number;
  to: number;
  scene: Scene;
  look: Look;
}

export class PointLayer implements CustomLayerInterface {
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;
  private map: MapLibre | null = null;
  private gl: WebGL2RenderingContext | null = null;
  private buffers: PointBuffers | null = null;
  private paneProgram: PaneProgram | null = null;
  /** Draws without columns: a picture's corners are reckoned. */
  private bare: WebGLVertexArrayObject | null = null;
  /** The picture that is shown, and the one that is made. */
  private front: Pane | null = null;
  private back: Pane | null = null;
  private points: Points | null = null;
  private window: TimeWindow | null = null;
  private playing = false;
  private narrowed = -Infinity;
  private budget = new Budget();
  /** Whether more is to be drawn than this frame shows; whether the last frame drew the largest alone. */
  private busy = false;
  private partial = false;

  constructor(
    readonly id: string,
    private opacity = 1,
  ) {}

  onAdd(map: MapLibre, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.map = map;
    this.gl = gl as WebGL2RenderingContext;
    this.paneProgram = paneProgram(this.gl);
    this.bare = this.gl.createVertexArray();
    [this.front, this.back] = [new Pane(this.gl), new Pane(this.gl)];
    // What a movement left out is drawn after it.
    map.on('moveend', this.again);
    if (this.points) this.buffers = new PointBuffers(this.gl, this.points);
  }
  onRemove(): void {
    const { gl } = this;
    this.map?.off('moveend', this.again);
    this.stand(null);
    this.buffers?.close();
    for (const pane of [this.front, this.back]) pane?.close();
    if (gl && this.paneProgram) gl.deleteProgram(this.paneProgram.program);
    gl?.deleteVertexArray(this.bare);
    [this.gl, this.map, this.buffers, this.paneProgram, this.front, this.back] = [null, null, null, null, null, null];
  }
  private again = () => this.map?.triggerRepaint();

  show(points: Points | null): void {
    this.points = points;
    this.buffers?.close();
    this.buffers = points && this.gl ? new PointBuffers(this.gl, points) : null;
    for (const pane of [this.front, this.back]) pane?.forget();
    if (!points) this.stand(null);
    this.again();
  }
  /** Only the events of a window of time; null for all. `playing` tells that it will move on. */
  narrow(window: TimeWindow | null, playing = false): void {
    const same = window?.from === this.window?.from && window?.to === this.window?.to && window?.fade === this.window?.fade;
    this.narrowed = same ? -Infinity : performance.now();
    [this.window, this.playing] = [window, playing];
    this.again();
  }

  /** Before the map draws anything: goes on with the picture that is needed next. */
  prerender(_: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const frame = this.frame(input);
    const { front } = this;
    if (!frame || !front) return;
    this.budget.frame(performance.now(), this.busy);
    this.busy = this.playing;
    if (frame.to - frame.from <= MANY) return;
    this.follow(frame, front);
    const lies = this.lies(frame.scene);
    const narrowing = this.narrowing;
    const resting = !frame.map.isMoving() && !narrowing;
    this.busy = narrowing;
    if (lies?.exact && !(resting && front.added)) return;
    // Without a picture that follows it, a window that moves is drawn anew in each frame, and nothing else is.
    if (narrowing && !this.grows) return;
    if (frame.map.isZooming() || (!resting && lies && lies.away < USED * frame.scene.margin)) return;
    this.busy = true;
    if (!resting && lies?.sharp && lies.overlaps) this.move(frame, front);
    else this.make(frame, resting);
  }
  render(_: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const frame = this.frame(input);
    if (!frame) return;
    const { buffers, from, to, look } = frame;
    const many = to - from > MANY;
    if (many) this.showMany(frame);
    else buffers.draw('order', from, to - from, look);
    this.stand(many ? (this.front?.found ?? 0) : to - from);
  }
  private showMany(frame: Frame): void {
    const { gl } = frame;
    const lies = this.lies(frame.scene);
    if (lies && this.paneProgram) {
      gl.bindVertexArray(this.bare);
      over(gl);
      this.front!.show(this.paneProgram, lies);
      gl.bindVertexArray(null);
    }
    const partial = !lies?.covers;
    if (partial) this.drawLargest(frame, lies);
    this.partial = partial;
  }
  /** As many of the largest as a frame has time for, where no picture lies. */
  private drawLargest({ buffers, scene, look, from, to }: Frame, lies: Placing | null): void {
    const hole = lies?.box;
    const found = this.budget.fit(buffers.points.count, !this.partial, (limit) => buffers.pick('view', scene, this.window, { from, to, limit, hole }));
    buffers.draw('view', 0, found, { ...look, hole });
    this.budget.drew(found);
  }

  private frame(input: CustomRenderMethodInput): Frame | null {
    const { map, gl, points, buffers, window } = this;
    if (!map || !gl || !points || !buffers) return null;
    const from = window ? placeOf(points.times, window.from) : 0;
    const to = window ? placeOf(points.times, window.to + 1e-3) : points.count;
    const centre = map.getCenter();
    const { clientWidth: width, clientHeight: height } = map.getCanvas();
    const events = !window ? 'all' : this.grows ? 'upto' : window.fade ? `${window.from} ${window.to}` : `${from}-${to}`;
    const scene: Scene = {
      x: mercatorX(centre.lng), y: mercatorY(centre.lat), world: 512 * 2 ** map.getZoom(),
      width, height, across: gl.drawingBufferWidth, down: gl.drawingBufferHeight,
      margin: Math.round(Math.min(MARGIN, width / 2, height / 2)), events, upto: this.grows ? to : 0,
    };
    const look: Look = { matrix: input.defaultProjectionData.mainMatrix as ArrayLike<number>, map: scene, scene, opacity: this.opacity, window };
    return { map, gl, buffers, from, to, scene, look };
  }
  /** Whether later events lie on top of earlier ones and change nothing else. */
  private get grows(): boolean {
    return this.window !== null && this.window.from === -Infinity && !this.window.fade;
  }
  /** Whether the window of time moves. */
  private get narrowing(): boolean {
    return this.playing || performance.now() - this.narrowed < REST_MS;
  }
  /** How the picture that is shown lies in the view. */
  private lies(scene: Scene): Placing | null {
    const shown = this.front?.scene;
    return shown && shown.upto === scene.upto ? placing(shown, scene) : null;
  }
  private inWork(scene: Scene): boolean {
    const made = this.back?.scene;
    return !!made && !this.back!.complete && made.events === scene.events && made.world === scene.world && made.upto <= scene.upto;
  }

  /** Adds what happened since to a picture of all that happened before. */
  private follow(frame: Frame, front: Pane): void {
    const { scene } = frame;
    const shown = front.scene;
    if (!shown || shown.upto >= scene.upto || scene.upto - shown.upto > this.budget.events || !placing(shown, scene)) return;
    // At another scale it would be of two sizes.
    if (shown.world !== scene.world) return;
    this.draw(front, frame, { list: 'order', first: shown.upto, count: scene.upto - shown.upto });
    front.added = true;
    front.scene = { ...shown, upto: scene.upto };
  }
  /** Moves the picture to where the map is: only what it lacks there is drawn. */
  private move(frame: Frame, front: Pane): void {
    for (const { part, scene } of front.move(frame.scene)) {
      const found = frame.buffers.pick('picture', scene, this.window, { from: frame.from, to: frame.to, limit: Infinity });
      this.draw(front, frame, { list: 'picture', first: 0, count: found, part });
      this.budget.drew(found);
    }
  }
  /** Goes on with the picture that is made, or begins it; shows it when it is done. */
  private make(frame: Frame, resting: boolean): void {
    const { scene, buffers } = frame;
    const back = this.back!;
    const here = back.scene?.x === scene.x && back.scene?.y === scene.y;
    if (!this.inWork(scene) || (resting && !(here && back.fits(scene)))) {
      back.begin(scene);
      back.found = buffers.pick('picture', scene, this.window, { from: frame.from, to: frame.to, limit: Infinity });
    }
    const next = Math.min(back.found - back.drawn, Math.ceil(this.budget.events * (resting ? AT_REST : 1)));
    this.draw(back, frame, { list: 'picture', first: back.drawn, count: next });
    this.budget.drew(next);
    back.drawn += next;
    if (!back.complete) return;
    [this.front, this.back] = [back, this.front];
    if (resting) this.busy = false;
  }
  /** Draws rows of a list into a picture, or into a part of it that is empty. */
  private draw(pane: Pane, { buffers, look }: Frame, what: { list: List; first: number; count: number; part?: Part }): void {
    const drawing = () => buffers.draw(what.list, what.first, what.count, { ...look, scene: pane.scene!, squeeze: pane.squeeze });
    pane.into(drawing, what.part, what.part !== undefined);
  }

  /** Lets the map draw on until all is drawn, and tells in the page how many events stand there then. */
  private stand(events: number | null): void {
    const { map } = this;
    if (!map) return;
    const busy = events !== null && this.busy;
    if (map.repaint !== busy) map.repaint = busy;
    const container = map.getContainer();
    const told = events === null || busy ? undefined : String(events);
    if (container.dataset.events === told) return;
    if (told === undefined) delete container.dataset.events;
    else container.dataset.events = told;
  }
}

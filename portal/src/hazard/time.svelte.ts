// The window of time that the map shows, and how it moves by itself.
import type { TimeWindow } from './pointLayer';
import type { Points } from './points';

export type Mode = 'window' | 'cumulative';
/** Seconds for the whole period to pass. */
export const SPEEDS = [120, 60, 30, 15] as const;
const LEAST = 1 / 1000;
const CENTURY = 36_524.25 * 86_400;

class Clock {
  /** Whether the map shows only a part of the period. */
  on = $state(false);
  playing = $state(false);
  mode = $state<Mode>('window');
  fade = $state(true);
  speed = $state<number>(SPEEDS[1]);
  /** The period that the bar spans, in seconds since 1970. */
  first = $state(0);
  last = $state(1);
  from = $state(0);
  to = $state(1);
  private frame = 0;
  private before = 0;

  readonly window = $derived.by((): TimeWindow | null => (this.on ? { from: this.mode === 'cumulative' ? -Infinity : this.from, to: this.to, fade: this.fade && this.mode === 'window' } : null));

  /** Spans what was found: all of it, but no centuries that hold only a few of the events. */
  span(points: Points | null): void {
    if (!points || points.count === 0) return;
    const last = points.times[points.count - 1]!;
    const whole = points.times[0]!;
    const most = points.times[Math.floor(points.count * 0.02)]!;
    this.first = last - whole > 4 * CENTURY ? most : whole;
    this.last = Math.max(this.first + 1, last);
    if (!this.on || this.from < this.first - 1 || this.to > this.last + 1) this.whole();
  }
  whole(): void {
    this.stop();
    this.on = false;
    [this.from, this.to] = [this.first, this.last];
  }
  set(from: number, to: number): void {
    const least = (this.last - this.first) * LEAST;
    this.from = Math.max(this.first, Math.min(from, this.last - least));
    this.to = Math.min(this.last, Math.max(to, this.from + least));
    this.on = true;
  }
  /** Moves the window as it is. */
  move(from: number): void {
    const length = this.to - this.from;
    const start = Math.max(this.first, Math.min(from, this.last - length));
    this.set(start, start + length);
  }

  play(): void {
    if (this.playing) return;
    const whole = this.last - this.first;
    if (!this.on || this.to - this.from > whole * 0.9) this.set(this.first, this.first + whole / 20);
    else if (this.to >= this.last - whole * LEAST) this.move(this.first);
    this.playing = true;
    this.before = performance.now();
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }
  stop(): void {
    this.playing = false;
    cancelAnimationFrame(this.frame);
  }
  private tick(now: number): void {
    if (!this.playing) return;
    const step = (Math.min(250, now - this.before) / 1000) * ((this.last - this.first) / this.speed);
    this.before = now;
    if (this.to + step >= this.last) {
      this.move(this.last - (this.to - this.from));
      this.stop();
      return;
    }
    this.move(this.from + step);
    this.frame = requestAnimationFrame((next) => this.tick(next));
  }
}

export const clock = new Clock();

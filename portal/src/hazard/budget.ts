// How many events a frame may draw while something moves: fewer where frames come late, more where they come in time.

/** So many are drawn however slow the machine is: the base map takes far longer there. */
export const LEAST = 20_000;
const MOST = 1_000_000;
const LATE_MS = 25;
/** Screens that show sixty frames a second are in time at 17 ms. */
const EARLY_MS = 20;
/** What lies so far apart was no movement. */
const PAUSE_MS = 500;
/** How often, and by how much, a limit is raised where few of the largest are in the view. */
const TRIES = 4;
const JUMP = 8;

export class Budget {
  events = 2 * LEAST;
  /** How many of all rows, the largest first, are drawn. */
  limit = Infinity;
  private before = -Infinity;
  private mean = EARLY_MS;
  private drawn = 0;

  /** A frame begins. Only where it was wanted at once, `due`, the time since the last tells how fast frames are. */
  frame(now: number, due: boolean): void {
    const gap = now - this.before;
    const used = this.drawn > this.events / 2;
    [this.before, this.drawn] = [now, 0];
    if (!due || gap > PAUSE_MS) return;
    this.mean += (gap - this.mean) / 5;
    if (this.mean > LATE_MS) this.events = Math.max(LEAST, this.events * 0.9);
    // Frames that drew little tell nothing of those that draw more.
    else if (used && this.mean < EARLY_MS) this.events = Math.min(MOST, this.events * 1.1);
  }
  /** So many events were drawn in this frame. */
  drew(events: number): void {
    this.drawn += events;
  }
  /** The largest alone are drawn: of `count` events, as many as come to what a frame has time for. `pick` tells how many those of a limit
   * come to. The limit stays as long as it fits roughly, so that nothing comes and goes; `begins` says that it may jump. */
  fit(count: number, begins: boolean, pick: (limit: number) => number): number {
    if (begins) this.limit = Math.min(count, this.events);
    let found = pick(this.limit);
    for (let tries = 0; begins && tries < TRIES && found < this.events * 0.7 && this.limit < count; tries++) {
      this.limit = Math.min(count, this.limit * Math.min(JUMP, (0.9 * this.events) / Math.max(1, found)));
      found = pick(this.limit);
    }
    if (found > this.events * 1.1) this.limit = (this.limit * this.events) / found;
    else if (found < this.events * 0.8) this.limit = Math.min(count, this.limit * 1.1);
    return found;
  }
}

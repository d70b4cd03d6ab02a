// How many events a frame may draw while something moves: fewer where frames come late, more where they come in time.

/** So many are drawn however slow the machine is: the base map takes longer there. */
const LEAST = 12_000;
const MOST = 1_000_000;
const LATE_MS = 25;
/** Screens that show sixty frames a second are in time at 17 ms. */
const EARLY_MS = 20;
/** What lies so far apart was no movement. */
const PAUSE_MS = 500;

export class Budget {
  events = 20_000;
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
  /** The largest alone are drawn from now on: `wanted` of `count` events would be. */
  begin(wanted: number, count: number): void {
    this.limit = Math.ceil(count * Math.min(1, this.events / Math.max(1, wanted)));
  }
  /** So many came of it. The limit stays as long as it fits roughly, so that nothing comes and goes. */
  fit(events: number, count: number): void {
    if (events > this.events * 1.1) this.limit = Math.ceil((this.limit * this.events) / events);
    else if (events < this.events * 0.7) this.limit = Math.min(count, Math.ceil(this.limit * 1.1));
  }
}

// Fetches the pictures of layers on behalf of MapLibre, so that the page knows how many are on their way and which failed, and why.
import { addProtocol } from 'maplibre-gl';
import { Refusal, refusalOf } from '../api/server';

export const SCHEME = 'terrane';

export interface TileWatch {
  /** How many pictures are on their way. */
  waiting(count: number): void;
  /** A layer's failed pictures, by number, with the last reason; zero when all is well again. */
  failed(layer: string, count: number, error: unknown): void;
}

const TRIES = 3;

export class Tiles {
  private waitingNow = 0;
  private failures = new Map<string, Set<string>>();

  constructor(private watch: TileWatch) {
    addProtocol(SCHEME, async ({ url }, stop) => {
      const rest = url.slice(SCHEME.length + 3);
      const cut = rest.indexOf('/');
      return { data: await this.picture(decodeURIComponent(rest.slice(0, cut)), rest.slice(cut + 1), stop.signal) };
    });
  }

  /** The address under which MapLibre asks for a layer's pictures. */
  static addressOf(layer: string, href: string): string {
    return `${SCHEME}://${encodeURIComponent(layer)}/${href}`;
  }

  forget(layer: string): void {
    this.failures.delete(layer);
    this.watch.failed(layer, 0, null);
  }

  private async picture(layer: string, href: string, signal: AbortSignal): Promise<ArrayBuffer> {
    this.count(1);
    try {
      const bytes = await this.fetch(href, signal);
      this.settle(layer, href, null);
      return bytes;
    } catch (error) {
      // Tile services of others have no picture where they have nothing.
      const isEmpty = layer.startsWith('external:') && error instanceof Refusal && (error.status === 404 || error.status === 204);
      if (!signal.aborted && !isEmpty) this.settle(layer, href, error);
      throw error;
    } finally {
      this.count(-1);
    }
  }

  private async fetch(href: string, signal: AbortSignal): Promise<ArrayBuffer> {
    for (let attempt = 1; ; attempt++) {
      let response: Response;
      try {
        response = await fetch(href, { signal });
      } catch (error) {
        if (signal.aborted) throw error;
        throw new Refusal(0, '');
      }
      const type = response.headers.get('content-type') ?? '';
      if (response.ok && type.startsWith('image/')) return response.arrayBuffer();
      // A busy server says when to come back; anything else is final until the reader tries again.
      if (response.status !== 503 || attempt === TRIES) throw await refusalOf(response);
      const seconds = Number(response.headers.get('retry-after')) || attempt;
      await pause(Math.min(seconds, 10) * 1000, signal);
    }
  }

  private count(step: number): void {
    this.waitingNow += step;
    this.watch.waiting(this.waitingNow);
  }

  private settle(layer: string, href: string, error: unknown): void {
    const failed = this.failures.get(layer);
    if (error === null && !failed?.has(href)) return;
    const set = failed ?? new Set<string>();
    if (error === null) set.delete(href);
    else set.add(href);
    this.failures.set(layer, set);
    this.watch.failed(layer, set.size, error);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

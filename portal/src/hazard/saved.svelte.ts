// Searches that a reader named, kept in this browser: each is the part of an address that says it.
import { remember, remembered } from '../state/preferences';

export interface Saved {
  name: string;
  hash: string;
}
const MOST = 50;

function read(): Saved[] {
  try {
    const list: unknown = JSON.parse(remembered('searches') ?? '[]');
    return Array.isArray(list) ? (list as Saved[]).filter((s) => typeof s?.name === 'string' && typeof s?.hash === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

class SavedSearches {
  list = $state.raw<Saved[]>(read());

  add(name: string, hash: string): void {
    this.put([{ name, hash }, ...this.list.filter((s) => s.name !== name)].slice(0, MOST));
  }
  drop(name: string): void {
    this.put(this.list.filter((s) => s.name !== name));
  }
  private put(list: Saved[]): void {
    this.list = list;
    remember('searches', list.length > 0 ? JSON.stringify(list) : null);
  }
}

export const saved = new SavedSearches();

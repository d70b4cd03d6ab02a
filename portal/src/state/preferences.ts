// What a reader chose, kept in this browser where it allows that.

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`terrane.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`terrane.${name}`);
    else localStorage.setItem(`terrane.${name}`, value);
  } catch {
    // A browser that keeps nothing is the reader's choice.
  }
}

export type Appearance = 'system' | 'light' | 'dark';

export function appearance(): Appearance {
  const kept = remembered('appearance');
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function setAppearance(choice: Appearance): void {
  remember('appearance', choice === 'system' ? null : choice);
  showAppearance(choice);
}

export function showAppearance(choice: Appearance): void {
  if (choice === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}

// The part of the page's address that is about events: `hz=kind:earthquake;minmag:6;chart:frequency;line:140,38,146,38`.
import { readQuestion, writeQuestion, type HazardQuestion } from './question';

export const CHARTS = ['magnitudes', 'frequency', 'cumulative', 'section', 'deaths', 'eruptions'] as const;
export type ChartName = (typeof CHARTS)[number];

export interface HazardLink {
  question: HazardQuestion;
  chart: ChartName | null;
  line: [number, number][];
  width: number;
  persons: boolean;
  time: { from: number; to: number } | null;
}
export const SECTION_WIDTH_KM = 100;

export function writeHazard(link: HazardLink): string {
  const parts = writeQuestion(link.question);
  if (link.chart) parts.push(`chart:${link.chart}`);
  if (link.line.length > 1) parts.push(`line:${link.line.flat().map((n) => Number(n.toFixed(3))).join(',')}`);
  if (link.line.length > 1 && link.width !== SECTION_WIDTH_KM) parts.push(`width:${link.width}`);
  if (link.persons) parts.push('persons:1');
  if (link.time) parts.push(`time:${Math.round(link.time.from)},${Math.round(link.time.to)}`);
  return parts.join(';').replaceAll('%2C', ',').replaceAll('%20', '+') || 'all';
}

export function readHazard(text: string): HazardLink {
  const parts = new Map<string, string>();
  for (const part of text.split(';').slice(0, 40)) {
    const cut = part.indexOf(':');
    if (cut > 0) parts.set(part.slice(0, cut), decode(part.slice(cut + 1).replaceAll('+', ' ')));
  }
  const numbers = (name: string) => (parts.get(name) ?? '').split(',').filter(Boolean).map(Number);
  const flat = numbers('line');
  const line = flat.length >= 4 && flat.length % 2 === 0 && flat.every(Number.isFinite) ? Array.from({ length: flat.length / 2 }, (_, i): [number, number] => [flat[2 * i]!, flat[2 * i + 1]!]) : [];
  const [from, to] = numbers('time');
  const width = Number(parts.get('width'));
  return {
    question: readQuestion(parts),
    chart: CHARTS.find((c) => c === parts.get('chart')) ?? null,
    line: line.every(([, lat]) => Math.abs(lat) <= 90) ? line.slice(0, 20) : [],
    width: width > 0 && width <= 2000 ? width : SECTION_WIDTH_KM,
    persons: parts.get('persons') === '1',
    time: Number.isFinite(from) && Number.isFinite(to) && from! < to! ? { from: from!, to: to! } : null,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

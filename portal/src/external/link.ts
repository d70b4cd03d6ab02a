// External layers in the part of the address after "#": one layer between ";", its parts between ",", the top layer first.
//   ext=WMS,https%3A%2F%2Fhost%2Fwms,rocks,Rocks,1.3.0,,image%2Fpng,EPSG%3A3857,BGS,,https%3A%2F%2Fhost%2Fwms,0.7,1
// All that is needed to draw a layer stands there, so that a link works without reading the service's list first.
import { webAddress } from './ask';
import { KINDS, type ExternalLayer, type Kind } from './types';

export const LAYERS_MAX = 20;
const TEXT_MAX = 2000;

export interface Kept {
  layer: ExternalLayer;
  opacity: number;
  visible: boolean;
}

const PARTS = ['kind', 'url', 'name', 'title', 'version', 'style', 'format', 'crs', 'attribution', 'legend', 'service'] as const;

export function writeExternal(kept: Kept[]): string {
  return kept.map(({ layer, opacity, visible }) => [...PARTS.map((part) => encodeURIComponent(layer[part])), String(Number(opacity.toFixed(2))), visible ? '1' : '0'].join(',')).join(';');
}

/** What is not understood, or names no address of the web, is left out. */
export function readExternal(text: string): Kept[] {
  return text.split(';').slice(0, LAYERS_MAX).flatMap((entry) => {
    try {
      const parts = entry.split(',').map((part) => decodeURIComponent(part).slice(0, TEXT_MAX));
      if (parts.length !== PARTS.length + 2 || !KINDS.includes(parts[0] as Kind)) return [];
      const layer = Object.fromEntries(PARTS.map((part, i) => [part, parts[i]!])) as unknown as ExternalLayer;
      const places = (url: string) => url.replace(/%7B([zxy])%7D/gi, '{$1}');
      for (const part of ['url', 'legend', 'service'] as const) if (layer[part] || part === 'url') layer[part] = places(webAddress(layer[part]));
      const opacity = Number(parts[PARTS.length]);
      return [{ layer, opacity: opacity >= 0 && opacity <= 1 ? opacity : 1, visible: parts[PARTS.length + 1] !== '0' }];
    } catch {
      return [];
    }
  });
}

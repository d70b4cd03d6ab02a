// Builds the viewer into dist/: hashed assets and an index.html whose addresses are relative to its <base href>, which the
// server rewrites to its public prefix.
//
// Node 20.19 or newer is needed. Where the system's is older (Debian 12 has 18), npm's own `node` package brings one for a
// single command, in this folder and without touching the system:
//     npm exec --yes --package=node@22 -- npm ci
//     npm exec --yes --package=node@22 -- npm run build
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const api = process.env.TERRANE_URL ?? 'http://127.0.0.1:8790';

/** The licences of what is bundled go with it, as they ask. */
function licences(): Plugin {
  const parts = ['maplibre-gl/LICENSE.txt', 'svelte/LICENSE.md', '@fontsource/noto-sans/LICENSE'];
  return {
    name: 'licences',
    apply: 'build',
    generateBundle() {
      const text = parts.map((part) => `${part.slice(0, part.lastIndexOf('/'))}\n\n${readFileSync(`node_modules/${part}`, 'utf8').trim()}\n`);
      this.emitFile({ type: 'asset', fileName: 'assets/licences.txt', source: text.join(`\n${'-'.repeat(72)}\n\n`) });
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [svelte(), licences()],
  worker: { format: 'es' },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1300,
  },
  server: {
    proxy: Object.fromEntries(['/maps', '/collections', '/wms', '/d/', '/geology', '/vocabularies', '/hazards', '/fdsnws'].map((path) => [path, api])),
  },
});

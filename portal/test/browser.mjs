// What every browser test shares: one Chromium, pages that may speak to this machine only, and the server under test.
// TERRANE_URL names a running server and TERRANE_MAP a map on it; without them the mock server is started.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { startMock } from '../dev/mock.mjs';

const ARGUMENTS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
];
export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
export const real = !!process.env.TERRANE_URL;
export const MAP = process.env.TERRANE_MAP ?? 'mino';
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
let mock;
let root;

export async function begin({ prefix = '' } = {}) {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
  mock = real ? null : await startMock({ prefix });
  root = real ? process.env.TERRANE_URL.replace(/\/?$/, '/') : mock.url;
}
export async function end() {
  await browser?.close();
  await mock?.close();
}
export const at = (path) => new URL(path, root).href;

const loopback = (url) => /^(data|blob|about):/.test(url) || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);

/** A page of its own. `close` fails the test where the page asked outside this machine, broke its content policy or threw. */
export async function open({ path = `p/${MAP}`, size = 'desktop', before, ...context } = {}) {
  const own = await browser.newContext({ viewport: typeof size === 'string' ? SIZES[size] : size, locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'], ...(size === 'phone' ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {}), ...context });
  const page = await own.newPage();
  const complaints = [];
  const requests = [];
  // A service worker, a prefetch or a font would all pass here.
  await own.route('**/*', (route) => {
    if (loopback(route.request().url())) return route.continue();
    complaints.push(`asked outside: ${route.request().url()}`);
    return route.abort();
  });
  const waiting = new Set();
  page.on('request', (request) => {
    requests.push(request.url());
    if (request.url().includes('GetMap')) waiting.add(request);
  });
  page.on('requestfinished', (request) => waiting.delete(request)).on('requestfailed', (request) => waiting.delete(request));
  page.on('pageerror', (error) => complaints.push(`threw: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (/Content Security Policy|\[Report Only\]/.test(message.text())) complaints.push(message.text());
  });
  if (before) await before(page);
  await page.goto(at(path));
  return {
    page,
    requests,
    /** Until the map stands and no picture has been on its way for half a second. */
    async settled() {
      await page.locator('canvas.maplibregl-canvas').waitFor();
      for (let quiet = 0, i = 0; quiet < 5; i++) {
        assert.ok(i < 600, 'the map never came to rest');
        await page.waitForTimeout(100);
        quiet = waiting.size === 0 && (await page.locator('.progress').textContent()) === '' ? quiet + 1 : 0;
      }
    },
    pictures: () => requests.map((r) => new URL(r)).filter((u) => u.searchParams.get('REQUEST') === 'GetMap'),
    async close() {
      await own.close();
      assert.deepEqual(complaints, []);
    },
  };
}

/** No serious or critical finding of axe in the page as it stands. */
export async function accessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const bad = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
  assert.deepEqual(bad, [], what);
}

/** How many different colours the map shows, how many dots of one, and the sum of all light: a blank map has one colour. */
export async function coloursOf(page, wanted = [0, 0, 0]) {
  const box = await page.locator('#map').boundingBox();
  // What lies over the map has ink and accents of its own.
  const cover = (visibility) => page.evaluate((v) => document.querySelectorAll('.zoom, .stack, .notices, aside').forEach((e) => (e.style.visibility = v)), visibility);
  await cover('hidden');
  const picture = (await page.screenshot({ clip: box })).toString('base64');
  await cover('');
  return page.evaluate(
    async ({ picture, wanted }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${picture}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      let hits = 0;
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) {
        sum += data[i] + data[i + 1] + data[i + 2];
        seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
        if (data[i] === wanted[0] && data[i + 1] === wanted[1] && data[i + 2] === wanted[2]) hits++;
      }
      return { colours: seen.size, hits, sum };
    },
    { picture, wanted },
  );
}

/** The map document as the server gives it, with its layers in one list. */
export async function documentOf(lang = 'en', id = MAP) {
  const response = await fetch(at(`maps/${id}?f=json&lang=${lang}`));
  assert.equal(response.status, 200, `maps/${id} answers`);
  const doc = await response.json();
  const flat = (nodes) => nodes.flatMap((n) => (n.kind === 'group' ? flat(n.layers) : [n]));
  return { ...doc, flat: flat(doc.layers) };
}

// What every browser test shares: one Chromium, pages that may speak to this machine only, and the server under test.
// TERRANE_URL names a running server and TERRANE_MAP a map on it; without them the mock server is started.
//
// A page comes to a state in its own time, and a busy machine delays it: no test reads a state once after a fixed wait. It waits for
// the state with `until`, `equals`, `addressed` or `seen`. A fixed wait says in a comment what must not happen meanwhile.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { chromium } from 'playwright-core';
import { startMock } from '../dev/mock.mjs';

const ARGUMENTS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
];
export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
export const real = !!process.env.TERRANE_URL;
export const MAP = process.env.TERRANE_MAP ?? 'mino';
/** How long a test waits for anything before it gives up: far longer than a healthy page needs on a busy machine. */
export const PATIENCE_MS = 60_000;
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Asks again and again until the answer is truthy, and returns it. Gives up with `what` and what was last seen: the answer, or what
 * the check handed to `see`, which returns it.
 */
export async function until(check, what, { timeout = PATIENCE_MS, every = 50 } = {}) {
  const end = Date.now() + timeout;
  let last;
  const see = (value) => (last = value);
  for (;;) {
    last = undefined;
    const answer = await check(see);
    if (answer) return answer;
    if (Date.now() > end) assert.fail(`${what}: not after ${timeout / 1000} s; last seen: ${JSON.stringify(last ?? answer)}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
/** Waits until what is read is equal to what is wanted, to the depth of its parts. */
export const equals = (read, wanted, what = 'it is equal') => until(async (see) => isDeepStrictEqual(see(await read()), wanted), `${what}, ${JSON.stringify(wanted)}`);
/** Waits until the address after "#" fulfils a pattern, or a test of its decoded and its plain text; returns it as it stands. */
export function addressed(page, is, what = String(is)) {
  return until(async (see) => {
    const plain = see(await page.evaluate(() => location.hash));
    const text = decodeURIComponent(plain);
    return (is instanceof RegExp ? is.test(text) : is(text, plain)) && plain;
  }, `the address: ${what}`);
}
/** Waits until nothing of the page moves and no part says that it is busy. */
export const calm = (page) =>
  until(
    async (see) => see(await page.evaluate(() => [...document.getAnimations().filter((a) => a.playState === 'running').map((a) => a.effect.target), ...document.querySelectorAll('[aria-busy="true"]')].map((e) => e.outerHTML.slice(0, 80)))).length === 0,
    'the page is calm',
  );

let browser;
let mock;
let root;

export async function begin({ prefix = '' } = {}) {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS, timeout: 2 * PATIENCE_MS });
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
  own.setDefaultTimeout(PATIENCE_MS);
  const page = await own.newPage();
  const complaints = [];
  const requests = [];
  // A service worker, a prefetch or a font would all pass here.
  await own.route('**/*', (route) => {
    const outside = !loopback(route.request().url());
    if (outside) complaints.push(`asked outside: ${route.request().url()}`);
    // A page that is closed meanwhile needs no answer.
    return (outside ? route.abort() : route.continue()).catch(() => {});
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
    /** Until the map is at rest, and no picture has been on its way for half a second. */
    async settled() {
      let since = Date.now();
      await until(async (see) => {
        const now = see(await page.evaluate(() => ({ still: !!document.querySelector('#map[data-still]'), says: document.querySelector('.progress')?.textContent })));
        if (!now.still || now.says !== '' || waiting.size > 0) since = Date.now();
        return Date.now() - since > 500;
      }, 'the map comes to rest', { every: 100 });
    },
    pictures: () => requests.map((r) => new URL(r)).filter((u) => u.searchParams.get('REQUEST') === 'GetMap'),
    async close() {
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await own.close();
      assert.deepEqual(complaints, []);
    },
  };
}

/** No serious or critical finding of axe in the page once it is calm. */
export async function accessible(page, what) {
  await calm(page);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const bad = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
  assert.deepEqual(bad, [], what);
}

/** No word of the page stands outside the screen, unless a part that scrolls sideways holds it, and no word on a button outside the button. */
export async function contained(page, what) {
  await calm(page);
  const outside = await page.evaluate(() => {
    const found = [];
    const scrolls = (e) => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1 ? true : scrolls(e.parentElement));
    const cut = (e) => e && (getComputedStyle(e).textOverflow === 'ellipsis' ? true : cut(e.parentElement));
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const e = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || e.closest('.hidden, [inert], option, script, noscript') || scrolls(e) || cut(e)) continue;
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      const edge = e.closest('button, .button, select')?.getBoundingClientRect() ?? { left: 0, right: innerWidth };
      if ([...range.getClientRects()].some((box) => box.left < edge.left - 1 || box.right > edge.right + 1)) found.push(walk.currentNode.data.trim());
    }
    const wide = document.documentElement.scrollWidth - innerWidth;
    return wide > 0 ? [`the page by ${wide} px`, ...found] : found;
  });
  assert.deepEqual(outside, [], what);
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

/** Waits until pictures of the map fulfil a test, two in a row alike and the map at rest, so that it is none of a drawing half done; returns the colours. */
export function seen(page, is, what, wanted) {
  let before;
  return until(async (see) => {
    const colours = await coloursOf(page, wanted);
    const still = await page.evaluate(() => !!document.querySelector('#map[data-still]'));
    const alike = isDeepStrictEqual(colours, before);
    before = colours;
    see({ ...colours, still, alike });
    return still && alike && is(colours) && colours;
  }, `the map shows it: ${what}`, { every: 250 });
}
/** The colours of the map once it is at rest. */
export const atRest = (page, wanted) => seen(page, () => true, 'rest', wanted);

/** The map document as the server gives it, with its layers in one list. */
export async function documentOf(lang = 'en', id = MAP) {
  const response = await fetch(at(`maps/${id}?f=json&lang=${lang}`));
  assert.equal(response.status, 200, `maps/${id} answers`);
  const doc = await response.json();
  const flat = (nodes) => nodes.flatMap((n) => (n.kind === 'group' ? flat(n.layers) : [n]));
  return { ...doc, flat: flat(doc.layers) };
}

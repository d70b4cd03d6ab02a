// How smooth the map is with very many events: `node dev/smooth.mjs [rounds]` after `npm run build`. Each step is measured with the base
// map alone, so that what the browser and its renderer take for themselves is known, and with few and very many events. Intervals
// between frames count what else the machine does; processor times (of the page's thread from a trace, of the renderer as the browser
// tells) hardly do. Where no graphics card is at hand the renderer is software, and its time is an upper bound of what readers see.
import { chromium } from 'playwright-core';
import { manyPoints } from './hazards.mjs';
import { startMock } from './mock.mjs';

const ROUNDS = Number(process.argv[2] ?? 3);
const COUNTS = (process.env.COUNTS ?? '2,10000,1000000').split(',').map(Number);
const SECONDS = Number(process.env.SECONDS ?? 4);
/** What the page's thread does by our code and MapLibre's, as a trace names it. */
const SCRIPT = ['FunctionCall', 'FireAnimationFrame', 'EventDispatch', 'TimerFire', 'RunMicrotasks', 'EvaluateScript', 'MinorGC', 'MajorGC'];

/** Counts in the page the moments of frames in which the map was drawn, and what was handed over as points, which is events alone. */
function watch() {
  const told = (globalThis.told = { points: [], frames: [], now: 0, drawn: false });
  const { clear } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.clear = function (...what) {
    told.drawn = true;
    return clear.apply(this, what);
  };
  for (const name of ['drawArrays', 'drawElements']) {
    const draw = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (mode, ...rest) {
      if (mode === this.POINTS) told.now += name === 'drawArrays' ? rest[1] : rest[0];
      return draw.call(this, mode, ...rest);
    };
  }
  const frame = (at) => {
    if (told.drawn) {
      told.frames.push(at);
      told.points.push(told.now);
    }
    [told.now, told.drawn] = [0, false];
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? 0;
/** Processor milliseconds of the outermost events of some names, on the thread that drew the frames. */
function scripting(trace) {
  const main = trace.find((e) => e.name === 'FireAnimationFrame');
  if (!main) return 0;
  let [end, sum] = [0, 0];
  for (const e of trace.filter((e) => e.ph === 'X' && e.pid === main.pid && e.tid === main.tid && SCRIPT.includes(e.name)).sort((a, b) => a.ts - b.ts)) {
    if (e.ts < end) continue;
    end = e.ts + e.dur;
    sum += e.tdur ?? e.dur;
  }
  return sum / 1000;
}

async function measure(browser, page, act) {
  const cdp = await browser.newBrowserCDPSession();
  const renderer = async () => (await cdp.send('SystemInfo.getProcessInfo')).processInfo.filter((p) => p.type === 'GPU').reduce((sum, p) => sum + p.cpuTime * 1000, 0);
  await browser.startTracing(page, { categories: ['-*', 'devtools.timeline', 'v8', 'disabled-by-default-devtools.timeline'] });
  await page.evaluate(() => Object.assign(globalThis.told, { points: [], frames: [] }));
  const before = await renderer();
  await act();
  const [told, after] = [await page.evaluate(() => globalThis.told), await renderer()];
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await cdp.detach();
  const gaps = told.frames.slice(1).map((t, i) => t - told.frames[i]);
  const frames = Math.max(1, told.frames.length);
  const points = told.points.reduce((a, b) => a + b, 0) / frames;
  return { frames: told.frames.length / SECONDS, median: at(gaps, 0.5), p95: at(gaps, 0.95), script: scripting(traceEvents) / frames, renderer: (after - before) / frames, points };
}

/** Drags the map to and fro, further than what is kept around the view. */
async function pan(page) {
  const box = await page.locator('#map').boundingBox();
  const y = box.y + box.height * 0.4;
  const [from, wide] = [box.x + box.width * 0.05, box.width * 0.9];
  await page.mouse.move(from, y);
  await page.mouse.down();
  const begun = Date.now();
  for (let now = 0; now < SECONDS * 1000; now = Date.now() - begun) {
    const along = ((now / 1000) * 500) / wide;
    await page.mouse.move(from + wide * Math.abs((along % 2) - (along % 2 > 1 ? 2 : 0)), y);
    await page.waitForTimeout(8);
  }
  await page.mouse.up();
}
async function play(page) {
  await page.locator('.time .play').click();
  await page.waitForTimeout(SECONDS * 1000);
  await page.locator('.time .play').click();
}
const rest = (page) => page.waitForTimeout(700).then(() => page.locator('#map[data-still]').waitFor({ state: 'attached' }));

async function round(browser, url, count, body) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(watch);
  await page.route('**/hazards/points*', (route) => route.fulfill({ contentType: 'application/octet-stream', body }));
  await page.goto(`${url}p/hazards#map=2/10/140&hz=all&layers=&lang=en`);
  await page.waitForFunction((n) => document.querySelector('.time .said')?.textContent.replace(/\D/g, '').includes(String(n)), count, { timeout: 120_000 });
  await rest(page);
  // Once before it counts: tiles come, code gets warm.
  await pan(page);
  await rest(page);
  const steps = { panning: () => pan(page), 'playing a window': () => play(page), 'playing all up to then': () => play(page) };
  const found = {};
  for (const [step, act] of Object.entries(steps)) {
    if (step === 'playing all up to then') {
      await page.locator('.time').getByText('Options').click();
      await page.getByRole('radio', { name: 'All up to then' }).check();
    }
    found[step] = await measure(browser, page, act);
    await rest(page);
  }
  await page.close();
  return found;
}

const mock = await startMock();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] });
const found = {};
const bodies = COUNTS.map(manyPoints);
for (let n = 0; n < ROUNDS; n++)
  for (const [i, count] of COUNTS.entries()) for (const [step, figures] of Object.entries(await round(browser, mock.url, count, bodies[i]))) ((found[step] ??= {})[count] ??= []).push(figures);
await browser.close();
await mock.close();
console.log(`Medians of ${ROUNDS} rounds of ${SECONDS} s: frames of the map a second; milliseconds a frame: interval (and 95th percentile), script, renderer; points handed over a frame.`);
for (const [step, by] of Object.entries(found))
  for (const [count, all] of Object.entries(by)) {
    const middle = (name) => at(all.map((f) => f[name]), 0.5);
    const said = (name) => middle(name).toFixed(1).padStart(7);
    console.log(step.padEnd(23), `${count} events`.padStart(15), said('frames'), said('median'), `(${middle('p95').toFixed(1)})`.padEnd(9), said('script'), said('renderer'), String(Math.round(middle('points'))).padStart(9));
  }

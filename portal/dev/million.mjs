// How smooth the map is with very many events: `node dev/million.mjs [count]` after `npm run build`. Frame times are those that the
// browser hands out; where it draws without a graphics card, as on most servers, they are an upper bound of what readers see.
import { chromium } from 'playwright-core';
import { manyPoints } from './hazards.mjs';
import { startMock } from './mock.mjs';

const count = Number(process.argv[2] ?? 1_000_000);
const body = manyPoints(count);
const mock = await startMock();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.route('**/hazards/points*', (route) => route.fulfill({ contentType: 'application/octet-stream', body }));
await page.goto(`${mock.url}p/hazards#map=2/10/140&hz=all&base=paper&layers=`);
await page.waitForFunction((n) => document.querySelector('.time .said')?.textContent.replace(/\D/g, '').includes(String(n)), count, { timeout: 120_000 });
const frames = (ms, act) =>
  page.evaluate(
    async ({ ms, act }) => {
      const times = [];
      const end = performance.now() + ms;
      let last = performance.now();
      const canvas = document.querySelector('canvas.maplibregl-canvas');
      let x = 600;
      while (performance.now() < end) {
        if (act === 'pan') canvas.dispatchEvent(new MouseEvent('mousemove', { clientX: (x += 3), clientY: 300, bubbles: true, buttons: 1 }));
        await new Promise((done) => requestAnimationFrame(done));
        times.push(performance.now() - last);
        last = performance.now();
      }
      times.sort((a, b) => a - b);
      const at = (share) => Number(times[Math.floor((times.length - 1) * share)].toFixed(1));
      return { frames: times.length, median_ms: at(0.5), p95_ms: at(0.95), longest_ms: at(1) };
    },
    { ms, act },
  );
const play = () => page.locator('.time .play').click();
const say = (what, result) => console.log(what.padEnd(44), JSON.stringify(result));
say(`${count} events, still`, await frames(2000));
await play();
await page.waitForTimeout(500);
say('playing, window of a twentieth', await frames(6000));
await play();
await page.locator('.time').getByText('Options').click();
await page.getByRole('radio', { name: 'All up to then' }).check();
await play();
await page.waitForTimeout(500);
say('playing, all up to then', await frames(6000));
await play();
await page.getByRole('button', { name: 'Whole period' }).click();
await page.mouse.move(800, 300);
await page.mouse.down();
say('panning with all of them', await frames(4000, 'pan'));
await page.mouse.up();
await browser.close();
await mock.close();

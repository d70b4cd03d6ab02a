// Draws a style in MapLibre, in a browser that may speak to this machine only, and says what went wrong.
//   node conformance/maplibre.mjs STYLE-URL WEST,SOUTH,EAST,NORTH PICTURE.png
// The box is degrees; the picture is 512 pixels wide, as high as the box is in Web Mercator.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const portal = fileURLToPath(new URL('../portal/', import.meta.url));
const load = createRequire(`${portal}package.json`);
const { chromium } = load('playwright-core');
const { validateStyleMin } = load('@maplibre/maplibre-gl-style-spec');

const [style, box, picture] = process.argv.slice(2);
const [west, south, east, north] = box.split(',').map(Number);
const y = (latitude) => Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360));
const width = 512;
const height = Math.round((width * (y(north) - y(south))) / (((east - west) * Math.PI) / 180));
const middle = [(west + east) / 2, (Math.atan(Math.sinh((y(north) + y(south)) / 2)) * 180) / Math.PI];
const zoom = Math.log2((360 / (east - west)) * (width / 512));

const page = `<!doctype html><title>map</title><style>body{margin:0}#map{width:${width}px;height:${height}px}</style><div id=map></div>
<script type=module>
import * as maplibre from '/maplibre-gl.mjs';
maplibre.setWorkerUrl?.('/maplibre-gl-worker.mjs');
window.faults = [];
const map = new maplibre.Map({ container: 'map', style: ${JSON.stringify(style)}, center: ${JSON.stringify(middle)}, zoom: ${zoom},
  interactive: false, attributionControl: false, fadeDuration: 0 });
map.on('error', (event) => window.faults.push(String(event.error?.message ?? event.error)));
map.on('idle', () => { window.idle = true; });
</script>`;

const kinds = { mjs: 'text/javascript', css: 'text/css' };
const server = createServer(async (request, response) => {
  if (request.url === '/') return response.setHeader('content-type', 'text/html').end(page);
  const name = request.url.slice(1).replaceAll('..', '');
  try {
    const body = await readFile(`${portal}node_modules/maplibre-gl/dist/${name}`);
    response.setHeader('content-type', kinds[name.split('.').pop()] ?? 'application/octet-stream').end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const invalid = validateStyleMin(await (await fetch(style)).json()).map((fault) => fault.message);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking'],
});
const tab = await browser.newPage({ viewport: { width, height } });
const said = { invalid, faults: [], tiles: 0, height };
const loopback = (url) => /^(data|blob|about):/.test(url) || ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
await tab.route('**/*', (route) => (loopback(route.request().url()) ? route.continue() : (said.faults.push(`asked outside: ${route.request().url()}`), route.abort())));
tab.on('pageerror', (error) => said.faults.push(String(error)));
tab.on('response', (response) => {
  if (!/\/tiles\/\w+\/\d+\//.test(response.url())) return;
  said.tiles += 1;
  if (response.status() >= 400) said.faults.push(`${response.status()} ${response.url()}`);
});
await tab.goto(`http://127.0.0.1:${server.address().port}/`);
await tab.waitForFunction(() => window.idle || window.faults?.length, null, { timeout: 120_000 }).catch((error) => said.faults.push(String(error)));
await tab.waitForTimeout(300);
said.faults.push(...(await tab.evaluate(() => window.faults)));
await tab.screenshot({ path: picture, clip: { x: 0, y: 0, width, height } });
await browser.close();
server.close();
console.log(JSON.stringify(said));

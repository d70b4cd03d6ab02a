// Draws the stand-in pictures of the mock server: just enough of a geological sheet to develop and test against.
// Development and tests only; the real pictures come from the server.
import { deflateSync } from 'node:zlib';

const CRC = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function crc(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = CRC[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

export class Picture {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.px = Buffer.from(new ArrayBuffer(width * height * 4));
  }
  set(x, y, [r, g, b, a = 255]) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const o = (y * this.width + x) * 4;
    this.px[o] = r;
    this.px[o + 1] = g;
    this.px[o + 2] = b;
    this.px[o + 3] = a;
  }
  span(from, to, [r, g, b, a = 255]) {
    if (to > from) new Uint32Array(this.px.buffer, this.px.byteOffset).fill(((a << 24) | (b << 16) | (g << 8) | r) >>> 0, from, to);
  }
  disc(cx, cy, radius, colour) {
    for (let y = Math.floor(cy - radius); y <= cy + radius; y++)
      for (let x = Math.floor(cx - radius); x <= cx + radius; x++)
        if ((x - cx) ** 2 + (y - cy) ** 2 <= radius * radius) this.set(x, y, colour);
  }
  line(points, width, colour) {
    for (let i = 1; i < points.length; i++) {
      const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
      const inside = (x, y) => x > -50 && y > -50 && x < this.width + 50 && y < this.height + 50;
      const n = Math.min(20000, Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) * 2)));
      for (let k = 0; k <= n; k++) {
        const x = x0 + ((x1 - x0) * k) / n;
        const y = y0 + ((y1 - y0) * k) / n;
        if (inside(x, y)) this.disc(x, y, width / 2, colour);
      }
    }
  }
  ring(points, colour) {
    for (let y = 0; y < this.height; y++) {
      const xs = [];
      for (let i = 0; i < points.length; i++) {
        const [x0, y0] = points[i];
        const [x1, y1] = points[(i + 1) % points.length];
        if (y0 <= y !== y1 <= y) xs.push(x0 + ((y - y0) * (x1 - x0)) / (y1 - y0));
      }
      xs.sort((a, b) => a - b);
      for (let i = 0; i + 1 < xs.length; i += 2)
        this.span(y * this.width + Math.min(this.width, Math.max(0, Math.ceil(xs[i]))), y * this.width + Math.max(0, Math.min(this.width, Math.ceil(xs[i + 1]))), colour);
    }
  }
  png() {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(this.width, 0);
    head.writeUInt32BE(this.height, 4);
    head.set([8, 6, 0, 0, 0], 8);
    const row = this.width * 4;
    const raw = Buffer.alloc((row + 1) * this.height);
    for (let y = 0; y < this.height; y++) this.px.copy(raw, y * (row + 1) + 1, y * row, (y + 1) * row);
    return Buffer.concat([
      Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
      chunk('IHDR', head),
      chunk('IDAT', deflateSync(raw, { level: 1 })),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }
}

export const hex = (text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));

// ---- the sheet: folded bands, a river over them, a granite through them -------------------------------------------

export const SHEET = { west: 136.75, south: 35.5, east: 137.0, north: 35.6667 };
export const UNITS = [
  ['a', '#f7f3d8', 'Alluvium and present riverbed deposits', '沖積層及び現河床堆積物', 'Quaternary', '第四紀', 'Gravel, sand and mud', '礫・砂及び泥'],
  ['Kgr', '#ec6572', 'Koka Granite', '高賀花崗岩', 'Late Cretaceous', '後期白亜紀', 'Biotite granite and granite porphyry', '黒雲母花崗岩及び花崗斑岩'],
  ['Ktu', '#d58985', 'Katachiyama Formation, Upper Member', '片知山層 上部層', 'Late Cretaceous', '後期白亜紀', 'Rhyolite welded tuff', '流紋岩溶結凝灰岩'],
  ['Nms', '#b8d0f1', 'Nabi Unit, mudstone', '那比ユニット 泥岩', 'Middle Jurassic–earliest Cretaceous', 'ジュラ紀中期–白亜紀最前期', 'Mudstone and alternating beds of mudstone and sandstone', '泥岩及び泥岩優勢な砂岩泥岩互層'],
  ['Nsi', '#cecbe5', 'Nabi Unit, siliceous mudstone', '那比ユニット 珪質泥岩', 'Middle Jurassic–earliest Cretaceous', 'ジュラ紀中期–白亜紀最前期', 'Siliceous mudstone', '珪質泥岩'],
  ['Nch', '#f6974a', 'Nabi Unit, chert', '那比ユニット 層状チャート', 'Triassic–Jurassic', '三畳紀–ジュラ紀', 'Bedded chert', '層状チャート'],
  ['Nss', '#ded481', 'Nabi Unit, sandstone', '那比ユニット 砂岩', 'Middle Jurassic–earliest Cretaceous', 'ジュラ紀中期–白亜紀最前期', 'Massive sandstone and alternating beds of sandstone and mudstone', '塊状砂岩及び砂岩泥岩互層'],
  ['Fmx', '#c8ae9b', 'Funafuseyama Unit, mixed rocks', '舟伏山ユニット 混在岩', 'Middle Jurassic', 'ジュラ紀中期', 'Mudstone with clasts of sandstone, siliceous mudstone, chert, limestone and basalt', '泥岩，砂岩・珪質泥岩・チャート・石灰岩・玄武岩の礫・岩塊を含む'],
  ['Fch', '#f0a868', 'Funafuseyama Unit, chert', '舟伏山ユニット 層状チャート', 'Permian–Triassic', 'ペルム紀–三畳紀', 'Bedded chert', '層状チャート'],
  ['Fls', '#3a69ba', 'Funafuseyama Unit, limestone', '舟伏山ユニット 石灰岩', 'Permian', 'ペルム紀', 'Limestone', '石灰岩'],
  ['Fbs', '#355b46', 'Funafuseyama Unit, basalt', '舟伏山ユニット 玄武岩', 'Permian', 'ペルム紀', 'Basalt', '玄武岩'],
  ['Kmx', '#bfae9f', 'Kanayama Unit, mixed rocks', '金山ユニット 混在岩', 'Late Jurassic', '後期ジュラ紀', 'Mudstone with clasts mainly of sandstone, siliceous mudstone and chert', '泥岩，主に砂岩・珪質泥岩・チャートの礫・岩塊を含む'],
  ['Kss', '#d2c878', 'Kanayama Unit, sandstone', '金山ユニット 砂岩', 'Late Jurassic', '後期ジュラ紀', 'Massive sandstone', '塊状砂岩'],
];
const unit = (symbol) => UNITS.findIndex((u) => u[0] === symbol);
const BANDS = [
  ['Kmx', 0.1], ['Fch', 0.018], ['Kmx', 0.07], ['Kss', 0.08], ['Fch', 0.022], ['Fmx', 0.06], ['Fch', 0.02], ['Fbs', 0.03],
  ['Fls', 0.018], ['Fch', 0.024], ['Fmx', 0.06], ['Nss', 0.09], ['Nch', 0.022], ['Nsi', 0.03], ['Nms', 0.08], ['Nch', 0.02],
  ['Nms', 0.05], ['Nss', 0.05], ['Nch', 0.018], ['Nms', 0.04], ['Ktu', 1],
];
const EDGES = [-9];
for (const [, thick] of BANDS) EDGES.push((EDGES.length === 1 ? 0 : EDGES.at(-1)) + thick);
const U = (lon) => (lon - SHEET.west) / (SHEET.east - SHEET.west);
const fold = (lon) => 0.1 * Math.sin(U(lon) * 8.2 + 0.6) + 0.035 * Math.sin(U(lon) * 23 + 1) + 0.008 * Math.sin(U(lon) * 71) - 0.12 * U(lon) + 0.02;
const river = (lon) => 0.42 + 0.16 * Math.sin(U(lon) * 5.1 + 2.2) + 0.03 * Math.sin(U(lon) * 29);
const riverHalf = (lon) => 0.012 + 0.007 * Math.sin(U(lon) * 17) + 0.012 * U(lon);
const V = (lat) => (lat - SHEET.south) / (SHEET.north - SHEET.south);
const latOf = (v) => SHEET.south + v * (SHEET.north - SHEET.south);
const GRANITE = { u: 0.76, v: 0.8, ru: 0.13, rv: 0.12 };
const graniteEdge = (angle) => 1 + 0.12 * Math.sin(angle * 3 + 1) + 0.06 * Math.sin(angle * 7);
const inGranite = (u, v) => {
  const [x, y] = [(u - GRANITE.u) / GRANITE.ru, (v - GRANITE.v) / GRANITE.rv];
  return Math.hypot(x, y) < graniteEdge(Math.atan2(y, x));
};
const bandOf = (s) => {
  let k = 0;
  while (k < BANDS.length - 1 && s >= EDGES[k + 1]) k++;
  return k;
};

/** The unit under a place: its number in UNITS and which body of it, or null outside the sheet. */
export function unitAt(lon, lat) {
  if (lon < SHEET.west || lon > SHEET.east || lat < SHEET.south || lat > SHEET.north) return null;
  const [u, v] = [U(lon), V(lat)];
  if (Math.abs(v - river(lon)) < riverHalf(lon)) return { unit: unit('a'), body: 'river' };
  if (inGranite(u, v)) return { unit: unit('Kgr'), body: 'granite' };
  const k = bandOf(v - fold(lon));
  return { unit: unit(BANDS[k][0]), body: k };
}
/** The outline of such a body, in longitude and latitude. */
export function outlineOf(body) {
  const ring = [];
  const clampV = (v) => Math.max(0, Math.min(1, v));
  const edge = (from, to, at) => {
    for (let i = 0; i <= 160; i++) {
      const lon = SHEET.west + (from + ((to - from) * i) / 160) * (SHEET.east - SHEET.west);
      ring.push([lon, latOf(clampV(at(lon)))]);
    }
  };
  if (body === 'granite') {
    for (let i = 0; i <= 120; i++) {
      const a = (i / 120) * 2 * Math.PI;
      ring.push([SHEET.west + (GRANITE.u + GRANITE.ru * graniteEdge(a) * Math.cos(a)) * 0.25, latOf(clampV(GRANITE.v + GRANITE.rv * graniteEdge(a) * Math.sin(a)))]);
    }
  } else {
    const low = body === 'river' ? (l) => river(l) - riverHalf(l) : (l) => EDGES[body] + fold(l);
    const high = body === 'river' ? (l) => river(l) + riverHalf(l) : (l) => EDGES[body + 1] + fold(l);
    edge(0, 1, low);
    edge(1, 0, high);
  }
  ring.push(ring[0]);
  return ring.map(([x, y]) => [Math.round(x * 1e6) / 1e6, Math.round(y * 1e6) / 1e6]);
}

export const FAULTS = [
  { id: 1, name: ['Mugigawa Fault', '武儀川断層'], points: [[136.75, 35.60], [136.79, 35.594], [136.84, 35.605], [136.9, 35.598], [136.95, 35.585], [137.0, 35.578]] },
  { id: 2, name: ['Thrust of the Kanayama Unit', '金山ユニットの衝上断層'], points: [[136.77, 35.5], [136.81, 35.53], [136.86, 35.535], [136.92, 35.528], [136.965, 35.5]] },
];
export const DIPS = Array.from({ length: 120 }, (_, i) => {
  const lon = SHEET.west + 0.012 + ((i * 0.61803398875) % 1) * 0.226;
  const lat = SHEET.south + 0.008 + ((i * 0.7548776662) % 1) * 0.15;
  const slope = (fold(lon + 0.001) - fold(lon - 0.001)) / 0.002;
  return { id: i + 1, lon, lat, strike: Math.round((90 - (Math.atan(slope * 0.1667) * 180) / Math.PI + 360) % 360), dip: 30 + ((i * 37) % 60) };
});
export const PLACES = [
  ['Mino', '美濃', 136.9075, 35.5447, 20800], ['Seki', '関', 136.9179, 35.4959, 89100], ['Gifu', '岐阜', 136.7606, 35.4233, 402500],
  ['Yamagata', '山県', 136.7812, 35.5061, 26100], ['Gujo', '郡上', 136.9644, 35.7486, 41200], ['Nagoya', '名古屋', 136.9066, 35.1815, 2320000],
  ['Itadori', '板取', 136.8233, 35.6489, 1500], ['Horado', '洞戸', 136.8394, 35.6007, 2000], ['Minokamo', '美濃加茂', 137.0159, 35.4402, 57000],
  ['Kyoto', '京都', 135.7681, 35.0116, 1464000], ['Tokyo', '東京', 139.6917, 35.6895, 14000000], ['Osaka', '大阪', 135.5023, 34.6937, 2691000],
].map(([en, ja, lon, lat, people], i) => ({ id: i + 1, en, ja, lon, lat, people }));

export const RAMP = [[-200, '#2166ac'], [-120, '#67a9cf'], [-40, '#d1e5f0'], [0, '#f7f7f7'], [40, '#fddbc7'], [120, '#ef8a62'], [200, '#b2182b']];
export const GRID = { west: 136.5, south: 35.3, east: 137.3, north: 35.9 };
export function magnetic(lon, lat) {
  if (lon < GRID.west || lon > GRID.east || lat < GRID.south || lat > GRID.north) return null;
  const bump = (x, y, r, h) => h * Math.exp(-((lon - x) ** 2 + (lat - y) ** 2) / (r * r));
  return bump(136.94, 35.63, 0.07, 190) - bump(136.92, 35.7, 0.08, 130) + bump(136.7, 35.45, 0.13, 90) - bump(137.1, 35.5, 0.15, 140) + 18 * Math.sin(lon * 60) * Math.cos(lat * 75);
}
const RAMP_TABLE = Array.from({ length: 401 }, (_, i) => {
  const v = i - 200;
  let k = 0;
  while (k < RAMP.length - 2 && v > RAMP[k + 1][0]) k++;
  const f = Math.max(0, Math.min(1, (v - RAMP[k][0]) / (RAMP[k + 1][0] - RAMP[k][0])));
  const [a, b] = [hex(RAMP[k][1]), hex(RAMP[k + 1][1])];
  return a.map((c, j) => Math.round(c + (b[j] - c) * f));
});

const COAST = [[130.9, 33.9], [132.5, 34.2], [134.0, 34.6], [135.1, 34.6], [135.4, 34.65], [135.1, 33.9], [135.8, 33.45], [136.3, 34.1], [136.9, 34.3], [136.55, 34.65], [136.75, 35.05], [136.9, 35.05], [136.85, 34.75], [137.2, 34.6], [138.2, 34.6], [138.6, 35.1], [138.8, 34.65], [139.1, 35.2], [139.75, 35.2], [139.8, 35.65], [140.1, 35.6], [139.85, 35.0], [140.85, 35.7], [140.7, 36.8], [141.6, 38.3], [142.0, 39.6], [141.4, 41.4], [140.2, 41.2], [139.8, 39.5], [138.6, 37.6], [137.3, 36.8], [137.3, 37.5], [136.7, 37.2], [136.7, 36.7], [136.0, 35.9], [135.9, 35.6], [134.3, 35.6], [132.7, 35.5], [131.0, 34.4]];

const R = 6378137;
export const toLon = (x) => (x / R) * (180 / Math.PI);
export const toLat = (y) => (2 * Math.atan(Math.exp(y / R)) - Math.PI / 2) * (180 / Math.PI);
export const toX = (lon) => R * lon * (Math.PI / 180);
export const toY = (lat) => R * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));

const BORDER = [92, 82, 74];
const DRAW = {
  basemap(pic, at) {
    pic.span(0, pic.width * pic.height, [223, 231, 234]);
    pic.ring(COAST.map(at.pixel), [241, 239, 233]);
    pic.line([...COAST, COAST[0]].map(at.pixel), at.dots, [168, 181, 186]);
    const course = Array.from({ length: 120 }, (_, i) => {
      const lon = SHEET.west - 0.4 + (i / 119) * 1.0;
      return at.pixel([lon, latOf(river(lon))]);
    });
    pic.line(course, 1.6 * at.dots, [190, 208, 214]);
  },
  'gsj-mino-units'(pic, at) {
    const colours = UNITS.map((u, n) => (at.keeps('gsj-mino-units', n) ? hex(at.paint('gsj-mino-units', n) ?? u[1]) : null));
    const above = new Int16Array(pic.width).fill(-2);
    for (let y = 0; y < pic.height; y++) {
      let left = -2;
      for (let x = 0; x < pic.width; x++) {
        const found = unitAt(at.lon(x), at.lat(y));
        const key = found ? (typeof found.body === 'number' ? found.body : found.body === 'river' ? 98 : 99) : -1;
        if (found && colours[found.unit]) pic.set(x, y, (left !== key && left !== -2) || (above[x] !== key && above[x] !== -2) ? BORDER : colours[found.unit]);
        left = key;
        above[x] = key;
      }
    }
  },
  'gsj-mino-faults'(pic, at) {
    for (const [n, fault] of FAULTS.entries()) if (at.keeps('gsj-mino-faults', n)) pic.line(fault.points.map(at.pixel), 2.4 * at.dots, [30, 30, 30]);
  },
  'gsj-mino-strdip'(pic, at) {
    for (const d of DIPS) {
      const [x, y] = at.pixel([d.lon, d.lat]);
      const a = ((d.strike - 90) * Math.PI) / 180;
      const [dx, dy] = [Math.cos(a) * 9 * at.dots, Math.sin(a) * 9 * at.dots];
      pic.line([[x - dx, y - dy], [x + dx, y + dy]], 1.6 * at.dots, [20, 20, 20]);
      pic.line([[x, y], [x - dy * 0.45, y + dx * 0.45]], 1.6 * at.dots, [20, 20, 20]);
    }
  },
  'mino-magnetic'(pic, at) {
    for (let y = 0; y < pic.height; y++)
      for (let x = 0; x < pic.width; x++) {
        const v = magnetic(at.lon(x), at.lat(y));
        if (v !== null) pic.set(x, y, RAMP_TABLE[Math.max(0, Math.min(400, Math.round(v) + 200))]);
      }
  },
  places(pic, at) {
    for (const p of PLACES) {
      const [x, y] = at.pixel([p.lon, p.lat]);
      pic.disc(x, y, 4.5 * at.dots, [251, 250, 247]);
      pic.disc(x, y, 3.2 * at.dots, [27, 30, 35]);
    }
  },
  'pacific-quakes'(pic, at) {
    for (let i = 0; i < 60; i++) {
      const lon = 165 + ((i * 0.618) % 1) * 35;
      const [x, y] = at.pixel([lon > 180 ? lon - 360 : lon, -25 + ((i * 0.7549) % 1) * 20]);
      pic.disc(x, y, (2 + (i % 4) * 1.5) * at.dots, [179, 84, 30]);
    }
  },
};
export const DRAWN = Object.keys(DRAW);

/** One GetMap picture. `dots` is how many picture dots make one nominal pixel. */
export function draw(layers, [minx, miny, maxx, maxy], width, height, dots = 1, { keeps = () => true, paint = () => null } = {}) {
  const pic = new Picture(width, height);
  const at = {
    dots,
    keeps,
    paint,
    lon: (x) => toLon(minx + ((x + 0.5) / width) * (maxx - minx)),
    lat: (y) => toLat(maxy - ((y + 0.5) / height) * (maxy - miny)),
    pixel: ([lon, lat]) => [((toX(lon) - minx) / (maxx - minx)) * width, ((maxy - toY(lat)) / (maxy - miny)) * height],
  };
  const lats = Array.from({ length: height }, (_, y) => at.lat(y));
  const lons = Array.from({ length: width }, (_, x) => at.lon(x));
  at.lon = (x) => lons[x];
  at.lat = (y) => lats[y];
  for (const layer of layers) DRAW[layer]?.(pic, at);
  return pic.png();
}

export function swatch(kind, colour, width = 40, height = 20) {
  const pic = new Picture(width, height);
  const [w, h] = [width - 1, height - 1];
  if (kind === 'fill') {
    for (let y = 0; y <= h; y++) for (let x = 0; x <= w; x++) pic.set(x, y, x === 0 || y === 0 || x === w || y === h ? BORDER : hex(colour));
  } else if (kind === 'line') {
    pic.line([[2, h / 2], [w - 2, h / 2]], 2.4, hex(colour));
  } else if (kind === 'dip') {
    pic.line([[w / 2 - 9, h / 2], [w / 2 + 9, h / 2]], 1.6, hex(colour));
    pic.line([[w / 2, h / 2], [w / 2, h / 2 + 6]], 1.6, hex(colour));
  } else {
    pic.disc(w / 2, h / 2, 4, hex(colour));
  }
  return `data:image/png;base64,${pic.png().toString('base64')}`;
}

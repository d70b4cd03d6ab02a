import { begin, end, open, accessible } from './test/browser.mjs';
await begin();
const out = '/tmp/pg-shots/';
const which = process.argv.slice(2);
const want = (n) => which.length === 0 || which.includes(n);
const units = 'layers=places,gsj-mino-faults,gsj-mino-units::age';
const MAPID = process.env.TERRANE_MAP ?? 'mino';
const shot = async (name, opts, hash, steps = async () => {}) => {
  if (!want(name)) return;
  const v = await open({ path: `p/${MAPID}#map=11/35.58/136.88&${hash}`, ...opts });
  try {
    await v.settled();
    await steps(v.page, v);
    await v.page.waitForTimeout(900);
    await v.page.screenshot({ path: `${out}${name}.png` });
    await accessible(v.page, name).catch((e) => console.log(name, 'AXE', e.message.slice(0, 600)));
  } catch (e) { console.log(name, e.message.slice(0, 500)); await v.page.screenshot({ path: `${out}${name}.png` }); }
  await v.close().catch((e) => console.log(name, e.message.slice(0, 400)));
};
const legend = (p) => p.getByRole('tab', { name: /^(Legend|凡例)$/ }).click();
const askTab = (p) => p.getByRole('tab', { name: /^(Geology|地質)$/ }).click();
await shot('layers', {}, 'lang=en');
await shot('legend', {}, `${units}&lang=en`, legend);
await shot('legend-only', {}, `${units}&lang=en`, async (p) => { await legend(p); await p.getByRole('treeitem', { name: /^Jurassic/ }).click(); });
await shot('legend-hover', {}, `${units}&lang=en`, async (p) => { await legend(p); await p.getByRole('treeitem', { name: /^Triassic|^Middle Jurassic/ }).first().hover(); await p.waitForTimeout(1200); });
await shot('legend-ja-dark', { colorScheme: 'dark' }, `${units.replace('age', 'lithology')}&lang=ja`, legend);
await shot('ask-empty', {}, `${units}&lang=en`, askTab);
await shot('ask-suggest', {}, `${units}&lang=en`, async (p) => { await askTab(p); await p.getByRole('combobox', { name: 'An age or a rock' }).fill('ジュラ'); await p.waitForTimeout(500); });
await shot('ask-jurassic', {}, `${units}&age=Jurassic&lang=en`, async (p) => { await askTab(p); await p.waitForTimeout(1500); });
await shot('ask-ja-dark', { colorScheme: 'dark' }, `${units}&age=Jurassic&rock=limestone&lang=ja`, async (p) => { await askTab(p); await p.waitForTimeout(1500); });
await shot('ask-draw', {}, `${units}&lang=en`, async (p) => {
  await askTab(p); await p.getByLabel('Within').selectOption('drawn'); await p.getByRole('button', { name: 'Draw an area' }).click();
  const b = await p.locator('#map').boundingBox();
  for (const [x, y] of [[0.3, 0.3], [0.6, 0.35], [0.5, 0.7]]) { await p.mouse.click(b.x + b.width * x, b.y + b.height * y); await p.waitForTimeout(400); }
  await p.getByRole('button', { name: 'Finish' }).click(); await p.waitForTimeout(1200);
});
await shot('mapping', {}, `${units}&lang=en`, async (p) => {
  await p.getByRole('button', { name: /^Details of .*(units|Geological)/i }).first().click(); await p.getByRole('button', { name: 'How its legend is read' }).first().click(); await p.waitForTimeout(1200);
});
await shot('phone-legend', { size: 'phone' }, `${units}&lang=en`, async (p) => { await p.getByRole('tab', { name: 'Legend' }).tap(); await p.waitForTimeout(600); await p.locator('.handle').click(); });
await shot('phone-only', { size: 'phone' }, `${units}&only=age:Jurassic&lang=en`, async (p) => { await p.getByRole('tab', { name: 'Legend' }).tap(); await p.waitForTimeout(600); });
await shot('phone-ask', { size: 'phone', colorScheme: 'dark' }, `${units}&age=Jurassic&lang=ja`, async (p) => { await p.getByRole('tab', { name: '地質' }).tap(); await p.waitForTimeout(1500); await p.locator('.handle').click(); await p.waitForTimeout(400); });
await shot('phone-mapping', { size: 'phone' }, `${units}&lang=en`, async (p) => {
  await p.getByRole('tab', { name: 'Layers' }).tap(); await p.locator('.handle').click(); await p.waitForTimeout(400);
  await p.getByRole('button', { name: /^Details of .*(units|Geological)/i }).first().click(); await p.getByRole('button', { name: 'How its legend is read' }).first().click(); await p.waitForTimeout(1200);
});
await end();

import { begin, end, open, accessible } from './test/browser.mjs';
await begin();
const out = '/tmp/pg-shots/real-';
const which = process.argv.slice(2);
const shot = async (name, opts, path, steps = async () => {}) => {
  if (which.length && !which.includes(name)) return;
  const v = await open({ path, ...opts });
  try { await v.page.locator('canvas.maplibregl-canvas').waitFor(); await v.page.waitForTimeout(3000); await steps(v.page, v); await v.page.waitForTimeout(3500); await v.page.screenshot({ path: `${out}${name}.png` }); }
  catch (e) { console.log(name, e.message.slice(0, 400)); await v.page.screenshot({ path: `${out}${name}.png` }); }
  await v.close().catch((e) => console.log(name, e.message.slice(0, 400)));
};
const at = '#map=11/35.58/136.88';
await shot('age', {}, `p/geologic-unit-view${at}&lang=en`, (p) => p.getByRole('tab', { name: 'Legend' }).click());
await shot('lith-ja', {}, `p/mino${at}&layers=gsj-mino-units::lithology,gsj-mino-lines::faultType&base=paper&lang=ja`, (p) => p.getByRole('tab', { name: '凡例' }).click());
await shot('ask', {}, `p/geologic-unit-view${at}&age=Jurassic&role=accretion&rock=limestone&lang=en`, async (p) => { await p.getByRole('tab', { name: 'Geology' }).click(); await p.waitForTimeout(2500); await p.locator('#tabpanel').evaluate((e) => (e.scrollTop = 300)); });
await shot('mapping', {}, `p/mino${at}&lang=en`, async (p) => { await p.getByRole('button', { name: /^Details of .*units/i }).first().click(); await p.getByRole('button', { name: 'How its legend is read' }).click(); await p.waitForTimeout(2000); });
await shot('country', {}, `p/geologic-unit-view${at}&lang=en`, async (p) => { await p.getByRole('tab', { name: 'Geology' }).click(); await p.waitForTimeout(2500); await p.getByLabel('Within').selectOption('country'); await p.getByLabel('a country').last().selectOption({ label: 'Japan' }); await p.waitForTimeout(4000); });
await end();

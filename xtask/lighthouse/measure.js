// node measure.js URL REPORT: writes the Lighthouse scores of a page on a slow phone (Lighthouse's default), in one line.
import { launch } from 'chrome-launcher';
import { writeFile } from 'node:fs/promises';
import lighthouse from 'lighthouse';

const [url, report] = process.argv.slice(2);
const chrome = await launch({ chromeFlags: ['--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run'] });
try {
  const result = await lighthouse(url, {
    port: chrome.port,
    onlyCategories: ['performance', 'accessibility', 'best-practices'],
    extraHeaders: { cookie: process.env['LATCHKEY_COOKIES'] ?? '' },
  });
  const { audits, categories } = result.lhr;
  const scores = Object.values(categories).map(({ title, score }) => `${title} ${Math.round(score * 100)}`);
  const missed = Object.values(categories)
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
    .map(({ id }) => `${id} ${audits[id].displayValue ?? ''}`.trim());
  const bytes = audits['network-requests']?.details.items
    .filter(({ url }) => /\.(wasm|js)$/.test(new URL(url).pathname))
    .reduce((sum, { transferSize }) => sum + transferSize, 0);
  await writeFile(report, `${scores.join(', ')}; wasm and JavaScript ${bytes} B; below 90: ${missed.join(', ') || 'nothing'}\n`);
} finally {
  chrome.kill();
}

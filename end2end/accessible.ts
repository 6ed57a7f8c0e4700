// Accessibility checks that every page must pass.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [360, 1440];

/** Expects no finding of axe and no horizontal scrolling, in light and dark, at phone and desktop width. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    // axe takes a link at the edge of a scrolled window for an obscured one.
    await page.evaluate(() => window.scrollTo({ top: 0, behavior: 'instant' }));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const where = `${page.url()}, ${width} px, ${colorScheme}`;
      const { violations } = await new AxeBuilder({ page }).withTags(LEVELS).setLegacyMode().analyze();
      const findings = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.failureSummary && `${node.html} ${node.failureSummary}`) }));
      expect.soft(findings, where).toEqual([]);
      const [content, window] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect.soft(content, `${where}: scrolls sideways`).toBeLessThanOrEqual(window ?? 0);
    }
  }
}

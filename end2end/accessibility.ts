// Accessibility checks of pages.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test, type WorkerFixtures } from './fixtures.ts';

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [360, 1440];
/** The widths at which layouts differ. They take more than twice as long as a phone and a desktop alone. */
export const ALL_WIDTHS = [360, 768, 1280, 1440, 1920];

/**
 * Expects no violation by axe and no horizontal scrolling, in light and dark mode, on a phone and a desktop or at the given widths. With a
 * selector, only this part of the page is checked: an open menu covers links beside it in part. Pages are the same on both databases, so one is
 * enough.
 */
export async function expectAccessible(page: Page, part?: string, widths = WIDTHS): Promise<void> {
  if ((test.info().project.use as Partial<WorkerFixtures>).database === 'postgres') {
    return;
  }
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    // axe reports a link at the edge of a scrolled window as obscured.
    await page.evaluate(() => window.scrollTo({ top: 0, behavior: 'instant' }));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const where = `${page.url()}, ${width} px, ${colorScheme}`;
      const axe = (await axeIn(page)).withTags(LEVELS);
      const { violations } = await (part === undefined ? axe : axe.include(part)).analyze();
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

/**
 * Returns axe for a page. Its script of more than a megabyte is sent to each document once, instead of twice for each analysis. Elements that
 * violate nothing are not described in the result.
 */
async function axeIn(page: Page): Promise<AxeBuilder> {
  const isLoaded = await page.evaluate(() => 'axe' in window);
  const axe = isLoaded ? new AxeBuilder({ page, axeSource: 'undefined' }) : new AxeBuilder({ page });
  return axe.setLegacyMode().options({ resultTypes: ['violations'] });
}

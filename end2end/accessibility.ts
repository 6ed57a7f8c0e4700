// Accessibility checks of pages.
import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, test, type WorkerFixtures } from './fixtures.ts';
import type { Database } from './server.ts';

/** The dialog above a page. */
export const DIALOG = 'dialog[open]';

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** The widths at which layouts differ. */
export const ALL_WIDTHS = [360, 768, 1280, 1440, 1920];
/** A phone and a desktop, unless all widths are asked for: they take more than twice as long. */
const WIDTHS = process.env['LATCHKEY_TEST_ALL_WIDTHS'] ? ALL_WIDTHS : [360, 1440];
const SCHEMES = ['light', 'dark'] as const;
/** The rules that compare colours. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
/** The rules that a width can change. All others read the document, and which of its elements are shown. */
const LAYOUT = [...COLOURS, 'target-size', 'scrollable-region-focusable'];

interface Options {
  /** The database with which the page is checked; what only one of them can show is checked there. Otherwise pages are the same on both. */
  database?: Database;
  widths?: number[];
}

/**
 * Expects no violation by axe and no horizontal scrolling, in light and dark mode, on a phone and a desktop or at the given widths, with and
 * without JavaScript. With a selector, only this part of the page is checked: an open menu covers links beside it in part.
 */
export async function expectAccessible(
  page: Page,
  part?: string,
  { database = 'sqlite', widths = WIDTHS }: Options = {},
): Promise<void> {
  const { database: current = 'sqlite' } = test.info().project.use as Partial<WorkerFixtures>;
  if (current !== database) {
    return;
  }
  const size = page.viewportSize();
  await loadAxe(page);
  // All rules run once for each set of elements that is shown: media and container queries hide some of them.
  const checked = new Set<string>();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const where = `${page.url()}, ${width} px, ${colorScheme}`;
      const { shown, scrollWidth, clientWidth } = await readLayout(page);
      expect.soft(scrollWidth, `${where}: scrolls sideways`).toBeLessThanOrEqual(clientWidth);
      // A colour scheme moves nothing.
      const rules = colorScheme === 'light' ? LAYOUT : COLOURS;
      expect.soft(await violations(page, part, checked.has(shown) ? rules : undefined), where).toEqual([]);
      checked.add(shown);
    }
  }
  if (size) {
    await page.setViewportSize(size);
  }
}

/** Sends axe to the document, unless it is there. */
async function loadAxe(page: Page): Promise<void> {
  if (await page.evaluate(() => 'axe' in window)) {
    return;
  }
  await page.evaluate(axe.source);
  await page.evaluate(() => {
    // axe yields after each rule. In a browser without JavaScript timers do not run, but promises do.
    if (matchMedia('(scripting: none)').matches) {
      Object.assign(window, { setTimeout: (next: () => void) => void Promise.resolve().then(next) });
    }
  });
}

/** Scrolls to the top, because axe reports a link at the edge of a scrolled window as obscured. Returns which elements are shown, and the widths. */
async function readLayout(page: Page): Promise<{ shown: string; scrollWidth: number; clientWidth: number }> {
  return page.evaluate(() => {
    scrollTo({ top: 0, behavior: 'instant' });
    const { scrollWidth, clientWidth } = document.documentElement;
    const elements = [...document.querySelectorAll('*')];
    const shown = elements.map((element) => (element.checkVisibility({ visibilityProperty: true }) ? '1' : '0')).join('');
    return { shown, scrollWidth, clientWidth };
  });
}

interface Violation {
  id: string;
  help: string;
  nodes: string[];
}

/** Returns what violates the rules, or any rule of the levels. */
async function violations(page: Page, part: string | undefined, rules: string[] | undefined): Promise<Violation[]> {
  const found = await page.evaluate(
    async ({ part, rules, levels }) => {
      const { axe: loaded } = window as unknown as { axe: typeof axe };
      const results = await loaded.run(part ?? document, {
        runOnly: rules ? { type: 'rule', values: rules } : { type: 'tag', values: levels },
        // Elements that violate nothing are not described.
        resultTypes: ['violations'],
        // Only rules about video and audio, of which there is none, need more than the document.
        preload: false,
      });
      return results.violations;
    },
    { part, rules, levels: LEVELS },
  );
  return found.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) }));
}

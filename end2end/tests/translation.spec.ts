import { type Page } from '@playwright/test';
import { createKey, expect, people, row, test, unique } from '../fixtures.ts';

/** Changes the page as a browser's translation does: each text that may be translated is moved into two `<font>` elements. */
async function translate(page: Page): Promise<void> {
  await page.evaluate(() => {
    const texts: Text[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode as Text;
      if (text.data.trim() !== '' && text.parentElement?.closest('[translate="no"], script, style, svg') === null) {
        texts.push(text);
      }
    }
    for (const text of texts) {
      const outer = document.createElement('font');
      const inner = document.createElement('font');
      text.replaceWith(outer);
      outer.append(inner);
      inner.append(`${text.data}·`);
    }
  });
}

test('a translated list still selects, counts, sorts and opens keys, and keeps their names and ids', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const marker = unique('Translated').replace(' ', '');
  const one = await createKey(page, paths, `${marker} one`);
  const two = await createKey(page, paths, `${marker} two`);
  await open(`${paths.keys}?search=${marker}`);
  await translate(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('API Keys·');
  await expect(row(page, one.name).locator('.masked-key')).toHaveText(new RegExp(`^${one.id.slice(0, 8)}.*${one.id.slice(-4)}$`));

  const count = page.locator('.bulk-count');
  for (const [key, words] of [
    [one, '1 selected'],
    [two, '2 selected'],
  ] as const) {
    await row(page, key.name).getByRole('checkbox').check();
    await expect(count).toHaveText(words);
  }
  await row(page, two.name).getByRole('checkbox').uncheck();
  await expect(count).toHaveText('1 selected');

  await page.locator('#sort-name').click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(row(page, one.name)).toContainText('Active');

  await translate(page);
  await row(page, one.name).getByRole('link', { name: one.name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(one.name);
  await expect(page.locator('p.key-id code')).toHaveText(one.id);
});

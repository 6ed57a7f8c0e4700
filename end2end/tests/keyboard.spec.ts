// What the Tab key and the arrow keys reach.
import { createKey, expect, people, test, unique } from '../fixtures.ts';

test('a time is no tab stop', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, open, paths, unique('Timed'));
  await open(`${paths.keys}/${key.id}?tab=history`);
  const made = page.getByRole('region', { name: 'History' }).locator('time').first();
  await expect(made).toHaveAttribute('title', /\d\d:\d\d/);
  expect(await page.locator('time').evaluateAll((times) => times.filter((time) => (time as HTMLElement).tabIndex >= 0))).toEqual([]);
});

test('in the form for a new key, the Tab key goes down one column before the other', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(`${paths.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await expect(dialog).toBeVisible();
  const lefts = await dialog
    .locator('.form-fields')
    .locator('input:not([type=hidden]), textarea, select, summary')
    .evaluateAll((fields) => fields.filter((field) => field.checkVisibility()).map((field) => field.closest('#scopes') !== null));
  const first = lefts.indexOf(true);
  expect(first).toBeGreaterThan(4);
  expect(lefts.slice(first)).not.toContain(false);
});

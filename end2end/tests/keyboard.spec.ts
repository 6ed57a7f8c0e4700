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

import { createKey, expect, people, row, test, unique } from '../fixtures.ts';

test('the catalogue of scopes leads to the keys that have one', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Taxes'), ['tax:delete']);
  await open(paths.keys);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Scopes' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Scopes' })).toBeVisible();
  await expect(page.getByRole('row', { name: /^Key verification/ })).toContainText('key:verify');
  // Scopes with and without a link are of one height, and a phone has each resource above its scopes.
  const taxes = page.getByRole('row', { name: /^Taxes/ });
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const heights = await taxes.getByRole('listitem').evaluateAll((all) => all.map((scope) => scope.getBoundingClientRect().height));
    expect(new Set(heights).size, `at ${width} px`).toBe(1);
    const [resource, scopes] = [await taxes.getByRole('rowheader').boundingBox(), await taxes.getByRole('list').boundingBox()];
    expect(resource && scopes && resource.y + resource.height <= scopes.y, `at ${width} px`).toBe(width === 360);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  }
  await page.getByRole('link', { name: 'Keys with tax:delete', exact: true }).click();
  await expect(page).toHaveURL(`${paths.keys}?scope=tax%3Adelete`);
  await expect(row(page, key.name)).toBeVisible();
});

test('a scope that no key has is not a link', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.otherOwner);
  await open(`${paths.app}/settings/scopes`);
  // Other tests of this account create keys with other scopes.
  const scope = page.getByRole('table', { name: 'Scopes' }).getByRole('listitem').filter({ hasText: 'tax:delete' });
  await expect(scope).toBeVisible();
  await expect(scope.getByRole('link')).toHaveCount(0);
});

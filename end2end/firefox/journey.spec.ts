import { people } from '../people.ts';
import { control, expect, listedKeys, test, valueOf, waitUntilInteractive } from './fixtures.ts';

test('a key is created, copied, found by a search and revoked in Firefox', async ({ tab: page, server }) => {
  const name = 'Checkout server';

  await page.goto(`${server.url}/sign-in`);
  await control(page, 'Email').fill(people.owner.email);
  await page.locator('input[type="password"]').fill(people.owner.password);
  await control(page, 'Sign in').click();
  await page.locator('.key-list').wait();
  const keys = page.url();

  await waitUntilInteractive(page);
  await control(page, 'Create API Key').click();
  await control(page, 'Name').fill(name);
  await control(page, 'invoice:read').click();
  await control(page, 'Generate API Key').click();
  const id = await valueOf(page, 'API key');
  const secret = await valueOf(page, 'Secret key');
  expect(id).toMatch(/^ak[lt]_[0-9A-Za-z]{16}$/);
  expect(secret).toMatch(/^as[lt]_[0-9A-Za-z]{49}$/);

  await control(page, 'Copy secret key').click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  const headers = { 'x-client-key': id, 'x-client-secret': secret };
  const status = async () => (await fetch(`${server.url}/v1/whoami`, { headers })).status;
  expect(await status()).toBe(200);
  await page.locator('dialog .dialog-actions input[type="checkbox"]').click();
  await control(page, 'Done').click();

  const search = async (words: string) => {
    // The click selects what is in the field.
    await control(page, 'Search keys').click({ count: 3 });
    await page.keyboard.type(words);
  };
  await search('no key is called like this');
  await expect.poll(() => listedKeys(page)).toEqual([]);
  await search('checkout');
  await expect.poll(() => listedKeys(page)).toEqual([name]);
  await expect.poll(() => page.url()).toContain('search=checkout');

  await control(page, `Actions for ${name}`).click();
  await control(page, 'Revoke').click();
  await control(page, 'Type the key name to confirm').fill(name);
  await control(page, 'Revoke key').click();
  await expect.poll(() => page.url()).toMatch(/\/settings\/api-keys(\?|$)/);
  await expect.poll(() => listedKeys(page)).toEqual([]);
  expect(await status()).toBe(401);

  await page.goto(`${keys}?status=revoked`);
  expect(await listedKeys(page)).toEqual([name]);
});

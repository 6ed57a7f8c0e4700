// What a page shows after something was done in it. Pages by their addresses are in accessible-pages.spec.ts.
import { DIALOG, expectAccessible } from '../accessibility.ts';
import {
  confirmStored,
  createKey,
  expect,
  failedResponse,
  fillKey,
  openKeyMenu,
  openRestrictions,
  people,
  readCredentials,
  row,
  test,
  unique,
} from '../fixtures.ts';

/** The open menu of a key. */
const MENU = 'details.menu[open]';

test.describe('states of pages are accessible', () => {
  test.slow();

  test('a failed sign-in', async ({ page, open, browserErrors }) => {
    browserErrors.allow(failedResponse(422));
    await open('/sign-in');
    await page.getByRole('textbox', { name: 'Email' }).fill('nobody@acme.example');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'password' })).toBeVisible();
    await expectAccessible(page);
  });

  test('the empty list of keys', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.otherOwner);
    await open(paths.keys);
    await expect(page.getByText('No keys yet')).toBeVisible();
    await expectAccessible(page);
  });

  test('the open menu of a key with a long name, on its page and in the list', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('n'.repeat(40)), ['invoice:read', 'wallet:read', 'tax:read', 'health:read']);
    await open(`${paths.keys}/${key.id}`);
    await openKeyMenu(page, key.name);
    await expectAccessible(page, MENU);
    await open(paths.keys);
    await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).click();
    await expectAccessible(page, MENU);
  });

  test('the form for a new key with errors, and the secret', async ({ page, open, signInAs, browserErrors, javaScriptEnabled }) => {
    browserErrors.allow(failedResponse(422));
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await page.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
    await openRestrictions(page);
    await page.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('x');
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
    await expectAccessible(page, DIALOG);
    await page.getByRole('combobox', { name: 'Expiration' }).selectOption('never');
    await page.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('');
    await fillKey(page, unique('Seen'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    await readCredentials(page);
    await expectAccessible(page, DIALOG);
    if (javaScriptEnabled) {
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(page.getByRole('link', { name: 'Close anyway' })).toBeVisible();
      await expectAccessible(page, DIALOG);
    }
    await confirmStored(page);
  });

  test('the form to regenerate a secret, the new one, and the form for the end of the old one', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Rotated'));
    await open(`${paths.keys}/${key.id}/regenerate`);
    const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
    await dialog.getByRole('combobox', { name: 'Old key stops working' }).selectOption('custom');
    await expectAccessible(page, DIALOG);
    await dialog.getByRole('spinbutton', { name: 'Hours' }).fill('5');
    await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
    await readCredentials(page);
    await expectAccessible(page, DIALOG);
    await confirmStored(page, key.name);
    await open(`${paths.keys}/${key.id}`);
    await page.getByText('Reschedule', { exact: true }).first().click();
    await expectAccessible(page);
  });

  test('the open account menu, and the navigation on a phone', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.app}/settings/general`);
    await page.getByRole('button', { name: /Account menu/ }).click();
    await expectAccessible(page, '.account-menu .menu-panel');
    await page.setViewportSize({ width: 360, height: 740 });
    await open(`${paths.app}/settings/general`);
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
    await expectAccessible(page, '.sidebar');
  });

  test('a selection', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Chosen'));
    await open(paths.keys);
    await page.getByRole('checkbox', { name: `Select ${key.name}` }).check();
    await expect(page.getByRole('form', { name: 'Selected keys' }).getByRole('button', { name: 'Revoke' })).toBeVisible();
    await expectAccessible(page);
  });
});

test('the chosen colour scheme is in the HTML of the next page', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(paths.keys);
  await page.getByRole('button', { name: /Account menu/ }).click();
  const stored = page.waitForResponse('**/api/set_theme');
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  await stored;
  await open(paths.keys);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

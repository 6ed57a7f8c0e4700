import { expectAccessible } from '../accessibility.ts';
import {
  clearSession,
  confirmStored,
  createKey,
  expect,
  failedResponse,
  fillKey,
  keyStatus,
  openKeyMenu,
  openRestrictions,
  people,
  readCredentials,
  test,
  unique,
  whoami,
} from '../fixtures.ts';

test.describe('pages are accessible in light and dark mode, at every width', { tag: '@js' }, () => {
  test.slow();

  test('the sign-in page', async ({ page, open, browserErrors }) => {
    browserErrors.allow(failedResponse(422));
    await open('/sign-in');
    await expectAccessible(page);
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

  test('the list of keys and an open menu', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const long = await createKey(page, paths, unique('n'.repeat(40)), ['invoice:read', 'wallet:read', 'tax:read', 'health:read']);
    const off = await createKey(page, paths, unique('Switched off'));
    await open(`${paths.keys}/${off.id}`);
    await openKeyMenu(page, off.name);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await expect(keyStatus(page)).toHaveText('Inactive');
    await open(paths.keys);
    await expectAccessible(page);
    await page.getByRole('button', { name: `Actions for ${long.name}` }).click();
    await expectAccessible(page);
    await open(`${paths.keys}?search=nothing-like-this`);
    await expect(page.getByText('No keys match these filters')).toBeVisible();
    await expectAccessible(page);
  });

  test('the form for a new key, its errors, and the secret', async ({ page, open, signInAs, browserErrors }) => {
    browserErrors.allow(failedResponse(422));
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await expect(page.getByRole('dialog', { name: 'Create API Key' })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
    await openRestrictions(page);
    await page.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('x');
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Expiration' }).selectOption('never');
    await page.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('');
    await fillKey(page, unique('Seen'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    await readCredentials(page);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByRole('link', { name: 'Close anyway' })).toBeVisible();
    await expectAccessible(page);
    await confirmStored(page);
  });

  test('the page of a key and the revoke dialog', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Looked at'));
    await open(`${paths.keys}/${key.id}`);
    await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
    await expectAccessible(page);
    await open(`${paths.keys}/${key.id}/revoke`);
    await expect(page.getByRole('alertdialog')).toBeVisible();
    await expectAccessible(page);
    await open(`${paths.keys}/${key.id}/edit`);
    await page.getByRole('checkbox', { name: 'invoice:delete' }).check();
    await expect(page.getByText('grants invoice:delete')).toBeVisible();
    await expectAccessible(page);
  });

  test('a key in use, its revoke dialog, the form to regenerate a secret, and a replaced key', async ({
    page,
    open,
    signInAs,
    server,
  }) => {
    test.slow();
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Rotated'));
    expect((await whoami(server.url, key)).status()).toBe(200);
    await open(`${paths.keys}/${key.id}/revoke`);
    await expect(page.getByRole('alertdialog').getByRole('table').first()).toBeVisible();
    await expectAccessible(page);
    await open(`${paths.keys}/${key.id}?by=route`);
    await expect(page.getByRole('table', { name: 'Route' })).toBeVisible();
    await expectAccessible(page);
    for (const tab of ['requests', 'history', 'security']) {
      await open(`${paths.keys}/${key.id}?tab=${tab}`);
      await expect(page.getByRole('region', { name: new RegExp(tab, 'i') })).toBeVisible();
      await expectAccessible(page);
    }
    await open(`${paths.keys}/${key.id}/regenerate`);
    const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
    await dialog.getByRole('combobox', { name: 'Old key stops working' }).selectOption('custom');
    await expectAccessible(page);
    await dialog.getByRole('spinbutton', { name: 'Hours' }).fill('5');
    await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
    await readCredentials(page);
    await expectAccessible(page);
    await confirmStored(page, key.name);
    await open(`${paths.keys}/${key.id}`);
    await page.getByText('Reschedule', { exact: true }).first().click();
    await expectAccessible(page);
  });

  test('the settings of the application', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.app}/settings/general`);
    await expectAccessible(page);
    await page.getByRole('button', { name: /Account menu/ }).click();
    await expectAccessible(page);
  });

  test('an invitation, its link, and the dialogs about a member', async ({ page, open, signInAs }) => {
    const { app } = await signInAs(people.owner);
    await open(`${app}/settings/members/invite`);
    const dialog = page.getByRole('dialog', { name: 'Invite a member' });
    await expectAccessible(page);
    await dialog.getByRole('textbox', { name: 'Email' }).fill(`seen${Date.now().toString(36)}@acme.example`);
    const password = dialog.getByLabel('Password', { exact: true });
    if (await password.isVisible()) {
      await password.fill(people.owner.password);
    }
    await dialog.getByRole('button', { name: 'Create invitation link' }).click();
    const link = await page.getByRole('textbox', { name: /Invitation link/ }).inputValue();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Done' }).click();
    for (const name of [`Change role of ${people.viewer.email}`, `Remove ${people.viewer.email}`]) {
      await open(`${app}/settings/members`);
      await page.getByRole('link', { name }).click();
      await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toBeVisible();
      await expectAccessible(page);
    }
    await clearSession(page);
    await open(new URL(link).pathname);
    await expect(page.getByRole('button', { name: 'Accept invitation' })).toBeVisible();
    await expectAccessible(page);
  });

  test('the results of support', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Looked at by support'));
    await clearSession(page);
    await open('/sign-in');
    await page.getByRole('textbox', { name: 'Email' }).fill(people.support.email);
    await page.getByLabel('Password', { exact: true }).fill(people.support.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL('/support');
    await expectAccessible(page);
    for (const [what, shown] of [
      ['Acme', page.getByRole('list', { name: 'Accounts' })],
      [key.id, page.getByRole('region', { name: 'History' })],
      ['nothing like this', page.getByRole('heading', { name: 'Nothing found' })],
    ] as const) {
      await page.getByRole('textbox', { name: 'Account, application or key' }).fill(what);
      await page.getByRole('textbox', { name: 'Reason' }).fill('Request 4711');
      await page.getByRole('button', { name: 'Look up' }).click();
      await expect(shown).toBeVisible();
      await expectAccessible(page);
    }
  });

  test('the page for an unknown address', async ({ page, open, browserErrors }) => {
    browserErrors.allow(failedResponse(404));
    await open('/nowhere');
    await expectAccessible(page);
  });

  test('the page for an unknown error code', async ({ page, browserErrors }) => {
    browserErrors.allow(failedResponse(404));
    await page.goto('/problems/unknown');
    await expect(page.getByRole('link', { name: 'key_revoked' })).toHaveAttribute('href', '/problems/key_revoked');
    await expectAccessible(page);
  });
});

// axe requires JavaScript, so scripts are blocked instead of disabled.
test('without JavaScript, the form for a new key, its errors, the secret, the list and the revoke dialog are accessible', {
  tag: '@js',
}, async ({ page, signInAs, browserErrors }) => {
  test.slow();
  browserErrors.allow(failedResponse(422));
  browserErrors.allow(/ERR_FAILED|Failed to fetch dynamically imported module|preloaded using link preload but not used/);
  await page.route(/\/pkg\/.*\.(js|wasm)$/, (route) => route.abort());
  const open = (path: string) => page.goto(path);
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
  await expectAccessible(page);
  await open(`${paths.keys}/new`);
  await fillKey(page, unique('Seen'));
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const { id } = await readCredentials(page);
  await expectAccessible(page);
  await confirmStored(page);
  await expectAccessible(page);
  await open(`${paths.keys}/${id}/revoke`);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page);
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

test('a selection and the dialogs to revoke selected and all keys are accessible', { tag: '@js' }, async ({ page, open, signInAs }) => {
  test.slow();
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Chosen'));
  await open(paths.keys);
  await page.getByRole('checkbox', { name: `Select ${key.name}` }).check();
  await expectAccessible(page);
  await page.getByRole('form', { name: 'Selected keys' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByRole('alertdialog', { name: 'Revoke 1 key?' })).toBeVisible();
  await expectAccessible(page);
  await open(`${paths.keys}/revoke-all`);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page);
});

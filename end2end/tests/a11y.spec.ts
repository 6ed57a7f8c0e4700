import { expectAccessible } from '../accessible.ts';
import {
  answered,
  confirmStored,
  createKey,
  expect,
  fillKey,
  people,
  readCredentials,
  test,
  unique,
  whoami,
} from '../fixtures.ts';

test.describe('accessible, in light and dark, on a phone and a desk', { tag: '@js' }, () => {
  test.slow();

  test('the sign-in', async ({ page, open, watch }) => {
    watch.expect(answered(422));
    await open('/sign-in');
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Email' }).fill('nobody@acme.example');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'password' })).toBeVisible();
    await expectAccessible(page);
  });

  test('the list without keys', async ({ page, open, as }) => {
    const place = await as(people.stranger);
    await open(place.keys);
    await expect(page.getByText('No keys yet')).toBeVisible();
    await expectAccessible(page);
  });

  test('the list with keys, and a menu', async ({ page, open, as }) => {
    const place = await as(people.owner);
    const long = await createKey(page, open, place, unique('n'.repeat(40)), ['invoice:read', 'wallet:read', 'tax:read', 'health:read']);
    const off = await createKey(page, open, place, unique('Switched off'));
    await open(`${place.keys}/${off.id}`);
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await expect(page.getByRole('button', { name: 'Activate', exact: true })).toBeVisible();
    await open(place.keys);
    await expectAccessible(page);
    await page.getByRole('button', { name: `Actions for ${long.name}` }).click();
    await expectAccessible(page);
    await open(`${place.keys}?search=nothing-like-this`);
    await expect(page.getByText('No key matches')).toBeVisible();
    await expectAccessible(page);
  });

  test('the form for a new key, its faults, and the secret', async ({ page, open, as, watch }) => {
    watch.expect(answered(422));
    const place = await as(people.owner);
    await open(`${place.keys}/new`);
    await expect(page.getByRole('dialog', { name: 'Create API Key' })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
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
    await expect(page.getByRole('button', { name: 'Close without storing' })).toBeVisible();
    await expectAccessible(page);
    await confirmStored(page);
  });

  test('the page of a key, and the question before its end', async ({ page, open, as }) => {
    const place = await as(people.owner);
    const key = await createKey(page, open, place, unique('Looked at'));
    await open(`${place.keys}/${key.id}`);
    await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
    await expectAccessible(page);
    await open(`${place.keys}/${key.id}/revoke`);
    await expect(page.getByRole('alertdialog')).toBeVisible();
    await expectAccessible(page);
    await open(`${place.keys}/${key.id}/edit`);
    await page.getByRole('checkbox', { name: 'invoice:delete' }).check();
    await expect(page.getByText('adds invoice:delete')).toBeVisible();
    await expectAccessible(page);
  });

  test('a key in use, the question before its end, the form for a new secret, and an old key', async ({
    page,
    open,
    as,
    server,
  }) => {
    test.slow();
    const place = await as(people.owner);
    const key = await createKey(page, open, place, unique('Rotated'));
    expect((await whoami(server.url, key)).status()).toBe(200);
    await open(`${place.keys}/${key.id}/revoke`);
    await expect(page.getByRole('alertdialog').getByRole('table').first()).toBeVisible();
    await expectAccessible(page);
    await open(`${place.keys}/${key.id}`);
    await expect(page.getByRole('table', { name: 'By route' })).toBeVisible();
    await expectAccessible(page);
    await open(`${place.keys}/${key.id}/regenerate`);
    const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
    await dialog.getByRole('combobox', { name: 'The old secret ends' }).selectOption('custom');
    await expectAccessible(page);
    await dialog.getByRole('spinbutton', { name: 'Hours' }).fill('5');
    await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
    await readCredentials(page);
    await expectAccessible(page);
    await confirmStored(page);
    await open(`${place.keys}/${key.id}`);
    await page.getByText('Move the end', { exact: true }).first().click();
    await expectAccessible(page);
  });

  test('the facts of the application', async ({ page, open, as }) => {
    const place = await as(people.owner);
    await open(`${place.app}/settings/general`);
    await expectAccessible(page);
    await page.getByRole('button', { name: /Account menu/ }).click();
    await expectAccessible(page);
  });

  test('the invitation, its link, and the questions about a member', async ({ page, open, as, context }) => {
    const { app } = await as(people.owner);
    await open(`${app}/settings/general/invite`);
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
      await open(`${app}/settings/general`);
      await page.getByRole('link', { name }).click();
      await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toBeVisible();
      await expectAccessible(page);
    }
    await context.clearCookies();
    await open(new URL(link).pathname);
    await expect(page.getByRole('button', { name: 'Accept invitation' })).toBeVisible();
    await expectAccessible(page);
  });

  test('what support finds', async ({ page, open, as, context }) => {
    const place = await as(people.owner);
    const key = await createKey(page, open, place, unique('Looked at by support'));
    await context.clearCookies();
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

  test('the page of an address that leads nowhere', async ({ page, open, watch }) => {
    watch.expect(answered(404));
    await open('/nowhere');
    await expectAccessible(page);
  });
});

// Where scripts are switched off, axe cannot run either: here they do not arrive.
test('accessible without scripts: the form for a new key, its faults, the secret, and the question before its end', {
  tag: '@js',
}, async ({ page, as, watch }) => {
  test.slow();
  watch.expect(answered(422));
  watch.expect(/ERR_FAILED|Failed to fetch dynamically imported module|preloaded using link preload but not used/);
  await page.route(/\/pkg\/.*\.(js|wasm)$/, (route) => route.abort());
  const open = (path: string) => page.goto(path);
  const place = await as(people.owner);
  await open(`${place.keys}/new`);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
  await expectAccessible(page);
  await open(`${place.keys}/new`);
  await fillKey(page, unique('Seen'));
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const { id } = await readCredentials(page);
  await expectAccessible(page);
  await confirmStored(page);
  await open(`${place.keys}/${id}/revoke`);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page);
});

test('the colours that were chosen are in the HTML of the next page', async ({ page, open, as }) => {
  const place = await as(people.owner);
  await open(place.keys);
  await page.getByRole('button', { name: /Account menu/ }).click();
  const stored = page.waitForResponse('**/api/set_theme');
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  await stored;
  await open(place.keys);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('a selection, the question before it is revoked, and the one before all keys are', { tag: '@js' }, async ({ page, open, as }) => {
  test.slow();
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Chosen'));
  await open(place.keys);
  await page.getByRole('checkbox', { name: `Select ${key.name}` }).check();
  await expectAccessible(page);
  await page.getByRole('form', { name: 'Selected keys' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByRole('alertdialog', { name: 'Revoke 1 key?' })).toBeVisible();
  await expectAccessible(page);
  await open(`${place.keys}/revoke-all`);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page);
});

import { createKey, expect, people, test, unique, whoami } from '../fixtures.ts';

test('the revoke dialog shows what still uses the key', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, open, paths, unique('Busy'));
  for (let call = 0; call < 3; call += 1) {
    expect((await whoami(server.url, key)).status()).toBe(200);
  }
  await open(`${paths.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog', { name: `Revoke ${key.name}?` });
  await expect(dialog).toContainText('This key is in use: 3 requests in the last minute.');
  await expect(dialog).toContainText('Last 24 hours: 3 accepted');
  await expect(dialog).toContainText('Last 7 days: 3 accepted');
  await expect(dialog.getByRole('table', { name: 'Route' }).first()).toContainText('GET /v1/whoami');
  await expect(dialog.getByRole('table', { name: 'IP address' }).first()).toContainText('127.0.0.1');
});

test('the revoke dialog of an unused key shows that nothing depends on it', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, open, paths, unique('Unused'));
  await open(`${paths.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('Never used');
  await expect(dialog.getByRole('table')).toHaveCount(0);
});

test('a key’s page shows suggestions, and where its calls come from', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, open, paths, unique('Open'));
  expect((await whoami(server.url, key)).status()).toBe(200);
  // Opening the revoke dialog writes the usage counts.
  await open(`${paths.keys}/${key.id}/revoke`);
  await open(`${paths.keys}/${key.id}?window=1h`);
  const suggestions = page.getByRole('region', { name: 'Suggestions' });
  await expect(suggestions.getByRole('listitem')).toHaveCount(1);
  await expect(suggestions).toContainText('Works from any IP');
  const usage = page.getByRole('region', { name: 'Usage' });
  await expect(usage.getByRole('table', { name: 'Route' })).toContainText('GET /v1/whoami');
  await expect(usage.getByRole('table', { name: 'Scope' })).toContainText('No scope required');
  await expect(page.getByRole('region', { name: 'Permissions' })).toContainText('invoice:read');
});

test('a viewer sees neither forms nor suggestions', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, open, paths, unique('Read'));
  await signInAs(people.viewer);
  await open(`${paths.keys}/${key.id}`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Regenerate secret' })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Suggestions' })).toHaveCount(0);
});

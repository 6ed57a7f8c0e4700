import { createKey, expect, people, test, unique, whoami } from '../fixtures.ts';

test('the revoke dialog shows what still uses the key', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Busy'));
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

test('in the revoke dialog no scope breaks, and the field to confirm is in sight', { tag: '@js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Broad'), ['payment-intent:create', 'payment-intent:read', 'invoice:read']);
  for (const scope of ['payment-intent:create', 'payment-intent:read', 'invoice:read']) {
    const answer = await request.get(`/v1/auth?scope=${scope}`, { headers: { 'x-client-key': key.id, 'x-client-secret': key.secret } });
    expect(answer.status()).toBe(200);
  }
  for (const [width, height] of [[1280, 800], [360, 740]] as const) {
    await page.setViewportSize({ width, height });
    await open(`${paths.keys}/${key.id}/revoke`);
    const scope = page.getByRole('alertdialog').getByText('payment-intent:create').first();
    expect(await scope.evaluate((code) => code.getClientRects().length), `${width} px`).toBe(1);
    await expect(page.getByRole('textbox', { name: 'Type the key name to confirm' })).toBeInViewport({ ratio: 1 });
  }
});

test('the revoke dialog of an unused key shows that nothing depends on it', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Unused'));
  await open(`${paths.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('Never used');
  await expect(dialog.getByRole('table')).toHaveCount(0);
});

test('a key’s page shows recommendations, and where its calls come from', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Open'));
  expect((await whoami(server.url, key)).status()).toBe(200);
  // Opening the revoke dialog writes the usage counts.
  await open(`${paths.keys}/${key.id}/revoke`);
  await open(`${paths.keys}/${key.id}?window=1h`);
  const recommended = page.getByRole('region', { name: 'Recommended' });
  await expect(recommended.getByRole('listitem')).toHaveCount(1);
  await expect(recommended).toContainText(/works from any/i);
  const breakdown = page.getByRole('region', { name: 'Breakdown' });
  await expect(breakdown.getByRole('table', { name: 'IP address' })).toContainText('127.0.0.1');
  await breakdown.getByRole('link', { name: 'Route' }).click();
  await expect(page).toHaveURL(/\?window=1h&by=route$/);
  await expect(breakdown.getByRole('table', { name: 'Route' })).toContainText('GET /v1/whoami');
  await breakdown.getByRole('link', { name: 'Scope' }).click();
  await expect(breakdown.getByRole('table', { name: 'Scope' }).getByRole('row')).toHaveCount(2);
  await breakdown.getByRole('link', { name: 'Reason' }).click();
  await expect(breakdown).toContainText('No requests in this period.');
  await expect(page.getByRole('region', { name: 'Access' })).toContainText('invoice:read');
});

test('a viewer sees neither forms nor recommendations', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Read'));
  await signInAs(people.viewer);
  await open(`${paths.keys}/${key.id}`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Regenerate secret' })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Recommended' })).toHaveCount(0);
});

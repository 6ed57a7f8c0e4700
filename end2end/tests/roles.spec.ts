import { clearSession, createKey, expect, failedResponse, people, row, sameOriginHeaders, test, unique, whoami } from '../fixtures.ts';

test('a viewer sees keys but no controls to change them', async ({ page, open, signInAs, server, browserErrors }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Shared'));
  await clearSession(page);
  await signInAs(people.viewer);

  await open(paths.keys);
  await expect(row(page, key.name)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Create API Key' })).toHaveCount(0);
  await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).click();
  await expect(row(page, key.name).getByRole('link', { name: 'View details' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Deactivate|Activate/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Revoke|Regenerate/ })).toHaveCount(0);

  await open(`${paths.keys}/${key.id}`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: /Deactivate|Activate/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Revoke|Regenerate/ })).toHaveCount(0);

  browserErrors.allow(failedResponse(403));
  await open(`${paths.keys}/new`);
  await expect(page.getByRole('button', { name: 'Generate API Key' })).toHaveCount(0);

  // Requests sent without the page are refused as well.
  const app = paths.app.replace('/apps/', '');
  for (const [endpoint, form] of [
    ['revoke_key', { app, key: key.id, confirm: key.name, reason: '' }],
    ['deactivate_key', { app, key: key.id }],
    ['create_key', { app, name: 'x', 'scopes[]': 'invoice:read', environment: 'live', expiration: '90', once: crypto.randomUUID() }],
  ] as const) {
    const answer = await page.request.post(`/api/${endpoint}`, { form, headers: sameOriginHeaders(server.url) });
    expect(answer.status(), endpoint).toBe(403);
  }
  expect((await whoami(server.url, key)).status()).toBe(200);
});

test('a viewer cannot open the revoke dialog', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Shared'));
  await clearSession(page);
  await signInAs(people.viewer);
  await open(`${paths.keys}/${key.id}/revoke`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Revoke key' })).toHaveCount(0);
});

test('objects of another account are not found', async ({ page, signInAs, browserErrors, server }) => {
  browserErrors.allow(failedResponse(404));
  const theirs = await signInAs(people.owner);
  const key = await createKey(page, theirs, unique('Confidential'));
  await clearSession(page);
  const mine = await signInAs(people.otherOwner);
  expect(mine.app).not.toBe(theirs.app);

  for (const path of [theirs.keys, `${theirs.app}/settings/general`, `${theirs.keys}/${key.id}`, `${mine.keys}/${key.id}`]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByText(/not found/i).first()).toBeVisible();
    expect(await page.content()).not.toContain(key.name);
    expect(await page.content()).not.toContain(people.owner.account);
  }

  const app = mine.app.replace('/apps/', '');
  for (const app_ of [app, theirs.app.replace('/apps/', '')]) {
    const answer = await page.request.post('/api/revoke_key', {
      form: { app: app_, key: key.id, confirm: key.name, reason: '' },
      headers: sameOriginHeaders(server.url),
    });
    expect(answer.status()).toBe(404);
  }
  expect((await whoami(server.url, key)).status()).toBe(200);
});

test('an unknown address shows an error page', async ({ page, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(404));
  await signInAs(people.owner);
  for (const path of ['/nowhere', '/apps/x/settings/api-keys']) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
  }
});

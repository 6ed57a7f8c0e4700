import { answered, createKey, expect, fromOurPage, people, row, test, unique, whoami } from '../fixtures.ts';

test('a viewer sees keys and nothing that changes them', async ({ page, open, as, context, server, watch }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Shared'));
  // What the page still asks for would be asked for by nobody.
  await page.goto('about:blank');
  await context.clearCookies();
  await as(people.viewer);

  await open(place.keys);
  await expect(row(page, key.name)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Create API Key' })).toHaveCount(0);
  await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).click();
  await expect(row(page, key.name).getByRole('link', { name: 'View details' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Deactivate|Activate/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Revoke|Regenerate/ })).toHaveCount(0);

  await open(`${place.keys}/${key.id}`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: /Deactivate|Activate/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Revoke|Regenerate/ })).toHaveCount(0);

  watch.expect(answered(403));
  await open(`${place.keys}/new`);
  await expect(page.getByRole('button', { name: 'Generate API Key' })).toHaveCount(0);

  // Whatever a viewer sends by hand is refused as well.
  const app = place.app.replace('/apps/', '');
  for (const [door, form] of [
    ['revoke_key', { app, key: key.id, confirm: key.name, reason: '' }],
    ['deactivate_key', { app, key: key.id }],
    ['create_key', { app, name: 'x', 'scopes[]': 'invoice:read', environment: 'live', expiration: '90', once: crypto.randomUUID() }],
  ] as const) {
    const answer = await page.request.post(`/api/${door}`, { form, headers: fromOurPage(server.url) });
    expect(answer.status(), door).toBe(403);
  }
  expect((await whoami(server.url, key)).status()).toBe(200);
});

test('a viewer is not asked to revoke', async ({ page, open, as, context }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Shared'));
  await page.goto('about:blank');
  await context.clearCookies();
  await as(people.viewer);
  await open(`${place.keys}/${key.id}/revoke`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Revoke key' })).toHaveCount(0);
});

test('what belongs to another account is not there', async ({ page, as, open, context, watch, server }) => {
  watch.expect(answered(404));
  const theirs = await as(people.owner);
  const key = await createKey(page, open, theirs, unique('Confidential'));
  await page.goto('about:blank');
  await context.clearCookies();
  const mine = await as(people.stranger);
  expect(mine.app).not.toBe(theirs.app);

  for (const path of [theirs.keys, `${theirs.app}/settings/general`, `${theirs.keys}/${key.id}`, `${mine.keys}/${key.id}`]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByText(/nothing here|not found/i).first()).toBeVisible();
    expect(await page.content()).not.toContain(key.name);
    expect(await page.content()).not.toContain(people.owner.account);
  }

  const app = mine.app.replace('/apps/', '');
  for (const app_ of [app, theirs.app.replace('/apps/', '')]) {
    const answer = await page.request.post('/api/revoke_key', {
      form: { app: app_, key: key.id, confirm: key.name, reason: '' },
      headers: fromOurPage(server.url),
    });
    expect(answer.status()).toBe(404);
  }
  expect((await whoami(server.url, key)).status()).toBe(200);
});

test('an address that leads nowhere says so', async ({ page, as, watch }) => {
  watch.expect(answered(404));
  await as(people.owner);
  for (const path of ['/nowhere', '/apps/x/settings/api-keys']) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
  }
});

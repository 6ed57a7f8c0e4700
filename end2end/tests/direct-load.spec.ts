import { answered, createKey, expect, isIdle, people, test, unique } from '../fixtures.ts';

test.describe('every address loads by itself, and its console stays empty', { tag: '@js' }, () => {
  for (const path of ['/sign-in', '/setup']) {
    test(path, async ({ page, open }) => {
      await open(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    });
  }

  test('/invite/{token} of nobody', async ({ page, open, watch }) => {
    watch.expect(answered(404));
    await open('/invite/nothing');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This invitation does not work');
    await isIdle(page);
  });

  test('/nowhere', async ({ page, open, watch }) => {
    watch.expect(answered(404));
    await open('/nowhere');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });

  for (const [path, heading] of [
    ['/', 'API Keys'],
    ['', 'Overview'],
    ['?window=nonsense&from=nonsense&zone=nonsense', 'Overview'],
    ['/settings/audit-log', 'Audit log'],
    ['/settings/audit-log?cursor=nonsense&from=nonsense', 'Audit log'],
    ['/settings/requests', 'Requests'],
    ['/settings/requests?before=nonsense', 'Requests'],
    ['/settings/security-events', 'Security events'],
    ['/settings/security-events?severity=nonsense&kind=x&cursor=1', 'Security events'],
    ['/settings/general', 'General'],
    ['/settings/general/invite', 'General'],
    ['/settings/general/members/nobody/role', 'General'],
    ['/settings/general/members/nobody/remove', 'General'],
    ['/settings/api-keys', 'API Keys'],
    ['/settings/api-keys?search=x&status=active', 'API Keys'],
    ['/settings/api-keys?cursor=nonsense&window=nonsense', 'API Keys'],
    ['/settings/api-keys/new', 'API Keys'],
    ['/settings/api-keys/revoke-all', 'API Keys'],
  ] as const) {
    test(path === '/' ? '/' : `/apps/{app}${path}`, async ({ page, open, as }) => {
      const { app } = await as(people.owner);
      await open(path === '/' ? path : `${app}${path}`);
      await expect(page.locator('h1')).toHaveText(heading);
      await expect(page.locator('h1')).toHaveCount(1);
      await expect(page).toHaveTitle(`${heading} · Web shop · Latchkey`);
      await isIdle(page);
    });
  }

  for (const path of ['', '/edit', '/regenerate', '/revoke', '?window=30d', '?from=2026-11-01&until=2026-11-20&zone=utc']) {
    test(`/apps/{app}/settings/api-keys/{key}${path}`, async ({ page, open, as }) => {
      const place = await as(people.owner);
      const key = await createKey(page, open, place, unique('Direct'));
      await open(`${place.keys}/${key.id}${path}`);
      await expect(page.locator('h1')).toHaveText(key.name);
      await isIdle(page);
    });
  }

  test('links lead from page to page without loading anew', async ({ page, open, as }) => {
    const place = await as(people.owner);
    await open(place.keys);
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    await page.getByRole('link', { name: 'General' }).click();
    await expect(page.getByRole('heading', { name: 'General', level: 1 })).toBeFocused();
    await page.getByRole('link', { name: 'API Keys', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeFocused();
    await page.getByRole('link', { name: 'Create API Key' }).click();
    await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(place.keys);
    expect(loads).toBe(0);
  });

  test('a page whose code comes late has the focus on its heading all the same', async ({ page, open, as }) => {
    const place = await as(people.owner);
    await open(place.keys);
    let deliver = () => {};
    const late = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    await page.route(/split_settings.*\.wasm$/, async (route) => {
      await late;
      await route.continue();
    });
    await page.getByRole('link', { name: 'General' }).click();
    await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeFocused();
    deliver();
    await expect(page.getByRole('heading', { name: 'General', level: 1 })).toBeFocused();
  });

  test('a page whose code cannot be fetched goes on as one without scripts', async ({ page, open, as, watch }) => {
    const place = await as(people.owner);
    const key = await createKey(page, open, place, unique('Alone'));
    watch.expect(/split_details|Failed to fetch|ERR_FAILED/);
    await page.route(/split_details.*\.wasm$/, (route) => route.abort());
    await page.goto(`${place.keys}/${key.id}`, { waitUntil: 'networkidle' });
    await expect(page.locator('html')).not.toHaveAttribute('data-js');
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await expect(page.getByText('Inactive').first()).toBeVisible();
  });
});

test('a name that is markup is text in the title, from the server and once the page listens', async ({ page, open, as }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('</title><b>"&amp;'));
  const title = `${key.name} · Web shop · Latchkey`;
  await open(`${place.keys}/${key.id}`);
  await expect(page).toHaveTitle(title);
  await expect(page.locator('h1')).toHaveText(key.name);
  await page.getByRole('link', { name: 'API Keys', exact: true }).first().click();
  await expect(page).toHaveTitle('API Keys · Web shop · Latchkey');
  await page.getByRole('link', { name: key.name, exact: true }).click();
  await expect(page).toHaveTitle(title);
  await expect(page.locator('head title')).toHaveCount(1);
});

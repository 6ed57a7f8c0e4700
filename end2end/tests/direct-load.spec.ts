import type { Locator, Page } from '@playwright/test';
import {
  actBeforeProgram,
  createKey,
  delayProgram,
  expect,
  failedResponse,
  fillKey,
  KEY_ID,
  keyStatus,
  openKeyMenu,
  people,
  readCredentials,
  row,
  test,
  unique,
  waitUntilIdle,
  waitUntilInteractive,
} from '../fixtures.ts';

/** Opens the form for a new key from the list, and keeps its program back until `deliver` is called. */
async function openDialogBeforeProgram(page: Page): Promise<{ dialog: Locator; deliver: () => void }> {
  const deliver = await delayProgram(page);
  await actBeforeProgram(page);
  const wanted = page.waitForRequest(/latchkey\.js$/);
  await page.getByRole('link', { name: 'Create API Key' }).click();
  await wanted;
  return { dialog: page.getByRole('dialog', { name: 'Create API Key' }), deliver };
}

test.describe('every page loads directly, without errors in the console', { tag: '@js' }, () => {
  for (const path of ['/sign-in', '/setup']) {
    test(path, async ({ page, open }) => {
      await open(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    });
  }

  test('/invite/{token} with an unknown token', async ({ page, open, browserErrors }) => {
    browserErrors.allow(failedResponse(404));
    await open('/invite/nothing');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText("This invitation doesn't work");
    await waitUntilIdle(page);
  });

  test('/nowhere', async ({ page, open, browserErrors }) => {
    browserErrors.allow(failedResponse(404));
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
    ['/settings/security-events', 'Security'],
    ['/settings/security-events?severity=nonsense&kind=x&cursor=1', 'Security'],
    ['/settings/general', 'General'],
    ['/settings/scopes', 'Scopes'],
    ['/settings/members', 'Members'],
    ['/settings/members/invite', 'Members'],
    ['/settings/members/nobody/role', 'Members'],
    ['/settings/members/nobody/remove', 'Members'],
    ['/settings/api-keys', 'API Keys'],
    ['/settings/api-keys?search=x&status=active', 'API Keys'],
    ['/settings/api-keys?cursor=nonsense&window=nonsense', 'API Keys'],
    ['/settings/api-keys/new', 'API Keys'],
    ['/settings/api-keys/revoke-all', 'API Keys'],
  ] as const) {
    test(path === '/' ? '/' : `/apps/{app}${path}`, async ({ page, open, signInAs }) => {
      const { app } = await signInAs(people.owner);
      await open(path === '/' ? path : `${app}${path}`);
      await expect(page.locator('h1')).toHaveText(heading);
      await expect(page.locator('h1')).toHaveCount(1);
      await expect(page).toHaveTitle(`${heading} · Web shop · Latchkey`);
      await waitUntilIdle(page);
    });
  }

  for (const path of ['', '/edit', '/regenerate', '/revoke', '?window=30d', '?from=2026-11-01&until=2026-11-20&zone=utc', '?tab=security&state=all', '?tab=history', '?tab=requests&before=nonsense', '?by=nonsense&chart=responses&rows=all']) {
    test(`/apps/{app}/settings/api-keys/{key}${path}`, async ({ page, open, signInAs }) => {
      const paths = await signInAs(people.owner);
      const key = await createKey(page, paths, unique('Direct'));
      await open(`${paths.keys}/${key.id}${path}`);
      await expect(page.locator('h1')).toHaveText(key.name);
      await waitUntilIdle(page);
    });
  }

  test('a dialog is closed by Escape and leads back to the page from which it was opened', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}?sort=name&dir=asc`);
    await page.getByRole('link', { name: 'Create API Key' }).click();
    await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
    await waitUntilInteractive(page);
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(`${paths.keys}?sort=name&dir=asc`);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('a double click on Cancel goes back once', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(paths.app);
    await open(paths.keys);
    await page.getByRole('link', { name: 'Create API Key' }).click();
    const cancel = page.getByRole('dialog', { name: 'Create API Key' }).getByRole('link', { name: 'Cancel' });
    await expect(cancel).toBeVisible();
    await waitUntilInteractive(page);
    let deliver = () => {};
    const late = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    await page.route(paths.keys, async (route) => {
      await late;
      await route.continue();
    });
    await cancel.dblclick();
    deliver();
    await expect(page).toHaveURL(paths.keys);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await waitUntilInteractive(page);
    await expect(page).toHaveURL(paths.keys);
  });

  test('Escape before the program has started leaves the dialog open, and leads back as soon as it has', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}?sort=name&dir=asc`);
    const { dialog, deliver } = await openDialogBeforeProgram(page);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveAttribute('open', '');
    await expect(dialog).toBeVisible();
    deliver();
    await expect(page).toHaveURL(`${paths.keys}?sort=name&dir=asc`);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  for (const [what, change] of [
    ['text', (dialog) => dialog.getByRole('textbox', { name: 'Description' }).fill('Typed early')],
    ['a choice', (dialog) => dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('7')],
    ['a checked box', (dialog) => dialog.getByRole('checkbox', { name: 'invoice:read', exact: true }).check()],
  ] as [string, (dialog: Locator) => Promise<unknown>][]) {
    test(`${what} from before the program has started is not discarded without a question`, async ({ page, open, signInAs }) => {
      const paths = await signInAs(people.owner);
      await open(paths.keys);
      const { dialog, deliver } = await openDialogBeforeProgram(page);
      await change(dialog);
      await page.keyboard.press('Escape');
      deliver();
      const question = page.getByRole('alertdialog', { name: 'Discard your changes?' });
      await question.getByRole('button', { name: 'Keep editing' }).click();
      await expect(question).toBeHidden();
      await expect(dialog).toBeVisible();
      await expect(page).toHaveURL(`${paths.keys}/new`);
    });
  }

  test('other versions of a page are shown in place, with its title and its history', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(paths.keys);
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    const all = page.getByRole('navigation', { name: 'Key groups' }).getByRole('link', { name: /^All/ });
    await all.click();
    await expect(page).toHaveURL(`${paths.keys}?tab=all`);
    await expect(all).toHaveAttribute('aria-current', 'page');
    await expect(all).toBeFocused();
    await page.goBack();
    await expect(page).toHaveURL(paths.keys);
    await expect(all).not.toHaveAttribute('aria-current');
    expect(loads).toBe(0);
  });

  test('the program loads at the first pointer, key or focus, and repeats a click that came before it', async ({
    page,
    signInAs,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Early'));
    await page.goto('about:blank');
    const loaded: string[] = [];
    page.on('request', (sent) => {
      if (/\.(wasm|js)$/.test(new URL(sent.url()).pathname)) {
        loaded.push(sent.url());
      }
    });
    const deliver = await delayProgram(page);
    await page.goto(paths.keys);
    await waitUntilIdle(page);
    expect(loaded).toEqual([]);
    await row(page, key.name).getByRole('button', { name: 'Copy API key' }).click();
    await expect.poll(() => loaded.length).toBeGreaterThan(0);
    deliver();
    await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key.id);
  });

  test('without its program a page works as without JavaScript', async ({ page, signInAs, browserErrors }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Alone'));
    browserErrors.allow(/latchkey\.wasm|Failed to fetch|ERR_FAILED/);
    await page.route(/latchkey\.wasm$/, (route) => route.abort());
    await page.goto(`${paths.keys}/${key.id}`);
    await page.locator('html').dispatchEvent('pointermove');
    await expect(page.locator('html')).toHaveAttribute('data-failed', '');
    await expect(page.locator('html')).not.toHaveAttribute('data-js');
    await expect(page.getByRole('button', { name: 'Copy API key' })).toHaveCount(0);
    await openKeyMenu(page, key.name);
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await expect(keyStatus(page)).toHaveText('Inactive');
  });

  test('islands that fail leave the forms around them usable', async ({ page, signInAs, browserErrors }) => {
    const paths = await signInAs(people.owner);
    browserErrors.allow(/unreachable|panicked|RuntimeError|deserialize/);
    // No island can read its properties.
    await page.route(`${paths.keys}/new`, async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      expect(html).toContain('data-props="');
      await route.fulfill({ response, body: html.replaceAll('data-props="', 'data-props="!') });
    });
    await page.goto(`${paths.keys}/new`);
    await waitUntilInteractive(page);
    const name = unique('Islands');
    await fillKey(page, name);
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const { id } = await readCredentials(page);
    expect(id).toMatch(KEY_ID);
  });
});

test('markup in a name is text in the title, from the server and after the program starts', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('</title><b>"&amp;'));
  const title = `${key.name} · Web shop · Latchkey`;
  await open(`${paths.keys}/${key.id}`);
  await expect(page).toHaveTitle(title);
  await expect(page.locator('h1')).toHaveText(key.name);
  await page.getByRole('link', { name: 'API Keys', exact: true }).first().click();
  await expect(page).toHaveTitle('API Keys · Web shop · Latchkey');
  await page.getByRole('link', { name: key.name, exact: true }).click();
  await expect(page).toHaveTitle(title);
  await expect(page.locator('head title')).toHaveCount(1);
});

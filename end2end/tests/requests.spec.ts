// Single calls: listed live, explained and simulated.
import { type APIRequestContext, type Page } from '@playwright/test';
import {
  type Credentials,
  clearSession,
  createKey,
  delayProgram,
  expect,
  failedResponse,
  people,
  test,
  unique,
  waitUntilInteractive,
} from '../fixtures.ts';

/** Calls the gate with a key, and returns the request id. */
async function call(request: APIRequestContext, key: Credentials, scope: string, status: number): Promise<string> {
  const answer = await request.get(`/v1/auth?scope=${scope}`, {
    headers: { 'x-client-key': key.id, 'x-client-secret': key.secret },
  });
  expect(answer.status()).toBe(status);
  return answer.headers()['x-request-id'] ?? '';
}

const calls = (page: Page) => page.getByRole('list', { name: 'Requests', exact: true }).getByRole('listitem');
/** What is open beside the log. */
const panel = (page: Page, name: string) => page.getByRole('complementary', { name, exact: true });
const check = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Checks, in order' }).getByRole('listitem').filter({ hasText: name });

test('a key’s page lists its requests, and each shows why it was refused', async ({ page, open, signInAs, request, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Refused'));
  const other = await createKey(page, paths, unique('Other'));
  await call(request, other, 'invoice:read', 200);
  await call(request, key, 'invoice:read', 200);
  const id = await call(request, key, 'tax:read', 403);
  await open(`${paths.keys}/${key.id}`);
  await page.getByRole('main').getByRole('link', { name: 'Requests' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}?tab=requests`);
  await expect(page.getByRole('heading', { level: 1, name: key.name })).toBeVisible();
  await expect(calls(page)).toHaveCount(2);
  await expect(calls(page).first()).toContainText('Missing scope');
  await expect(calls(page).last()).toContainText('Accepted');
  // The page names the key already.
  await expect(calls(page).first().getByRole('link', { name: key.name })).toHaveCount(0);
  await calls(page).first().getByRole('link', { name: id }).click();
  await expect(page).toHaveURL(new RegExp(`request=${id}$`));
  await expect(page.getByRole('region', { name: 'Missing scope' })).toContainText(key.name);
  await expect(check(page, 'IP address is allowed')).toContainText('Passed');
  await expect(check(page, 'Required scopes granted')).toContainText('Failed');
  await expect(check(page, 'Required scopes granted')).toContainText('Required: tax:read. Granted: invoice:read.');
  await expect(check(page, 'Within rate limit')).toContainText('Not checked');
  expect(await page.content()).not.toContain(key.secret);
  await page.getByRole('link', { name: 'Close details' }).click();
  const filters = page.getByRole('search', { name: 'Filter requests' });
  await expect(filters.getByRole('combobox', { name: 'API key' })).toHaveCount(0);
  await filters.getByRole('combobox', { name: 'Result' }).selectOption({ label: 'Accepted' });
  if (!javaScriptEnabled) {
    await filters.getByRole('button', { name: 'Filter' }).click();
  }
  await expect(page).toHaveURL(/\?tab=requests&outcome=valid/);
  await expect(calls(page)).toHaveCount(1);
  if (javaScriptEnabled) {
    // New calls with the key are filtered as well, and open beside the log of the key.
    await call(request, key, 'tax:read', 403);
    await call(request, other, 'invoice:read', 200);
    await call(request, key, 'invoice:read', 200);
    await expect(calls(page)).toHaveCount(2);
    await expect(calls(page).first().getByRole('link', { name: 'Request ID' })).toHaveAttribute('href', /\/api-keys\/.*\?tab=requests&outcome=valid&request=/);
  }
  await filters.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}?tab=requests`);
});

test('a row opens its request wherever it is clicked, and the focus moves there', { tag: '@js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Clicked'));
  const id = await call(request, key, 'invoice:read', 200);
  await open(`${paths.app}/settings/requests?key=${key.id}`);
  await calls(page).first().click({ position: { x: 20, y: 4 } });
  await expect(page).toHaveURL(new RegExp(`request=${id}$`));
  await expect(panel(page, 'Request').getByRole('heading', { name: 'Request', exact: true })).toBeFocused();
  await page.goBack();
  await expect(panel(page, 'Request')).toHaveCount(0);
  await calls(page).first().getByRole('link', { name: key.name }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}`);
});

test('a request is found by its id, and an unknown id is named as such', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Asked about'));
  const id = await call(request, key, 'invoice:read', 200);
  await open(paths.keys);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Requests' }).click();
  await page.getByRole('searchbox', { name: 'Request ID' }).fill(id);
  await page.getByRole('button', { name: 'Find request' }).click();
  await expect(page.getByRole('region', { name: 'Accepted' })).toContainText(key.name);
  await page.getByRole('searchbox', { name: 'Request ID' }).fill('never-was');
  await page.getByRole('button', { name: 'Find request' }).click();
  await expect(panel(page, 'Request')).toContainText('No request with this ID is recorded.');
  await expect(calls(page).first()).toBeVisible();
});

test('a simulation shows the gate’s response without a call', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Tried'));
  await open(`${paths.app}/settings/requests?key=${key.id}`);
  await page.getByRole('link', { name: 'Test a request' }).click();
  const form = panel(page, 'Test a request');
  await expect(form.getByRole('combobox', { name: 'API key' })).toHaveValue(key.id);
  const answer = page.getByRole('region', { name: 'Result' });
  await form.getByRole('textbox', { name: 'Scopes' }).fill('invoice:read');
  await form.getByRole('button', { name: 'Run test' }).click();
  await expect(answer).toContainText('Accepted');
  await form.getByRole('textbox', { name: 'Scopes' }).fill('tax:read');
  await form.getByRole('textbox', { name: 'IP address' }).fill('203.0.113.9');
  await form.getByRole('button', { name: 'Run test' }).click();
  await expect(answer).toContainText('insufficient_scope');
  await expect(answer).toContainText('203.0.113.9');
  await form.getByRole('textbox', { name: 'IP address' }).fill('10.0.0.0/8');
  await form.getByRole('button', { name: 'Run test' }).click();
  await expect(form.getByRole('textbox', { name: 'IP address' })).toHaveAttribute('aria-invalid', 'true');
  await expect(answer).toHaveCount(0);
  await expect(calls(page)).toHaveCount(0);
});

test('the log is filtered by key, result and route, and a request opens beside it', async ({
  page,
  open,
  signInAs,
  request,
  javaScriptEnabled,
}) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Mixed'));
  await call(request, key, 'invoice:read', 200);
  const id = await call(request, key, 'tax:read', 403);
  await open(`${paths.app}/settings/requests`);
  const filters = page.getByRole('search', { name: 'Filter requests' });
  const apply = async () => {
    if (!javaScriptEnabled) {
      await filters.getByRole('button', { name: 'Filter' }).click();
    }
  };
  await filters.getByRole('combobox', { name: 'API key' }).selectOption({ label: key.name });
  await apply();
  await expect(calls(page)).toHaveCount(2);
  await filters.getByRole('combobox', { name: 'Result' }).selectOption({ label: 'Denied' });
  await apply();
  await expect(page).toHaveURL(/outcome=refused/);
  await expect(calls(page)).toHaveCount(1);
  await expect(calls(page)).toContainText(id);
  await expect(calls(page)).toContainText(key.name);
  await calls(page).getByRole('link', { name: id }).click();
  await expect(panel(page, 'Request').getByRole('region', { name: 'Missing scope' })).toBeVisible();
  await expect(calls(page)).toHaveCount(1);
  await page.getByRole('link', { name: 'Close details' }).click();
  await expect(panel(page, 'Request')).toHaveCount(0);
  await expect(page).toHaveURL(/outcome=refused/);
  if (javaScriptEnabled) {
    // New calls are filtered as well.
    await call(request, key, 'invoice:read', 200);
    await call(request, key, 'tax:read', 403);
    await expect(calls(page)).toHaveCount(2);
    await expect(calls(page).filter({ hasText: 'Missing scope' })).toHaveCount(2);
  }
  await filters.getByRole('combobox', { name: 'Result' }).selectOption({ label: 'Key revoked' });
  await apply();
  await expect(page.getByText('No requests match these filters.')).toBeVisible();
  await filters.getByRole('link', { name: 'Remove filter: Key revoked' }).click();
  await expect(page).toHaveURL(`${paths.app}/settings/requests?key=${key.id}`);
  await expect(filters.getByRole('link', { name: `Remove filter: ${key.name}` })).toBeVisible();
  await filters.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(`${paths.app}/settings/requests`);
  await filters.getByRole('searchbox', { name: 'Route' }).fill('GET /v1/nothing');
  await filters.getByRole('searchbox', { name: 'Route' }).press('Enter');
  await expect(page.getByText('No requests match these filters.')).toBeVisible();
});

test('calls appear live until paused', { tag: '@js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Live'));
  const opened = page.waitForResponse((answer) => answer.url().includes('/requests/live'));
  await open(`${paths.app}/settings/requests?key=${key.id}`);
  await opened;
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
  await expect(calls(page)).toHaveCount(0);
  const first = await call(request, key, 'invoice:read', 200);
  await expect(calls(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Pause' }).click();
  const second = await call(request, key, 'tax:read', 403);
  await expect(page.getByRole('status').filter({ hasText: 'Paused' })).toBeVisible();
  await expect(calls(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Resume' }).click();
  // Calls during the pause appear afterwards.
  await expect(calls(page)).toHaveCount(2);
  await expect(calls(page).first()).toContainText(second);
  await expect(calls(page).last()).toContainText(first);
});

test('a route that was typed before the program started filters the log', { tag: '@js' }, async ({ page, signInAs }) => {
  const paths = await signInAs(people.owner);
  const deliver = await delayProgram(page);
  await page.goto(`${paths.app}/settings/requests`);
  await page.getByRole('search', { name: 'Filter requests' }).getByRole('searchbox', { name: 'Route' }).fill('GET /early');
  deliver();
  await expect(page).toHaveURL(/[?&]route=GET(\+|%20)%2Fearly/);
});

/** The code of the live log, which the page fetches once its program has started. */
const LIVE_CODE = /live_requests_loader[^/]*\.wasm$/;

test('a click is acted on once where the code of the live log is late', { tag: '@js' }, async ({ page, signInAs }) => {
  const paths = await signInAs(people.owner);
  const wanted = page.waitForRequest(LIVE_CODE);
  const deliver = await delayProgram(page, LIVE_CODE);
  await page.goto(`${paths.app}/settings/requests`);
  await wanted;
  await page.locator('.sidebar').getByRole('button', { name: 'Search', exact: true }).click();
  const menu = page.getByRole('dialog', { name: 'Command menu' });
  await expect(menu).toBeVisible();
  deliver();
  await expect(page.locator('html')).toHaveAttribute('data-js', '');
  await expect(menu).toBeVisible();
});

test('a click on a button whose code is very late is acted on when the code arrives', { tag: '@js' }, async ({ page, signInAs }) => {
  const paths = await signInAs(people.owner);
  const wanted = page.waitForRequest(LIVE_CODE);
  const deliver = await delayProgram(page, LIVE_CODE);
  await page.goto(`${paths.app}/settings/requests`);
  await wanted;
  await page.getByRole('button', { name: 'Pause' }).click();
  // The page no longer waits for it.
  await expect(page.locator('html')).toHaveAttribute('data-js', '');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  deliver();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Paused' })).toBeVisible();
});

test('a live log that has left the page when its code arrives follows no requests', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Left'));
  await page.addInitScript(() => {
    const streams: EventSource[] = [];
    Object.assign(globalThis, { streams });
    globalThis.EventSource = class extends EventSource {
      constructor(...given: ConstructorParameters<typeof EventSource>) {
        super(...given);
        streams.push(this);
      }
    };
  });
  const wanted = page.waitForRequest(LIVE_CODE);
  const deliver = await delayProgram(page, LIVE_CODE);
  await open(`${paths.app}/settings/requests?key=${key.id}`);
  await wanted;
  // Shown in place, with a log that follows the requests of all keys.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Requests' }).click();
  await expect(page).toHaveURL(`${paths.app}/settings/requests`);
  deliver();
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
  const followed = async (): Promise<boolean[]> =>
    page.evaluate((id) => {
      const { streams } = globalThis as unknown as { streams: EventSource[] };
      return streams.filter((stream) => stream.readyState !== EventSource.CLOSED).map((stream) => stream.url.includes(id));
    }, key.id);
  await expect.poll(followed).toEqual([false]);
});

test('a live log that was refused once is opened again', { tag: '@js' }, async ({ page, open, signInAs, request, browserErrors }) => {
  browserErrors.allow(failedResponse(401));
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Again'));
  let opened = 0;
  // As if another tab gave the session a new token while the stream was opened.
  await page.route('**/requests/live*', async (route) => {
    opened += 1;
    await (opened === 1 ? route.fulfill({ status: 401 }) : route.continue());
  });
  await open(`${paths.app}/settings/requests?key=${key.id}`);
  await expect.poll(() => opened).toBe(2);
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
  await call(request, key, 'invoice:read', 200);
  await expect(calls(page)).toHaveCount(1);
});

test('without JavaScript the page shows the same calls after a reload', { tag: '@no-js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Plain'));
  await open(`${paths.app}/settings/requests?key=${key.id}`);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeHidden();
  await call(request, key, 'invoice:read', 200);
  await page.getByRole('link', { name: 'Refresh' }).click();
  await expect(calls(page)).toHaveCount(1);
});

test('support opens a request by its id, and the access is recorded', async ({ page, open, signInAs, request, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Helped'));
  const id = await call(request, key, 'tax:read', 403);
  await clearSession(page);
  await page.goto('/sign-in');
  if (javaScriptEnabled) {
    await waitUntilInteractive(page);
  }
  await page.getByRole('textbox', { name: 'Email' }).fill(people.support.email);
  await page.getByLabel('Password', { exact: true }).fill(people.support.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'Account, application or key' }).fill(id);
  await page.getByRole('textbox', { name: 'Reason' }).fill('Request 4712');
  await page.getByRole('button', { name: 'Look up' }).click();
  await expect(page.getByRole('region', { name: 'Missing scope' })).toContainText(key.name);
  await expect(check(page, 'Required scopes granted')).toContainText('Granted: invoice:read');
  await clearSession(page);
  await signInAs(people.owner);
  await open(`${paths.keys}/${key.id}?tab=history`);
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Request 4712');
});

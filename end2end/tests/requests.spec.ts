// Single calls: followed, explained and foreseen.
import { type APIRequestContext, type Page } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { answered, createKey, expect, listens, people, test, unique, type Credentials } from '../fixtures.ts';

/** Calls the gate with a key; the id of the answer. */
async function call(request: APIRequestContext, key: Credentials, scope: string, status: number): Promise<string> {
  const answer = await request.get(`/v1/auth?scope=${scope}`, {
    headers: { 'x-client-key': key.id, 'x-client-secret': key.secret },
  });
  expect(answer.status()).toBe(status);
  return answer.headers()['x-request-id'] ?? '';
}

const calls = (page: Page) => page.getByRole('list', { name: 'Requests', exact: true }).getByRole('listitem');
const check = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Checks, in the order of the gate' }).getByRole('listitem').filter({ hasText: name });

test('a key’s page leads to its requests, and each says why it was refused', async ({ page, open, as, request }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Refused'));
  const other = await createKey(page, open, place, unique('Other'));
  await call(request, other, 'invoice:read', 200);
  await call(request, key, 'invoice:read', 200);
  const id = await call(request, key, 'tax:read', 403);
  await open(`${place.keys}/${key.id}`);
  await page.getByRole('link', { name: 'Recent requests' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Requests' })).toBeVisible();
  await expect(page).toHaveTitle(/^Requests · .* · Latchkey$/);
  await expect(calls(page)).toHaveCount(2);
  await expect(calls(page).first()).toContainText('Scope is missing');
  await expect(calls(page).last()).toContainText('Accepted');
  await calls(page).first().getByRole('link', { name: id }).click();
  await expect(page).toHaveURL(new RegExp(`request=${id}$`));
  await expect(page.getByRole('region', { name: 'Scope is missing' })).toContainText(key.name);
  await expect(check(page, 'The address is allowed')).toContainText('Passed');
  await expect(check(page, 'The scopes are held')).toContainText('Refused');
  await expect(check(page, 'The scopes are held')).toContainText('Asked for: tax:read. Held: invoice:read.');
  await expect(check(page, 'The rate limit is not used up')).toContainText('Not reached');
  expect(await page.content()).not.toContain(key.secret);
});

test('a request id is typed, and one that is not ours is not there', async ({ page, open, as, request, watch }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Asked about'));
  const id = await call(request, key, 'invoice:read', 200);
  await open(place.keys);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Requests' }).click();
  await page.getByRole('textbox', { name: 'Request id' }).fill(id);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Accepted' })).toContainText(key.name);
  watch.expect(answered(404));
  await page.getByRole('textbox', { name: 'Request id' }).fill('never-was');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
});

test('what the gate would answer is told without a call', async ({ page, open, as, watch }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Tried'));
  await open(`${place.app}/settings/requests?key=${key.id}`);
  const form = page.getByRole('region', { name: 'Would a call pass?' });
  const answer = page.getByRole('region', { name: 'The answer' });
  await form.getByRole('textbox', { name: 'Scopes' }).fill('invoice:read');
  await form.getByRole('button', { name: 'Try it' }).click();
  await expect(answer).toContainText('Accepted');
  await form.getByRole('textbox', { name: 'Scopes' }).fill('tax:read');
  await form.getByRole('textbox', { name: 'Address' }).fill('203.0.113.9');
  await form.getByRole('button', { name: 'Try it' }).click();
  await expect(answer).toContainText('insufficient_scope');
  await expect(answer).toContainText('203.0.113.9');
  watch.expect(answered(422));
  await form.getByRole('textbox', { name: 'Address' }).fill('10.0.0.0/8');
  await form.getByRole('button', { name: 'Try it' }).click();
  await expect(form.getByRole('textbox', { name: 'Address' })).toHaveAttribute('aria-invalid', 'true');
  await expect(answer).toHaveCount(0);
  await expect(calls(page)).toHaveCount(0);
});

test('refused calls stand alone where that is asked for', async ({ page, open, as, request, javaScriptEnabled }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Mixed'));
  await call(request, key, 'invoice:read', 200);
  const id = await call(request, key, 'tax:read', 403);
  await open(`${place.app}/settings/requests?key=${key.id}`);
  await expect(calls(page)).toHaveCount(2);
  const outcomes = page.getByRole('navigation', { name: 'Outcome' });
  await outcomes.getByRole('link', { name: 'Refused only' }).click();
  await expect(page).toHaveURL(new RegExp(`key=${key.id}&outcome=refused$`));
  await expect(outcomes.locator('[aria-current="true"]')).toHaveText('Refused only');
  await expect(calls(page)).toHaveCount(1);
  await expect(calls(page)).toContainText(id);
  if (javaScriptEnabled) {
    // Of what happens from now on it shows the same.
    await call(request, key, 'invoice:read', 200);
    await call(request, key, 'tax:read', 403);
    await expect(calls(page)).toHaveCount(2);
    await expect(calls(page).filter({ hasText: 'Scope is missing' })).toHaveCount(2);
  }
  await outcomes.getByRole('link', { name: 'All calls' }).click();
  await expect(calls(page)).toHaveCount(javaScriptEnabled ? 4 : 2);
  const quiet = await createKey(page, open, place, unique('Quiet'));
  await open(`${place.app}/settings/requests?key=${quiet.id}&outcome=refused`);
  await expect(page.getByText('No refused calls')).toBeVisible();
});

test('calls appear as they happen, until paused', { tag: '@js' }, async ({ page, open, as, request }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Live'));
  const opened = page.waitForResponse((answer) => answer.url().includes('/requests/live'));
  await open(`${place.app}/settings/requests?key=${key.id}`);
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
  // Nothing of the pause is lost.
  await expect(calls(page)).toHaveCount(2);
  await expect(calls(page).first()).toContainText(second);
  await expect(calls(page).last()).toContainText(first);
});

test('without scripts the page says the same, and is read anew', { tag: '@no-js' }, async ({ page, open, as, request }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Plain'));
  await open(`${place.app}/settings/requests?key=${key.id}`);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeHidden();
  await call(request, key, 'invoice:read', 200);
  await page.getByRole('link', { name: 'Refresh' }).click();
  await expect(calls(page)).toHaveCount(1);
});

test('support opens a request by its id alone, and is seen', async ({ page, open, as, context, request, javaScriptEnabled }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Helped'));
  const id = await call(request, key, 'tax:read', 403);
  await context.clearCookies();
  await page.goto('/sign-in');
  if (javaScriptEnabled) {
    await listens(page);
  }
  await page.getByRole('textbox', { name: 'Email' }).fill(people.support.email);
  await page.getByLabel('Password', { exact: true }).fill(people.support.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'Account, application or key' }).fill(id);
  await page.getByRole('textbox', { name: 'Reason' }).fill('Request 4712');
  await page.getByRole('button', { name: 'Look up' }).click();
  await expect(page.getByRole('region', { name: 'Scope is missing' })).toContainText(key.name);
  await expect(check(page, 'The scopes are held')).toContainText('Held: invoice:read');
  await context.clearCookies();
  await as(people.owner);
  await open(`${place.keys}/${key.id}`);
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Request 4712');
});

test('requests are accessible, in light and dark, on a phone and a desk', { tag: '@js' }, async ({ page, open, as, request }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Read'));
  const id = await call(request, key, 'tax:read', 403);
  await open(`${place.app}/settings/requests?key=${key.id}`);
  await expect(calls(page)).toHaveCount(1);
  await expectAccessible(page);
  await open(`${place.app}/settings/requests?request=${id}`);
  await expect(check(page, 'The scopes are held')).toBeVisible();
  await expectAccessible(page);
});

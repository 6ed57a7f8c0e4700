// Security events: each repeated anomaly is one event, with a recommendation, and is acknowledged with a note.
import { type APIRequestContext, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from '../accessibility.ts';
import {
  type Credentials,
  clearSession,
  createKey,
  expect,
  failedResponse,
  people,
  row,
  sameOriginHeaders,
  test,
  unique,
} from '../fixtures.ts';
import { acceptInvitation, invite, newContext, newEmail } from '../invitations.ts';

/** The events of one key, where the page shows no others. */
const events = (page: Page) => page.getByRole('list', { name: 'Security', exact: true }).getByRole('listitem');

/** The events of a key or a person among those of others. */
const eventsOf = (page: Page, name: string) => page.getByRole('list', { name: `Events of ${name}`, exact: true }).getByRole('listitem');

/** Opens the details of an event: the title is in its `<summary>`. */
const openDetails = (event: Locator, title: string) => event.getByText(title, { exact: true }).click();

/** Calls the gate with additional headers. */
async function call(request: APIRequestContext, key: Credentials, status: number, headers: Record<string, string> = {}) {
  const answer = await request.get('/v1/auth?scope=invoice:read', {
    headers: { 'x-client-key': key.id, 'x-client-secret': key.secret, ...headers },
  });
  expect(answer.status()).toBe(status);
}

/** Sends enough wrong secrets for an event. */
async function guess(request: APIRequestContext, key: Credentials, other: Credentials, times = 5) {
  for (let n = 0; n < times; n += 1) {
    await call(request, { ...key, secret: other.secret }, 401);
  }
}

test('wrong secrets cause one event, which is acknowledged with a note', async ({ page, open, signInAs, request, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Guessed at'));
  const other = await createKey(page, paths, unique('Another'));
  await guess(request, key, other, 4);
  await open(`${paths.keys}/${key.id}`);
  await expect(page.getByRole('heading', { level: 1, name: key.name })).toBeVisible();
  const tab = page.getByRole('navigation', { name: 'Sections of this key' }).getByRole('link', { name: 'Security' });
  await expect(tab).toHaveAccessibleName('Security');
  await guess(request, key, other, 3);
  await open(`${paths.keys}/${key.id}`);
  await expect(tab).toHaveAccessibleName('Security, 1 open event');
  await tab.click();
  await expect(page).toHaveURL(/\?tab=security$/);
  await expect(page.getByRole('heading', { level: 1, name: key.name })).toBeVisible();
  await expect(events(page)).toHaveCount(1);
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Security' })).toBeVisible();
  await expect(page).toHaveTitle(/^Security · .* · Latchkey$/);
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText('Wrong secret');
  await expect(events(page)).toContainText('7 times');
  await expect(page.getByRole('main').getByRole('link', { name: key.name })).toBeVisible();
  await expect(events(page).getByRole('link', { name: 'Edit IP allowlist' })).toHaveAttribute('href', /\/edit#allowed_ips$/);
  expect(await page.content()).not.toContain(other.secret);

  await expect(events(page).getByText('Someone used this key')).toBeHidden();
  await openDetails(events(page), 'Wrong secret');
  await expect(events(page).getByText('Someone used this key')).toBeVisible();
  await expect(events(page).getByText('IP address', { exact: true })).toBeVisible();
  // The other remedies are in the details, and the first one is not shown twice.
  await expect(events(page).getByRole('link', { name: 'Edit IP allowlist' })).toHaveCount(1);
  await expect(events(page).getByRole('link', { name: 'View requests' })).toBeVisible();
  await expect(events(page).getByRole('textbox', { name: 'Note' })).toBeHidden();
  await events(page).getByText('Add note').click();
  await events(page).getByRole('textbox', { name: 'Note' }).fill('An old deploy. “Stopped” & gone');
  await events(page).getByRole('button', { name: 'Acknowledge' }).click();
  await expect(events(page)).toHaveCount(0);
  if (javaScriptEnabled) {
    // The focused button is removed: the heading receives the focus, and the change is announced.
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    await expect(page.getByRole('status').filter({ hasText: 'Event acknowledged' })).toHaveCount(1);
  }
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  await page.getByRole('combobox', { name: 'Status' }).selectOption('acknowledged');
  if (!javaScriptEnabled) {
    await page.getByRole('button', { name: 'Filter' }).click();
  }
  await expect(page).toHaveURL(new RegExp(`state=acknowledged&key=${key.id}`));
  await expect(events(page)).toContainText(`Acknowledged by ${people.owner.email}`);
  await expect(events(page)).toContainText('An old deploy. “Stopped” & gone');
  await openDetails(events(page), 'Wrong secret');
  await expect(events(page).getByText(`Acknowledged by ${people.owner.email}`)).toBeVisible();
  await expect(events(page).getByRole('button')).toHaveCount(0);
  await open(`${paths.app}/settings/audit-log?key=${key.id}&action=security.acknowledged`);
  await expect(page.getByRole('list', { name: 'Audit log' }).getByRole('listitem')).toContainText('Wrong secret. An old deploy.');
  // A repetition after the acknowledgement is a new event.
  await guess(request, key, other, 5);
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText('5 times');
});

test('a note that is not saved yet stays while another event is acknowledged', { tag: '@js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Noted'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await guess(request, key, await createKey(page, paths, unique('Guesses')));
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  const [noted, other] = ['Wrong secret', 'Secret sent by a browser'].map((title) => events(page).filter({ hasText: title })) as [Locator, Locator];
  await openDetails(noted, 'Wrong secret');
  await noted.getByText('Add note').click();
  const note = noted.getByRole('textbox', { name: 'Note' });
  await note.fill('An old deploy');
  await openDetails(other, 'Secret sent by a browser');
  await other.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(other).toHaveCount(0);
  await expect(note).toHaveValue('An old deploy');
});

test('the note of an event that could not be acknowledged stays with this event', { tag: '@js' }, async ({
  page,
  open,
  signInAs,
  request,
  browserErrors,
}) => {
  browserErrors.allow(failedResponse(404));
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Refused'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await guess(request, key, await createKey(page, paths, unique('Guesses')));
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  const [first, second] = [events(page).first(), events(page).nth(1)];
  await openDetails(second, 'Wrong secret');
  await second.getByText('Add note').click();
  const note = second.getByRole('textbox', { name: 'Note' });
  await note.fill('An old deploy');
  // As if the event was removed in the meantime.
  await page.route('**/api/acknowledge_event', async (route) => {
    await route.continue({ postData: (route.request().postData() ?? '').replace(/event=\d+/, 'event=999999999') });
  });
  await second.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(page.getByRole('main').getByRole('alert').locator('.notice')).toBeVisible();
  await expect(note).toHaveValue('An old deploy');
  await expect(first.locator('textarea')).toHaveValue('');
});

test('a secret sent by a browser and the use of a revoked key are critical events', async ({ page, open, signInAs, request, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('In a page'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await call(request, key, 200);
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText('Critical');
  await expect(events(page)).toContainText('Secret sent by a browser');
  await expect(events(page)).toContainText('once');
  await expect(events(page).getByRole('link', { name: 'Regenerate secret' })).toHaveAttribute('href', new RegExp(`${key.id}/regenerate$`));

  // The page of the key names the event with its remedy.
  await open(`${paths.keys}/${key.id}`);
  const banner = page.getByRole('main').locator('.notice[data-tone="danger"]');
  await expect(banner).toContainText('A browser sends this secret');
  await expect(banner.getByRole('link', { name: 'Regenerate secret' })).toHaveAttribute('href', new RegExp(`${key.id}/regenerate$`));
  await banner.getByRole('link', { name: 'View events' }).click();
  await expect(page).toHaveURL(/\?tab=security$/);

  await open(`${paths.keys}/${key.id}/revoke`);
  await page.getByRole('textbox', { name: 'Type the key name to confirm' }).fill(key.name);
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'API Keys' })).toBeVisible();
  await call(request, key, 401);
  await call(request, key, 401);
  await open(paths.app);
  await expect(page.getByText(/open security events, \d+ critical|critical security events?/)).toBeVisible();
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  await expect(events(page)).toHaveCount(2);
  await expect(events(page).first()).toContainText('Revoked key used');
  await expect(events(page).first()).toContainText('twice');
  // A revoked key cannot be changed.
  await expect(events(page).getByRole('link', { name: 'Regenerate secret' })).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Type' }).selectOption('secret_from_browser');
  if (!javaScriptEnabled) {
    await page.getByRole('button', { name: 'Filter' }).click();
  }
  await expect(events(page)).toHaveCount(1);
  await page.getByRole('combobox', { name: 'Severity' }).selectOption('notice');
  if (!javaScriptEnabled) {
    await page.getByRole('button', { name: 'Filter' }).click();
  }
  await expect(page.getByRole('heading', { name: 'No matching events' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(/security-events$/);
});

test('new members and failed sign-ins cause events', async ({ page, open, signInAs, browser, request, server, javaScriptEnabled }) => {
  test.slow();
  const paths = await signInAs(people.owner);
  const email = newEmail();
  const path = await invite(page, open, paths.app, email, 'viewer');
  const theirs = await newContext(browser, server.url, javaScriptEnabled);
  await acceptInvitation(theirs.page, path, javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await theirs.context.close();
  for (let n = 0; n < 5; n += 1) {
    const form = { email, password: `wrong at the time ${n}` };
    const answer = await request.post('/api/sign_in', { form, headers: sameOriginHeaders(server.url) });
    expect(answer.status()).toBe(422);
  }
  const about = (title: string) => eventsOf(page, email).filter({ hasText: title });
  await open(`${paths.app}/settings/security-events?kind=sign_in_failed`);
  await expect(about('Failed sign-ins')).toContainText('5 times');
  await expect(about('Failed sign-ins').getByRole('link', { name: 'View audit log' })).toBeVisible();
  await open(`${paths.app}/settings/security-events?kind=members_changed`);
  await expect(about('Members or roles changed').first()).toContainText('A member was invited');
  await expect(page.getByRole('heading', { level: 2, name: email })).toBeVisible();
  await about('Members or roles changed').first().getByRole('link', { name: 'View members' }).click();
  await expect(page.getByRole('region', { name: 'Members' })).toContainText(email);
});

test('a viewer sees events but cannot acknowledge them', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Watched'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await clearSession(page);
  await signInAs(people.viewer);
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  await expect(events(page)).toHaveCount(1);
  await expect(events(page).getByRole('link', { name: 'View requests' })).toBeVisible();
  await openDetails(events(page), 'Secret sent by a browser');
  await expect(events(page).getByText('Use the key only on a server.')).toBeVisible();
  await expect(events(page).getByRole('link', { name: 'Regenerate secret' })).toHaveCount(0);
  await expect(events(page).getByRole('button', { name: 'Acknowledge' })).toHaveCount(0);
  await expect(page.getByRole('checkbox')).toHaveCount(0);
});

test('the open details of an event and the form for a note are accessible', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Read about'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await open(`${paths.app}/settings/security-events?key=${key.id}`);
  await openDetails(events(page), 'Secret sent by a browser');
  await events(page).getByText('Add note').click();
  await expect(events(page).getByRole('textbox', { name: 'Note' })).toBeVisible();
  await expectAccessible(page);
});

test('several events are acknowledged at once', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const keys = [
    await createKey(page, paths, unique('First')),
    await createKey(page, paths, unique('Second')),
  ];
  for (const key of keys) {
    await call(request, key, 200, { origin: 'https://shop.example' });
  }
  await open(`${paths.app}/settings/security-events`);
  await expect(page.getByRole('button', { name: 'Acknowledge selected' })).toBeHidden();
  for (const key of keys) {
    const event = eventsOf(page, key.name).filter({ hasText: 'Secret sent by a browser' });
    await event.getByRole('checkbox', { name: 'Select Secret sent by a browser' }).check();
  }
  await page.getByRole('button', { name: 'Acknowledge selected' }).click();
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Events acknowledged');
  for (const key of keys) {
    await expect(eventsOf(page, key.name).filter({ hasText: 'Secret sent by a browser' })).toHaveCount(0);
  }
});

test('the list of keys names the critical event of a key until it is acknowledged', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Exposed'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await open(`${paths.keys}?tab=attention`);
  const note = row(page, key.name).getByTitle('Secret sent by a browser');
  await expect(note).toHaveText('Secret in a browser');
  for (const width of [360, 768, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await note.evaluate((shown) => shown.scrollWidth <= shown.clientWidth), `not cut at ${width} px`).toBe(true);
  }
  await open(`${paths.app}/settings/security-events`);
  await eventsOf(page, key.name).getByRole('checkbox', { name: 'Select Secret sent by a browser' }).check();
  await page.getByRole('button', { name: 'Acknowledge selected' }).click();
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Events acknowledged');
  await open(paths.keys);
  await expect(note).toHaveCount(0);
});

test('the box of a key selects all of its events', { tag: '@js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Grouped'));
  const other = await createKey(page, paths, unique('Single'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await guess(request, key, other);
  await call(request, other, 200, { origin: 'https://shop.example' });
  await open(`${paths.app}/settings/security-events`);
  await expect(eventsOf(page, key.name)).toHaveCount(2);
  await expect(page.getByRole('heading', { level: 2 }).getByRole('link', { name: key.name })).toHaveAttribute('href', new RegExp(`${key.id}$`));
  // A single event has no second box.
  await expect(page.getByRole('checkbox', { name: `Select all events of ${other.name}` })).toHaveCount(0);
  const all = page.getByRole('checkbox', { name: `Select all events of ${key.name}` });
  await all.check();
  await expect(page.getByRole('status').filter({ hasText: '2 selected' })).toBeVisible();
  await expect(eventsOf(page, other.name).getByRole('checkbox')).not.toBeChecked();
  await eventsOf(page, key.name).getByRole('checkbox').first().uncheck();
  await expect(all).toHaveJSProperty('indeterminate', true);
  await eventsOf(page, key.name).getByRole('checkbox').first().check();
  await expect(all).toBeChecked();
  await page.getByRole('button', { name: 'Acknowledge selected' }).click();
  await expect(page.getByRole('heading', { level: 2, name: key.name })).toHaveCount(0);
  await expect(eventsOf(page, other.name)).toHaveCount(1);
});

test('events are short, and fit a phone', { tag: '@js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Measured'));
  await call(request, key, 200, { origin: 'https://shop.example' });
  await guess(request, key, await createKey(page, paths, unique('Guesses')));
  const heights = async (width: number) => {
    await page.setViewportSize({ width, height: 800 });
    await open(`${paths.app}/settings/security-events?key=${key.id}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${width} px`).toBe(0);
    return events(page).evaluateAll((all) => all.map((event) => Math.round(event.getBoundingClientRect().height)));
  };
  for (const height of await heights(1280)) {
    expect(height).toBeLessThanOrEqual(44);
  }
  for (const height of await heights(360)) {
    expect(height).toBeLessThanOrEqual(56);
  }
});

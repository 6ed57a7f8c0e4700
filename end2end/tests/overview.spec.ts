// The overview of an application, and the chart on a key's page.
import { type Page } from '@playwright/test';
import { type Credentials, createKey, expect, people, request, test, unique, whoami } from '../fixtures.ts';

/** Reports results of calls as a service does. */
async function report(url: string, service: Credentials, id: string, calls: { key: string; status: number; latency_ms: number }[]) {
  const client = await request.newContext({ baseURL: url });
  const answer = await client.post('/v1/usage', {
    headers: { 'x-client-key': service.id, 'x-client-secret': service.secret, 'idempotency-key': id },
    data: calls,
  });
  expect(answer.status(), await answer.text()).toBe(202);
  const taken = (await answer.json()) as { accepted: number; unknown: number };
  await client.dispose();
  return taken;
}

const usage = (page: Page) => page.getByRole('region', { name: 'Usage' });

test('an owner sees the results of all calls, and which keys need attention', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Watched'));
  const unused = await createKey(page, paths, unique('Unused'));
  for (let call = 0; call < 3; call += 1) {
    expect((await whoami(server.url, key)).status()).toBe(200);
  }

  await open(paths.keys);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Overview' }).click();
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
  await expect(page).toHaveTitle('Overview · Web shop · Latchkey');
  await expect(page.getByRole('navigation', { name: 'Main' }).locator('[aria-current="page"]')).toHaveText(/Overview/);
  await expect(usage(page).getByRole('img', { name: /^Requests, last 24h: / })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Busiest keys' }).getByRole('link').first()).toBeVisible();
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await expect(attention.getByRole('term').filter({ hasText: 'Never used' })).toBeVisible();
  await expect(attention.getByRole('link', { name: unused.name }).first()).toBeVisible();
});

test('a key’s page shows the results of its calls, and what services reported', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const service = await createKey(page, paths, unique('Gateway'), ['key:verify']);
  const key = await createKey(page, paths, unique('Watched'));
  for (let call = 0; call < 3; call += 1) {
    expect((await whoami(server.url, key)).status()).toBe(200);
  }
  const calls = [200, 404, 503].map((status) => ({ key: key.id, status, latency_ms: 30 }));
  const id = unique('report');
  expect(await report(server.url, service, id, calls)).toMatchObject({ accepted: 3, unknown: 0 });
  // A report that is sent again is counted once.
  expect(await report(server.url, service, id, calls)).toMatchObject({ accepted: 3 });

  // By day, because a shorter interval may end while the test runs.
  await open(`${paths.keys}/${key.id}?window=90d`);
  await expect(usage(page).getByRole('img', { name: /: 3 accepted, 0 denied, 0 rate limited$/ })).toBeVisible();
  await expect(usage(page).getByText('In progress').first()).toBeVisible();
  await usage(page).getByText(/^Changes in this period/).click();
  await expect(usage(page).getByRole('list').filter({ hasText: 'created the key' })).toBeVisible();
  const charts = usage(page).getByRole('navigation', { name: 'Chart' });
  await expect(charts.locator('[aria-current="true"]')).toHaveText('Gate');
  await charts.getByRole('link', { name: 'Responses' }).click();
  await expect(page).toHaveURL(/\?window=90d&chart=responses$/);
  await expect(charts.locator('[aria-current="true"]')).toHaveText('Responses');
  await expect(usage(page)).toContainText(/30 ms/);
  const answers = usage(page).getByRole('figure').filter({ hasText: 'Upstream responses' });
  const picture = /^Upstream responses, last 90d: 1 succeeded, 1 failed with 4xx, 1 failed with 5xx$/;
  await expect(answers.getByRole('img', { name: picture })).toBeVisible();
  await answers.getByText('Data table').click();
  await expect(answers.getByRole('columnheader', { name: 'Failed with 5xx' })).toBeVisible();
  await expect(answers.getByRole('row').last().getByRole('cell')).toHaveText([/\d/, '1', '1', '1', /created the key/i]);

  const file = await usage(page).getByRole('link', { name: 'Export chart (CSV)' }).getAttribute('href');
  const numbers = await page.request.get(file ?? '');
  expect(numbers.headers()['content-type']).toContain('text/csv');
  expect(await numbers.text()).toContain('"3","0","0","3","1","1","30"');
  const parts = await page.getByRole('region', { name: 'Breakdown' }).getByRole('link', { name: 'Export breakdown (CSV)' }).getAttribute('href');
  expect(await (await page.request.get(parts ?? '')).text()).toContain('"route","GET /v1/whoami","3"');
});

test('the overview has one chart and one breakdown, whose rows lead to their requests', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const service = await createKey(page, paths, unique('Front'), ['key:verify']);
  const key = await createKey(page, paths, unique('Broken down'));
  expect((await whoami(server.url, key)).status()).toBe(200);
  expect((await whoami(server.url, { id: key.id, secret: service.secret })).status()).toBe(401);
  await report(server.url, service, unique('report'), [{ key: key.id, status: 503, latency_ms: 30 }]);

  await open(paths.app);
  const figures = page.locator('.usage-figures > div');
  await expect(figures).toHaveText([/^Requests, 24 h\s*[\d,]+/, /^Denied/, /^Errors, 5xx \/ 4xx.*reported request/, /^Latency\s*avg [\d,]+ ms/]);
  await expect(usage(page).getByRole('figure')).toHaveCount(1);
  const charts = usage(page).getByRole('navigation', { name: 'Chart' });
  await expect(charts.locator('[aria-current="true"]')).toHaveText('Gate');
  await charts.getByRole('link', { name: 'Responses' }).click();
  await expect(page).toHaveURL(`${paths.app}?chart=responses`);
  await expect(usage(page).getByRole('img', { name: /^Upstream responses, last 24h: / })).toBeVisible();
  await expect(usage(page).getByRole('figure')).toHaveCount(1);

  const breakdown = page.getByRole('region', { name: 'Breakdown' });
  const requests = `${paths.app}/settings/requests`;
  const address = breakdown.getByRole('table', { name: 'IP address' }).getByRole('link', { name: '127.0.0.1', exact: true });
  await expect(address).toHaveAttribute('href', `${requests}?from_address=127.0.0.1`);
  await breakdown.getByRole('link', { name: 'Reason' }).click();
  await expect(page).toHaveURL(`${paths.app}?chart=responses&by=refusal`);
  await open(`${paths.app}?by=refusal&rows=all`);
  const codes = breakdown.getByRole('table', { name: 'Reason' });
  await expect(codes.getByRole('link', { name: 'invalid_credentials' })).toHaveAttribute('href', `${requests}?code=invalid_credentials`);
  await breakdown.getByRole('link', { name: 'Scope' }).click();
  await expect(breakdown.getByRole('table', { name: 'Scope' }).getByRole('link')).toHaveCount(0);
  // The rows of a key lead to the requests with it.
  await open(`${paths.keys}/${key.id}?by=route`);
  const route = breakdown.getByRole('table', { name: 'Route' }).getByRole('link', { name: 'GET /v1/whoami' });
  await expect(route).toHaveAttribute('href', `${requests}?key=${key.id}&route=GET%20/v1/whoami`);
});

test('the overview fits on a screen, and on a phone it does not scroll sideways', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const size = async (width: number) => {
    await page.setViewportSize({ width, height: 800 });
    await open(paths.app);
    await expect(page.getByRole('region', { name: 'Busiest keys' })).toBeVisible();
    return page.locator('html').evaluate((element) => ({
      height: document.body.scrollHeight,
      overflow: element.scrollWidth - element.clientWidth,
    }));
  };
  const desktop = await size(1280);
  expect(desktop.height).toBeLessThanOrEqual(950);
  expect(desktop.overflow).toBe(0);
  for (const width of [768, 360, 320]) {
    expect((await size(width)).overflow, `${width} px`).toBe(0);
  }
  expect((await size(360)).height).toBeLessThanOrEqual(1_900);
});

test('refused calls are shown by their code, including wrong secrets', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Guessed at'));
  const other = await createKey(page, paths, unique('Other'));
  expect((await whoami(server.url, { id: key.id, secret: other.secret })).status()).toBe(401);
  await open(`${paths.keys}/${key.id}`);
  await expect(page.locator('.key-figures')).toContainText(/Denied\s*1 of 1\s*Mostly invalid_credentials/);
  await page.getByRole('navigation', { name: 'Breakdown' }).getByRole('link', { name: 'Reason' }).click();
  const refusals = page.getByRole('table', { name: 'Reason' });
  await expect(refusals.getByRole('row', { name: /invalid_credentials/ }).getByRole('cell')).toHaveText(['1']);
});

test('a custom range is in the URL, and an invalid range is reported', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Ranged'));
  await open(`${paths.keys}/${key.id}?by=route&rows=all`);
  const show = async (from: string, until: string) => {
    const range = usage(page).locator('details', { hasText: 'Custom range' });
    if ((await range.getAttribute('open')) === null) {
      await range.locator('summary').click();
    }
    await range.getByLabel('From', { exact: true }).fill(from);
    await range.getByLabel('To', { exact: true }).fill(until);
    await range.getByRole('button', { name: 'Show' }).click();
    await expect(page).toHaveURL(new RegExp(`from=${from}&until=${until}`));
  };
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  await show(day(18), day(10));
  // The breakdown stays as it was.
  await expect(page).toHaveURL(/&by=route&rows=all$/);
  await expect(usage(page).getByText(/^Requests per 2 hours/)).toBeVisible();
  await expect(usage(page).getByText(/This range can't be shown/)).toHaveCount(0);
  await show(day(3), day(9));
  await expect(usage(page).getByText('The end is before the start.')).toBeVisible();
  await expect(usage(page).getByText(/^Requests per 15 min/)).toBeVisible();
  await usage(page).getByRole('link', { name: '7d' }).click();
  await expect(page).toHaveURL(/\?window=7d&by=route&rows=all$/);
  await expect(usage(page).getByText('The end is before the start.')).toHaveCount(0);
});

test('a chart’s times are in the application’s zone or in UTC', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.otherOwner);
  const zone = async (name: string) => {
    await open(`${paths.app}/settings/general`);
    await page.getByRole('combobox', { name: 'Time zone' }).selectOption(name);
    const saved = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await saved;
    await open(paths.app);
  };
  await zone('Asia/Kolkata');
  await expect(usage(page).getByText('(Asia/Kolkata)').first()).toBeVisible();
  await usage(page).getByRole('link', { name: 'Show times in UTC' }).click();
  await expect(page).toHaveURL(/zone=utc/);
  await expect(usage(page).getByText('per 15 min (UTC)')).toBeVisible();
  await usage(page).getByRole('link', { name: "Show times in the dashboard's time zone" }).click();
  await expect(usage(page).getByText('(Asia/Kolkata)').first()).toBeVisible();
  await zone('UTC');
  await expect(usage(page).getByRole('link', { name: 'Show times in UTC' })).toHaveCount(0);
});

test('each bar of a chart can be read with the pointer and the keyboard', { tag: '@js' }, async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Charted'));
  const answer = await request.get('/v1/auth?scope=invoice:read', {
    headers: { 'x-client-key': key.id, 'x-client-secret': key.secret },
  });
  expect(answer.status()).toBe(200);
  await open(`${paths.keys}/${key.id}?window=90d`);
  const chart = page.getByRole('group', { name: 'Chart bars' });
  await expect(chart).toContainText('Point at a bar');
  await chart.focus();
  await page.keyboard.press('End');
  await expect(chart).toContainText('1 accepted, 0 denied, 0 rate limited');
  await page.keyboard.press('ArrowLeft');
  await expect(chart).toContainText('0 accepted, 0 denied, 0 rate limited');
  await page.keyboard.press('Escape');
  await expect(chart).toContainText('Point at a bar');
  const box = await chart.getByRole('img').boundingBox();
  // Above the bar, because its whole column reacts.
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) - 2, (box?.y ?? 0) + 20);
  await expect(chart).toContainText('1 accepted, 0 denied, 0 rate limited');
  await page.mouse.move(0, 0);
  await expect(chart).toContainText('Point at a bar');
});

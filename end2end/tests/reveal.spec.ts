import { readFile } from 'node:fs/promises';
import { confirmStored, countKeys, expect, failedResponse, fillKey, pageState, people, readCredentials, test, unique, whoami } from '../fixtures.ts';
import { startServer } from '../server.ts';

test('the credentials can be copied without HTTPS', { tag: '@js' }, async ({ page, database, browserErrors }) => {
  const server = await startServer({ database, people: [people.owner], host: 'keys.lan' });
  const lan = server.url.replace('127.0.0.1', 'keys.lan');
  try {
    browserErrors.allow(/request to another site: http:\/\/keys\.lan/);
    browserErrors.allow(/Cross-Origin-Opener-Policy/);
    await page.goto(`${lan}/sign-in`);
    await page.getByRole('textbox', { name: 'Email' }).fill(people.owner.email);
    await page.getByLabel('Password', { exact: true }).fill(people.owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Create API Key' }).click();
    await fillKey(page, unique('On the LAN'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    expect(await page.evaluate(() => [isSecureContext, navigator.clipboard])).toEqual([false, undefined]);
    const { id, secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    for (const [label, value] of [
      ['Copy API key', id],
      ['Copy secret key', secret],
    ] as const) {
      await reveal.getByRole('button', { name: label }).click();
      await expect(reveal.getByRole('status')).toHaveText('Copied');
      const pasted = await page.evaluateHandle(() => {
        const field = document.createElement('textarea');
        document.querySelector('dialog')?.append(field);
        field.focus();
        return field;
      });
      await page.keyboard.press('Control+V');
      expect(await pasted.evaluate((field) => field.value)).toBe(value);
      await pasted.evaluate((field) => field.remove());
    }
  } finally {
    // The page polls for the key's first use until it is closed.
    await page.close();
    await server.stop();
  }
});

test.describe('with JavaScript', { tag: '@js' }, () => {
  test.beforeEach(async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Scripted'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toBeVisible();
  });

  test('both credentials can be copied, and the copy is announced', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { id, secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    for (const [label, value] of [
      ['Copy API key', id],
      ['Copy secret key', secret],
    ] as const) {
      await reveal.getByRole('button', { name: label }).click();
      await expect(reveal.getByRole('status')).toHaveText('Copied');
      expect(await clipboard()).toBe(value);
      await expect(reveal.getByRole('button', { name: label })).toBeVisible();
    }
  });

  test('one copy is enough for a request with curl', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { id, secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Copy with secret' }).click();
    await expect(reveal.getByRole('status')).toHaveText('Copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(new RegExp(`^export LATCHKEY_SECRET_KEY=${secret}\ncurl http.*/v1/whoami `));
    expect(copied).toContain(`x-client-key: ${id}`);
    await expect(reveal.locator('pre').first()).not.toContainText(secret);
  });

  test('a failed copy is not announced as copied', async ({ page }) => {
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
      document.execCommand = () => false;
    });
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Copy secret key' }).click();
    await expect(reveal.getByRole('status')).toHaveText(/Couldn't copy/);
    await expect(reveal.getByText('Copied', { exact: true })).toHaveCount(0);
  });

  test('neither Escape nor the backdrop closes the dialog with the secret', async ({ page }) => {
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    for (let n = 0; n < 4; n += 1) {
      await page.keyboard.press('Escape');
      await page.mouse.click(3, 3);
    }
    await expect(reveal).toBeVisible();
    await expect(reveal.getByRole('textbox', { name: 'Secret key' })).toHaveValue(secret);
    expect(await reveal.evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
  });

  test('the dialog receives the focus when it opens', async ({ page }) => {
    await expect
      .poll(() =>
        page
          .getByRole('dialog', { name: 'Save your credentials' })
          .evaluate((dialog) => dialog.contains(document.activeElement)),
      )
      .toBe(true);
  });

  test('closing the dialog without the checkbox asks for confirmation', async ({ page }) => {
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await expect(reveal.getByRole('alert')).toContainText('Close without saving the secret?');
    await expect(reveal.getByRole('textbox', { name: 'Secret key' })).toHaveValue(secret);
    await confirmStored(page);
  });

  test('on a phone, the question is not beneath the buttons', async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 640 });
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    const close = reveal.getByRole('link', { name: 'Close anyway' });
    const isUncovered = (link: Element) => {
      const { x, y, width, height } = link.getBoundingClientRect();
      return link.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    };
    await expect.poll(() => close.evaluate(isUncovered)).toBe(true);
  });

  test('a key whose dialog was closed without confirmation is marked', async ({ page, signInAs }) => {
    const paths = await signInAs(people.owner);
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await reveal.getByRole('link', { name: 'Close anyway' }).click();
    await expect(page).toHaveURL(paths.keys);
    await expect(page.getByRole('table').getByText('Secret not saved').first()).toBeVisible();
    expect(await pageState(page)).not.toContain(secret);
  });

  test('the page reports the first request with the key', async ({ page, server }) => {
    const pair = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await expect(reveal.getByText('Waiting for the first request…')).toBeVisible();
    expect((await whoami(server.url, pair)).status()).toBe(200);
    await expect(reveal.getByText('First request received from 127.0.0.1.')).toBeVisible();
    await expect(reveal.getByText('Waiting for the first request…')).toHaveCount(0);
  });

  test('a poll that was refused once is repeated', async ({ page, server, browserErrors }) => {
    browserErrors.allow(failedResponse(401));
    const pair = await readCredentials(page);
    let polls = 0;
    // As if another tab gave the session a new token while the poll was on its way.
    await page.route('**/api/first_use', async (route) => {
      polls += 1;
      await (polls === 1 ? route.fulfill({ status: 401 }) : route.continue());
    });
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await expect.poll(() => polls).toBeGreaterThan(1);
    await expect(reveal.getByText('Waiting for the first request…')).toBeVisible();
    expect((await whoami(server.url, pair)).status()).toBe(200);
    await expect(reveal.getByText('First request received from 127.0.0.1.')).toBeVisible();
  });

  test('the command for a terminal calls this server', async ({ page, server }) => {
    const { id } = await readCredentials(page);
    const line = await page.getByRole('dialog').locator('pre').first().innerText();
    expect(line).toContain(`x-client-key: ${id}`);
    expect(line).toContain(`${server.url}/v1/whoami`);
  });

  test('the .env file contains both credentials', async ({ page }) => {
    const { id, secret } = await readCredentials(page);
    const started = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download .env' }).click();
    const download = await started;
    expect(download.suggestedFilename()).toMatch(/(^|\.)env$/);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^[A-Z_]+=${id}$`));
    expect(lines[1]).toMatch(new RegExp(`^[A-Z_]+=${secret}$`));
  });

  test('going back in the history shows no secret', async ({ page }) => {
    const { secret } = await readCredentials(page);
    await confirmStored(page);
    await page.goBack();
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toHaveCount(0);
    expect(await page.content()).not.toContain(secret);
    await page.goForward();
    await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
    expect(await pageState(page)).not.toContain(secret);
  });

  test('reloading the page does not show the secret again', async ({ page }) => {
    const { secret } = await readCredentials(page);
    await page.reload();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await pageState(page)).not.toContain(secret);
  });
});

test.describe('without JavaScript', { tag: '@no-js' }, () => {
  test('the secret is in one response that is not stored, and posting the form again creates no second key', async ({
    page,
    open,
    signInAs,
  }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Plain'));
    const before = await countKeys(page, paths);
    const posted = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const answer = await posted;
    expect(answer.status()).toBe(200);
    expect(answer.headers()['cache-control']).toContain('no-store');
    const { secret } = await readCredentials(page);
    expect(page.url()).not.toContain(secret);
    expect(await countKeys(page, paths)).toBe(before + 1);

    const again = await page.reload();
    expect(again?.request().method(), 'the reload sends the form again').toBe('POST');
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toBeHidden();
    expect(await pageState(page)).not.toContain(secret);
    expect(await countKeys(page, paths)).toBe(before + 1);
  });

  test('controls that require JavaScript are hidden', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Plain'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await expect(reveal).toBeVisible();
    await expect(reveal.getByRole('button', { name: /Copy|Download/ })).toHaveCount(0);
    await expect(reveal.getByText(/first request will appear/)).toBeVisible();
  });

  test('the page with the secret cannot be left without the checkbox', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Plain'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await expect(reveal).toBeVisible();
    await confirmStored(page);
  });
});

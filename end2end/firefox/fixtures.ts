// Fixtures: a server with people, the installed Firefox through WebDriver BiDi, and a check for its errors.
import { test as base, expect } from '@playwright/test';
import { type Browser, type Locator, type Page, Puppeteer, launch } from 'puppeteer-core';
import { people } from '../people.ts';
import { type Server, startServer } from '../server.ts';

export { expect };

interface Fixtures {
  server: Server;
  firefox: Browser;
  /** A page that fails the test on anything in its console, on failed requests, and on requests to another site. */
  tab: Page;
}

export const test = base.extend<Fixtures>({
  server: async ({}, use) => {
    const server = await startServer({ people: [people.owner] });
    await use(server);
    await server.stop();
  },

  firefox: async ({}, use) => {
    const firefox = await launch({
      browser: 'firefox',
      executablePath: process.env['LATCHKEY_FIREFOX'] ?? '/usr/bin/firefox-esr',
      // The clipboard can be read without the user's permission.
      extraPrefsFirefox: { 'dom.events.testing.asyncClipboard': true },
    });
    await use(firefox);
    await firefox.close();
  },

  tab: async ({ firefox, server }, use, testInfo) => {
    const page = await firefox.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    const errors = collectErrors(page, server.url);
    await use(page);
    if (testInfo.error) {
      await page.screenshot({ path: testInfo.outputPath('page.png') as `${string}.png` });
    }
    expect(errors, 'errors of the browser').toEqual([]);
  },
});

/** Lists what a page reports from now on. */
function collectErrors(page: Page, origin: string): string[] {
  const errors: string[] = [];
  page.on('console', (message) => errors.push(`${message.type()}: ${message.text()}`));
  // Violations of the Content Security Policy are among them.
  page.on('pageerror', (error) => errors.push(`uncaught: ${error}`));
  page.on('response', (response) => {
    if (response.status() >= 400) {
      errors.push(`${response.status()} for ${response.url()}`);
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(data|about):/.test(request.url())) {
      errors.push(`request to another site: ${request.url()}`);
    }
  });
  return errors;
}

// Firefox takes seconds to find an element by its accessible name.
Puppeteer.registerCustomQueryHandler('control', {
  queryOne: (root, name) => {
    // The hint of a shortcut, for instance, is in the text of a button and not in its name.
    const shown = (element: Element) => {
      const copy = element.cloneNode(true) as Element;
      copy.querySelectorAll('[aria-hidden="true"]').forEach((hidden) => hidden.remove());
      return copy.textContent;
    };
    const nameOf = (element: Element) =>
      element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? shown(element);
    const visible = (element: Element) => element.checkVisibility({ visibilityProperty: true });
    // What is behind a modal dialog cannot be used.
    const within = document.querySelector('dialog:modal') ?? (root as Element);
    const controls = [...within.querySelectorAll('a, button, summary, input, textarea')];
    return controls.find((element) => visible(element) && nameOf(element)?.trim() === name) ?? null;
  },
});

/** Finds a visible link, button or field by its label. */
export function control(page: Page, name: string): Locator<Element> {
  return page.locator(`::-p-control(${name})`);
}

/** Returns the value of a text field, after waiting for it. */
export function valueOf(page: Page, name: string): Promise<string> {
  return control(page, name)
    .map((field) => (field as HTMLInputElement).value)
    .wait();
}

/** Starts the page's program, as a pointer that moves does, and waits until it has started. */
export async function waitUntilInteractive(page: Page): Promise<void> {
  await page.mouse.move(2, 2);
  await page.mouse.move(4, 4);
  await page.locator('html[data-js]').setVisibility(null).wait();
}

/** The names of the keys in the list. */
export function listedKeys(page: Page): Promise<(string | null)[]> {
  return page.$$eval('.keys .key-name > a', (links) => links.map((link) => link.textContent));
}

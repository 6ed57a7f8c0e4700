import { defineConfig, devices } from '@playwright/test';
import type { TestFixtures, WorkerFixtures } from './fixtures.ts';
import { hasProxy } from './proxy.ts';

// Journeys that run on PostgreSQL too, beside those on three nodes. The Rust tests call every function and open every page as each role on both
// databases; most other tests of the server use SQLite.
const databaseTests = /\/(audit-log|setup|edit|list|members|requests|security-events|support|reset|applications|two-factor|passkeys|mail|profile|single-sign-on)\.spec\.ts$/;
// Without JavaScript, plain forms reach the same functions: a few of them are tested on PostgreSQL too.
const plainDatabaseTests = /\/(setup|sign-in|create|edit|revoke|list|members|applications)\.spec\.ts$/;
const severalNodes = /\/nodes\.spec\.ts$/;
// Three nodes behind nginx, each request at another one: what a request needs of an earlier one is in the database.
const nodeTests = /\/(nodes|sign-in|create|revoke|regenerate|lifecycle|bulk)\.spec\.ts$/;
// Pages look the same on both databases.
const looks = / (is|are) accessible/;
// A rate limit, and the requests of the last minute, count on each node.
const countedByEachNode = /applies a rate limit|question that shows its requests/;
const withoutScripts = { javaScriptEnabled: false };
const chromium = process.env['LATCHKEY_CHROMIUM'];

export default defineConfig<TestFixtures, WorkerFixtures>({
  testDir: 'tests',
  // A test waits about a third of its time, so three workers use two cores.
  workers: 3,
  fullyParallel: false,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env['CI'],
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    // Recording traces takes a third of the time of a run. `--trace retain-on-failure` records them.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // A host name without HTTPS.
        '--host-resolver-rules=MAP keys.lan 127.0.0.1',
      ],
    },
  },
  projects: [
    { name: 'js', grepInvert: /@no-js/, testIgnore: severalNodes },
    { name: 'no-js', grepInvert: /@js/, testIgnore: severalNodes, use: withoutScripts },
    ...(process.env['LATCHKEY_TEST_POSTGRES_URL']
      ? [
          {
            name: 'js-postgres',
            grepInvert: [/@no-js/, looks],
            // Without nginx, the journeys of the nodes run on one.
            testMatch: hasProxy ? databaseTests : [databaseTests, nodeTests],
            testIgnore: severalNodes,
            use: { database: 'postgres' as const },
          },
          ...(hasProxy
            ? [
                {
                  name: 'js-nodes',
                  grepInvert: [/@no-js/, looks, countedByEachNode],
                  testMatch: nodeTests,
                  use: { database: 'postgres' as const, nodes: 3 },
                },
              ]
            : []),
          {
            name: 'no-js-postgres',
            grepInvert: /@js/,
            testMatch: plainDatabaseTests,
            use: { ...withoutScripts, database: 'postgres' as const },
          },
        ]
      : []),
  ],
});

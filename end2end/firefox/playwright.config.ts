import { defineConfig } from '@playwright/test';

// Playwright only runs these tests: it can control its own build of Firefox, and not the one that is installed.
export default defineConfig({
  testDir: '.',
  workers: 1,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env['CI'],
  outputDir: '../test-results/firefox',
  reporter: [['list']],
});

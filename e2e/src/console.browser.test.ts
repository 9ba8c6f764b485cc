import { sandboxCrm, type SandboxCrm } from '@syncline/sandbox';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import axe from 'axe-core';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { findChromium, howToGetChromium } from './chromium.ts';
import { firstUser } from './console-client.ts';
import { newestSyncs } from './talk.ts';

const minutes = 60_000;
const executablePath = findChromium();
if (executablePath === null) process.stderr.write(`\n${howToGetChromium}\n`);

/** Runs only where a browser is; what is left out is counted as skipped. */
const withBrowser = executablePath === null ? describe.skip : describe;

withBrowser('the console in a browser', () => {
  let system: RunningSyncline;
  let crm: SandboxCrm;
  let browser: Browser;

  beforeAll(async () => {
    system = await startSyncline({ env: { SANDBOX_TRAFFIC: '0' } });
    crm = sandboxCrm(system.url('sandbox-crm'));
    await crm.edit('AccountObj', { data: { name: 'Acme', account_no: 'N-1', level: '2' } });
    await crm.edit('AccountObj', { data: { name: 'Northwind Traders', tel: '007' } });
    await crm.edit('SalesOrderObj', { data: { name: 'SO-1', account_id: 'A999999' } });
    // Success, failed, waiting.
    await eventually(async () => {
      const states = (await newestSyncs(system)).map(({ status }) => status);
      return [6, 5, 2].every((one) => states.includes(one));
    });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    shared = await contextOf({});
    await signInWithin(shared);
  }, 4 * minutes);
  afterAll(async () => {
    await browser.close();
    await system.stop();
  }, 2 * minutes);

  const faults: string[] = [];
  let shared: BrowserContext;
  let own: BrowserContext | null = null;
  let page: Page | null = null;
  afterEach(async () => {
    await page?.close();
    await own?.close();
    own = null;
  });

  const contextOf = (options: BrowserContextOptions): Promise<BrowserContext> =>
    browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', ...options });

  /** A page that notes every error that a reader of the browser's console would see. */
  async function open(path: string, options?: BrowserContextOptions): Promise<Page> {
    faults.length = 0;
    if (options !== undefined) {
      own = await contextOf(options);
      await signInWithin(own);
    }
    page = await newPage(own ?? shared);
    await page.goto(`${system.url('console')}/t/81138/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  /** Signs in as the page does, without the page. */
  async function signInWithin(context: BrowserContext): Promise<void> {
    const response = await context.request.post(`${system.url('console')}/api/session`, {
      data: firstUser(system),
    });
    expect(response.status()).toBe(200);
  }

  async function newPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
    });
    return page;
  }

  async function expectSound(page: Page): Promise<void> {
    await page.locator('.loading').waitFor({ state: 'detached' });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect(found).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    expect(faults).toEqual([]);
  }

  interface Violation {
    id: string;
    nodes: { html: string }[];
  }

  it.each([
    ['overview', 'What flows'],
    ['data', 'Northwind Traders'],
    ['objects', 'SAL_SaleOrder'],
    ['objects/dc-main/BD_Customer', 'Try it from a shell'],
    ['streams', 'account_no'],
    ['mappings', 'Northwind Traders'],
    ['field-mappings', 'No field mapping yet'],
    ['polling', 'every 6 minutes'],
    ['system', 'erp.write-results'],
    ['users', 'No API key yet'],
    ['audit', 'POST /session'],
    ['password', 'Your other sessions end'],
    ['nothing-here', 'There is no page at this address'],
  ])('opens %s without errors and faults of access', async (path, words) => {
    const page = await open(path);
    await page.getByText(words).first().waitFor();
    await expectSound(page);
  });

  it('is as sound in the dark and in Chinese', async () => {
    const page = await open('overview', { colorScheme: 'dark', locale: 'zh-CN' });
    await page.getByText('数据流').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await expectSound(page);
    await page.getByRole('link', { name: '数据维护' }).click();
    await page.getByText('Northwind Traders').first().waitFor();
    await expectSound(page);
  });

  it('leads from a name to the reason why the record did not arrive', async () => {
    const page = await open('overview');
    await page.getByRole('searchbox').first().fill('northwind');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Northwind Traders' }).first().click();
    await page.getByRole('heading', { name: 'Why it did not arrive' }).waitFor();
    await page.getByText('FNumber is required and account_no is empty').first().waitFor();
    await page.getByText('changed by a user in the CRM').waitFor();
    await page
      .getByRole('row', { name: /master\.tel/ })
      .getByText('007')
      .waitFor();
    await expectSound(page);
  });

  it('leads from what waits to what it waits for', async () => {
    const page = await open('data?text=SO-1');
    await page.getByRole('link', { name: 'SO-1' }).first().click();
    await page.getByRole('heading', { name: 'Why it did not arrive yet' }).waitFor();
    await expectSound(page);
    await page.getByRole('link', { name: 'AccountObj A999999' }).first().click();
    await page.getByText('No sync is like this').waitFor();
  });

  it('tells a new failure without being asked', async () => {
    const page = await open('overview');
    const failed = page.getByRole('link', { name: /^Failed/ }).first();
    await page.getByText('Live', { exact: true }).waitFor();
    const before = Number((await failed.innerText()).replace(/\D/g, ''));
    await crm.edit('AccountObj', { data: { name: 'Contoso' } });
    await eventually(async () => Number((await failed.innerText()).replace(/\D/g, '')) === before + 1);
  });

  it('gives commands to copy', async () => {
    const page = await open('objects/dc-main/BD_Customer?call=create', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const command = page.locator('figure', { hasText: 'Creates a Customer' });
    await command.getByRole('button', { name: 'Copy' }).click();
    await command.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(/^curl -sS -X POST '.*\/erp\/create'[\s\S]*"FNumber"/);
  });

  it('polls now and says what came', async () => {
    const page = await open('polling');
    await page.getByRole('button', { name: 'Run now: BD_Customer' }).click();
    await page.getByText(/BD_Customer: \d+ of \d+ records came/).waitFor();
    expect(faults).toEqual([]);
  });

  it('asks who is there, and leads back to where one was', async () => {
    own = await contextOf({});
    faults.length = 0;
    page = await newPage(own);
    await page.goto(`${system.url('console')}/t/81138/data?text=northwind`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    // The browser itself notes that nobody was signed in.
    faults.splice(0, faults.length, ...faults.filter((text) => !text.includes('401')));
    await expectSound(page);
    const { user, password } = firstUser(system);
    await page.getByLabel('User', { exact: true }).fill(user);
    await page.getByLabel('Password', { exact: true }).fill('a-wrong-password');
    await page.keyboard.press('Enter');
    await page.getByText('Name and password do not belong together').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Northwind Traders' }).first().waitFor();
    await page.getByRole('button', { name: 'Signed in as admin (admin)' }).click();
    await page.getByText('Sign out').click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('makes a user who reads and does nothing, and says so when the session ends', async () => {
    const page = await open('users');
    await page.getByRole('button', { name: 'New user' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Vera');
    await page.getByLabel('Password', { exact: true }).fill('a-password-of-vera');
    await expectSound(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Change vera' }).waitFor();

    const theirs = await contextOf({});
    const response = await theirs.request.post(`${system.url('console')}/api/session`, {
      data: { user: 'vera', password: 'a-password-of-vera' },
    });
    const { csrfToken } = (await response.json()) as { csrfToken: string };
    const viewer = await theirs.newPage();
    await viewer.goto(`${system.url('console')}/t/81138/polling`);
    await viewer.getByText('every 6 minutes').first().waitFor();
    expect(await viewer.getByRole('button', { name: /Run now/ }).count()).toBe(0);
    expect(await viewer.getByRole('link', { name: 'Users' }).count()).toBe(0);
    const run = `${system.url('console')}/api/tenants/81138/poll-tasks/dc-main/BD_Customer/run`;
    const refused = await theirs.request.post(run, { data: {}, headers: { 'x-csrf-token': csrfToken } });
    expect(refused.status()).toBe(403);

    await page.getByRole('button', { name: 'Remove vera' }).click();
    await page.getByRole('tooltip').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Change vera' }).waitFor({ state: 'detached' });
    await viewer.getByRole('link', { name: 'Intermediate table' }).click();
    await viewer.getByText('Your session has ended').waitFor();
    await theirs.close();
  });

  it('shows a new API key once', async () => {
    const page = await open('users');
    await page.getByRole('button', { name: 'New API key' }).click();
    await page.getByLabel('What it is for').fill('nightly report');
    await expectSound(page);
    await page.getByRole('button', { name: 'Save' }).click();
    const key = await page.getByText(/^sk-[0-9a-f]{16}-/).innerText();
    const asked = await fetch(`${system.url('console')}/api/session`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await asked.json()).toMatchObject({ user: 'nightly report', role: 'viewer' });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('nightly report').waitFor();
    expect(await page.getByText(/^sk-/).count()).toBe(0);
  });

  it('lets the keyboard jump to the content', async () => {
    const page = await open('data');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });
});

import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macApp = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

export const howToGetChromium =
  'No Chromium was found, so the browser tests are SKIPPED. Install one (sudo apt-get install -y chromium | ' +
  'brew install --cask google-chrome | sudo dnf install -y chromium), or name one in CHROMIUM_PATH.';

/**
 * Where this machine's Chromium is: CHROMIUM_PATH, else on the path, else one that Playwright brought. Null for none.
 * @throws when CHROMIUM_PATH names no program: whoever sets it wants these tests to run
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['CHROMIUM_PATH'] ?? '';
  if (named !== '') {
    if (!isProgram(named)) throw new Error(`CHROMIUM_PATH names no program: ${named}`);
    return named;
  }
  const folders = (env['PATH'] ?? '').split(delimiter);
  const candidates = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    macApp,
    ...fromPlaywright(),
  ];
  return candidates.find(isProgram) ?? null;
}

function fromPlaywright(): string[] {
  const cache = join(homedir(), '.cache/ms-playwright');
  try {
    return readdirSync(cache)
      .filter((name) => name.startsWith('chromium'))
      .flatMap((name) =>
        ['chrome-linux/chrome', 'chrome-linux64/chrome'].map((program) => join(cache, name, program)),
      );
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const projectRoot = resolve(import.meta.dirname, '../../..');
/** What the scripts use beside the tools that they ask for. */
const systemTools = [
  'bash',
  'env',
  'dirname',
  'readlink',
  'head',
  'tail',
  'sort',
  'xargs',
  'cut',
  'find',
  'cat',
  'mkdir',
  'sha256sum',
  'flock',
  'sleep',
  'rm',
];

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('./syncline', () => {
  let base: string;
  let root: string;
  let bin: string;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'syncline launcher '));
    root = join(base, 'a project');
    bin = join(base, 'bin');
    mkdirSync(bin);
    for (const tool of systemTools) symlinkSync(findTool(tool), join(bin, tool));
    copy('syncline');
    copy('infra/cli/prepare.sh');
    for (const workspace of ['packages/p', 'services/s', 'infra/embedded', 'infra/sandbox'])
      mkdirSync(join(root, workspace), { recursive: true });
    write('package.json', '{}');
    write('services/s/main.ts', '// first');
    fake('node', 'echo v20.1.0');
    fake('npm', 'true');
    // The install brings a node that "compiles" by making the dist folders, and runs the command by naming it.
    fake(
      'npx',
      `echo install >> calls; mkdir -p node_modules/.bin; printf '%s\\n' '#!/usr/bin/env bash' 'case "$*" in *tsc*) echo build >> calls; mkdir -p packages/p/dist services/s/dist services/console/dist infra/cli/dist infra/embedded/dist infra/sandbox/dist;; *vite*) mkdir -p services/console/web/dist;; *) echo "ran $*";; esac' > node_modules/.bin/node; /usr/bin/env chmod +x node_modules/.bin/node`,
    );
    symlinkSync(findTool('chmod'), join(bin, 'chmod'));
    fake('java', 'true');
    fake('javac', 'echo javac 17.0.2');
    fake('mvn', `printf '\\033[1mApache Maven 3.8.7\\033[m\\n'`);
  });
  afterEach(() => {
    rmSync(base, { recursive: true });
  });

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const copy = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(join(projectRoot, path), join(root, path));
  };
  const fake = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
  };
  const without = (name: string): void => {
    rmSync(join(bin, name));
  };
  const calls = (): string[] => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');

  function run(
    args: string[],
    env: Record<string, string> = {},
    command = join(root, 'syncline'),
  ): Promise<Ran> {
    return new Promise((resolvePromise) => {
      const child = spawn('bash', [command, ...args], { cwd: base, env: { PATH: bin, ...env } });
      const ran: Ran = { code: null, stdout: '', stderr: '' };
      child.stdout.on('data', (text: Buffer) => (ran.stdout += text.toString()));
      child.stderr.on('data', (text: Buffer) => (ran.stderr += text.toString()));
      child.on('close', (code) => {
        resolvePromise({ ...ran, code });
      });
    });
  }

  it('names every tool that is missing and how to install it, and exits with 2', async () => {
    for (const tool of ['npm', 'javac', 'mvn']) without(tool);
    fake('apt-get', 'true');
    const { code, stderr } = await run(['up']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/npm[\s\S]*apt-get install -y npm/);
    expect(stderr).toMatch(/Java 17[\s\S]*apt-get install -y openjdk-17-jdk/);
    expect(stderr).toMatch(/Maven 3\.8[\s\S]*apt-get install -y maven/);
  });

  it.each([
    ['node', 'echo v18.19.1', 'Node.js 20'],
    ['javac', 'echo javac 11.0.2', 'Java 17'],
    ['javac', 'echo javac 1.8.0_392', 'Java 17'],
    ['mvn', 'echo Apache Maven 3.6.3', 'Maven 3.8'],
  ])('refuses a %s that is too old: %s', async (tool, script, named) => {
    fake(tool, script);
    const { code, stderr } = await run(['up']);
    expect(code).toBe(2);
    expect(stderr).toContain(named);
  });

  it('takes the package manager that is there', async () => {
    without('mvn');
    fake('brew', 'true');
    expect((await run(['up'])).stderr).toContain('brew install maven');
  });

  it('needs no Java where a broker and a store are named, nor for a command that runs none', async () => {
    for (const tool of ['java', 'javac', 'mvn']) without(tool);
    expect(await run(['up'], { KAFKA_BROKERS: 'a:1', MONGODB_URI: 'mongodb://b' })).toMatchObject({
      code: 0,
    });
    expect(await run(['validate', 'x'])).toMatchObject({ code: 0 });
    expect(await run(['up'], { KAFKA_BROKERS: 'a:1' })).toMatchObject({ code: 2 });
  });

  it('works through a symbolic link from any folder, and hands over all arguments', async () => {
    const link = join(base, 'link');
    symlinkSync(join('a project', 'syncline'), link);
    const { code, stdout } = await run(['validate', 'my folder'], {}, link);
    expect(code).toBe(0);
    expect(stdout).toBe(`ran ${root}/infra/cli/dist/main.js validate my folder\n`);
  });

  it('installs and builds once, and again only what changed', async () => {
    await run(['status']);
    await run(['status']);
    expect(calls()).toEqual(['install', 'build']);
    write('services/s/main.ts', '// second');
    await run(['status']);
    expect(calls()).toEqual(['install', 'build', 'build']);
    write('package.json', '{ "name": "x" }');
    await run(['status']);
    expect(calls()).toEqual(['install', 'build', 'build', 'install', 'build']);
  });

  it('builds again what someone deleted', async () => {
    await run(['status']);
    rmSync(join(root, 'services/s/dist'), { recursive: true });
    await run(['status']);
    expect(calls()).toEqual(['install', 'build', 'build']);
  });

  it('installs and builds once for several that start at the same time', async () => {
    const ran = await Promise.all([run(['status']), run(['status']), run(['status'])]);
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(calls()).toEqual(['install', 'build']);
  });

  it('says so when the install fails, and does not run the command', async () => {
    fake('npx', 'exit 1');
    const { code, stdout, stderr } = await run(['status']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('could not be installed');
  });
});

function findTool(name: string): string {
  for (const folder of ['/usr/bin', '/bin', '/usr/local/bin', '/opt/homebrew/bin']) {
    const path = join(folder, name);
    try {
      readFileSync(path);
      return path;
    } catch {
      // not there
    }
  }
  throw new Error(`${name} is not on this machine`);
}

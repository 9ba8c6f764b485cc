import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEmbedded, embeddedKafka } from '@syncline/embedded';
import { eventually, freePorts } from '@syncline/testkit';

/** A certificate with its key, as PEM files and texts. */
interface Certificate {
  cert: string;
  key: string;
  certFile: string;
  keyFile: string;
}

/** Signs certificates, with openssl. */
class Authority {
  readonly ca: Certificate;
  private readonly folder: string;

  constructor(folder: string, name: string) {
    this.folder = folder;
    this.ca = this.make(name, ['-x509', '-days', '2', '-addext', 'basicConstraints=critical,CA:TRUE']);
  }

  sign(name: string, subjectAltName: string): Certificate {
    return this.make(name, [
      ...['-x509', '-days', '2', '-CA', this.ca.certFile, '-CAkey', this.ca.keyFile],
      ...['-addext', `subjectAltName=${subjectAltName}`, '-addext', 'basicConstraints=CA:FALSE'],
    ]);
  }

  private make(name: string, more: string[]): Certificate {
    const [certFile, keyFile] = [join(this.folder, `${name}.crt`), join(this.folder, `${name}.key`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    execFileSync('openssl', ['req', ...key, '-subj', `/CN=${name}`, '-out', certFile, ...more], {
      stdio: 'pipe',
    });
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  }
}

export const broker = { username: 'syncline', password: 'seeded-broker-password' };

/** A broker with two secure listeners: SASL over TLS, and TLS that asks for the client's certificate. */
export class SecureBroker {
  readonly folder = mkdtempSync(join(tmpdir(), 'syncline-secure-'));
  readonly authority = new Authority(this.folder, 'authority');
  saslPort = 0;
  certificatePort = 0;
  private child: ChildProcess | null = null;

  async start(): Promise<void> {
    await buildEmbedded({ log: () => undefined });
    const [port = 0, saslPort = 0, certificatePort = 0] = await freePorts(3);
    Object.assign(this, { saslPort, certificatePort });
    const { command, args, cwd } = await embeddedKafka({
      host: '127.0.0.1',
      port,
      dataDir: join(this.folder, 'data'),
      heapMb: 320,
    });
    // Its own start formats the folder and writes its settings; with ours beside them it is started again.
    const settings = join(cwd, 'server.properties');
    this.spawn(command, args, cwd);
    await eventually(() => answers(port), { withinMs: 60_000, everyMs: 100 });
    await this.stop('SIGTERM');
    const secured = join(cwd, 'secured.properties');
    writeFileSync(secured, this.securedSettings(readFileSync(settings, 'utf8')));
    const main = args.findIndex((arg) => arg.endsWith('.KafkaServer'));
    this.spawn(command, [...args.slice(0, main), 'kafka.Kafka', secured], cwd);
    const ports = [port, saslPort, certificatePort];
    for (const one of ports) await eventually(() => answers(one), { withinMs: 60_000, everyMs: 100 });
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private spawn(command: string, args: string[], cwd: string): void {
    this.child = spawn(command, args, { cwd, stdio: 'ignore' });
  }

  private async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  private securedSettings(plain: string): string {
    const { certFile, keyFile } = this.authority.sign('broker', 'IP:127.0.0.1');
    const keystore = join(this.folder, 'keystore.pem');
    writeFileSync(keystore, readFileSync(keyFile, 'utf8') + readFileSync(certFile, 'utf8'));
    const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${broker.username}="${broker.password}";`;
    return [
      plain
        .replace(
          /^listeners=.*$/m,
          `$&,SECURE://127.0.0.1:${String(this.saslPort)},CERT://127.0.0.1:${String(this.certificatePort)}`,
        )
        .replace(
          /^advertised.listeners=.*$/m,
          `$&,SECURE://127.0.0.1:${String(this.saslPort)},CERT://127.0.0.1:${String(this.certificatePort)}`,
        )
        .replace(/^listener.security.protocol.map=.*$/m, '$&,SECURE:SASL_SSL,CERT:SSL'),
      'sasl.enabled.mechanisms=PLAIN',
      `listener.name.secure.plain.sasl.jaas.config=${jaas}`,
      'ssl.keystore.type=PEM',
      `ssl.keystore.location=${keystore}`,
      'ssl.truststore.type=PEM',
      `ssl.truststore.location=${this.authority.ca.certFile}`,
      'listener.name.cert.ssl.client.auth=required',
      '',
    ].join('\n');
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is: boolean): void => {
      socket.destroy();
      done(is);
    };
    socket.on('connect', () => end(true)).on('error', () => end(false));
  });
}

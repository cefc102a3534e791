import { chmodSync, mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { eventually } from '@confledger/test-support';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isSecret, secret, type Secret, type TradingNode } from '../index.js';
import { rig, type Rig, type RigOptions } from './fixtures.js';

const PASSWORD = 'hunter2-hunter2';
let folder: string;
let open: Rig[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'references-'));
});

afterEach(async () => {
  await Promise.all(open.map((each) => each[Symbol.asyncDispose]()));
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

async function connected(document: Parameters<typeof rig>[0], options: RigOptions = {}): Promise<Rig> {
  const made = await rig(document, { references: { files: [`${folder}/**`] }, ...options });
  open.push(made);
  return made;
}

function file(name: string, content: string | Buffer): string {
  writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
}

const revealed = (node: TradingNode, at: string): unknown => (node.snapshot.get(at) as Secret).reveal();

describe('a node with the option references', () => {
  it('gives strings what variables, files and paths hold, and keeps what the ledger holds beside it', async () => {
    const text = '${path:db.scheme}://${env:CONFLEDGER_REF_HOST}:${env:CONFLEDGER_REF_PORT|number:-5432}/x';
    const { node } = await connected(
      { db: { scheme: 'postgres', url: text, port: '${env:CONFLEDGER_REF_PORT|number:-5432}' } },
      { variables: { CONFLEDGER_REF_HOST: 'db.example' } },
    );
    expect(node.snapshot.get('db')).toEqual({ scheme: 'postgres', url: 'postgres://db.example:5432/x', port: 5432 });
    expect(node.snapshot.raw('db.url')).toBe(text);
    expect(node.handle('db.port').current).toBe(5432);
    expect(node.status).not.toHaveProperty('unreadReferences');
  });

  it('hides what comes from a file, and every string that it is part of', async () => {
    const { node } = await connected({
      db: { password: `\${file:${file('db', `${PASSWORD}\n`)}}`, url: 'pg://u:${path:db.password}@h', host: 'h' },
    });
    expect(revealed(node, 'db.password')).toBe(PASSWORD);
    expect(revealed(node, 'db.url')).toBe(`pg://u:${PASSWORD}@h`);
    for (const shown of [node.snapshot.toJson(), node.snapshot.get('db'), node.handle('db').current, node.status])
      expect(JSON.stringify(shown) + inspect(shown, { depth: 9 })).not.toContain(PASSWORD);
    expect(node.snapshot.get('db.host')).toBe('h');
  });

  it('hides variables that are secret by their names', async () => {
    const variables = { CONFLEDGER_REF_DB_PASSWORD: PASSWORD, CONFLEDGER_REF_REGION: 'eu' };
    const { node } = await connected({ a: '${env:CONFLEDGER_REF_DB_PASSWORD}', b: '${env:CONFLEDGER_REF_REGION}' }, { variables });
    expect(isSecret(node.snapshot.get('a'))).toBe(true);
    expect(node.snapshot.get('b')).toBe('eu');
  });

  it('judges secrets by schemas made for them, whose problems quote nothing', async () => {
    const schemas = { 'db.password': secret(z.string().min(20)) };
    const document = { db: { password: `\${file:${file('db', PASSWORD)}}` } };
    const failed = await connected(document, { schemas }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'SCHEMA_REJECTED',
      problems: [{ path: 'db.password', message: 'the secret does not fit its schema' }],
    });
    const { node } = await connected(document, { schemas: { 'db.password': secret(z.string().min(3)) } });
    expect((node.handle('db.password').current as Secret<string>).reveal()).toBe(PASSWORD);
    const clear = await connected({ db: { password: 'in clear' } }, { schemas: { 'db.password': secret(z.string()) } });
    expect(isSecret(clear.node.handle('db.password').current)).toBe(true);
  });

  it('keeps objects as they are while nothing in them changes', async () => {
    const { node, feed } = await connected({
      db: { password: `\${file:${file('db', PASSWORD)}}`, n: 1 },
      other: '${env:CONFLEDGER_REF_X:-x}',
      z: { n: 1 },
    });
    const before = node.snapshot;
    const handle = node.handle('db');
    const db = handle.current;
    await feed.activate({ z: { n: 2 } });
    expect(node.snapshot).not.toBe(before);
    expect(handle.current).toBe(db);
    expect(node.snapshot.get('db.password')).toBe(before.get('db.password'));
  });

  it.each<[string, (at: string) => string, RegExp]>([
    ['an unset variable', () => '${env:CONFLEDGER_REF_UNSET}', /is not set and has no default/],
    ['a variable that it does not allow', () => '${env:HOME}', /not among the variables that this node allows/],
    ['a file that it does not allow', () => '${file:/etc/hostname}', /not among the files that this node allows/],
    ['a file that is not there', (at) => `\${file:${at}/none}`, /is not set and has no default/],
    ['a folder', (at) => `\${file:${at}/folder}`, /is no file/],
    ['a file that is too large', (at) => `\${file:${at}/large}`, /has more than 256 KiB/],
    ['a file that is no text', (at) => `\${file:${at}/binary}`, /is no text in UTF-8/],
    ['a link out of the folders that it allows', (at) => `\${file:${at}/link}`, /is a link to a file outside/],
    ['a pipe that nobody writes', (at) => `\${file:${at}/pipe}`, /is no file/],
    ['a malformed reference', () => '${symbol} hit ${price}', /holds a malformed reference/],
    ['a reference to itself', () => '${path:x}', /lead back to it/],
    ['a path where nothing stands', () => '${path:y.z}', /nothing stands/],
    ['a credential', () => '${credential:k}', /this release has no credentials/],
    ['a variable with a line end inside a text', () => 'a ${env:CONFLEDGER_REF_LINES}', /holds a line end/],
  ])('does not start with %s, and says where and why', async (_what, text, why) => {
    mkdirSync(path.join(folder, 'folder'));
    file('large', Buffer.alloc(10 * 1024 * 1024, 'x'));
    file('binary', Buffer.from([0xff, 0xfe, 0]));
    symlinkSync('/etc/hostname', path.join(folder, 'link'));
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    const failed = await connected({ x: text(folder) }, { variables: { CONFLEDGER_REF_LINES: 'a\nb', HOME: '/root' } }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      code: 'REFERENCE_UNRESOLVED',
      remedy: expect.any(String),
      problems: [{ path: 'x', message: expect.stringMatching(why) }],
    });
  });

  it('does not start with a file that it may not read', async (context) => {
    if (process.getuid?.() === 0) context.skip('the user is root, who may read everything');
    const name = file('closed', PASSWORD);
    chmodSync(name, 0);
    await expect(connected({ x: `\${file:${name}}` })).rejects.toMatchObject({
      code: 'REFERENCE_UNRESOLVED',
      problems: [{ message: expect.stringContaining('EACCES') }],
    });
  });

  it('leaves what it cannot resolve as it is written where it is not strict, and names it', async () => {
    const { node } = await connected(
      { x: '${env:CONFLEDGER_REF_UNSET}', y: '${env:CONFLEDGER_REF_UNSET:-y}' },
      { references: { strict: false } },
    );
    expect(node.snapshot.get('x')).toBe('${env:CONFLEDGER_REF_UNSET}');
    expect(node.snapshot.get('y')).toBe('y');
    expect(node.status.unresolved).toEqual(['x']);
  });

  it('takes a file that changes live, as an activation: judged, and with its listeners told', async () => {
    const name = file('limit', '5\n');
    const { node } = await connected({ limit: `\${file:${name}|number}` }, { schemas: { limit: secret(z.number().max(100)) } });
    const events: unknown[] = [];
    node.onChange('limit', ({ cause, version, previous, changes }) =>
      events.push([cause, version === previous, changes.length, JSON.stringify(changes)]),
    );
    writeFileSync(`${name}.new`, '7');
    renameSync(`${name}.new`, name);
    await eventually(() => revealed(node, 'limit') === 7);
    expect(events).toEqual([['resolution', true, 1, expect.not.stringContaining('7')]]);
    writeFileSync(name, '700');
    await eventually(() => node.status.rejected !== null);
    expect(node.status.rejected?.problems).toEqual([{ path: 'limit', message: 'the secret does not fit its schema' }]);
    expect(revealed(node, 'limit')).toBe(7);
    writeFileSync(name, '8');
    await eventually(() => node.status.rejected === null);
    expect(revealed(node, 'limit')).toBe(8);
  });

  it('runs an activation that it could not resolve as soon as it can', async () => {
    const variables: Record<string, string> = {};
    const { node, feed } = await connected({ x: 'old' }, { variables });
    await feed.activate({ x: '${env:CONFLEDGER_REF_X}' });
    expect(node.status.rejected?.problems).toMatchObject([{ path: 'x' }]);
    expect(node.snapshot.get('x')).toBe('old');
    variables['CONFLEDGER_REF_X'] = 'new';
    await eventually(() => node.snapshot.get('x') === 'new');
    expect(node.status.rejected).toBeNull();
  });

  it('never fetches what it does not allow', async () => {
    const asked: string[] = [];
    const variables = new Proxy<Record<string, string>>({}, { get: (_none, name) => (asked.push(String(name)), undefined) });
    const piece = fc.oneof(
      fc.constantFrom('${env:', '${file:', '}', ':-x', '|json', 'SECRET', 'CONFLEDGER_REF_A', '/etc/passwd', '$${', ' '),
      fc.string({ maxLength: 4 }),
    );
    const texts = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 5 }), async (values) => {
        const document = Object.fromEntries(values.map((value, index) => [`k${index}`, value]));
        const made = await rig(document, { variables, references: { files: [] } }).catch(() => null);
        await made?.node.close();
      }),
      { numRuns: 200 },
    );
    expect(asked.filter((name) => !name.startsWith('CONFLEDGER_REF_'))).toEqual([]);
  });
});

describe('a node without the option references', () => {
  it('takes strings as they are written, and says how many hold a mark', async () => {
    const { node } = await connected({ a: '${symbol} hit ${price}', b: ['${x}', '${y}'], c: 'plain' }, { references: undefined as never });
    expect(node.snapshot.get('a')).toBe('${symbol} hit ${price}');
    expect(node.status.unreadReferences).toBe(2);
  });

  it('says nothing that it did not say before where no string holds one', async () => {
    const { node } = await connected({ a: 1, profiles: { night: { anything: true } } }, { references: undefined as never });
    expect(Object.keys(node.status)).toEqual(['state', 'source', 'running', 'rejected', 'lastContactMs', 'problem', 'gaps']);
  });
});

describe('the option references', () => {
  it.each([
    [{ env: 'HOME' }, /references.env/],
    [{ env: ['A-B'] }, /references.env/],
    [{ files: ['relative'] }, /references.files/],
    [{ files: ['/run/../etc/**'] }, /references.files/],
  ])('is refused as %j', async (references, message) => {
    await expect(connected({ a: 1 }, { references: references as never })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

// Every event of a log by its position: its hash and id, the chain of its stream, its place in its change set, its mac, and what was sealed.
// Keeps where each stream ends, and nothing of the events.
import {
  contentProblem,
  gather,
  INSTALLATION_STREAM,
  isCount,
  isText,
  LedgerId,
  type ChangeSetPlace,
  type OpenChangeSet,
} from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type { Authority } from '../ports/system.js';
import { objectIn } from '../stored-texts.js';
import { findingAt, type Finding } from './findings.js';
import type { InstallationCheck } from './installation-check.js';

/** A stream as far as it was read. */
export interface ScannedStream {
  readonly ledger: LedgerId | null;
  /** Of the last event that holds. */
  revision: number;
  hash: string | null;
  open: OpenChangeSet<null> | null;
  /** Versions that events of this ledger say they activated. */
  readonly activated: number[];
  /** Complete change sets without a mac. */
  withoutMac: number;
  finding: Finding | null;
}

/** The members of an event's metadata that are looked at here. */
interface ReadMetadata {
  readonly hash: string;
  readonly previousHash: string | null;
  readonly changeSet: ChangeSetPlace;
  readonly mac: string | undefined;
}

export class LogScan {
  readonly streams = new Map<string, ScannedStream>();
  readonly #installation: InstallationCheck;
  readonly #authority: Authority | null;
  readonly #changeSets = { withMac: 0, withoutMac: 0 };
  #events = 0;
  #findings = 0;

  constructor(installation: InstallationCheck, authority: Authority | null) {
    this.#installation = installation;
    this.#authority = authority;
  }

  get events(): number {
    return this.#events;
  }

  get findings(): number {
    return this.#findings;
  }

  get changeSets(): { readonly withMac: number; readonly withoutMac: number } {
    return { ...this.#changeSets };
  }

  /** Streams that hold and end within a change set. */
  get unfinished(): number {
    return [...this.streams.values()].filter(({ finding, open }) => finding === null && open !== null).length;
  }

  /** The next event by position. What comes behind a finding is not looked at in its stream. */
  take(stored: StoredEvent): void {
    this.#events += 1;
    const stream = this.#streamOf(stored.stream);
    if (stream.finding !== null) return;
    const metadata = contentProblem(stored) ?? readMetadata(stored.metadata);
    const problem = typeof metadata === 'string' ? metadata : this.#problem(stored, stream, metadata);
    if (problem !== null) this.#found(stream, findingAt(stored, problem));
  }

  /** At the end of the log: what was sealed must be there, and what the installation's stream says must stand at its positions. */
  end(): void {
    for (const [name, { revision }] of this.#installation.installation?.seal?.ends ?? []) {
      const stream = this.#streamOf(name);
      if (stream.finding !== null || stream.revision >= revision) continue;
      const ends = stream.revision < 0 ? 'is not there' : `ends at revision ${stream.revision}`;
      const reason = `the stream ${ends}, and was sealed at revision ${revision}: its end is cut off`;
      this.#found(stream, { stream: name, revision: stream.revision + 1, position: null, reason });
    }
    this.#endInstallation();
  }

  #endInstallation(): void {
    const { finding, end } = this.#installation;
    const stream = this.#streamOf(INSTALLATION_STREAM);
    const at = { stream: INSTALLATION_STREAM, revision: 0, position: null };
    if (finding !== null) return this.#found(stream, finding);
    if (end.hash === null) return this.#found(stream, { ...at, reason: 'the log holds no installation' });
    if (stream.finding === null && stream.hash !== end.hash)
      this.#found(stream, { ...at, revision: stream.revision + 1, reason: 'the stream does not stand at its positions in the log' });
  }

  /** The first finding of a stream counts. */
  #found(stream: ScannedStream, finding: Finding): void {
    if (stream.finding === null) this.#findings += 1;
    if (stream.finding === null || finding.revision < stream.finding.revision) stream.finding = finding;
  }

  #streamOf(name: string): ScannedStream {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const made: ScannedStream = {
      ledger: LedgerId.ofStream(name),
      revision: -1,
      hash: null,
      open: null,
      activated: [],
      withoutMac: 0,
      finding: null,
    };
    this.streams.set(name, made);
    return made;
  }

  #problem(stored: StoredEvent, stream: ScannedStream, metadata: ReadMetadata): string | null {
    const { set, isComplete, misfit } = gather(stream.open, metadata.changeSet, null);
    const problem =
      chainProblem(stored, stream, metadata) ??
      misfit ??
      this.#sealProblem(stored, metadata) ??
      this.#macProblem(stored, metadata, isComplete);
    if (problem !== null) return problem;
    stream.revision = stored.revision;
    stream.hash = metadata.hash;
    stream.open = isComplete ? null : set;
    if (isComplete) this.#changeSets[metadata.mac === undefined ? 'withoutMac' : 'withMac'] += 1;
    if (isComplete && metadata.mac === undefined) stream.withoutMac += 1;
    if (stream.ledger !== null && stored.type === 'VersionActivated') noteVersion(stream, stored);
    return null;
  }

  #sealProblem({ stream, revision }: StoredEvent, { hash }: ReadMetadata): string | null {
    const sealed = this.#installation.installation?.seal?.ends.get(stream);
    return sealed?.revision === revision && sealed.hash !== hash ? 'it is not the event that was sealed' : null;
  }

  /** Behind the seal every change set needs a mac. That of the installation's stream is checked with the key that it names itself. */
  #macProblem({ stream, revision }: StoredEvent, { mac, hash }: ReadMetadata, isLast: boolean): string | null {
    if (!isLast) return mac === undefined ? null : 'it has a mac, and is not the last event of its change set';
    if (stream === INSTALLATION_STREAM) return null;
    const seal = this.#installation.installation?.seal ?? null;
    if (mac === undefined) {
      const isSealed = seal === null || revision <= (seal.ends.get(stream)?.revision ?? -1);
      return isSealed ? null : 'its change set has no mac, and comes behind what was sealed';
    }
    if (this.#authority === null || revision <= this.#installation.oldKeyUpTo(stream)) return null;
    return this.#authority.mac(Buffer.from(hash, 'hex')) === mac ? null : "its mac is not one of this installation's apis";
  }
}

function chainProblem({ revision }: StoredEvent, end: ScannedStream, { previousHash }: ReadMetadata): string | null {
  if (revision !== end.revision + 1) return `its revision is ${revision}, and ${end.revision + 1} is the next one of its stream`;
  return previousHash === end.hash ? null : 'its previousHash is not the hash of the event before it';
}

/** What it comes to is checked when the ledger is folded; a decoder judges it then. */
function noteVersion({ activated }: ScannedStream, { data }: StoredEvent): void {
  const read = objectIn(data);
  const version = read?.['version'];
  if (typeof version === 'number') activated.push(version);
}

/** A string says what is wrong. */
function readMetadata(text: string): ReadMetadata | string {
  const read = objectIn(text);
  if (read === null) return 'its metadata are not a JSON object';
  const { hash, previousHash, mac } = read;
  const changeSet = placeIn(read['changeSet']);
  if (changeSet === null) return 'its changeSet is missing or not what it must be';
  if (typeof hash !== 'string' || (previousHash !== null && typeof previousHash !== 'string')) return 'its metadata name no hashes';
  if (mac !== undefined && typeof mac !== 'string') return 'its mac is not text';
  return { hash, previousHash, changeSet, mac };
}

function placeIn(value: unknown): ChangeSetPlace | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, index, size } = value as Readonly<Record<string, unknown>>;
  if (!isText(id) || !isCount(index) || !isCount(size)) return null;
  return { id: String(id), index: Number(index), size: Number(size) };
}

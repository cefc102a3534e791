// Commands of ledgers that others follow: what they would take live is tried on those first.
import {
  descendantsOf,
  goesLive,
  parentRules,
  type Command,
  type Environments,
  type Guards,
  type Ledger,
  type LedgerId,
  type LedgerTypes,
} from '@confledger/domain';
import type { CommandQueue } from '../commands/command-queue.js';
import type { CommandRequest, Done, Outcome } from '../commands/outcome.js';
import { ranOf } from './active-document.js';
import { layerOf } from './layering.js';
import { wouldBlock, type TryFollowersOptions, type WouldBlock } from './try-followers.js';

type Request = CommandRequest<Guards>;

export interface FollowedCommandsOptions extends TryFollowersOptions {
  readonly queueOf: (ledger: LedgerId) => Pick<CommandQueue<LedgerTypes>, 'execute'>;
}

/** What was tried before a command: who would be left behind, and the state that this was found on. */
export interface Tried {
  readonly blocked: readonly WouldBlock[];
  readonly done: Done<LedgerTypes>;
}

export class FollowedCommands {
  readonly #options: FollowedCommandsOptions;
  /** Whether others inherit from an environment, by name, in one state of the environments. */
  #followed: { readonly state: Environments | null; readonly names: Map<string, boolean> } = { state: null, names: new Map() };

  constructor(options: FollowedCommandsOptions) {
    this.#options = options;
  }

  /** What a command would take live, tried on those that follow; null where none would be left behind, or it takes nothing live. */
  async tried(id: LedgerId, command: Command, request: Request): Promise<Tried | null> {
    if (request.guards.acceptBlocked === true || !this.#isFollowed(id) || !this.#mayActivate(id, command, request)) return null;
    try {
      const outcome = await this.#options.queueOf(id).execute(command, { ...request, ...{ dryRun: true } });
      if (outcome.kind === 'refused' || outcome.replayed) return null;
      const blocked = await this.#blockedBy(id, outcome);
      return blocked.length === 0 ? null : { blocked, done: outcome };
    } catch {
      // No guarantee: the command itself meets what kept it from being tried.
      return null;
    }
  }

  /** Who cannot take over what a rollback gave back: it is never refused for others. */
  async leftBehind(id: LedgerId, outcome: Outcome<LedgerTypes>): Promise<readonly WouldBlock[]> {
    if (outcome.kind === 'refused' || !this.#isFollowed(id)) return [];
    return this.#blockedBy(id, outcome).catch(() => []);
  }

  /** Asked for every command: found once for each state of the environments. */
  #isFollowed({ environment }: LedgerId): boolean {
    const { state } = this.#options.environments;
    if (state === null) return false;
    if (this.#followed.state !== state) this.#followed = { state, names: new Map() };
    const known = this.#followed.names.get(environment);
    if (known !== undefined) return known;
    const isFollowed = descendantsOf(state, environment).length > 0;
    this.#followed.names.set(environment, isFollowed);
    return isFollowed;
  }

  #mayActivate({ environment }: LedgerId, command: Command, { guards }: Request): boolean {
    return !NEVER_REFUSED.has(command.type) && goesLive(command, guards, this.#options.environments.known(environment));
  }

  async #blockedBy(id: LedgerId, { before, after }: Done<LedgerTypes>): Promise<readonly WouldBlock[]> {
    const active = after.state?.active ?? null;
    if (active === null || active.activation === activationOf(before.state)) return [];
    const { version, document: own } = active;
    const layer = layerOf(id, after.origin, active);
    if (layer === null) return [];
    const { layering } = this.#options;
    const ran = ranOf(active);
    const base = await layering.base(ran.layers);
    // It may never be recorded: what is stored under its number must not be what another command took live.
    const document =
      ran.layers.length === 0
        ? await layering.documentOf(id, ran, { version, document: own })
        : await layering.documentOver(id, ran, base.document, { version, document: own });
    return wouldBlock(this.#options, id, { layer, document, rules: [...parentRules(active.schemas, id.text), ...base.rules] });
  }
}

/** A rollback is never refused for others, and what follows is tried with its parent. */
const NEVER_REFUSED: ReadonlySet<Command['type']> = new Set(['Rollback', 'RollbackTo', 'Inherit']);

const activationOf = (ledger: Ledger | null): number | null => ledger?.active?.activation ?? null;

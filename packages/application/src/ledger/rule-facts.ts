// What rules say, as facts of decisions: what is cheap or remembered at once, the rest by a read that waits for it.
import { globSegments } from '@confledger/document';
import type { Examined, Judgement, LedgerId, Rule, RulesInForce, Said, SchemaDocument, ToBeSaid } from '@confledger/domain';
import type { FactLoader, LoadedFact } from '../commands/facts.js';
import { SchemaJudgeUnavailable, type SchemaJudge } from '../ports/schemas.js';

/** Globs that an activation names at most. Beyond it a change of any place needs a restart. */
export const RESTART_GLOBS_MAX = 256;

export interface RuleFacts {
  readonly examined: FactLoader<LedgerId, Examined>;
  readonly said: FactLoader<LedgerId, Said>;
}

export function ruleFacts(judge: SchemaJudge): RuleFacts {
  const annotations = new Annotations(judge);
  return {
    examined: {
      load: async (_ledger, _key, subject) => lasting(await judge.examine(subject as SchemaDocument)),
      recent: (_ledger, _key, _sinceMs, subject) => orUndefined(judge.examineNow(subject as SchemaDocument)),
    },
    said: {
      async load(_ledger, _key, subject) {
        const { rules, document, isAbstract } = subject as ToBeSaid;
        try {
          const [judgement, restart] = await Promise.all([
            judge.judge({ rules: rules.rules, document, isAbstract, hasReferences: false }),
            annotations.restart(rules),
          ]);
          return lasting(saidOf(judgement, restart));
        } catch (error) {
          if (!(error instanceof SchemaJudgeUnavailable)) throw error;
          return { value: NOBODY_SAYS, sources: [], isLasting: false };
        }
      },
      recent(_ledger, _key, _sinceMs, subject) {
        const { rules, document, isAbstract } = subject as ToBeSaid;
        const restart = annotations.restartNow(rules);
        const judgement = restart && judge.judgeNow({ rules: rules.rules, document, isAbstract, hasReferences: false });
        return restart && judgement && lasting(saidOf(judgement, restart));
      },
    },
  };
}

/** A rollback may go on all the same. */
const NOBODY_SAYS: Said = { violations: [], unjudged: [], restart: [], isUnavailable: true };

/** A document and a rule are what they are: what is said of them never changes. */
const lasting = <Value>(value: Value): LoadedFact<Value> => ({ value, sources: [], isLasting: true });

const orUndefined = <Value>(value: Value | undefined): LoadedFact<Value> | undefined => (value === undefined ? undefined : lasting(value));

const saidOf = ({ violations, unjudged }: Judgement, restart: readonly string[]): Said => ({ violations, unjudged, restart });

/** What rules say of places, whatever stands there. */
class Annotations {
  readonly #judge: SchemaJudge;
  readonly #restart = new WeakMap<RulesInForce, readonly string[]>();
  readonly #examined = new WeakMap<object, Examined>();

  constructor(judge: SchemaJudge) {
    this.#judge = judge;
  }

  /** Globs of places that nodes must not pick up live; undefined where a schema must be looked at apart first. */
  restartNow(rules: RulesInForce): readonly string[] | undefined {
    const known = this.#restart.get(rules);
    if (known !== undefined) return known;
    const globs: string[] = [];
    for (const rule of rules.annotating) {
      const examined = this.#known(rule) ?? this.#judge.examineNow(schemaOf(rule));
      if (examined === undefined) return undefined;
      this.#remember(rule, examined);
      globs.push(...restartGlobs(rule, examined));
    }
    const restart = sorted(globs);
    this.#restart.set(rules, restart);
    return restart;
  }

  async restart(rules: RulesInForce): Promise<readonly string[]> {
    for (const rule of rules.annotating)
      if (this.#known(rule) === undefined) this.#remember(rule, await this.#judge.examine(schemaOf(rule)));
    return this.restartNow(rules) ?? [];
  }

  #known({ schema }: Rule): Examined | undefined {
    return typeof schema === 'boolean' ? NOTHING_SAID : this.#examined.get(schema);
  }

  #remember({ schema }: Rule, examined: Examined): void {
    if (typeof schema !== 'boolean') this.#examined.set(schema, examined);
  }
}

const NOTHING_SAID: Examined = { kind: 'fit', annotations: [] };

const schemaOf = ({ dialect, schema }: Rule): SchemaDocument => ({ dialect, schema });

/** A schema of a release with other limits is in the log and counts, but says nothing of places. */
function restartGlobs({ mount }: Rule, examined: Examined): string[] {
  if (examined.kind === 'refused') return [];
  return examined.annotations.filter(({ keyword }) => keyword === 'x-reload').map(({ below }) => globOf(mount, below));
}

/** The root itself is everything. */
function globOf(mount: string, below: string): string {
  const glob = [mount, below].filter((part) => part !== '').join('.');
  return glob === '' || !globSegments(glob).ok ? EVERYTHING : glob;
}

const EVERYTHING = '**';

/** By UTF-16 code units, as the statement has them. */
function sorted(globs: readonly string[]): readonly string[] {
  const distinct = [...new Set(globs)].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  return distinct.length > RESTART_GLOBS_MAX || distinct.includes(EVERYTHING) ? [EVERYTHING] : distinct;
}

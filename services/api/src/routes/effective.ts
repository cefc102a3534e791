// Effective documents: what an activation would take live, and where each value of it comes from.
import { showLayers } from '../answers/layers.js';
import type { ExplainOutcome, LeafSource, OverriddenValue, SourcedLeaf } from '@confledger/application';
import type { EffectiveQuery, ExplainAnswer, ExplainedItem, LeafTuple, OverriddenItem } from '@confledger/contracts/http';
import type { LedgerId } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import { flatten, RawBody } from '../answers/forms.js';
import { showValue } from '../answers/shown-values.js';
import { cutMembers } from '../answers/truncated.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { PATH_ERRORS, READ_ERRORS } from '../errors/groups.js';
import { keyNotFound } from '../errors/key-not-found.js';
import { RequestRefused } from '../errors/request-refused.js';
import { effectiveAt, effectiveSelector } from '../ledger/effective-document.js';
import { readAnswer } from '../ledger/selected-document.js';
import { readablePath } from '../request/addresses.js';
import { answeredByTag, digestTag } from '../request/conditions.js';
import { eitherWord } from '../request/words.js';
import { successOf } from '../schemas/answers.js';
import { effectiveAnswer, explainAnswer } from '../schemas/effective.js';
import { effectiveQuery, explainQuery } from '../schemas/requests.js';

/** The endpoints of effective documents. */
export function effectiveEndpoints(context: ApiContext): Endpoint[] {
  return [readEffective(context), explain(context)];
}

const EFFECTIVE_ERRORS = [...READ_ERRORS, 'ACTIVATION_UNKNOWN', 'OPTION_MISMATCH'] as const;

function readEffective(context: ApiContext): Endpoint {
  return endpoint(context, 'readEffective', {
    query: effectiveQuery,
    body: null,
    answer: successOf(effectiveAnswer),
    statuses: [200, 304],
    errors: EFFECTIVE_ERRORS,
    handle: async (call) => {
      const found = await effectiveAt(context, call.ledger, effectiveSelector(call.query, context));
      if (answeredByTag(call, digestTag(found.document.digest))) return 'sent';
      await context.largeAnswers.turn(found.document);
      const configuration = call.query.format === 'flat' ? flatten(found.document) : found.document.toJson();
      if (call.query.raw === 'true') return RawBody.of(configuration);
      return success(Object.assign(readAnswer(context, found), { configuration, layers: showLayers(found.layers) }), context.clock);
    },
  });
}

function explain(context: ApiContext): Endpoint {
  return endpoint(context, 'explainConfiguration', {
    query: explainQuery,
    body: null,
    answer: successOf(explainAnswer),
    statuses: [200],
    errors: [...EFFECTIVE_ERRORS, ...PATH_ERRORS, 'KEY_NOT_FOUND'],
    handle: async ({ ledger, query }) => {
      const named = eitherWord('key', query.key, 'path', query.path);
      const path = named === undefined ? undefined : readablePath(named);
      const found = await explained(context, { ledger, query }, path);
      await context.largeAnswers.turn({ leafCount: found.leaves.length, size: found.document.size });
      return success(path === undefined ? documentOf(context, found) : placeOf(context, found, path), context.clock);
    },
  });
}

type Explained = Extract<ExplainOutcome, { kind: 'found' }>;

async function explained(
  context: ApiContext,
  { ledger, query }: { readonly ledger: LedgerId; readonly query: EffectiveQuery },
  path: string | undefined,
): Promise<Explained> {
  const outcome = await context.ledgers.explain(ledger, { ...effectiveSelector(query, context), ...(path === undefined ? {} : { path }) });
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  if (path !== undefined && outcome.leaves.length === 0) throw keyNotFound(outcome, path);
  return outcome;
}

function documentOf(context: ApiContext, found: Explained): ExplainAnswer {
  const { layers, sources, leaves, truncated } = found;
  return Object.assign(readAnswer(context, found), {
    layers: showLayers(layers),
    sources,
    leaves: leaves.map(tupleOf),
    truncated: cutMembers({ sources: truncated }),
  });
}

function tupleOf({ path, value, source, overrides }: SourcedLeaf): LeafTuple {
  return [path, value, source, overrides.map((each) => [each.ledger, showValue(each.value), each.source])];
}

function placeOf(context: ApiContext, found: Explained, key: string): ExplainAnswer {
  const { layers, sources, leaves, truncated } = found;
  return Object.assign(readAnswer(context, found), {
    layers: showLayers(layers),
    key,
    items: leaves.map((leaf) => itemOf(leaf, sources)),
    truncated: cutMembers({ items: truncated }),
  });
}

function itemOf({ path, value, source, overrides }: SourcedLeaf, sources: readonly LeafSource[]): ExplainedItem {
  return { path, value, ...sourceAt(sources, source), overrides: overrides.map((each) => overriddenOf(each, sources)) };
}

function overriddenOf({ ledger, value, source }: OverriddenValue, sources: readonly LeafSource[]): OverriddenItem {
  const shown = showValue(value);
  return source === null ? { ...OF_MANY, ledger, value: shown } : { ...sourceAt(sources, source), value: shown };
}

const OF_MANY = { version: null, revision: null, activation: null, occurredAt: null, actor: null, reason: null };

function sourceAt(sources: readonly LeafSource[], index: number): LeafSource {
  const source = sources[index];
  if (source === undefined) throw new TypeError('a leaf names a source that is not there');
  return source;
}

// Reads of effective documents: what an activation would take live, what runs, what ran.
import { Document } from '@confledger/document';
import {
  activationUnknown,
  activeLayers,
  assertNotBehind,
  documentToRun,
  isOfRun,
  NO_BASE,
  pastActivationOf,
  type Base,
  type EnvironmentFact,
  type Ledger,
  type LedgerId,
  type LedgerRefusal,
} from '@confledger/domain';
import type { Ran } from './layering.js';
import { activationEvent } from './ledger-versions.js';
import type { EffectiveOutcome, EffectiveSelector } from './ledgers.js';
import { activationNamed, atHand, ownSelected, refused, selectionOf, type ReadRequest, type Selection } from './read-document.js';
import { standingOf } from './standing.js';

export interface EffectiveRequest extends ReadRequest {
  readonly selector: EffectiveSelector;
  /** The environment of the ledger by a read that begins with the call; from memory where a local read will do. */
  readonly environmentOf: (ledger: LedgerId, consistency: EffectiveSelector['consistency']) => Promise<EnvironmentFact>;
}

/** The parts of an effective document, and what they make. */
interface Built {
  readonly version: number | null;
  /** The activation that took it live; null for what only would be. */
  readonly activation: number | null;
  readonly own: Document;
  readonly layers: Base['layers'];
  readonly document: Document;
}

/** What `POST …/activate` would take live, unless the selector names what ran. */
export async function readEffective(request: EffectiveRequest): Promise<EffectiveOutcome> {
  const selection = await selectionOf(request);
  if ('code' in selection) return standsOnLayersAlone(request, selection) ? onLayersAlone(request) : refused(selection);
  const built = await builtOf(request, selection);
  return 'code' in built ? refused(built) : found(request, built, selection);
}

type Place = Pick<Selection, 'position' | 'provisional'> & { readonly asOf: { readonly ledger: Ledger | null; readonly revision: number } };

function found({ kept, around }: ReadRequest, built: Built, { asOf, position, provisional }: Place): EffectiveOutcome {
  const { version, document, ...parts } = built;
  const standing = { ...standingOf(kept.id, asOf.ledger, position, around), ...{ version, digest: document.digest } };
  return { kind: 'found', standing, document, revision: asOf.revision, provisional, ...parts };
}

/** Version 0, the empty document, can be activated where there is no ledger yet. */
function standsOnLayersAlone({ selector }: EffectiveRequest, { code }: LedgerRefusal): boolean {
  return code === 'LEDGER_UNKNOWN' && selector.version === 0 && selector.at === undefined && selector.activation === undefined;
}

async function onLayersAlone(request: EffectiveRequest): Promise<EffectiveOutcome> {
  const { position } = request.kept.known ?? (await request.kept.fresh());
  const built = await over(request, null, { version: 0, document: Document.empty });
  return found(request, built, { asOf: { ledger: null, revision: -1 }, position, provisional: false });
}

async function builtOf(request: EffectiveRequest, selection: Selection): Promise<Built | LedgerRefusal> {
  const { selector, reader, layering } = request;
  const { asOf } = selection;
  const wanted = selector.version ?? 'latest';
  if (selector.activation !== undefined) return builtThen(request, selection, await ranAt(request, selection, selector.activation));
  if (!isOfRun(wanted)) {
    const own = await ownSelected(request, selection, wanted);
    return 'code' in own ? own : over(request, asOf.ledger, own);
  }
  const ran = await activationNamed(reader, asOf, wanted);
  if (selector.layers === undefined || 'code' in ran) return builtThen(request, selection, ran);
  const document = await layering.ownOf(asOf.id, ran, atHand(asOf, ran));
  return over(request, asOf.ledger, { version: ran.version, document });
}

async function ranAt({ reader }: EffectiveRequest, { asOf: { id, ledger } }: Selection, activation: number): Promise<Ran | LedgerRefusal> {
  const kept = ledger.activations.find((each) => each.activation === activation);
  if (kept !== undefined) return kept;
  const event = await activationEvent(reader, id, activation);
  return event === null ? activationUnknown(id, activation) : pastActivationOf(event, null);
}

async function builtThen({ layering }: EffectiveRequest, { asOf }: Selection, ran: Ran | LedgerRefusal): Promise<Built | LedgerRefusal> {
  if ('code' in ran) return ran;
  const own = await layering.ownOf(asOf.id, ran, atHand(asOf, ran));
  const document = await layering.documentOf(asOf.id, ran, { version: ran.version, document: own });
  return { version: ran.version, activation: ran.activation, own, layers: ran.layers, document };
}

/** An own document over the layers that are asked for. */
async function over(
  request: EffectiveRequest,
  ledger: Ledger | null,
  { version, document: own }: { readonly version: number | null; readonly document: Document },
): Promise<Built> {
  const { kept, selector, environmentOf } = request;
  const environment = await environmentOf(kept.id, selector.consistency);
  const base = await baseOf(request, ledger, environment);
  const head = ledger?.head.document ?? own;
  const { document } = documentToRun(ledger, { own, head, base }, environment);
  return { version, activation: null, own, layers: base.layers, document };
}

async function baseOf(request: EffectiveRequest, ledger: Ledger | null, { ancestors }: EnvironmentFact): Promise<Base> {
  const { selector, kept, layering, around } = request;
  const active = ledger?.active ?? null;
  const isOfThen = selector.at !== undefined;
  if (active !== null && (isOfThen || selector.layers === 'kept')) {
    const { layers } = activeLayers(active);
    return layering.base(layers);
  }
  if (isOfThen || ancestors.length === 0) return NO_BASE;
  const known = selector.consistency === 'local' ? around.newest(kept.id.service, ancestors) : null;
  if (known !== null) return layering.base(known);
  const { base } = await layering.newest(kept.id.service, ancestors);
  assertNotBehind(kept.id, ledger, base.layers);
  return base;
}

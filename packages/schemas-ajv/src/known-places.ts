// Objects of which every member was found to hold, for mounts that end with a wildcard. One command changes one of 10,000 tokens: the others are the
// very nodes that they were, which is found out in a tenth of the time that their keys take.
import type { DocumentNode, ObjectNode } from '@confledger/document';
import type { ToJudge } from '@confledger/domain';
import { modeKey, type JudgementMode } from './mode.js';
import { mountSegments, placesOf, type MountedPlace } from './mounts.js';

/** Mounts that are remembered, each of a validator. */
const MOUNTS_MAX = 500;
/** Objects that are remembered of one mount: head and what runs take turns. */
const OBJECTS_MAX = 2;

export class KnownPlaces {
  /** By validator, mode and mount; the oldest first. */
  private readonly held = new Map<string, readonly ObjectNode[]>();

  /** The places of a mount that are not known to hold. */
  open(validatorId: string, mount: string, toJudge: ToJudge): readonly MountedPlace[] {
    const { document } = toJudge;
    const above = objectAbove(mount, document.root);
    const held = above === undefined ? undefined : this.held.get(keyOf(validatorId, mount, toJudge));
    if (above === undefined || held === undefined) return placesOf(mount, document);
    const { segments, node } = above;
    const open: MountedPlace[] = [];
    for (const [name, member] of node.members) {
      if (held.some((each) => each.members.get(name) === member)) continue;
      open.push({ segments: [...segments, name], matched: [name], node: member });
    }
    return open;
  }

  /** Every place of the mount holds: nothing is to be said of any. */
  hold(validatorId: string, mount: string, toJudge: ToJudge): void {
    const above = objectAbove(mount, toJudge.document.root);
    if (above === undefined) return;
    const key = keyOf(validatorId, mount, toJudge);
    const before = this.held.get(key) ?? [];
    if (before[0] === above.node) return;
    this.held.delete(key);
    this.held.set(key, [above.node, ...before.filter((each) => each !== above.node)].slice(0, OBJECTS_MAX));
    const oldest = this.held.size > MOUNTS_MAX ? this.held.keys().next().value : undefined;
    if (oldest !== undefined) this.held.delete(oldest);
  }
}

const keyOf = (validatorId: string, mount: string, mode: JudgementMode): string => `${validatorId}${modeKey(mode)}${mount}`;

/** The object whose members a mount names by its last segment, its only wildcard. */
function objectAbove(mount: string, root: DocumentNode): { readonly segments: readonly string[]; readonly node: ObjectNode } | undefined {
  const parts = mountSegments(mount);
  const wildcard = parts.indexOf(null);
  if (wildcard < 0 || wildcard !== parts.length - 1) return undefined;
  const segments = parts.slice(0, wildcard).filter((part) => part !== null);
  let node: DocumentNode | undefined = root;
  for (const segment of segments) node = node?.kind === 'object' ? node.members.get(segment) : undefined;
  return node?.kind === 'object' ? { segments, node } : undefined;
}

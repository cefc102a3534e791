// What a schema says of the places below its mount, whatever a document holds there.
import { joinPath } from '@confledger/document';
import type { SchemaAnnotation } from '@confledger/domain';
import type { SchemaEdge, SchemaNode } from './schema-tree.js';

const ANNOTATIONS = ['x-sensitive', 'x-reload', 'x-reference', 'x-unit', 'x-label'] as const;

/**
 * The annotations of every branch, references followed and each cycle once. Those inside an array are the array's. Members that a pattern or
 * `additionalProperties` is for are `*`. To be called for a schema whose ways are counted and few.
 */
export function annotationsOf(root: SchemaNode): SchemaAnnotation[] {
  const found = new Map<string, SchemaAnnotation>();
  const passed = new Set<SchemaNode>();
  const go = (node: SchemaNode, below: string, isInside: boolean): void => {
    if (passed.has(node)) return;
    passed.add(node);
    for (const annotation of ownAnnotations(node, below)) {
      const key = JSON.stringify([annotation.below, annotation.keyword, annotation.value]);
      if (!found.has(key)) found.set(key, annotation);
    }
    for (const edge of node.edges) {
      if (edge.relation === 'apart' || edge.relation === 'name') continue;
      const isArray = isInside || edge.relation === 'element';
      go(edge.to, isArray || edge.relation === 'here' ? below : stepBelow(below, edge), isArray);
    }
    passed.delete(node);
  };
  go(root, '', false);
  return [...found.values()];
}

function ownAnnotations({ schema }: SchemaNode, below: string): SchemaAnnotation[] {
  if (typeof schema === 'boolean') return [];
  return ANNOTATIONS.flatMap((keyword) => {
    const value = schema[keyword];
    return typeof value === 'string' || typeof value === 'boolean' ? [{ below, keyword, value }] : [];
  });
}

function stepBelow(below: string, { label }: SchemaEdge): string {
  if (label.kind !== 'exactly') return below === '' ? '*' : `${below}.*`;
  // A star that is a name, not a wildcard. Only a name that is a star alone could be mistaken for one.
  return label.name.includes('*') ? starred(below, label.name) : joinPath(below, label.name);
}

function starred(below: string, name: string): string {
  const segment = joinPath('', name).replaceAll('*', '\\*');
  return below === '' ? segment : `${below}.${segment}`;
}

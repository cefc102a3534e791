// Labels and units that a schema gives to places, for messages.
import { globSegments, type GlobSegment } from '@confledger/document';
import type { SchemaAnnotation } from '@confledger/domain';
import { annotationsOf } from './annotations.js';
import type { Failure } from './failures.js';
import type { SchemaNode } from './schema-tree.js';

export interface PlaceWords {
  readonly label: string | undefined;
  readonly unit: string | undefined;
}

interface Word {
  readonly keyword: SchemaAnnotation['keyword'];
  /** Segments below the mount; null is any one. */
  readonly parts: readonly GlobSegment[];
  readonly value: string;
}

/** The words of one schema document; read from it when they are first needed. */
export class Words {
  private readonly root: SchemaNode;
  private list: readonly Word[] | undefined;

  constructor(root: SchemaNode) {
    this.root = root;
  }

  /** Label and unit: those of the schema itself, else those that another schema gives to the same place. */
  of({ node, steps }: Failure): PlaceWords {
    return { label: own(node, 'x-label') ?? this.find('x-label', steps), unit: own(node, 'x-unit') ?? this.find('x-unit', steps) };
  }

  private find(keyword: string, steps: readonly string[]): string | undefined {
    this.list ??= annotationsOf(this.root).flatMap(wordOf);
    return this.list.find((word) => word.keyword === keyword && isAt(word.parts, steps))?.value;
  }
}

function own({ schema }: SchemaNode, keyword: string): string | undefined {
  const value = typeof schema === 'boolean' ? undefined : schema[keyword];
  return typeof value === 'string' ? value : undefined;
}

function wordOf({ keyword, below, value }: SchemaAnnotation): Word[] {
  if (typeof value !== 'string' || (keyword !== 'x-label' && keyword !== 'x-unit')) return [];
  // A name that no document can have is nowhere.
  const parts = globSegments(below);
  return parts.ok ? [{ keyword, parts: parts.value, value }] : [];
}

function isAt(parts: readonly GlobSegment[], steps: readonly string[]): boolean {
  return parts.length === steps.length && parts.every((part, index) => part === null || part === steps[index]);
}

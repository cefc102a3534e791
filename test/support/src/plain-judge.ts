// A judge for specs of decisions, which knows `maximum`, `required` and `x-reload` at mounts without wildcards: what schemas mean in full is the
// adapter's business.
import type { Document } from '../../../packages/document/src/index.js';
import type { Examined, Rule, Said, SchemaDocument, ToBeSaid, Violation } from '../../../packages/domain/src/index.js';

/** A schema with the member `broken` may not be stored. */
export function plainlyExamined({ schema }: SchemaDocument): Examined {
  if (typeof schema === 'boolean' || schema['broken'] === undefined) return { kind: 'fit', annotations: [] };
  return {
    kind: 'refused',
    problems: [{ code: 'SCHEMA_INVALID', pointer: '/broken', message: 'It is broken.', remedy: 'Mend it.' }],
  };
}

export function plainlySaid({ rules, document }: ToBeSaid): Said {
  const restart = rules.annotating.filter(({ schema }) => typeof schema === 'object' && schema['x-reload'] === 'restart');
  return {
    violations: rules.rules.flatMap((rule) => violations(rule, document)),
    unjudged: [],
    restart: restart.map(({ mount }) => mount).sort(),
    literal: rules.annotating
      .filter(({ schema }) => typeof schema === 'object' && schema['x-reference'] === false)
      .map(({ mount }) => mount)
      .sort(),
  };
}

function violations({ mount, schema }: Rule, document: Document): Violation[] {
  const node = mount === '' ? document.root : document.nodeAt(mount);
  if (node === undefined || typeof schema === 'boolean') return [];
  const { maximum, required = [] } = schema as { readonly maximum?: number; readonly required?: readonly string[] };
  if (node.kind === 'leaf') {
    const isOver = maximum !== undefined && typeof node.value === 'number' && node.value > maximum;
    return isOver ? [violation(mount, mount, 'maximum', `${String(node.value)} ${maximum}`)] : [];
  }
  return required.filter((name) => !node.members.has(name)).map((name) => violation(mount, mount, 'required', name));
}

function violation(mount: string, path: string, keyword: string, parameters: string): Violation {
  const message = `${path} breaks ${keyword}.`;
  return { mount, path, pointer: null, keyword, message, remedy: 'Mend it.', identity: `${mount} ${path} ${keyword} ${parameters}` };
}

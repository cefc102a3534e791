// What is wrong with the profiles of a document, where the category of profiles is in force.
import { createHash } from 'node:crypto';
import { compilePlaces, formatPath, joinPath, type Document } from '@confledger/document';
import { misshapenPaths, profilesOf, type Profile } from '@confledger/resolution';
import type { Rule, Violation } from './rules.js';

const MOUNT = 'profiles.*';

/** Whether the section `profiles` is what nodes take for profiles: the built-in schema is in force at it. */
export function hasProfiles(rules: readonly Rule[]): boolean {
  return rules.some(({ mount, origin }) => mount === MOUNT && origin.kind === 'category');
}

/** What the built-in schema cannot say. `restart`: globs of places that need a restart. */
export function profileViolations(document: Document, restart: readonly string[]): readonly Violation[] {
  const { all, flaws } = profilesOf(document);
  const needsRestart = compilePlaces(restart);
  return [
    ...flaws.map(({ path, message, remedy }) => violationOf(document, { path, rule: 'profile', message, remedy })),
    ...all.flatMap((profile) => [
      ...misshapenPaths(profile, document).map((path) => misshapen(document, profile, path)),
      ...[...profile.overrides.leaves()].filter(({ path }) => needsRestart(path)).map(({ path }) => restartOnly(document, profile, path)),
    ]),
  ];
}

/** More profiles can be on at once than can be judged. */
export function tooManyCombinations(document: Document, mount: string, max: number): Violation {
  const place = mount === '' ? 'the document' : mount;
  return violationOf(document, {
    path: 'profiles',
    rule: 'profileCombinations',
    message: `The profiles that touch ${place} can be on in more than ${max} combinations, the one without any included.`,
    remedy: 'Give profiles times that do not meet, or join some of them.',
    mount,
  });
}

export function tooManyProfiles(document: Document, count: number, max: number): Violation {
  return violationOf(document, {
    path: 'profiles',
    rule: 'profileCombinations',
    message: `There are ${count} profiles, more than ${max}.`,
    remedy: 'Remove those that are not used any more.',
  });
}

function misshapen(document: Document, profile: Profile, path: string): Violation {
  return violationOf(document, {
    path: overridePath(profile, path),
    rule: 'profile',
    message: `Profile ${profile.name} turns ${path} from a value into a section, or back.`,
    remedy: 'Override the values below a section, and a value by a value.',
  });
}

function restartOnly(document: Document, profile: Profile, path: string): Violation {
  return violationOf(document, {
    path: overridePath(profile, path),
    rule: 'profile',
    message: `Profile ${profile.name} overrides ${path}, which a running node must not pick up live (x-reload: restart).`,
    remedy: 'Remove it from the overrides: a profile begins and ends without a restart.',
  });
}

const overridePath = ({ name }: Profile, path: string): string => `${joinPath(formatPath(['profiles', name]), 'overrides')}.${path}`;

interface Flaw {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
  readonly mount?: string;
}

function violationOf(document: Document, { path, rule, message, remedy, mount = MOUNT }: Flaw): Violation {
  const identity = createHash('sha256')
    .update(`${rule}\n${mount}\n${path}\n${document.digestAt(path) ?? ''}\n${message}`)
    .digest('hex');
  return { mount, path, pointer: null, keyword: rule, message, remedy, identity };
}

// What an environment leaves open in its documents, which every judgement, and every memory of one, depends on.
import type { ToJudge } from '@confledger/domain';

export type JudgementMode = Pick<ToJudge, 'isAbstract' | 'hasReferences'>;

/** The mode as a part of a key: two characters. */
export const modeKey = ({ isAbstract, hasReferences }: JudgementMode): string => `${isAbstract ? 'a' : 'c'}${hasReferences ? 'r' : '-'}`;

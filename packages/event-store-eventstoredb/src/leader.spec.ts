// Who leads, by what members answer.
import { describe, expect, test } from 'vitest';
import type { Endpoint } from './connection-string.js';
import { leaderOf, type GossipAnswer, type Member } from './leader.js';

const at = (name: string): Endpoint => ({ host: name, port: 2113 });

/** What member `by` answers: `A*` leads, `a` is a follower that it takes for dead, `r` votes for nobody. */
function answer(by: string, ...members: string[]): GossipAnswer {
  return { asked: at(by), members: members.map(memberOf) };
}
function memberOf(word: string): Member {
  const name = word.charAt(0).toUpperCase();
  return { endpoint: at(name), isAlive: word.charAt(0) === name, leads: word.endsWith('*'), votes: !word.endsWith('r') };
}
const complete = (...answers: GossipAnswer[]) => leaderOf(answers, true)?.host ?? null;
const soFar = (...answers: GossipAnswer[]) => leaderOf(answers, false)?.host ?? null;

describe('the leader', () => {
  test('is the one that most answers name', () => {
    expect(complete(answer('A', 'A', 'B*', 'C'), answer('B', 'A', 'B*', 'C'), answer('C', 'A*', 'B', 'C'))).toBe('B');
  });

  test('is known as soon as more than half of the voters name it', () => {
    expect(soFar(answer('A', 'A', 'B*', 'C'))).toBeNull();
    expect(soFar(answer('A', 'A', 'B*', 'C'), answer('B', 'A', 'B*', 'C'))).toBe('B');
  });

  test('of two that say they lead is the one whose own answer shows a majority alive', () => {
    const cutOff = answer('A', 'A*', 'b', 'c');
    const elected = answer('B', 'a', 'B*', 'C');
    expect(complete(cutOff, elected)).toBe('B');
    expect(soFar(cutOff, elected)).toBeNull();
  });

  test('is unknown when two say they lead and both show a majority alive', () => {
    expect(complete(answer('A', 'A*', 'B', 'C'), answer('B', 'A', 'B*', 'C'))).toBeNull();
  });

  test('that a single answer names is followed only if that answer shows a majority alive', () => {
    expect(complete(answer('A', 'A*', 'b', 'c'))).toBeNull();
    expect(complete(answer('A', 'A*', 'B', 'c'))).toBe('A');
    expect(complete(answer('A', 'A*', 'b', 'c'), answer('B', 'a', 'B', 'C'))).toBeNull();
  });

  test('is unknown while no answer names one, and when nobody answered', () => {
    expect(complete(answer('A', 'A', 'B', 'C'), answer('B', 'A', 'B', 'C'))).toBeNull();
    expect(complete()).toBeNull();
  });

  test('is not one that is taken for dead', () => {
    expect(complete(answer('B', 'a*', 'B', 'C'), answer('C', 'a*', 'B', 'C'))).toBeNull();
  });

  test('of a single server is itself', () => {
    expect(soFar(answer('A', 'A*'))).toBe('A');
  });

  test('needs no majority of managers and read-only replicas', () => {
    expect(soFar(answer('A', 'A*', 'Br', 'Cr'))).toBe('A');
    expect(complete(answer('A', 'A*', 'Br', 'Cr', 'd', 'e'))).toBeNull();
  });

  test('is not chosen twice by one member that was asked at two addresses', () => {
    const twice = [answer('X', 'A*', 'b', 'c'), answer('A', 'A*', 'b', 'c')];
    expect(complete(...twice)).toBeNull();
  });

  test('is found where no member is reached at the address that it gives out', () => {
    expect(complete(answer('X', 'A*', 'B', 'C'), answer('Y', 'A*', 'B', 'C'))).toBe('A');
  });
});

// The refusal of a command that lost every append.
import { refuse, type Refusal } from '@confledger/domain';

export function writeConflict(attempts: number): Refusal<'WRITE_CONFLICT'> {
  const message = `Other writers changed the stream first, ${attempts} times in a row`;
  return refuse('WRITE_CONFLICT', null, message, 'Nothing was written: send the request again');
}

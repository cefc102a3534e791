// What ends the standalone, in words for people where they can put it right.
import { keyFilesOf, startProblem } from '@confledger/api';
import { StartRefused } from '@confledger/process/start-refused';

/** StartRefused, with the file concerned and the remedy; any other fault as it is. */
export function explained(error: unknown, dataDirectory: string): unknown {
  const files = keyFilesOf(dataDirectory);
  const problem = startProblem(error, (key) => (key === 'signing key' ? files.signingKeyFile : files.fingerprintKeyFile));
  return problem === null ? error : new StartRefused(problem, { cause: error });
}

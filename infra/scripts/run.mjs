// The one entry behind every npm script: `node infra/scripts/run.mjs <command> [arguments]`.
// It is plain JavaScript that an old Node can still parse, so that an old Node gets a sentence instead of a syntax error.
const needed = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `ConfLedger needs Node ${needed.join('.')} or newer, and 24 is recommended; this is ${process.versions.node}. Install one from https://nodejs.org and run this again.`,
  );
  process.exitCode = 1;
} else {
  import('./commands.mjs')
    .then(({ runCommand }) => runCommand(process.argv[2], process.argv.slice(3)))
    .then(
      (exitCode) => {
        // A command that goes on running (start) answers nothing and ends the process itself.
        if (exitCode !== undefined) process.exitCode = exitCode;
      },
      (error) => {
        console.error(error.remedy === undefined ? error : error.message);
        process.exitCode = 1;
      },
    );
}

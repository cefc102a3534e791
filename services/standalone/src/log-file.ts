// Log files of bounded size: the newest lines are in `core.log`, older ones in `core.log.1` to `core.log.4`, the oldest are deleted.
// Libraries for it write later than they are called (a kill -9 would lose lines) or give the newest file another name each time.
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { systemCode } from '@confledger/process/start-refused';

/** A log file that a line would make longer is rotated before, in bytes. */
export const LOG_FILE_BYTES_MAX = 10 * 1024 * 1024;

/** How many older files of a log are kept beside the newest. */
export const OLDER_LOG_FILES_MAX = 4;

/** For its owner's eyes only. */
export const LOG_FILE_MODE = 0o600;

export interface LogFile {
  /** The line, with its line break, is in the file when this returns: a kill -9 takes nothing back. Never throws. */
  write(line: string): void;
}

/** Opens a log, and goes on in its newest file. One process at a time may have it open; it stays open until that ends. */
export function openLogFile(file: string): LogFile {
  return new RotatingFile(file);
}

/** Rotates a log that is full already, for what is written by another process. */
export function rotateFullLog(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= LOG_FILE_BYTES_MAX) rotate(file);
}

class RotatingFile implements LogFile {
  private readonly file: string;
  private fd: number;
  private bytes: number;
  private bytesMax = LOG_FILE_BYTES_MAX;

  constructor(file: string) {
    this.file = file;
    this.fd = openSync(file, 'a+', LOG_FILE_MODE);
    this.bytes = fstatSync(this.fd).size;
    if (this.bytes > 0 && !this.endsWithLine()) this.write('\n');
  }

  write(line: string): void {
    const text = Buffer.from(line, 'utf8');
    if (this.bytes > 0 && this.bytes + text.length > this.bytesMax) this.rotate();
    try {
      for (let written = 0; written < text.length;) written += writeSync(this.fd, text, written);
      this.bytes += text.length;
    } catch {
      // On a full disk the line is lost: that must not end what logs it.
      this.takeBack();
    }
  }

  /** Where it fails, the log goes on in the file that is open, and tries again when that has grown by as much again. */
  private rotate(): void {
    const full = this.fd;
    try {
      rotate(this.file);
      this.fd = openSync(this.file, 'a', LOG_FILE_MODE);
    } catch {
      this.bytesMax = this.bytes + LOG_FILE_BYTES_MAX;
      return;
    }
    closeSync(full);
    this.bytes = fstatSync(this.fd).size;
    this.bytesMax = LOG_FILE_BYTES_MAX;
  }

  /** False where a power cut left a piece of a line. */
  private endsWithLine(): boolean {
    const last = Buffer.alloc(1);
    readSync(this.fd, last, 0, 1, this.bytes - 1);
    return last.toString('latin1') === '\n';
  }

  /** Removes the piece of a line that was written. */
  private takeBack(): void {
    try {
      ftruncateSync(this.fd, this.bytes);
    } catch {
      // The piece stays: the line is no JSON then.
    }
  }
}

/** Each file takes the next higher number, the oldest first: a crash in between leaves a gap and loses nothing. */
function rotate(file: string): void {
  for (let number = OLDER_LOG_FILES_MAX; number > 0; number--) {
    try {
      renameSync(number === 1 ? file : `${file}.${number - 1}`, `${file}.${number}`);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../model/user-error.js';

/** Standard output, or a file written aside and renamed, so that nobody ever sees half of it. */
export async function writeOut(file: string | null, text: string): Promise<void> {
  if (file === null) {
    await writeStdout(text);
    return;
  }
  const aside = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  const remove = (): void => {
    try {
      rmSync(aside, { force: true });
    } catch {
      // It was never there: the folder itself is the trouble, and that is what the person hears of.
    }
  };
  const interrupted = (): never => {
    remove();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    const fd = openSync(aside, 'w');
    try {
      const bytes = Buffer.from(text, 'utf8');
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, file);
  } catch (error) {
    remove();
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UserError(
      `cannot write ${file}: ${code}`,
      'check the folder, its permissions and the free space; nothing was left behind',
    );
  } finally {
    process.removeListener('SIGINT', interrupted);
  }
}

/** A reader that went away (`| head`) is success. */
function writeStdout(text: string): Promise<void> {
  return new Promise((done, fail) => {
    process.stdout.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? done() : fail(error)));
    process.stdout.write(text, () => done());
  });
}

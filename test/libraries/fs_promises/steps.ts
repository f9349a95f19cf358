/** The same steps for `await` and for `awaitlet()`. */

import type { Steps } from "../../support/steps.ts";

type Fs = typeof import("node:fs/promises");

export const steps = {
  *files(fs: Fs, folder: string): Steps {
    const path = `${folder}/a.txt`;
    yield fs.writeFile(path, "the text");
    yield fs.appendFile(path, Buffer.from("!"));
    const bytes = yield fs.readFile(path);
    return [yield fs.readFile(path, "utf8"), Buffer.isBuffer(bytes), bytes.toString("hex")];
  },
  *stats(fs: Fs, folder: string): Steps {
    yield fs.writeFile(`${folder}/b.txt`, "12345");
    const [file, dir] = [yield fs.stat(`${folder}/b.txt`), yield fs.lstat(folder)];
    return [
      file.isFile(),
      file.isDirectory(),
      dir.isDirectory(),
      file.size,
      file.mtime instanceof Date,
      file.constructor.name,
    ];
  },
  *entries(fs: Fs, folder: string): Steps {
    yield fs.mkdir(`${folder}/c/d`, { recursive: true });
    yield fs.writeFile(`${folder}/c/e.txt`, "");
    const entries = yield fs.readdir(`${folder}/c`, { withFileTypes: true });
    const shown = [];
    for (const entry of entries) shown.push([entry.name, entry.isFile(), entry.isDirectory()]);
    return shown.sort();
  },
  *handle(fs: Fs, folder: string): Steps {
    const handle = yield fs.open(`${folder}/f.txt`, "w+");
    const { bytesWritten } = yield handle.write("one two");
    yield handle.write(Buffer.from("O"), 0, 1, 0);
    const { size } = yield handle.stat();
    yield handle.close();
    return [bytesWritten, size, typeof handle.fd, yield fs.readFile(`${folder}/f.txt`, "utf8")];
  },
  *urls(fs: Fs, folder: string): Steps {
    const url = new URL(`file://${folder}/g.txt`);
    yield fs.writeFile(url, "by its URL");
    return yield fs.readFile(url, { encoding: "utf8" });
  },
  *errors(fs: Fs, folder: string): Steps {
    try {
      yield fs.readFile(`${folder}/nothing`);
    } catch (error) {
      const { code, syscall, message } = error as NodeJS.ErrnoException;
      return [error instanceof Error, code, syscall, message];
    }
    return "nothing was thrown";
  },
  *aborted(fs: Fs, folder: string): Steps {
    try {
      yield fs.readFile(`${folder}/a.txt`, { signal: AbortSignal.abort() });
    } catch (error) {
      return (error as Error).name;
    }
    return "nothing was thrown";
  },
};

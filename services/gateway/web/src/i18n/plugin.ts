import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

const PREFIX = 'virtual:messages/';

/** Every catalogue file of one language, in a stable order. */
export function catalogueFiles(root: string, language: string): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(`messages/${language}.json`))
    .sort()
    .map((path) => join(root, 'src', path));
}

/**
 * Serves `virtual:messages/<language>`: all catalogues of that language, with ICU MessageFormat
 * compiled when the console is built, so that the browser carries no parser.
 */
export function messages(root = resolve(import.meta.dirname, '../..')): Plugin {
  return {
    name: 'vefa-messages',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const compiled: Record<string, unknown> = {};
      for (const file of catalogueFiles(root, id.slice(PREFIX.length + 1))) {
        this.addWatchFile(file);
        const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
        for (const [key, text] of Object.entries(texts)) compiled[key] = compileMessageOrThrow(text);
      }
      return `export default ${JSON.stringify(compiled)};`;
    },
  };
}

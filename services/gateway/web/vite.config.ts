import { readFileSync } from 'node:fs';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { messages } from './src/i18n/plugin.ts';

const GATEWAY = process.env.VEFA_URL ?? 'http://127.0.0.1:18100';

/**
 * Puts src/boot.js in front of everything as a small blocking file of its own: the chosen theme is
 * set before the first paint, and the content security policy needs no inline script.
 */
function boot(): Plugin {
  let reference = '';
  return {
    name: 'vefa-boot',
    apply: 'build',
    buildStart() {
      const source = readFileSync(new URL('src/boot.js', import.meta.url), 'utf8');
      reference = this.emitFile({ type: 'asset', name: 'boot.js', source });
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, context) {
        const file = Object.values(context.bundle ?? {}).find((entry) => /boot-[^/]*\.js$/.test(entry.fileName));
        if (!file || !reference) throw new Error('the boot script was not built');
        return html.replace('<head>', `<head>\n    <script src="/${file.fileName}"></script>`);
      },
    },
  };
}

/** What changes only with a dependency. */
const VENDOR =
  /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@lingui|@tanstack[\\/](?!.*virtual)[^\\/]+)[\\/]/;
/** What nearly every page needs; React Aria and what stands on it is left to the parts that load it. */
const COMMON =
  /src[\\/](api|i18n|app(?![\\/]account-menu)|commands[\\/](registry|keys)|design[\\/](states|primitives[\\/](badge|button|small|primitives)|grid[\\/](environment|memory)))|lucide-react/;
/** What every list needs. */
const GRID = /src[\\/]design[\\/]grid[\\/]grid|@tanstack[\\/].*virtual/;

export default defineConfig({
  plugins: [react(), { ...optimizeLocales.vite({ locales: ['en-US', 'tr-TR'] }), enforce: 'pre' }, messages(), boot()],
  build: {
    manifest: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // A few files that change at different times, instead of one for every module that two pages share.
        codeSplitting: {
          groups: [
            { name: 'vendor', test: VENDOR, priority: 3 },
            { name: 'grid', test: GRID, priority: 1 },
            { name: 'common', test: COMMON, priority: 2 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': GATEWAY } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
  },
});

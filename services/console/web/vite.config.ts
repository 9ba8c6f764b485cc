import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `pnpm dev` finds a console's API: that of a `./syncline up`. */
const consoleUrl = 'http://127.0.0.1:8700';

export default defineConfig({
  plugins: [react()],
  // The console puts a new nonce in its place for each visit (src/web.ts).
  html: { cspNonce: '__NONCE__' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // What changes seldom is kept by browsers over an update of ours.
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack)[\\/]/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': consoleUrl } },
});

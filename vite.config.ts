import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { precompress } from "./tools/precompress.ts";
import { licenceTexts } from "./tools/thirdParty/licenceTexts.ts";

/** The kernels' threads need SharedArrayBuffer, which browsers give only to cross-origin isolated pages. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Where `npm run dev` finds the coordinator. */
const coordinator = process.env.DUET_COORDINATOR ?? "http://localhost:8080";

/** Serves TF.js' wasm binaries under their own names at /wasm/, in dev and in the build: TF.js looks them up by name. */
function wasmBinaries(): Plugin {
  const folder = fileURLToPath(new URL("packages/lora-engine/src/kernels/dist/tfjs", import.meta.url));
  return {
    name: "duet-wasm-binaries",
    generateBundle() {
      for (const name of readdirSync(folder)) {
        this.emitFile({ type: "asset", fileName: `wasm/${name}`, source: readFileSync(join(folder, name)) });
      }
    },
    configureServer(server) {
      server.middlewares.use("/wasm", (request, response, next) => {
        const name = readdirSync(folder).find((candidate) => request.url === `/${candidate}`);
        if (!name) return next();
        response.setHeader("Content-Type", "application/wasm");
        response.end(readFileSync(join(folder, name)));
      });
    },
  };
}

/** Serves the licences of what the page is built from at /licences.txt. */
function licences(): Plugin {
  return {
    name: "duet-licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source: licenceTexts() });
    },
  };
}

/** Writes the compressed forms that the coordinator serves. */
function compressedForms(): Plugin {
  return {
    name: "duet-compressed-forms",
    apply: "build",
    writeBundle: ({ dir }) => (dir === undefined ? undefined : precompress(dir)),
  };
}

export default defineConfig({
  // Relative to the page's <base>, so that one build works below every path.
  base: "./",
  publicDir: false,
  plugins: [react(), wasmBinaries(), licences(), compressedForms()],
  resolve: {
    alias: [{ find: /^zod$/, replacement: fileURLToPath(new URL("apps/web/src/lib/zodWithoutEval.ts", import.meta.url)) }],
  },
  worker: { format: "es" },
  build: { outDir: "dist/web", emptyOutDir: true, target: "es2023", chunkSizeWarningLimit: 2500 },
  server: {
    headers: isolation,
    proxy: {
      "/socket.io": { target: coordinator, ws: true },
      "/models": coordinator,
      "/federations": coordinator,
      "/origin": coordinator,
      "/session": coordinator,
      "/samples": coordinator,
    },
  },
  preview: { headers: isolation },
});

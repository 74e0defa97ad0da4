import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { precompress } from "./tools/precompress.ts";
import { licenceTexts } from "./tools/thirdParty/licenceTexts.ts";

/** Threaded wasm needs SharedArrayBuffer, which browsers give only to cross-origin isolated pages. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Where `npm run dev` finds the coordinator. */
const coordinator = process.env.DUET_COORDINATOR ?? "http://localhost:8080";

/** Serves TF.js's wasm binaries under their own names at /wasm/, in dev and in the build: TF.js looks them up by name. */
function wasmBinaries(): Plugin {
  const packageEntry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");
  const folder = join(dirname(packageEntry), "wasm-out");
  const names = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];
  return {
    name: "duet-wasm-binaries",
    generateBundle() {
      for (const name of names) {
        this.emitFile({ type: "asset", fileName: `wasm/${name}`, source: readFileSync(join(folder, name)) });
      }
    },
    configureServer(server) {
      server.middlewares.use("/wasm", (request, response, next) => {
        const name = names.find((candidate) => request.url === `/${candidate}`);
        if (!name) return next();
        response.setHeader("Content-Type", "application/wasm");
        response.end(readFileSync(join(folder, name)));
      });
    },
  };
}

/**
 * TF.js starts each wasm thread from the *source text* of its loader, which a minifier makes refer to renamed variables outside of it
 * (a thread then dies with "e is not defined"). This keeps the loader's own text for that purpose.
 */
function wasmThreadSource(): Plugin {
  return {
    name: "duet-wasm-thread-source",
    transform: {
      filter: { id: /tfjs-backend-wasm-threaded-simd\.js$/ },
      handler(code) {
        const loader = /var WasmBackendModuleThreadedSimd = (\(\(\) => \{[\s\S]*?\n\}\)\(\));/.exec(code)?.[1];
        if (!loader) this.error("The wasm thread loader of TF.js looks different from 4.22");
        return { code: `${code}\nWasmBackendModuleThreadedSimd.toString = () => ${JSON.stringify(loader)};\n`, map: null };
      },
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
  worker: { format: "es", plugins: () => [wasmThreadSource()] },
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

# Two images: the coordinator with everything that it serves (page, base models, sample data), which docs/deploy.md says how to run, and with
# `--target client` the program duet, see docs/participants.md.
FROM node:24-bookworm-slim AS build
WORKDIR /duet
COPY . .
# Packages, kernels, base models, sample data, web app; the program; then only the packages that the coordinator runs with.
RUN npm run build \
  && node apps/headless/pack.mjs /packed \
  && npm install --global --prefix /client --offline --omit=optional --no-audit --no-fund /packed/*.tgz \
  && npm ci --omit=dev --workspace apps/coordinator --no-audit --no-fund \
  && node apps/coordinator/bin/bundle.mjs

FROM node:24-bookworm-slim AS client
COPY --from=build /client /usr/local
# The image's user "node", by number for engines that check it.
RUN mkdir /state /work && chown 1000:1000 /state /work
USER 1000:1000
ENV NODE_ENV=production DUET_STATE=/state
VOLUME /state
WORKDIR /work
ENTRYPOINT ["duet"]
CMD ["--help"]

FROM node:24-bookworm-slim
WORKDIR /duet
COPY --from=build /duet/LICENSE /duet/NOTICE /duet/THIRD_PARTY.md /duet/package.json ./
COPY --from=build /duet/node_modules node_modules
COPY --from=build /duet/packages/lora-core packages/lora-core
COPY --from=build /duet/apps/coordinator apps/coordinator
COPY --from=build /duet/.cache/bundles .cache/bundles
COPY --from=build /duet/models models
COPY --from=build /duet/.cache/samples samples
COPY --from=build /duet/dist/web web
# The image's user "node", by number for engines that check it.
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
ENV NODE_ENV=production DUET_HOST=0.0.0.0 DUET_PORT=8080 DUET_DATA=/data DUET_MODELS=/duet/models DUET_SAMPLES=/duet/samples DUET_WEB=/duet/web
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.DUET_PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "apps/coordinator/bin/coordinator.mjs"]

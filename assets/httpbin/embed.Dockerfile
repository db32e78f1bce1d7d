# The flavor embed: the module together with the WasmEdge that runs it, an ordinary container.
# docker buildx build -f embed.Dockerfile -t wasmlab/httpbin:embed --platform linux/amd64,linux/arm64 .
FROM --platform=$BUILDPLATFORM debian:bookworm-slim@sha256:7b140f374b289a7c2befc338f42ebe6441b7ea838a042bbd5acbfca6ec875818 AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends rustc cargo lld libstd-rust-dev-wasm32 gcc libc6-dev \
        librust-form-urlencoded-dev librust-httparse-dev librust-httpdate-dev librust-libc-dev \
        librust-serde-dev librust-serde-json-dev
COPY . /httpbin
RUN /httpbin/build.sh --debian --out /out wasm

FROM wasmedge/slim-runtime:0.13.5
COPY --from=build /out/httpbin.wasm /httpbin.wasm
ENV FLAVOR=embed
EXPOSE 3000
# WasmEdge hands only the variables it is told of to a module.
CMD ["wasmedge", "--env", "FLAVOR=embed", "--dir", ".:/", "/httpbin.wasm"]

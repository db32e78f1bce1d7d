# The flavor runtime: nothing but the module; the node's runtime is what runs it.
# docker buildx build -f runtime.Dockerfile -t wasmlab/httpbin:runtime --platform linux/amd64,linux/arm64 .
# The platform stays linux/<arch>: containerd 2.1 and later do not unpack images of platform wasi/wasm through CRI.
FROM --platform=$BUILDPLATFORM debian:bookworm-slim@sha256:7b140f374b289a7c2befc338f42ebe6441b7ea838a042bbd5acbfca6ec875818 AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends rustc cargo lld libstd-rust-dev-wasm32 gcc libc6-dev \
        librust-form-urlencoded-dev librust-httparse-dev librust-httpdate-dev librust-libc-dev \
        librust-serde-dev librust-serde-json-dev
COPY . /httpbin
RUN /httpbin/build.sh --debian --out /out wasm

FROM scratch
COPY --from=build /out/httpbin.wasm /httpbin.wasm
ENV FLAVOR=runtime
EXPOSE 3000
ENTRYPOINT ["/httpbin.wasm"]

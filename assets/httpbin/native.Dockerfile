# The flavor native: the static binary on distroless.
# docker buildx build -f native.Dockerfile -t wasmlab/httpbin:native --platform linux/amd64,linux/arm64 .
FROM debian:bookworm-slim@sha256:7b140f374b289a7c2befc338f42ebe6441b7ea838a042bbd5acbfca6ec875818 AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends rustc cargo gcc libc6-dev \
        librust-form-urlencoded-dev librust-httparse-dev librust-httpdate-dev librust-libc-dev \
        librust-serde-dev librust-serde-json-dev
COPY . /httpbin
RUN /httpbin/build.sh --debian --out /out native && mv /out/*/httpbin /out/

FROM gcr.io/distroless/static-debian12:nonroot@sha256:afa5c872c891853ca7fcf1f12c3edb23f7eeef36189728842dd51042ff57f7ab
COPY --from=build /out/httpbin /httpbin
ENV FLAVOR=native
EXPOSE 3000
ENTRYPOINT ["/httpbin"]

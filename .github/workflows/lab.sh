#!/usr/bin/env bash
# Starts the lab on minikube, waits until it is ready, asks each flavor, runs the doctor, and stops it. The argument names the run in the logs.
set -euo pipefail
run=$1
log=$(mktemp)
dotnet run --no-build --project WasmLab.AppHost -- --cluster minikube >"$log" 2>&1 &
lab=$!
finish() {
    kill -TERM "$lab" 2>/dev/null || true
    wait "$lab" || true
    echo "--- the lab's console, $run run"
    cat "$log"
}
trap finish EXIT

deadline=$((SECONDS + 1200))
until grep -q 'The lab is ready' "$log"; do
    if ! kill -0 "$lab" 2>/dev/null || grep -q ' failed: ' "$log"; then
        echo "The lab did not come up."
        exit 1
    fi
    [ "$SECONDS" -lt "$deadline" ] || { echo "The lab was not ready within 20 minutes."; exit 1; }
    sleep 2
done

for flavor in native embed runtime; do
    answer=$(curl --silent --show-error --fail "http://localhost:8080/$flavor/get?foo=bar")
    echo "$answer"
    [[ $answer == *"\"flavor\":\"$flavor\""* ]] || { echo "That is not the answer of $flavor."; exit 1; }
done
dotnet run --no-build --project WasmLab.AppHost -- --cluster minikube --doctor

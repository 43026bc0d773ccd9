#!/usr/bin/env bash
# Starts the gateway once with an empty configuration and stops it, so that the launcher can record the classes it loads.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkdir "$directory/config"
echo 'services: {}' > "$directory/config/services.yml"
timeout 60 bin/forge-gateway serve --exit-when-ready --port 0 --manager-port 0 --config "$directory/config" --data "$directory/data" \
  > "$directory/log" 2>&1 || { cat "$directory/log" >&2; exit 1; }

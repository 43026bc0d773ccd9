#!/usr/bin/env bash
# Runs the soak: random calls, sleeps, wakes and kills over services in containers, and looks for what was lost or left
# over. Needs a Docker engine and Node.js. As root on a host without swap it makes a swap file of its own, so that every
# depth of sleep is met.
#
#   FORGE_SOAK_SECONDS   how long, 600 by default    FORGE_SOAK_SERVICES  how many, 18 by default
#   FORGE_SOAK_SEED      the seed that an earlier run printed
set -euo pipefail
cd "$(dirname "$0")/.."
docker version >/dev/null || { echo "soak: no Docker engine answers" >&2; exit 1; }
if [ ! -d integration-tests/node_modules ]; then
  (cd integration-tests && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
fi
echo "image: $(scripts/test-image.sh)"
export FORGE_SOAK_SECONDS=${FORGE_SOAK_SECONDS:-600} FORGE_SOAK_SERVICES=${FORGE_SOAK_SERVICES:-18}

file=""
remove_swap() {
  if [ -n "$file" ]; then swapoff "$file" 2>/dev/null || true; rm -f "$file"; fi
}
trap remove_swap EXIT
if [ "$(tail -n +2 /proc/swaps | wc -l)" -eq 0 ] && [ "$(id -u)" -eq 0 ]; then
  file=$(mktemp -p "${TMPDIR:-/var/tmp}" forge-soak-XXXXXX.swap)
  dd if=/dev/zero of="$file" bs=1M count=2048 status=none
  chmod 600 "$file"
  mkswap "$file" > /dev/null
  swapon "$file"
fi
# Nothing else is tested; the gateway that runs is the packaged one.
# shellcheck disable=SC2086 # the flags are several words
${MVN:-mvn} ${MVN_FLAGS:--B -ntp} -q -Dfast -pl integration-tests -am verify \
  -Dtest=NoUnitTest -Dit.test=ContainerSoak \
  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false

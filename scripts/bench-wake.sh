#!/usr/bin/env bash
# Measures how containers sleep and wake: 18 of real MCP servers from npm, at every depth that this host offers. Needs a
# Docker engine and Node.js; as root it measures three hosts in turn: without swap, with a swap file of its own, and with
# zram where the kernel has it. Swap that is there already is left as it is, and then only that is measured.
#
#   SWAP      which ones (none,file,zram)
#   SERVICES  how many, 18 by default    WAKES  of each depth, 36 by default    CORES  of each container, 1 by default
#   JAVA_HOME the Java that runs the gateway
set -euo pipefail
cd "$(dirname "$0")/.."
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
docker version >/dev/null || { echo "bench-wake: no Docker engine answers" >&2; exit 1; }
if [ ! -d integration-tests/node_modules ]; then
  (cd integration-tests && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
fi
echo "image: $(scripts/test-image.sh)"
${MVN:-mvn} -q -B package -DskipTests -Dfast -pl benchmarks -am
classes="benchmarks/target/classes:$(cat benchmarks/target/class-path)"

file=""
zram=""
remove_swap() {
  if [ -n "$file" ]; then swapoff "$file" 2>/dev/null || true; rm -f "$file"; file=""; fi
  if [ -n "$zram" ]; then swapoff /dev/zram0 2>/dev/null || true; echo 1 > /sys/block/zram0/reset || true; zram=""; fi
}
trap remove_swap EXIT

measure() {
  echo
  echo "== $1"
  "$java" -Xmx256m -cp "$classes" io.forgemcp.benchmarks.WakeBench "${SERVICES:-18}" "${WAKES:-36}" "${CORES:-1}"
}

if [ "$(tail -n +2 /proc/swaps | wc -l)" -gt 0 ] || [ "$(id -u)" -ne 0 ]; then
  measure "this host as it is"
  exit 0
fi
for kind in $(tr ',' ' ' <<< "${SWAP:-none,file,zram}"); do
  case $kind in
    none)
      measure "without swap"
      ;;
    file)
      file=$(mktemp -p "${TMPDIR:-/var/tmp}" forge-bench-XXXXXX.swap)
      dd if=/dev/zero of="$file" bs=1M count=2048 status=none
      chmod 600 "$file"
      mkswap "$file" > /dev/null
      swapon "$file"
      measure "with a swap file of 2 GB"
      remove_swap
      ;;
    zram)
      [ -e /sys/block/zram0 ] || { echo "== this kernel has no zram"; continue; }
      zram=yes
      echo 2G > /sys/block/zram0/disksize
      mkswap /dev/zram0 > /dev/null
      swapon /dev/zram0
      measure "with zram of 2 GB ($(grep -o '\[.*\]' /sys/block/zram0/comp_algorithm))"
      remove_swap
      ;;
    *) echo "bench-wake: SWAP=$kind is unknown" >&2; exit 1 ;;
  esac
done

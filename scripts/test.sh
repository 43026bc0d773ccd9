#!/usr/bin/env bash
# Runs all tests. Some need more than a JDK: what is not here is left out by its tag, and the last lines say so.
# With CI=true, what FORGE_TEST_REQUIRED lists must be here, or the run fails.
set -euo pipefail
cd "$(dirname "$0")/.."

required=${FORGE_TEST_REQUIRED:-}
if [ "${CI:-}" = true ] && [ -z "$required" ]; then
  required="node browser docker"
fi

excluded=()
reasons=()
leave_out() { # $1: tag, $2: why
  excluded+=("$1")
  reasons+=("$1 ($2)")
}

node_version=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
if [ -z "$node_version" ] || ! command -v npm >/dev/null; then
  leave_out node "Node.js and npm are not installed"
elif [ "$node_version" -lt 18 ]; then
  leave_out node "Node.js $node_version is older than 18"
fi
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  leave_out browser "no Chromium is installed"
elif [[ " ${excluded[*]:-} " == *" node "* ]]; then
  leave_out browser "needs Node.js"
fi
if ! command -v docker >/dev/null; then
  leave_out docker "no Docker client is installed"
elif ! timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; then
  leave_out docker "no Docker engine answers"
elif [[ " ${excluded[*]:-} " == *" node "* ]]; then
  leave_out docker "needs Node.js"
fi

for part in $required; do
  if [[ " ${excluded[*]:-} " == *" $part "* ]]; then
    echo "test: '$part' is required here, but: ${reasons[*]}" >&2
    exit 1
  fi
done

# The npm servers and clients that the tests talk to, at the versions of the lock file.
servers=integration-tests
if [[ " ${excluded[*]:-} " != *" node "* ]] && [ -f $servers/package-lock.json ] \
  && ! cmp -s $servers/package-lock.json $servers/node_modules/.installed-lock.json; then
  echo "test: installing the npm packages of $servers/package.json"
  (cd $servers && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
  cp $servers/package-lock.json $servers/node_modules/.installed-lock.json
fi

# The image that the containers of the tests are made of.
if [[ " ${excluded[*]:-} " != *" docker "* ]]; then
  echo "test: the containers are made of the image $(scripts/test-image.sh)"
fi

# Reports of an earlier run would be counted again.
find . -path '*/target/*-reports/TEST-*.xml' -not -path '*/node_modules/*' -delete

started=$SECONDS
groups=$(IFS='|'; echo "${excluded[*]:-}")
status=0
# shellcheck disable=SC2086 # the flags are several words
${MVN:-mvn} ${MVN_FLAGS:--B -ntp} -Dstyle.color=never -Dexcluded.groups="$groups" verify || status=$?
if [ "$status" -eq 0 ]; then
  EXCLUDED_GROUPS=$groups scripts/test-consumers.sh || status=$?
fi

# Sums what Surefire and Failsafe reported, module by module.
mapfile -t reports < <(find . -path '*/target/surefire-reports/TEST-*.xml' -o -path '*/target/failsafe-reports/TEST-*.xml')
totals="0 0 0"
if [ ${#reports[@]} -gt 0 ]; then
  totals=$(grep -h -m 1 -A 6 '<testsuite ' "${reports[@]}" | tr ' >' '\n\n' | awk -F '"' '
    /^tests=/ { t += $2 } /^errors=/ { f += $2 } /^failures=/ { f += $2 } /^skipped=/ { s += $2 }
    END { print t - f - s, f + 0, s + 0 }')
fi
read -r passed failed skipped <<< "$totals"

echo
echo "tests: finished in $((SECONDS - started)) s, $([ "$status" -eq 0 ] && echo "build passed" || echo "BUILD FAILED")"
if [ ${#reasons[@]} -gt 0 ]; then
  echo "not run: $(printf '%s; ' "${reasons[@]}" | sed 's/; $//')"
else
  echo "not run: nothing"
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"

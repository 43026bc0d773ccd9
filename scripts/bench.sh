#!/usr/bin/env bash
# Measures the gateway. Always: one hop over loopback, from this repository alone. With JMH=yes also the inner parts.
# With MCP_BENCH naming the folder of the stand-alone harness (bench.mjs; ../shared/bench is tried), also the scenarios
# of docs/performance.md, each next to a direct run and to nginx in the same run.
#
#   SCENARIOS  which ones (seq,c16,c64,s200,churn,list1k,big,sse,stream,sleep,fan50,fan200)
#   ROUNDS     how often each, 3 by default        SECS  seconds for each, 4 by default
#   JAVA_HOME  the Java that runs the gateway
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
mvn=${MVN:-mvn}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

$mvn -q -B package -DskipTests -Dfast -pl benchmarks -am
classes="benchmarks/target/classes:$(cat benchmarks/target/class-path)"

echo "== one hop over loopback ($("$java" -version 2>&1 | head -n 1))"
"$java" -Xmx256m -cp "$classes" io.forgemcp.benchmarks.LoopbackLoad "${SECS:-4}" "${ROUNDS:-3}"

if [ "${JMH:-}" = yes ]; then
  echo "== inner parts"
  "$java" -cp "$classes" org.openjdk.jmh.Main
fi

harness=${MCP_BENCH:-../shared/bench}
if [ ! -f "$harness/bench.mjs" ] || ! command -v node >/dev/null; then
  echo "== the stand-alone harness is not here (set MCP_BENCH to its folder, and install Node): scenarios left out"
  exit 0
fi
targets=forge
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] && targets=nginx,forge
out=${BENCH_RESULTS:-$repository/.build/bench.jsonl}
mkdir -p "$(dirname "$out")"
rm -f "$out"
FORGE_WRITE_ARCHIVE=yes scripts/record-start.sh >/dev/null 2>&1 || echo "starts are measured without the class archive"
export FORGE_REPOSITORY=$repository BENCH_TARGET_JSON=$repository/bench/forge-target.json
cd "$harness"
node bench.mjs run --targets "$targets" --rounds "${ROUNDS:-3}" --secs "${SECS:-4}" --out "$out" \
  --scenarios "${SCENARIOS:-seq,c16,c64,s200,churn,list1k,big,sse,stream,sleep,fan50,fan200}"
node bench.mjs report "$out"

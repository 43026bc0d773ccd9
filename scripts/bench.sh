#!/usr/bin/env bash
# Measures the gateway. Always: one hop over loopback, from this repository alone. With JMH=yes also the inner parts.
# With MCP_BENCH naming the folder of the stand-alone harness (bench.mjs; ../shared/bench is tried), also the scenarios
# of docs/performance.md, each next to a direct run and to nginx in the same run, and the start. About a quarter
# of an hour a round for each two versions of Java.
#
#   BENCH_JAVA_HOME  further Javas to measure besides JAVA_HOME or the java on the PATH, colons between
#   SCENARIOS        which of them      ROUNDS  how often each, 2 by default      SECS  seconds for each, 3 by default
#   STARTS           how many starts of each kind, 3 by default
#   BENCH_RESULTS    where the measured rows go, .build/bench.jsonl by default
#   WRITE=yes        puts the tables into docs/performance.md
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
mvn=${MVN:-mvn}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

$mvn -q -B package -DskipTests -Dfast -pl benchmarks -am
classes="benchmarks/target/classes:$(cat benchmarks/target/class-path)"

echo "== one hop over loopback ($("$java" -version 2>&1 | head -n 1))"
"$java" -Xmx256m -cp "$classes" io.forgemcp.benchmarks.LoopbackLoad "${SECS:-3}" "${ROUNDS:-2}"

if [ "${JMH:-}" = yes ]; then
  echo "== inner parts"
  "$java" -cp "$classes" org.openjdk.jmh.Main
fi

harness=${MCP_BENCH:-../shared/bench}
if [ ! -f "$harness/bench.mjs" ] || ! command -v node >/dev/null; then
  echo "== the stand-alone harness is not here (set MCP_BENCH to its folder, and install Node): scenarios left out"
  exit 0
fi

# NAME=HOME of every Java, by its version; the archive of classes belongs to one of them each.
javas=
home_of() { dirname "$(dirname "$(readlink -f "$(command -v "$1")")")"; }
IFS=: read -r -a homes <<< "$(home_of "$java"):${BENCH_JAVA_HOME:-}"
for home in "${homes[@]}"; do
  [ -n "$home" ] || continue
  name=$("$home/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p')
  [[ ",$javas" == *",$name="* ]] && continue
  javas+=${javas:+,}$name=$home
  JAVA_HOME=$home FORGE_WRITE_ARCHIVE=yes scripts/record-start.sh >/dev/null 2>&1 \
    || echo "starts on Java $name are measured without the class archive"
done

out=${BENCH_RESULTS:-$repository/.build/bench.jsonl}
mkdir -p "$(dirname "$out")"
rm -f "$out"
echo "== starts"
node bench/start.mjs --java "$javas" --starts "${STARTS:-3}" --out "$out"

targets=
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] && targets=nginx,
for pair in ${javas//,/ }; do
  targets+=forge-${pair%%=*},forge-${pair%%=*}-stdio,
done
export FORGE_BENCH_JAVAS=$javas BENCH_TARGETS=$repository/bench/targets
# The harness's stub looks at a buffer after having given it back, which is harmless as long as the memory is not unmapped.
export MALLOC_MMAP_THRESHOLD_=268435456 MALLOC_TRIM_THRESHOLD_=268435456
scenarios() { # $1: names, $2: seconds of the load before those that count
  (cd "$harness" && node bench.mjs run --targets "${targets%,}" --rounds "${ROUNDS:-2}" --secs "${SECS:-3}" --warm "$2" \
    --scenarios "$1" --out "$out")
}
echo "== scenarios"
if [ -n "${SCENARIOS:-}" ]; then
  scenarios "$SCENARIOS" 5
else
  # A Java still compiles what a scenario needs and the warm-up before all of them did not.
  scenarios seq,c16,c64,s200,s200get,churn,big,blob,sse,stream,sleep,list1k 5
  # Every client opens a conversation with every server first: up to 3,200 of them.
  scenarios fan50,fan200 15
fi
write=()
[ "${WRITE:-}" = yes ] && write=(--write docs/performance.md)
node bench/table.mjs "$out" "${write[@]}"

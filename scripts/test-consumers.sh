#!/usr/bin/env bash
# Builds and tests the examples as projects of their own: outside this build, against the artifacts that it would publish
# and nothing else of it. Needs no network beyond what the build itself has fetched.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$PWD/.build/consumers
fetched=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
mvn=${MVN:-mvn}
flags=${MVN_FLAGS:--B -ntp}
rm -rf "$build"
mkdir -p "$build"

# What an embedder gets: the parent, the versions, the core.
# shellcheck disable=SC2086 # the flags are several words
$mvn $flags -q -DskipTests -Dfast -pl .,gateway-bom,gateway-core -DaltDeploymentRepository="built::file://$build/published" deploy

# A local repository of its own, so that no snapshot gets into the user's. What was fetched before is not fetched again.
mirror=
if [ -d "$fetched" ]; then
  mirror="<mirror><id>fetched</id><mirrorOf>*,!built</mirrorOf><url>file://$fetched</url></mirror>"
fi
cat > "$build/settings.xml" <<SETTINGS
<settings>
  <mirrors>$mirror</mirrors>
  <profiles>
    <profile>
      <id>published</id>
      <repositories>
        <repository><id>built</id><url>file://$build/published</url></repository>
      </repositories>
    </profile>
  </profiles>
  <activeProfiles><activeProfile>published</activeProfile></activeProfiles>
</settings>
SETTINGS

for example in plain-java custom-plugins; do
  mkdir "$build/$example"
  cp -r "examples/$example/pom.xml" "examples/$example/src" "$build/$example"
  # shellcheck disable=SC2086
  (cd "$build/$example" && $mvn $flags -q -Dfast -s "$build/settings.xml" -Dmaven.repo.local="$build/repository" \
    -Dexcluded.groups="${EXCLUDED_GROUPS:-}" verify)
  echo "test: examples/$example builds and passes against the published artifacts alone"
done

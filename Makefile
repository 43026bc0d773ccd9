# Forge MCP Gateway for Java. `make` or `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

MVN ?= mvn
MVN_FLAGS ?= -B -ntp
ARGS ?=
DATA ?= data

JAR := gateway-server-jetty/target/forge-gateway.jar
ARCHIVE_STAMP := gateway-server-jetty/target/forge-gateway.archived
COMMIT := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
MAVEN := $(MVN) $(MVN_FLAGS) -Dbuild.commit=$(COMMIT)

# What the jar is made of; anything newer than the jar means that it has to be built again.
JAR_MODULES := gateway-core gateway-toolbox gateway-docker gateway-auth gateway-server-jetty
JAR_SOURCES := pom.xml $(wildcard $(addsuffix /pom.xml,$(JAR_MODULES))) \
	$(shell find $(addsuffix /src/main,$(JAR_MODULES)) -type f 2>/dev/null)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: start
start: $(JAR) $(ARCHIVE_STAMP) ## Build if needed, then run the gateway here until Ctrl-C (ARGS="--port 4445")
	@exec bin/forge-gateway serve --data $(DATA) $(ARGS)

.PHONY: test
test: ## Run every test that this machine can run, and say which it could not
	@MVN="$(MVN)" MVN_FLAGS="$(MVN_FLAGS) -Dbuild.commit=$(COMMIT)" scripts/test.sh

.PHONY: build
build: ## Compile with all checks and package the jar, without tests
	$(MAVEN) -q package -DskipTests
	@echo "built $(JAR)"

.PHONY: bench
bench: $(JAR) ## Measure the gateway (scripts/bench.sh)
	@scripts/bench.sh

.PHONY: bench-streams
bench-streams: $(JAR) ## Measure what 10,000 idle streams cost (bench/streams.mjs)
	@node bench/streams.mjs

.PHONY: bench-wake
bench-wake: ## Measure how containers sleep and wake (scripts/bench-wake.sh; as root with swap files of its own)
	@MVN="$(MVN)" scripts/bench-wake.sh

.PHONY: soak
soak: ## Ten minutes of random calls, sleeps, wakes and kills over 18 containers (scripts/soak.sh)
	@MVN="$(MVN)" scripts/soak.sh

.PHONY: doctor
doctor: $(JAR) ## Check this machine and the configuration
	@bin/forge-gateway doctor $(ARGS)

.PHONY: format
format: ## Format the Java sources
	$(MAVEN) -q spotless:apply

.PHONY: generate-secrets
generate-secrets: ## Write the secrets that are missing to .env.local (mode 0600)
	@scripts/generate-secrets.sh

.PHONY: clean
clean: ## Remove everything that was built; data/ stays
	$(MVN) $(MVN_FLAGS) -q clean

$(JAR): $(JAR_SOURCES)
	@command -v $(firstword $(MVN)) >/dev/null || { echo "Maven 3.8.6 or later is needed to build: https://maven.apache.org/install.html" >&2; exit 1; }
	@echo "building $(JAR) (the first time Maven fetches what it needs) ..."
	@$(MAVEN) -q package -DskipTests -Dfast -pl gateway-server-jetty -am
	@touch $(JAR)

# One start and stop with the classes recorded makes every later start faster. Without it everything works, slower.
$(ARCHIVE_STAMP): $(JAR)
	@FORGE_WRITE_ARCHIVE=yes scripts/record-start.sh || echo "starting will be slower: the class archive could not be written"
	@touch $@

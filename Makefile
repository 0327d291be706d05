# Two commands do all the set-up on a fresh Debian-like machine with Go and Node: `make run` and `make test`.
.DEFAULT_GOAL := build
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
export CGO_ENABLED ?= 0
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
SCRIPTS := $(shell find wire widget/src console/src -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html')
GO_FILES := $(shell find . -name '*.go' -not -path './node_modules/*')
DEMO_FILES := $(shell find cmd/alongside/demo -type f)
TSX := node --import tsx --test

.PHONY: build run test test-go test-scripts test-e2e bench bench-capture bench-relay tables soak fmt lint tools clean

build: bin/alongside ## the one binary, with the browser programs inside

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund
	touch $@

bin/bundles: build.mjs properties.mjs $(SCRIPTS) node_modules/.installed
	node build.mjs
	mkdir -p bin && touch $@

bin/alongside: bin/bundles $(GO_FILES) $(DEMO_FILES) go.mod go.sum
	go build -trimpath -ldflags '-s -w -X main.release=$(VERSION)' -o $@ ./cmd/alongside

run: build ## the demo: a shop, a console, an agent
	bin/alongside demo

test: tools lint build test-go test-scripts test-e2e ## everything

bin/ferret: $(wildcard store/ferret/*) ## speaks MongoDB's wire protocol, for tests only
	cd store/ferret && go build -trimpath -o $(CURDIR)/$@ .

test-go: bin/bundles bin/ferret
	FERRET=$(CURDIR)/bin/ferret CGO_ENABLED=1 go test -race -timeout 10m ./...

test-scripts: node_modules/.installed
	$(TSX) --test-concurrency=2 $(wildcard wire/*.test.ts optout/*.test.ts widget/test/*/*.test.ts console/test/*/*.test.ts)

test-e2e: build
	$(TSX) --test-concurrency=2 $(wildcard e2e/*.test.ts)

bench: build tools ## the figures of docs/benchmarks.md
	go test -run '^$$' -bench . -benchmem -timeout 30m ./wire ./rooms ./relay ./history
	go test -run '^$$' -bench Hop -benchtime 1x ./cmd/alongside
	node --import tsx e2e/bench/all.ts $(CLONE)

bench-capture: bin/bundles tools ## capture beside its peers; ONLY="snapshot, 600" TOOLS=ours ROUNDS=2 narrow it
	node --import tsx e2e/bench/capture/run.ts

bench-relay: build ## the relay beside its peers; ONLY="busy,gws" ROUNDS=1 SECONDS_EACH=4 narrow it
	mkdir -p bin/baselines
	cd relay/bench/baselines && go build -trimpath -o ../../../bin/baselines/ ./...
	bin/alongside bench -peers bin/baselines -only '$(ONLY)' -rounds $(or $(ROUNDS),3) -seconds $(or $(SECONDS_EACH),8)

tables: build tools ## leaks and fidelity beside the peers, as docs/benchmarks.md and docs/fidelity.md have them
	node --import tsx e2e/bench/tables.ts

soak: build tools ## what takes long
	go test -run '^$$' -fuzz FuzzDOM -fuzztime 60s ./wire
	go test -run '^$$' -fuzz FuzzFrame -fuzztime 60s ./wire
	SEEDS=20 STEPS=1000 $(TSX) widget/test/random/random.test.ts
	node --import tsx e2e/soak/memory.ts
	FIDELITY=all $(TSX) e2e/fidelity-browsers.test.ts

fmt: node_modules/.installed
	gofmt -w $(GO_FILES)
	npx biome check --write .

lint: node_modules/.installed
	@unformatted=$$(gofmt -l $(GO_FILES)); if [ -n "$$unformatted" ]; then echo "gofmt would change: $$unformatted"; exit 1; fi
	go mod tidy -diff
	go vet ./...
	go run $(STATICCHECK) ./...
	npx tsc --noEmit
	npx biome check .

# Browsers and servers that tests drive, from the distribution's packages, only where missing.
TOOLS := chromium:chromium firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver Xvfb:xvfb redis-server:redis-server
tools: node_modules/.installed
	@missing=(); for tool in $(TOOLS); do command -v "$${tool%%:*}" >/dev/null || missing+=("$${tool##*:}"); done; \
	if [ $${#missing[@]} -gt 0 ]; then \
		sudo=(); [ "$$(id -u)" = 0 ] || sudo=(sudo); \
		"$${sudo[@]}" apt-get update -q; \
		DEBIAN_FRONTEND=noninteractive "$${sudo[@]}" apt-get install -qy --no-install-recommends "$${missing[@]}"; \
	fi

clean:
	rm -rf bin node_modules
	find widget/dist console/dist -type f -not -name README -delete

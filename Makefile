# Each target is one line that calls what does the work.

# Tesseract's own threads cost several times the work they save, and the
# variable must be there before a process starts.
export OMP_THREAD_LIMIT := 1

# Everywhere, so that what was compiled for a build serves tests as well.
# Photos in HEIC are read by what the program holds, whatever libraries the machine has.
export GOFLAGS := -trimpath -tags=nodynamic

.PHONY: demo run serve test crash chaos race bench lint build
.DEFAULT_GOAL := run

run: build ; out/countersign check --members testdata/sample/members.csv --out out testdata/sample/*.pdf testdata/sample/online*.csv
demo: build ; out/countersign demo
serve: build ; out/countersign serve --data out/service
# Without their symbols tests are linked in half the time, and lint has vetted them.
# Many tests wait, for a browser or another process: two packages more than there are processors.
test: ; bash .ci/setup test && go test -p $$(($$(nproc) + 2)) -vet=off -ldflags=-s -timeout 40m ./...
crash: ; bash .ci/setup test && CRASH_ROUNDS=20 go test -run TestCrashes -v -timeout 30m ./cmd/countersign
chaos: ; bash .ci/setup test && CHAOS_ROUNDS=20 go test -run TestChaos -v -timeout 60m ./cmd/countersign
race: ; bash .ci/setup test && go test -race -timeout 40m ./internal/queue ./internal/store ./internal/office
bench: ; bash .ci/setup test && bash .ci/figures
lint: ; bash .ci/setup test && go vet ./... && go tool staticcheck ./...
build: ; bash .ci/setup && go build -o out/countersign ./cmd/countersign

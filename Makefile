# Each target is one line that calls what does the work.

# Tesseract's own threads cost several times the work they save, and the
# variable must be there before a process starts.
export OMP_THREAD_LIMIT := 1

.PHONY: run test bench lint build
.DEFAULT_GOAL := run

run: build ; out/countersign check --members testdata/sample/members.csv --out out testdata/sample/*.pdf
test: ; bash .ci/setup test && go vet ./... && go test -timeout 15m ./...
bench: ; bash .ci/setup test && go test -run '^$$' -bench . -benchmem ./...
lint: ; golangci-lint run
build: ; bash .ci/setup && go build -trimpath -o out/countersign ./cmd/countersign

FROM golang:1.26-bookworm AS build
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libleptonica-dev libtesseract-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -tags=nodynamic -ldflags='-s -w' -o /countersign ./cmd/countersign

FROM debian:bookworm-slim
# The libraries must be those that the distribution mends, so no versions.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home countersign \
 && install --directory --owner=countersign /data /var/cache/countersign
COPY --from=build /countersign /usr/local/bin/countersign
COPY LICENSE NOTICE extract/hand/MODEL.md /usr/share/doc/countersign/
# Tesseract's own threads cost several times the work they save.
ENV OMP_THREAD_LIMIT=1
# Where compiled PDFium is kept; mount a volume to keep it between runs.
ENV XDG_CACHE_HOME=/var/cache
USER 10001
# Sheets, export and reports are mounted here.
WORKDIR /data
ENTRYPOINT ["countersign"]
CMD ["help"]

# syntax=docker/dockerfile:1

FROM golang:1.26-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libleptonica-dev libtesseract-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -ldflags='-s -w' -o /countersign ./cmd/countersign

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates tesseract-ocr-eng tesseract-ocr-osd tesseract-ocr \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home --home-dir /home/countersign countersign
COPY --from=build /countersign /usr/local/bin/countersign
COPY LICENSE /usr/share/doc/countersign/LICENSE
# Tesseract's own threads cost several times the work they save.
ENV OMP_THREAD_LIMIT=1
USER 10001
WORKDIR /work
ENTRYPOINT ["countersign"]
CMD ["help"]

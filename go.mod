module countersign

go 1.26

require github.com/otiai10/gosseract/v2 v2.4.1 // indirect

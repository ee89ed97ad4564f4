// Package testdata holds the sample petitions as files of the program, which
// "countersign demo" shows.
package testdata

import _ "embed"

//go:embed sample/members.csv
var Members []byte // the membership export of both petitions

//go:embed sample/petition.pdf
var Scanned []byte // a cover page and two signer sheets

//go:embed online/petition.pdf
var Online []byte // a petition that was typed online

// Package testdata holds the sample petition as files of the program, which
// "countersign demo" shows.
package testdata

import _ "embed"

//go:embed sample/members.csv
var Members []byte // the membership export

//go:embed sample/petition.pdf
var Sheets []byte // a cover page and two sheets of signers

//go:embed sample/petition-ohio.pdf
var Ohio []byte // a sheet of another form, with a note below its table

//go:embed sample/online-september.csv
var Online []byte // a list of those who signed online

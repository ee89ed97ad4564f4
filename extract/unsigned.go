package extract

import (
	"countersign/extract/layout"
)

// noPlaceToSign reports whether a table is known to have no column for signatures:
// its headings were read and its borders are drawn, so that none was missed.
func (f *form) noPlaceToSign() bool {
	return (f.score >= sureHeadings || f.byRoll) && f.table.Style == layout.Grid && !f.exact && !f.asks(Signature)
}

// signInSheet is the note on a page whose table has no place to sign.
const signInSheet = "The table has no column for signatures. A line counts as signed where its name was written by hand and no column without a known meaning was left empty."

// signedByWriting says whether people signed lines that have no place for it: what
// they wrote themselves is all that a sign-in sheet asks for. A column whose meaning
// is not known may be the signature's, so it must not be empty; a typed name may be
// anybody's.
func (c *cells) signedByWriting(rows []Row, number int) {
	for i, r := range rows {
		rows[i].Signed = SignedUnsure
		name := r.Fields[Name]
		if name.Engine == "hand" && name.Text != "" && c.complete(c.form.rowOf(r, number)) {
			rows[i].Signed = SignedYes
		}
	}
}

// complete reports whether something is written in every column whose meaning is not known.
func (c *cells) complete(row int) bool {
	for column, asked := range c.form.columns {
		if len(asked.Fields) == 0 && !c.pen.Written(row, column, 0) && c.text(row, column, 0) == "" {
			return false
		}
	}
	return true
}

package office

// SheetSet is how the sheets of a petition look.
type SheetSet struct {
	Title, Group, Purpose, Call, Privacy, Contact string
	Columns                                       []string // keys of Choices, left to right
	Boxes                                         int      // for a member number
	Plain, Portrait, A4                           bool     // Plain: no boxes
	Pages                                         int
	Height                                        float64 // of a line, inches at least

	Choices []SheetColumn // what columns may ask for
	Lines   int           // on each page; 0 where nobody has said yet what to print
}

// SheetColumn is something that a sheet may ask of signers.
type SheetColumn struct{ Key, Label string }

package report

import "time"

// Certified is a count that somebody certified, with what it rests on. Figures that an earlier
// version of the program did not keep are zero, and texts empty.
type Certified struct {
	ID, Petition, Title string
	Committee           string
	Received            time.Time

	Rows, Valid, Invalid, Uncertain, Required int
	Outcome                                   string
	Reasons                                   []ReasonCount
	Files, Excluded, Pages                    int

	Export   string // name of the file
	AsOf     time.Time
	Members  int
	Rule     string
	Citation string

	By         string // name
	At         time.Time
	Reason     string // why it replaces another
	Supersedes string // id of that
	Superseded string // day of the certificate that replaces it; empty where this one holds
	Program    string
}

// ReasonCount is how many lines are invalid for a reason.
type ReasonCount struct {
	Words string
	Lines int
}

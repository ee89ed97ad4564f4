package verify

// Tally is the count of a petition against its threshold. A row in which
// nobody wrote is not counted as filed.
type Tally struct {
	Rows      int // filed: rows in which somebody wrote
	Valid     int
	Invalid   int
	Uncertain int
	Required  int
	ByReason  map[Reason]int // of the invalid rows
	Doubts    map[Reason]int // of the uncertain rows
	Looks     map[Look]int   // the same by what they ask of a person
	Outlook   Outlook
}

// Count adds up the verdicts of a petition.
func Count(decisions []Decision, rules Rules) Tally {
	t := Tally{Rows: len(decisions), Required: rules.Required(), ByReason: map[Reason]int{}, Doubts: map[Reason]int{}, Looks: map[Look]int{}}
	for _, d := range decisions {
		switch d.Verdict {
		case Valid:
			t.Valid++
		case Invalid:
			t.Invalid++
			t.ByReason[d.Reason]++
		default:
			t.Uncertain++
			t.Doubts[d.Reason]++
			t.Looks[d.Look]++
		}
	}
	t.Outlook = outlookOf(decisions, t.Required)
	return t
}

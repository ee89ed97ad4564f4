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
	Needs     map[Needs]int  // the same by whom they wait for
	ByPeople  int            // lines that people decided
	Outlook   Outlook
}

// Count adds up the verdicts of a petition.
func Count(decisions []Decision, rules Rules) Tally {
	s, all := newSums(rules.Required()), make([]*Decision, len(decisions))
	for i := range decisions {
		all[i] = &decisions[i]
		s.replace(int32(i), nil, all[i])
	}
	return s.tally(all)
}

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
}

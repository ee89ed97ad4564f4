package register

// Personal names the words of a petition's events that go when its text is
// purged, by kind. They are what was written about the people of a petition:
//
//   - confirmed items, in which a person says whom he asked
//   - where organizers are written to
//   - what was missing, which names organizers who lack an address
//   - why organizers withdrew, which is theirs and no decision
//   - what Conference Services is told and answers, which says whom to call
//
// All other words stay. Vote, rationale and the units consulted are the
// committee's decision, on which Council was told; why a count was opened again
// belongs to the certificate that followed; offices, meetings, conferences,
// documents, the group's name and purpose are public. Of a group's own events
// nothing is personal in this sense: liaisons and contacts are named for their
// office, and the register of groups is kept whole.
func Personal() map[Kind][]string {
	return map[Kind][]string{
		Confirm:      {"note"},
		Reach:        {"emails"},
		FindMissing:  {"missing"},
		Withdraw:     {"rationale"},
		Notify:       {"needs"},
		NotifyAnswer: {"note"},
	}
}

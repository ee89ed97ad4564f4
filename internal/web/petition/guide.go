package petition

import (
	"countersign/internal/office"
)

// guideStep is one of the four steps of the guide that a new service shows.
type guideStep struct {
	Title, Text string
	Link, Label string // where it is done; empty where nothing can be done yet
	Done, Next  bool
}

// guide is the way to the first count; nil once there was one.
func guide(f office.FirstSteps) []guideStep {
	if f.Counted {
		return nil
	}
	petition := ""
	if f.Newest != "" {
		petition = "/petitions/" + f.Newest
	}
	steps := []guideStep{
		{Title: "Take in the membership export",
			Text: "A CSV or XLSX with names, numbers and standing. Its columns are shown before " +
				"anything counts.", Link: "/members", Label: "Take it in", Done: f.Members},
		{Title: "Add a petition",
			Text: "Its title, the day it was received, and the rule that it is held to.",
			Link: "/petitions/new", Label: "Add a petition", Done: f.Petition},
		{Title: "Drop its sheets",
			Text: "Scans, photos and lists signed online, anywhere on the petition's page. " +
				"Reading begins at once.", Link: petition, Label: "Open the petition",
			Done: f.Sheets},
		{Title: "Look at what is uncertain, and certify",
			Text: "Verifiers settle the lines that the program is not sure of; then the chair " +
				"certifies the count.", Link: petition, Label: "Open the petition"},
	}
	next := true
	for i := range steps {
		steps[i].Next = next && !steps[i].Done
		next = next && steps[i].Done
	}
	return steps
}

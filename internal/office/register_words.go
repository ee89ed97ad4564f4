package office

import (
	"countersign/report/letter"
	"countersign/report/register"
)

// What may happen to petitions and groups, in the words of the pages.

var letterTitles = map[letter.Kind]string{
	letter.Receipt: "Receipt", letter.Acknowledgement: "Acknowledgement of receipt",
	letter.Deficiency: "What is missing", letter.Shortfall: "Shortfall of signatures",
	letter.Approval: "Approval", letter.Disapproval: "Disapproval", letter.Deferral: "Deferral",
	letter.Conference:     "Notice to Conference Services",
	letter.Designation:    "Request to the Executive Director",
	letter.ReportReminder: "Reminder of a report", letter.RenewalReminder: "Reminder of renewal",
	letter.Disbanding: "Disbanding", letter.Conversion: "Conversion",
}

// stepOf puts a kind of event into words.
func stepOf(k register.Kind) Step {
	s, ok := stepWords[k]
	if !ok {
		s = Step{Title: string(k)}
	}
	s.Kind, s.Asks = string(k), asksOf(k)
	return s
}

var stepWords = map[register.Kind]Step{
	register.Submit: {Title: "Packet handed in",
		Says: "The organizers have handed in the packet."},
	register.Confirm: {Title: "Item confirmed",
		Says: "A person has seen an item of the packet that the scans do not show, or show " +
			"wrongly."},
	register.Intend: {Title: "Wants to renew",
		Says: "The group for which it asks another term. Until it is decided nobody is asked to " +
			"renew or to disband that group."},
	register.Reach: {Title: "Organizers’ e-mail",
		Says: "Where letters to the organizers go by e-mail, from that day on."},
	register.Overlap: {Title: "Overlap noted",
		Says: "A unit was consulted about overlap with its responsibility."},
	register.FindMissing: {Title: "Deficiency notice",
		Says: "The organizers are told what is missing."},
	register.Acknowledge: {Title: "Receipt acknowledged",
		Says: "The chair acknowledges receipt of a complete packet, with a copy to Member " +
			"Programs and Services."},
	register.Certify: {Title: "Signatures verified",
		Says: "The certified count is what the committee decides by."},
	register.FallShort: {Title: "Shortfall notice",
		Says: "The organizers are told how many signatures are missing; more sheets may follow."},
	register.Reopen: {Title: "Opened again",
		Says: "More sheets follow, or the certified count has to be replaced."},
	register.Schedule: {Title: "Put on the agenda", Says: "The committee will decide."},
	register.Defer:    {Title: "Deferred", Says: "The committee decides later."},
	register.Approve:  {Title: "Approved", Says: "The group is made, or begins another term."},
	register.Disapprove: {Title: "Disapproved",
		Says: "The petition has failed; the organizers and Council are told."},
	register.Report: {Title: "Reported to Council",
		Says: "Council was told of the action in the committee's report at a conference. This " +
			"cannot be taken back."},
	register.Notify: {Title: "Conference Services told",
		Says: "Conference Services knows of the group and of its needs for space, time and place."},
	register.NotifyAnswer: {Title: "Conference Services acknowledged",
		Says: "Conference Services has acknowledged receipt of the notice."},
	register.Close: {Title: "Closed",
		Says: "Nothing is left to do; the time for which data are kept begins."},
	register.Withdraw: {Title: "Withdrawn", Says: "The organizers have withdrawn the petition.",
		Grave: true},
	register.Undo: {Title: "Taken back"},

	register.Establish: {Title: "Established"},
	register.Renew:     {Title: "Another term"},
	register.GotReport: {Title: "Report handed in",
		Says: "An annual report, or one that was asked for."},
	register.AskReport: {Title: "Report asked for", Says: "A report beside the yearly one."},
	register.Liaison: {Title: "Staff liaisons",
		Says: "Who they are from that day on, one a line."},
	register.Contact: {Title: "Contact at Headquarters",
		Says: "Designated by the Executive Director."},
	register.Handbook: {Title: "Handbook entry",
		Says: "As it stands in the Handbook of Organization."},
	register.Support: {Title: "Support",
		Says: "Meeting space, a place in the schedule, small items, a budgetary request."},
	register.Answer: {Title: "Support answered",
		Says: "What became of something that the group asked for."},
	register.Rename: {Title: "Renamed",
		Says: "The earlier name stays in the list as a former one."},
	register.Purposed: {Title: "Purpose worded anew"},
	register.Link:     {Title: "Link", Says: "Address of the group's own page."},
	register.Remind: {Title: "Reminded",
		Says: "Somebody was reminded of something that is due."},
	register.Convert: {Title: "Converted",
		Says:  "The group has found another place within the structure of the association.",
		Grave: true},
	register.Disband: {Title: "Disbanded", Says: "On request, or because no petition renewed it.",
		Grave: true},
}

// said is what happenings of a kind tell: what the step asked for, and what stands for it on
// record.
func said(k register.Kind) []Ask {
	asks := asksOf(k)
	switch k {
	case register.GotReport:
		return append([]Ask{{Key: "year", Label: "Year"}, {Key: "asked", Label: "Answers"}},
			asks[1:]...)
	case register.Report:
		// which earlier versions asked for
		return append(asks, Ask{Key: "document", Label: "Document number"})
	}
	return asks
}

// asksOf is what a kind of event has to say.
func asksOf(k register.Kind) []Ask {
	return append([]Ask(nil), askWords[k]...)
}

var askWords = map[register.Kind][]Ask{
	register.Confirm: {{Key: "item", Label: "Item"}, {Key: "note", Label: "Note",
		Optional: true}},
	register.Intend: {{Key: "renews", Label: "Group"}},
	register.Reach: {{Key: "emails",
		Label: "E-mail addresses, one a line, in the order of the organizers", Long: true}},
	register.Overlap: {{Key: "units", Label: "Units consulted"},
		{Key: "note", Label: "What they said", Long: true}},
	register.FindMissing: {{Key: "missing", Label: "What is missing", Long: true}},
	register.Acknowledge: {{Key: "copy", Label: "Copy to"}},
	register.Certify:     {},
	register.Reopen:      {{Key: "rationale", Label: "Why", Long: true}},
	register.Schedule:    {{Key: "meeting", Label: "Meeting"}},
	register.Defer: {{Key: "rationale", Label: "Rationale", Long: true},
		{Key: "vote", Label: "Vote", Optional: true}},
	register.Approve: {{Key: "renews", Label: "Group"}, {Key: "name", Label: "Name",
		Optional: true}, {Key: "purpose", Label: "Purpose", Long: true, Optional: true},
		{Key: "vote", Label: "Vote"}, {Key: "overlap", Label: "Units consulted about overlap"},
		{Key: "rationale", Label: "Rationale", Long: true}},
	register.Disapprove: {{Key: "vote", Label: "Vote"}, {Key: "overlap",
		Label: "Units consulted about overlap", Optional: true}, {Key: "rationale",
		Label: "Rationale", Long: true}},
	register.Report: {{Key: "conference", Label: "Conference"}},
	register.Notify: {{Key: "needs", Label: "Needs of space, time and place, one a line",
		Long: true}},
	register.NotifyAnswer: {{Key: "note", Label: "Note", Optional: true}},
	register.Withdraw:     {{Key: "rationale", Label: "Why", Long: true}},

	register.GotReport: {{Key: "for", Label: "Which report"}, {Key: "note", Label: "Note",
		Optional: true}},
	register.AskReport: {{Key: "due", Label: "Due", Date: true}, {Key: "note", Label: "About",
		Optional: true}},
	register.Liaison:  {{Key: "liaisons", Label: "Staff liaisons", Long: true}},
	register.Contact:  {{Key: "contact", Label: "Contact"}},
	register.Handbook: {{Key: "text", Label: "Entry", Long: true}},
	register.Support: {{Key: "of", Label: "Kind", Choices: []string{"Meeting space",
		"Conference schedule", "Item from Headquarters", "Budgetary request to BARC"}},
		{Key: "what", Label: "What was asked for"}, {Key: "answer", Label: "Answer",
			Optional: true}},
	register.Answer:   {{Key: "support", Label: "Request"}, {Key: "answer", Label: "Answer"}},
	register.Rename:   {{Key: "name", Label: "New name"}},
	register.Purposed: {{Key: "purpose", Label: "Purpose", Long: true}},
	register.Link:     {{Key: "link", Label: "Address"}},
	register.Remind:   {{Key: "about", Label: "Of what"}},
	register.Convert:  {{Key: "unit", Label: "Into which unit"}},
	register.Disband:  {{Key: "reason", Label: "Why", Long: true}},
}

func itemTitle(i register.Item) string {
	switch i {
	case register.Purpose:
		return "Statement of purpose"
	case register.Signatures:
		return "Signatures"
	case register.Organizers:
		return "Designated organizers with name, address and signature"
	}
	return string(i)
}

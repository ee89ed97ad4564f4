package extract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/ingest"
)

func onlineSheet(t *testing.T, headings []string, rows ...[]string) extract.Sheet {
	t.Helper()
	s, err := extract.Extractor{}.Sheet(t.Context(), ingest.Page{Number: 1, Source: ingest.Online, List: ingest.List{Headings: headings, Rows: rows}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A list that people signed online says who signed and when; its text is exact.
func TestOnlineList(t *testing.T) {
	s := onlineSheet(t, []string{"Timestamp", "First Name", "Last Name", "Email Address", "ALA Member Number", "Comments"},
		[]string{"10/12/2026 3:04:05 PM", "Ada", "Lovelace", "ada@example.org", "4829131", "good"},
		[]string{"", "Grace", "Hopper", "grace@example.org", ""})
	if len(s.Rows) != 2 || s.Kind != extract.Signers || s.Source != ingest.Online || len(s.Open) != 0 {
		t.Fatalf("%+v", s)
	}
	for field, want := range map[extract.Field]string{
		extract.Name: "Ada Lovelace", extract.Given: "Ada", extract.Family: "Lovelace", extract.Email: "ada@example.org",
		extract.MemberID: "4829131", extract.Date: "10/12/2026",
	} {
		if got := s.Rows[0].Fields[field]; got.Text != want {
			t.Errorf("%s: %q, want %q", field, got.Text, want)
		}
	}
	if got := s.Rows[0].Fields[extract.Email]; got.Engine != "text" || got.Confidence != 1 {
		t.Errorf("typed text is read by %q with %.2f", got.Engine, got.Confidence)
	}
	if s.Rows[0].Signed != extract.SignedYes || s.Rows[1].Signed != extract.SignedUnsure {
		t.Errorf("signed %s and %s", s.Rows[0].Signed, s.Rows[1].Signed)
	}
}

// What a column holds is judged by the first page of a list: that it counts the rows does not
// show in the one row of its last page.
func TestOnlineListIsJudgedByItsFirstPage(t *testing.T) {
	list := ingest.List{Headings: []string{"ID", "Name", "Date"}, First: [][]string{
		{"1", "Ada Lovelace", "10/12/2026"}, {"2", "Grace Hopper", "10/12/2026"}, {"3", "Joan Clarke", "10/12/2026"}}}
	for _, list.Rows = range [][][]string{list.First, {{"4", "Mary Shelley", "10/12/2026"}}} {
		s, err := extract.Extractor{}.Sheet(t.Context(), ingest.Page{Number: 1, Source: ingest.Online, List: list})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Rows {
			if id := r.Fields[extract.MemberID].Text; id != "" {
				t.Errorf("%s is taken for a member number", id)
			}
		}
	}
}

// What ingest passed over is an open point of a list, too.
func TestOnlineListSaysWhatWasPassedOver(t *testing.T) {
	s, err := extract.Extractor{}.Sheet(t.Context(), ingest.Page{Number: 1, Source: ingest.Online,
		List:     ingest.List{Headings: []string{"Name", "Date"}, Rows: [][]string{{"Ada Lovelace", "10/12/2026"}}},
		Findings: []ingest.Finding{{Kind: ingest.NotDrawn, Text: "The sheet B was not read."}}})
	if err != nil || len(s.Open) != 1 || s.Open[0].Text != "The sheet B was not read." {
		t.Errorf("%+v, %v", s.Open, err)
	}
}

// What the system says of a signature decides, and a list that says nothing leaves it open.
func TestOnlineListSaysWhoSigned(t *testing.T) {
	for _, c := range []struct {
		headings []string
		row      []string
		want     extract.Signed
		open     bool
	}{
		{[]string{"Name", "City", "Signed On"}, []string{"Ada Lovelace", "Boston", "2026-10-12T15:04:05Z"}, extract.SignedYes, false},
		{[]string{"Name", "Email", "Confirmed"}, []string{"Ada Lovelace", "a@b.org", "yes"}, extract.SignedYes, false},
		{[]string{"Name", "Email", "Confirmed", "Date"}, []string{"Ada Lovelace", "a@b.org", "no", "10/12/2026"}, extract.SignedNo, false},
		{[]string{"Name", "Email", "Status", "Date"}, []string{"Ada Lovelace", "a@b.org", "bounced", "10/12/2026"}, extract.SignedNo, false},
		{[]string{"Name", "Email", "Status", "Date"}, []string{"Ada Lovelace", "a@b.org", "under review", "10/12/2026"}, extract.SignedUnsure, false},
		{[]string{"Name", "Signature", "Date"}, []string{"Ada Lovelace", "Ada Lovelace", "10/12/2026"}, extract.SignedYes, false},
		{[]string{"Name", "Email"}, []string{"Ada Lovelace", "a@b.org"}, extract.SignedUnsure, true},
		{[]string{"Vorname", "Nachname", "Datum", "Bestätigt"}, []string{"Ada", "Lovelace", "12.10.2026", "nein"}, extract.SignedNo, false},
		{[]string{"Vorname", "Nachname", "Datum", "Bestätigt"}, []string{"Ada", "Lovelace", "12.10.2026", "ja"}, extract.SignedYes, false},
		{[]string{"Name", "Created at", "Deleted at"}, []string{"Ada Lovelace", "2026-10-12", "2026-10-13"}, extract.SignedNo, false},
		{[]string{"Name", "Created at", "Deleted at"}, []string{"Ada Lovelace", "2026-10-12", ""}, extract.SignedYes, false},
		{[]string{"Name", "Signed at", "Confirmed at"}, []string{"Ada Lovelace", "2026-10-12", ""}, extract.SignedUnsure, false},
		{[]string{"Name", "Signed at", "Confirmed at"}, []string{"Ada Lovelace", "2026-10-12", "2026-10-12 11:00"}, extract.SignedYes, false},
		{[]string{"Full name", "Electronic Signature", "Date"}, []string{"Ada Lovelace", "", "10/12/2026"}, extract.SignedUnsure, false},
		{[]string{"Full name", "Electronic Signature", "Date"}, []string{"Ada Lovelace", "/s/ Ada Lovelace", "10/12/2026"}, extract.SignedYes, false},
		{[]string{"Full name", "Electronic Signature", "Date"}, []string{"Ada Lovelace", "Grace Hopper", "10/12/2026"}, extract.SignedUnsure, false},
		{[]string{"Full name", "Electronic Signature", "Date"}, []string{"Ada Lovelace", "I do not sign", "10/12/2026"}, extract.SignedUnsure, false},
		{[]string{"Name", "Signature", "Submission Date"}, []string{"Ada Lovelace", "https://forms.example.org/uploads/sig_7.png", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Do you support or oppose the petition?", "Name", "Timestamp"}, []string{"Oppose", "Ada Lovelace", "2026-10-12"}, extract.SignedNo, false},
		{[]string{"Do you support or oppose the petition?", "Name", "Timestamp"}, []string{"Support", "Ada Lovelace", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Signed at", "Signed by"}, []string{"Ada Lovelace", "2026-10-12", "Grace Hopper (proxy)"}, extract.SignedUnsure, false},
		{[]string{"Name", "Date", "Verified by"}, []string{"Ada Lovelace", "2026-10-12", ""}, extract.SignedYes, false},
		{[]string{"Name", "Unterschrieben am"}, []string{"Ada Lovelace", "12. Oktober 2026"}, extract.SignedYes, false},
		{[]string{"Nombre", "Apellidos", "Fecha de firma", "Estado"}, []string{"Ada", "Lovelace", "12/10/2026", "pendiente"}, extract.SignedNo, false},
		{[]string{"Nombre", "Apellidos", "Fecha de firma", "Estado"}, []string{"Ada", "Lovelace", "12/10/2026", "Jalisco"}, extract.SignedYes, false},
		{[]string{"Prénom", "Nom", "Date de signature", "Statut"}, []string{"Ada", "Lovelace", "12/10/2026", "en attente"}, extract.SignedNo, false},
		{[]string{"Vorname", "Nachname", "Datum", "Status"}, []string{"Ada", "Lovelace", "12.10.2026", "bestätigt"}, extract.SignedYes, false},
		{[]string{"Timestamp", "Your full name", "By checking this box I sign the petition"}, []string{"2026/10/12 4:03:09 PM GMT-5", "Ada Lovelace", ""}, extract.SignedUnsure, false},
		{[]string{"Timestamp", "Your full name", "By checking this box I sign the petition"}, []string{"2026/10/12 4:03:09 PM GMT-5", "Ada Lovelace", "I sign"}, extract.SignedYes, false},
		{[]string{"first_name", "last_name", "subscription_status", "created_at"}, []string{"Ada", "Lovelace", "unsubscribed", "2026-10-12 12:03:04 UTC"}, extract.SignedYes, false},
		{[]string{"Name", "Display Name Publicly", "Signed On"}, []string{"Ada Lovelace", "No", "1791210000"}, extract.SignedYes, false},
		{[]string{"Prénom", "Nom", "Horodateur"}, []string{"Ada", "Lovelace", "12/10/2026 10:03:22"}, extract.SignedYes, false},
		{[]string{"Email", "Date"}, []string{"a@b.org", "10/12/2026"}, extract.SignedYes, true}, // nobody is named
		{[]string{"Name", "I sign", "Date"}, []string{"Ada Lovelace", "I do not sign", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "I sign"}, []string{"Ada Lovelace", "Yes"}, extract.SignedYes, false},
		{[]string{"Name", "Consent", "Date"}, []string{"Ada Lovelace", "No, I do not agree", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "Consent", "Date"}, []string{"Ada Lovelace", "I agree", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Consent to be contacted", "Date"}, []string{"Ada Lovelace", "No", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Position", "Date"}, []string{"Ada Lovelace", "Oppose", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "Position", "Date"}, []string{"Ada Lovelace", "Head of Cataloging", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Recipient Name", "Envelope Status", "Sent On"}, []string{"Ada Lovelace", "Delivered", "2026-10-12"}, extract.SignedUnsure, true},
		{[]string{"Name", "Response Status", "Date"}, []string{"Ada Lovelace", "Disqualified", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "Response Status", "Date"}, []string{"Ada Lovelace", "Complete", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Finished", "Date"}, []string{"Ada Lovelace", "False", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Timestamp", "Name", "Completed"}, []string{"2026-10-12", "Ada Lovelace", "In progress"}, extract.SignedUnsure, false},
		{[]string{"Timestamp", "Name", "Finished"}, []string{"2026-10-12", "Ada Lovelace", "False"}, extract.SignedUnsure, false},
		{[]string{"Name", "Completed"}, []string{"Ada Lovelace", "2026-10-12 9:00"}, extract.SignedYes, false},
		{[]string{"Name", "Progress", "Date"}, []string{"Ada Lovelace", "34", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "Progress", "Date"}, []string{"Ada Lovelace", "100", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Spam", "Date"}, []string{"Ada Lovelace", "yes", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "Signed?", "Date"}, []string{"Ada Lovelace", "☑", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Signed?", "Date"}, []string{"Ada Lovelace", "☐", "2026-10-12"}, extract.SignedNo, false},
		{
			[]string{"Name", "Signed?", "Date"}, []string{"Ada Lovelace", "☒", "2026-10-12"},
			extract.SignedUnsure, false,
		},
		{[]string{"Name", "Spam", "Date"}, []string{"Ada Lovelace", "no", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Duplicate?", "Date"}, []string{"Ada Lovelace", "", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Comments", "Date"}, []string{"Ada Lovelace", "Please remove my name", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "Comments", "Date"}, []string{"Ada Lovelace", "We do not support our small libraries enough", "2026-10-12"}, extract.SignedYes, false},
		{[]string{"Name", "Relationship", "Date"}, []string{"Ada Lovelace", "I am signing on behalf of my mother", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Name", "Date"}, []string{"Ada Lovelace (withdrawn)", "2026-10-12"}, extract.SignedUnsure, false},
		{[]string{"Nom", "Signé", "Date"}, []string{"Ada Lovelace", "non", "12/10/2026"}, extract.SignedNo, false},
		{[]string{"Name", "Zustimmung", "Datum"}, []string{"Ada Lovelace", "nein", "12.10.2026"}, extract.SignedUnsure, false},
		{[]string{"Member #", "Last Name", "First Name", "Status", "Paid Thru", "Date"}, []string{"4829131", "Lovelace", "Ada", "Active", "2027-01-01", "2019-02-03"}, extract.SignedUnsure, true},
	} {
		s := onlineSheet(t, c.headings, c.row)
		if s.Rows[0].Signed != c.want || s.Understood() == c.open {
			t.Errorf("%v %v: signed %s, open %v", c.headings, c.row, s.Rows[0].Signed, s.Open)
		}
	}
}

// Where others have a day of signing beside the time stamp, one who has none may not have signed.
func TestOnlineListOfOpenedForms(t *testing.T) {
	s := onlineSheet(t, []string{"Timestamp", "Name", "Completed on"},
		[]string{"2026-10-12 9:00", "Ada Lovelace", "2026-10-12"}, []string{"2026-10-12 9:10", "Grace Hopper", ""})
	if s.Rows[0].Signed != extract.SignedYes || s.Rows[1].Signed != extract.SignedUnsure {
		t.Errorf("signed %s and %s", s.Rows[0].Signed, s.Rows[1].Signed)
	}
}

// Where a state is said of others, one of whom it is not said may not have signed: in a report it
// stands once above all that have it.
func TestOnlineListOfStates(t *testing.T) {
	s := onlineSheet(t, []string{"Signature status", "Name", "Date signed"},
		[]string{"Confirmed", "Ada Lovelace", "2026-10-12"}, []string{"Withdrawn", "Bo Lee", "2026-10-12"},
		[]string{"", "Grace Hopper", "2026-10-12"}, []string{"\uFFFD", "Cy Lee", "2026-10-12"})
	unsure := extract.SignedUnsure
	for i, want := range []extract.Signed{extract.SignedYes, extract.SignedNo, unsure, unsure} {
		if got := s.Rows[i].Signed; got != want {
			t.Errorf("row %d: signed %s, want %s", i+1, got, want)
		}
	}
}

// Questions, columns that count rows and columns for parts of the name are what they are.
func TestOnlineListFields(t *testing.T) {
	for _, c := range []struct {
		headings, row []string
		want          map[extract.Field]string
	}{
		{[]string{"Timestamp", "Please type your full name as it appears on your membership card", "What is your ALA member number? (7 digits)"},
			[]string{"2026-10-12", "Ada Lovelace", "4829131"}, map[extract.Field]string{extract.Name: "Ada Lovelace", extract.MemberID: "4829131", extract.Date: "2026-10-12"}},
		{[]string{"ID", "Completion time", "Name", "Full name", "Member number"},
			[]string{"1", "2026-10-12 10:01", "", "Ada Lovelace", "4829131.0"}, map[extract.Field]string{extract.Name: "Ada Lovelace", extract.MemberID: "4829131", extract.Date: "2026-10-12"}},
		{[]string{"First", "M.I.", "Last", "Suffix", "IP Address", "Submitted"},
			[]string{"Ada", "B", "Lovelace", "Jr.", "10.0.0.1", "1791210000"}, map[extract.Field]string{extract.Name: "Ada B Lovelace Jr.", extract.Given: "Ada B", extract.Family: "Lovelace Jr.", extract.Date: "2026-10-05"}},
		{[]string{"Name", "Signed On"}, []string{"Ada Lovelace (ALA # 4829131)", "2026-10-12"}, map[extract.Field]string{extract.Name: "Ada Lovelace", extract.MemberID: "4829131", extract.Date: "2026-10-12"}},
		{[]string{"Carimbo de data/hora", "Nome completo", "Número de matrícula"},
			[]string{"12/10/2026 10:03:22", "Ada Lovelace", "4829131"}, map[extract.Field]string{extract.Name: "Ada Lovelace", extract.MemberID: "4829131", extract.Date: "12/10/2026"}},
	} {
		got := map[extract.Field]string{}
		for f, r := range onlineSheet(t, c.headings, c.row).Rows[0].Fields {
			got[f] = r.Text
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v: %s", c.headings, diff)
		}
	}
}

package verify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/extract"
	"countersign/verify/roll"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

const members = `ID,First Name,Middle,Last Name,Suffix,Informal,Former Name,Email,Company,Address,City,State,Zip,Member Type,Status,Joined,Paid Thru
0482913,Elizabeth,R.,Persechino,,Liz,,liz@example.org,Duke University,12 Elm St,Durham,NC,27701,Regular,Active,1994-01-26,2027-09-29
0482914,Jonathan,,Lewis,,,,jlewis12@example.org,Boston Public Library,7 Oak St,Boston,MA,02129,Regular,Active,2001-01-01,2027-01-01
0700001,Mary,,Smith,,,,msmith1@example.org,UCLA,1 Main St,Los Angeles,CA,90001,Regular,Active,2001-01-01,2027-01-01
0700002,Mary,,Smith,,,,msmith2@example.org,UCLA,2 Main St,Los Angeles,CA,90002,Regular,Active,2001-01-01,2027-01-01
0700003,Lucinda,,Lynd-Nelson,,,Marsh,lucy@example.org,Yale University,3 Hill St,New Haven,CT,06511,Regular,Lapsed,2001-01-01,2024-01-01
0700004,Frank,,Vassallo,,,,fv@example.org,OCLC,4 Lake St,Dublin,OH,43016,Regular,Deceased,2001-01-01,2027-01-01
0700005,Demetria,,Simon,,,,ds@example.org,Burton Barr Library,5 Pine St,Phoenix,AZ,85001,Institutional,Active,2001-01-01,2027-01-01
0700006,Olaf,,Kovacs,,,,ok@example.org,SMU,6 Cedar St,Dallas,TX,75218,Regular,Pending,2001-01-01,2027-01-01
0700007,Greta,,Thorvaldsen,,,,gt@example.org,SMU,6 Fir St,Dallas,TX,75219,Regular,Active,2001-01-01,2027-01-01
`

func theMatcher(t testing.TB) *Matcher {
	t.Helper()
	r, err := roll.Import(strings.NewReader(members), "members.csv", roll.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return NewMatcher(r, Options{})
}

type fields = map[extract.Field]string

// typed is a signed line whose text is certain.
func typed(row int, f fields) Line {
	l := Line{Ref: Ref{"a.pdf", 1, row}, Row: extract.Row{Number: row, Signed: extract.SignedYes, Fields: map[extract.Field]extract.Reading{}}}
	for k, v := range f {
		l.Fields[k] = extract.Reading{Text: v, Confidence: 1, Engine: "text"}
	}
	return l
}

// read is the same line as a reader of handwriting gives it.
func read(row int, confidence float64, f fields) Line {
	l := typed(row, f)
	for k, v := range f {
		l.Fields[k] = extract.Reading{Text: v, Confidence: confidence, Engine: "hand"}
	}
	return l
}

func with(l Line, change func(*Line)) Line {
	change(&l)
	return l
}

func signedAs(name string) func(*Line) {
	return func(l *Line) { l.Signed, l.SignedAs = extract.SignedUnsure, name }
}

func decide(m *Matcher, rules Rules, lines ...Line) []Decision {
	var matches []Match
	for _, l := range lines {
		matches = append(matches, m.Match(l))
	}
	return Decide(rules, Dates{Received: day("2026-11-01"), Verified: day("2026-11-20")}, matches)
}

func TestVerdicts(t *testing.T) {
	m := theMatcher(t)
	both := fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"}
	for _, c := range []struct {
		name    string
		line    Line
		verdict Verdict
		reason  Reason
		member  string
	}{
		{"name and number", typed(1, both), Valid, IsMember, "0482913"},
		{"number without its zero", typed(1, fields{extract.Name: "E. Persechino", extract.MemberID: "482913"}), Valid, IsMember, "0482913"},
		{"name and place", typed(1, fields{extract.Name: "Lewis, Jonathan", extract.Institution: "Boston Pub. Library", extract.CityState: "Boston, Mass."}), Valid, IsMember, "0482914"},
		{"name and e-mail, moved", typed(1, fields{extract.Name: "Jonathan Lewis", extract.Email: "JLewis12@example.org", extract.City: "Reno", extract.State: "NV"}), Valid, IsMember, "0482914"},
		{"digits swapped by a reader", read(1, 0.8, fields{extract.Name: "Elizabeth Persechino", extract.MemberID: "0482193"}), Valid, IsMember, "0482913"},
		{"digits swapped in type", typed(1, fields{extract.Name: "Elizabeth Persechino", extract.MemberID: "0482193"}), Uncertain, Ambiguous, "0482913"},
		{"first and last name apart", typed(1, fields{extract.Given: "Liz", extract.Family: "Persechino", extract.MemberID: "0482913"}), Valid, IsMember, "0482913"},
		{"struck out", with(typed(1, both), func(l *Line) { l.Struck = true }), Invalid, Struck, "0482913"},
		{"unsigned", with(typed(1, both), func(l *Line) { l.Signed = extract.SignedNo }), Invalid, Unsigned, "0482913"},
		{"perhaps unsigned", with(typed(1, both), func(l *Line) { l.Signed = extract.SignedUnsure }), Uncertain, Unsigned, "0482913"},
		{"signed by the formal name", with(typed(1, both), signedAs("Elizabeth Persechino")), Valid, IsMember, "0482913"},
		{"signed by somebody else", with(typed(1, both), signedAs("Jonathan Persechino")), Uncertain, Unsigned, "0482913"},
		{"signed by nearly the name", with(typed(1, both), signedAs("Elizabeth Persichino")), Uncertain, Unsigned, "0482913"},
		{"lapsed", typed(1, fields{extract.Name: "Lucinda Nelson", extract.MemberID: "0700003"}), Invalid, Lapsed, "0700003"},
		{"former name, lapsed", typed(1, fields{extract.Name: "Lucinda Marsh", extract.MemberID: "0700003"}), Invalid, Lapsed, "0700003"},
		{"deceased", typed(1, fields{extract.Name: "Frank Vassallo", extract.MemberID: "0700004"}), Invalid, Ineligible, "0700004"},
		{"institution", typed(1, fields{extract.Name: "Demetria Simon", extract.MemberID: "0700005"}), Invalid, Ineligible, "0700005"},
		{"unknown status", typed(1, fields{extract.Name: "Olaf Kovacs", extract.MemberID: "0700006"}), Uncertain, Lapsed, "0700006"},
		{"stranger", typed(1, fields{extract.Name: "Wilhelmina Fotheringham", extract.MemberID: "5550001"}), Uncertain, NotFound, ""},
		{"one of two", typed(1, fields{extract.Name: "Mary Smith", extract.Institution: "UCLA"}), Uncertain, Ambiguous, ""},
		{"number of another", typed(1, fields{extract.Name: "Wilhelmina Fotheringham", extract.MemberID: "0482913"}), Uncertain, Ambiguous, "0482913"},
		{"no name", typed(1, fields{extract.Name: "", extract.MemberID: "0482913"}), Invalid, Incomplete, "0482913"},
		{"no name read", with(typed(1, fields{extract.MemberID: "0482913"}), func(l *Line) { l.Fields[extract.Name] = extract.Reading{Confidence: 0.2} }), Uncertain, Incomplete, "0482913"},
		{"nothing readable", read(1, 0.1, fields{extract.Name: "~%$", extract.MemberID: ""}), Uncertain, Incomplete, ""},
		{"scrawl", read(1, 0.1, fields{extract.Name: "Xqv Wzzp", extract.MemberID: "99"}), Uncertain, Illegible, ""},
		{"weak reading, place only", read(1, 0.2, fields{extract.Name: "Jonathon Lewls", extract.CityState: "Boston, MA"}), Uncertain, Ambiguous, "0482914"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := decide(m, MIG(), c.line)[0]
			if d.Verdict != c.verdict || d.Reason != c.reason || d.MemberID != c.member {
				t.Errorf("%s, %s, %q: want %s, %s, %q\n%s\nnobody %.4f, candidates %v", d.Verdict, d.Reason, d.MemberID, c.verdict, c.reason, c.member, d.Because, d.Nobody, brief(d.Candidates))
			}
			if !strings.HasSuffix(d.Because, ".") {
				t.Errorf("no sentence: %q", d.Because)
			}
		})
	}
}

func brief(cs []Candidate) (out []string) {
	for _, c := range cs {
		out = append(out, c.Member.ID+" "+percent(c.Probability)+" "+strings.Join(c.Because, "; "))
	}
	return out
}

func TestDuplicates(t *testing.T) {
	m := theMatcher(t)
	liz := fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913", extract.Date: "9/8/26"}
	later := fields{extract.Name: "Elizabeth Persechino", extract.MemberID: "0482913", extract.Date: "9/1/26"}
	jon := fields{extract.Name: "Jonathan Lewis", extract.MemberID: "0482914"}
	first, second := typed(1, liz), with(typed(2, later), func(l *Line) { l.File = "b.pdf" })
	rules := func(duplicates string) Rules {
		r := MIG()
		r.Duplicates = duplicates
		return r
	}
	for _, c := range []struct {
		name  string
		rules Rules
		lines []Line
		want  string
	}{
		{"first counts", rules("first"), []Line{first, typed(3, jon), second}, "valid member, valid member, invalid duplicate of 1"},
		{"latest counts", rules("latest"), []Line{first, second}, "valid member, invalid duplicate of 1"},
		{"latest counts, other order", rules("latest"), []Line{second, first}, "invalid duplicate of 1, valid member"},
		{"none counts", rules("none"), []Line{first, second}, "invalid duplicate, invalid duplicate"},
		{"unsigned takes nothing", rules("first"), []Line{with(first, func(l *Line) { l.Signed = extract.SignedNo }), second}, "invalid unsigned, valid member"},
		{"doubt before", rules("first"), []Line{read(1, 0.5, fields{extract.Name: "Liz Persechimo"}), second}, "uncertain duplicate of 2, uncertain duplicate of 1"},
		{"doubt after", rules("first"), []Line{first, read(2, 0.5, fields{extract.Name: "Liz Persechimo"})}, "valid member, uncertain duplicate of 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, d := range decide(m, c.rules, c.lines...) {
				s := string(d.Verdict) + " " + string(d.Reason)
				if d.DuplicateOf != nil {
					s += " of " + string(rune('0'+d.DuplicateOf.Row))
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	m := theMatcher(t)
	rules := MIG()
	rules.WindowFrom, rules.WindowTo = day("2026-09-01"), day("2026-10-31")
	line := func(date string, confidence float64) Line {
		l := typed(1, fields{extract.Name: "Liz Persechino", extract.MemberID: "0482913"})
		l.Fields[extract.Date] = extract.Reading{Text: date, Confidence: confidence, Engine: "text"}
		return l
	}
	for _, c := range []struct {
		date       string
		confidence float64
		verdict    Verdict
		reason     Reason
	}{
		{"9/1/26", 1, Valid, IsMember}, {"10/31/2026", 1, Valid, IsMember}, {"8/31/26", 1, Invalid, OutOfWindow}, {"11/1/26", 1, Invalid, OutOfWindow},
		{"8/31/26", 0.5, Uncertain, OutOfWindow}, {"8/3?", 1, Uncertain, OutOfWindow}, {"", 1, Valid, IsMember},
	} {
		if d := decide(m, rules, line(c.date, c.confidence))[0]; d.Verdict != c.verdict || d.Reason != c.reason {
			t.Errorf("%q at %.1f: %s, %s, want %s, %s", c.date, c.confidence, d.Verdict, d.Reason, c.verdict, c.reason)
		}
	}
}

func TestStanding(t *testing.T) {
	rules := MIG()
	rules.GraceDays = 30
	on := day("2026-11-01")
	for _, c := range []struct {
		name   string
		member roll.Member
		want   Reason
	}{
		{"active", roll.Member{Status: "ACTIVE"}, IsMember},
		{"active decides over the date", roll.Member{Status: "Active", PaidThru: day("2020-01-01")}, IsMember},
		{"grace", roll.Member{Status: "Grace"}, IsMember},
		{"lapsed", roll.Member{Status: "Lapsed", PaidThru: day("2028-01-01")}, Lapsed},
		{"suspended", roll.Member{Status: "Suspended", PaidThru: day("2028-01-01")}, Ineligible},
		{"one row suspended", roll.Member{Status: "Active", Statuses: []string{"Active", "Suspended"}}, Ineligible},
		{"one row active", roll.Member{Status: "Lapsed", Statuses: []string{"Lapsed", "Active"}}, IsMember},
		{"unknown word", roll.Member{Status: "Review"}, ""},
		{"paid", roll.Member{PaidThru: day("2026-11-01")}, IsMember},
		{"last day of grace", roll.Member{PaidThru: day("2026-10-02")}, IsMember},
		{"a day later", roll.Member{PaidThru: day("2026-10-01")}, Lapsed},
		{"for life", roll.Member{Type: "Life Member"}, IsMember},
		{"nothing known", roll.Member{Type: "Regular"}, ""},
		{"institution", roll.Member{Class: "Institutional", Status: "Active"}, Ineligible},
		{"joined later", roll.Member{Status: "Active", Joined: day("2026-11-02")}, ""},
	} {
		if got := rules.Standing(&c.member, on); got.Reason != c.want || got.Words == "" {
			t.Errorf("%s: %q (%s), want %q", c.name, got.Reason, got.Words, c.want)
		}
	}
}

// Standing is asked for the day the rule says.
func TestStandingAsOf(t *testing.T) {
	dates := Dates{Received: day("2026-11-01"), Verified: day("2026-11-20")}
	line := func(date string, confidence float64) extract.Row {
		return extract.Row{Fields: map[extract.Field]extract.Reading{extract.Date: {Text: date, Confidence: confidence}}}
	}
	for _, c := range []struct {
		asOf string
		row  extract.Row
		want string
	}{
		{"signed", line("9/8/26", 1), "2026-09-08"}, {"signed", line("9/8/26", 0.4), "2026-11-01"}, {"signed", line("9/8/96", 1), "2026-11-01"}, {"signed", line("12/8/26", 1), "2026-11-01"},
		{"received", line("9/8/26", 1), "2026-11-01"}, {"verified", line("9/8/26", 1), "2026-11-20"}, {"2026-01-01", line("9/8/26", 1), "2026-01-01"},
	} {
		r := MIG()
		r.StandingAsOf = c.asOf
		if got := r.asOf(dates, c.row); !got.Equal(day(c.want)) {
			t.Errorf("%s: %v, want %s", c.asOf, got, c.want)
		}
	}
}

func TestOrganizers(t *testing.T) {
	m := theMatcher(t)
	for _, c := range []struct{ name, address, want string }{
		{"Elizabeth Persechino", "12 Elm St, Durham, NC 27701", "0482913"},
		{"Liz Persechino", "Durham NC", "0482913"},
		{"Jonathan Lewis", "7 Oak Street\nBoston, MA 02129-1234", "0482914"},
		{"Mary Smith", "Los Angeles, CA", ""},
		{"Wilhelmina Fotheringham", "12 Elm St, Durham, NC 27701", ""},
		{"", "", ""},
	} {
		if got := m.MatchOrganizer(c.name, c.address); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.name, c.address, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	got := Count([]Decision{{Verdict: Valid, Odds: 1}, {Verdict: Valid, Odds: 1}, {Verdict: Invalid, Reason: Lapsed}, {Verdict: Uncertain, Reason: NotFound, Look: Search, Odds: 0.25}}, MIG())
	want := Tally{Rows: 4, Valid: 2, Invalid: 1, Uncertain: 1, Required: 100, ByReason: map[Reason]int{Lapsed: 1}, Doubts: map[Reason]int{NotFound: 1}, Looks: map[Look]int{Search: 1}, Needs: map[Needs]int{"": 1},
		Outlook: Outlook{Guaranteed: 2, Expected: 2.25, Possible: 3}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

package review

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// The types of this file are what the review page shows, worked out so far
// that the template only lays it out.
type (
	// pageView is the whole page: the line to look at, or why there is none.
	pageView struct {
		Petition store.Petition
		Account  store.Account
		Head     headView
		Line     *lineView // nil where nothing is left for this account
		Notice   string    // what has to be said first, such as why a finding was refused
		Undo     *undoView // what u takes back
		Mine     string    // the same and what came before, as JSON for the script
		Hash     string    // of the line, see lineJSON
		// names the finding that a form of this page makes, so that a form sent twice counts once
		NewID  string
		Closed string // why no findings are taken any more
		Events string // address of live notices
	}

	// headView says how far the review is.
	headView struct {
		Count       office.Count
		Done, Total int    // lines that people decided, of those that need people
		Waiting     int    // for this account
		Decides     string // "9 more valid lines decide it"
		Certain     bool
		Share       meter
		Others      []otherView
	}

	// meter is the bar of the head, in percent of its length.
	meter struct{ Valid, Open, Mark int }

	// otherView is somebody else who reviews the petition now.
	otherView struct{ Name, Where string }

	// lineView is a line with its candidates.
	lineView struct {
		office.Line
		PetitionID string
		Place      string // "page 2, line 3"
		Columns    []office.Field
		Facts      []office.Field // what no candidate can be compared by
		First      string         // number of the member that Enter accepts, "" for none
		Likely     []candidateView
		Unlikely   []candidateView
		Query      string // what the search box starts with
		Results    *resultsView
		Searched   []string // before, for this line
		Searches   int      // still to be made before the line is nobody's
		Twin       *twinView
		Rulings    []rulingView // that may be seen
		Sheet      sheetView
		Open       bool   // a finding may be made
		Closed     string // why not
		MayFlag    bool   // though it is closed
		Chair      bool
		NewID      string
		Holder     string // who looks at the line at present, "" for nobody else
	}

	// candidateView is a member beside what was read.
	candidateView struct {
		Key     string // 1 to 9, "" after them
		Member  office.Member
		Cells   []cellView // by column
		Percent string
		Chance  string // the probability in words; "" where none was worked out
		Because string
		More    string   // what the member has beside the columns
		Signed  []string // places of other lines that are decided to be this person's
	}

	// cellView is one field of a candidate.
	cellView struct {
		Pieces []piece
		Agrees string // agrees, close, differs; "" where one side has nothing
	}

	// resultsView is what the roll has for a query.
	resultsView struct {
		Query string
		Found []candidateView
		More  bool // members than are shown
		Line  *lineView
	}

	// twinView is the other line of the same person.
	twinView struct {
		office.Line
		Place string
		URL   string
	}

	// rulingView is a finding of somebody, in words.
	rulingView struct {
		Who, What, Note string
		Undone          bool
		// id of the finding, where the account may take back what somebody else found
		TakeBack string
	}

	// sheetView is the page around the line, upright.
	sheetView struct {
		Picture       string // URL
		Width, Height int
		Turn          string  // how the picture, of size 1, is laid upright; "" where it is
		Row           boxView // in thousandths of the width and height
	}
	boxView struct{ X, Y, W, H, End int }

	// undoView is a finding that its account can take back.
	undoView struct {
		FindingID string `json:"id"`
		LineID    string `json:"line"`
		Place     string `json:"place"`
		What      string `json:"what"`
	}
)

// SearchedJSON hands the searches made over to the script.
func (v *lineView) SearchedJSON() string { return asJSON(append([]string{}, v.Searched...)) }

func asJSON(v any) string {
	text, _ := json.Marshal(v) // of strings, which always succeeds
	return string(text)
}

// place names a line as people find it.
func place(l *office.Line) string { return fmt.Sprintf("page %d, line %d", l.Page, l.Number) }

// newLineView lays a line out for an account.
func newLineView(c *office.Case, l *office.Line, account store.Account, searches int) *lineView {
	v := &lineView{Line: *l, PetitionID: c.PetitionID, Place: place(l), Chair: site.May(account,
		site.ByChair), Searches: searches}
	v.Columns, v.Facts = columns(l.Fields)
	for i, cand := range l.Candidates {
		rc := v.candidate(c, cand)
		rc.Percent, rc.Chance = chancePercent(cand.Probability), chance(cand.Probability)
		rc.Because = strings.Join(cand.Because, " · ")
		if i < 9 && v.likely(i) {
			rc.Key = fmt.Sprint(i + 1)
			v.Likely = append(v.Likely, rc)
		} else {
			v.Unlikely = append(v.Unlikely, rc)
		}
	}
	if len(v.Likely) > 0 && (l.Look == "confirm" || l.Look == "choose") {
		v.First = v.Likely[0].Member.ID
	}
	v.Query = strings.TrimSpace(l.TextOf("name"))
	if v.Query == "" {
		v.Query = strings.TrimSpace(l.TextOf("member_id"))
	}
	if i := c.Find(l.DuplicateOf); l.DuplicateOf != "" && i >= 0 {
		v.Twin = &twinView{Line: *c.Line(i), Place: place(c.Line(i)), URL: address(c.PetitionID) +
			"?line=" + c.Line(i).ID}
	}
	return v
}

// likely says whether a candidate is worth a key: others stay folded away, so
// that the eye is not led to them.
func (v *lineView) likely(i int) bool {
	p := v.Candidates[i].Probability
	switch v.Look {
	case "confirm":
		return i == 0 || p >= 0.02
	case "choose":
		return p >= 0.005
	}
	return p >= 0.02
}

// candidate compares a member with the line, column by column.
func (v *lineView) candidate(c *office.Case, cand office.Candidate) candidateView {
	rc := candidateView{Member: cand.Member}
	for _, f := range v.Columns {
		cell := cellView{markDifferences(f.Text, memberTexts[f.Key](cand.Member)),
			cand.Agrees[f.Key]}
		if cand.Agrees == nil {
			cell.Agrees = agreement(f.Text, cell.Pieces)
		}
		rc.Cells = append(rc.Cells, cell)
	}
	rc.More = v.more(cand.Member)
	for _, id := range cand.Member.Signed {
		if i := c.Find(id); i >= 0 && id != v.ID {
			rc.Signed = append(rc.Signed, place(c.Line(i)))
		}
	}
	return rc
}

// more is what the roll has of a member and the sheet does not ask for.
func (v *lineView) more(m office.Member) string {
	var parts []string
	for _, p := range []struct{ key, text string }{
		{"name", m.Name}, {"member_id", "No. " + m.ID}, {"institution", m.Institution},
		{"street", m.Street},
		{"citystate", strings.Trim(m.City+", "+m.State, ", ")}, {"zip", m.ZIP}, {"email", m.Email},
	} {
		shown := slices.ContainsFunc(v.Columns, func(f office.Field) bool {
			return f.Key == p.key || p.key == "citystate" && f.Key == "city" || p.key == "name" &&
				f.Key == "family"
		})
		if !shown && strings.TrimSpace(p.text) != "" {
			parts = append(parts, p.text)
		}
	}
	return strings.Join(parts, " · ")
}

// columns splits the fields of a line into those that members have too and
// the others. A name that was put together from two columns is shown as the two.
func columns(fields []office.Field) (columns, facts []office.Field) {
	apart := slices.ContainsFunc(fields, func(f office.Field) bool {
		return f.Key == "family" || f.Key == "given"
	})
	for _, f := range fields {
		f.Alternatives = f.Alternatives[:min(3, len(f.Alternatives))]
		if f.Confidence >= 0.9 {
			f.Alternatives = nil
		}
		switch _, had := memberTexts[f.Key]; {
		case f.Key == "name" && apart:
		case had:
			columns = append(columns, f)
		default:
			f.Alternatives = nil
			facts = append(facts, f)
		}
	}
	return columns, facts
}

// memberTexts are the fields that members have too, with what a member has.
var memberTexts = map[string]func(office.Member) string{
	"name":        func(m office.Member) string { return m.Name },
	"given":       func(m office.Member) string { return m.Given },
	"family":      func(m office.Member) string { return m.Family },
	"member_id":   func(m office.Member) string { return m.ID },
	"institution": func(m office.Member) string { return m.Institution },
	"street":      func(m office.Member) string { return m.Street },
	"citystate":   func(m office.Member) string { return strings.Trim(m.City+", "+m.State, ", ") },
	"city":        func(m office.Member) string { return m.City },
	"state":       func(m office.Member) string { return m.State },
	"zip":         func(m office.Member) string { return m.ZIP },
	"email":       func(m office.Member) string { return m.Email },
}

// chancePercent never rounds a doubt away, nor a chance.
func chancePercent(p float64) string {
	switch {
	case p >= 0.9995:
		return "over 99.9 %"
	case p >= 0.99:
		return fmt.Sprintf("%.1f %%", p*100)
	case p < 0.01:
		return "under 1 %"
	}
	return fmt.Sprintf("%.0f %%", p*100)
}

// chance says a probability as people do.
func chance(p float64) string {
	for _, step := range []struct {
		from float64
		word string
	}{{0.99, "almost certain"}, {0.9, "very likely"}, {0.7, "likely"}, {0.5, "rather likely"},
		{0.2, "possible"}, {0.05, "unlikely"}} {
		if p >= step.from {
			return step.word
		}
	}
	return "very unlikely"
}

// newHeadView sums the petition up for an account.
func newHeadView(c *office.Case, account store.Account) headView {
	n := c.Count
	h := headView{Count: n, Certain: n.Certain, Done: n.ByPerson, Total: n.ByPerson + n.Uncertain}
	h.Waiting = len(c.Queue(account.ID, site.May(account, site.ByChair)))
	h.Decides = decides(n)
	if length := float64(max(n.Required, n.Possible)); length > 0 {
		part := func(k int) int { return int(math.Round(float64(k) * 100 / length)) }
		h.Share = meter{part(n.Guaranteed), part(n.Possible) - part(n.Guaranteed), part(n.Required)}
	}
	return h
}

// decides says what brings certainty soonest.
func decides(n office.Count) string {
	short, spare := n.Required-n.Guaranteed, n.Possible-n.Required+1
	switch {
	case n.Certain:
		return ""
	case n.Enough >= 0.5 || spare <= 0:
		return fmt.Sprintf("%d more valid %s it", short, decide(short))
	}
	return fmt.Sprintf("%d more invalid %s it", spare, decide(spare))
}

func decide(n int) string {
	if n == 1 {
		return "line decides"
	}
	return "lines decide"
}

// plainKind is what was found, whether or not by looking once more.
func plainKind(kind string) string {
	_, found, ok := strings.Cut(kind, ":")
	if ok {
		return found
	}
	return kind
}

// findingWord says what a kind of finding did to a line.
func findingWord(kind string) string {
	switch kind = plainKind(kind); kind {
	case "accept":
		return "accepted"
	case "one-of":
		return "one of several counted"
	case "nobody":
		return "nobody on the roll"
	case "correct":
		return "text corrected"
	case "flag":
		return "flagged for the chair"
	case "override":
		return "accepted by override"
	case "struck":
		return "struck out"
	case "out-of-window":
		return "out of window"
	}
	return kind // illegible, unsigned, duplicate
}

func address(petitionID string) string { return "/petitions/" + petitionID + "/review" }

package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"countersign/internal/office"
	"countersign/internal/web/site"
)

// The script talks to the service by one exchange: it hands over what was
// found since and which lines it holds, and gets what is new of those and
// lines to hold next. Being sent twice changes nothing.
type (
	syncRequest struct {
		Findings []office.Found `json:"findings"` // in the order they were made
		At       string         `json:"at"`       // the line that is shown
		Have     []heldLine     `json:"have"`     // shown and loaded
		Want     int            `json:"want"`     // lines to hold altogether
		Leave    bool           `json:"leave"`    // the page is being closed
	}
	heldLine struct {
		ID   string `json:"id"`
		Hash string `json:"hash"`
	}

	syncAnswer struct {
		Taken   []string      `json:"taken"` // ids of findings
		Refused []refusedJSON `json:"refused"`
		Lines   []lineJSON    `json:"lines"` // new ones, and held ones that changed
		// held ones that are no longer this account's to look at
		Gone    []goneJSON `json:"gone"`
		Head    string     `json:"head"` // HTML
		Rest    string     `json:"rest"` // HTML, shown where no line is left
		Certain bool       `json:"certain"`
		Outcome string     `json:"outcome"`
		Open    int        `json:"open"` // lines left for this account, those of others included
	}
	refusedJSON struct {
		ID    string `json:"id"`
		Line  string `json:"line"`
		Place string `json:"place"`
		Text  string `json:"text"`
	}
	lineJSON struct {
		ID       string   `json:"id"`
		Hash     string   `json:"hash"` // of what is shown
		HTML     string   `json:"html"`
		Pictures []string `json:"pictures"`
	}
	goneJSON struct {
		ID   string `json:"id"`
		Text string `json:"text"` // for the person, where the line was before their eyes
	}
)

// Enough findings for a long time without connection, and lines for a while.
const (
	maxFindings = 200
	maxHeld     = 8
)

func (s *Pages) sync(w http.ResponseWriter, r *http.Request) error {
	var req syncRequest
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		return site.Problem(http.StatusBadRequest,
			"The request is not the JSON that the review page sends: "+err.Error())
	}
	if len(req.Findings) > maxFindings || len(req.Have) > 4*maxHeld {
		return site.Problem(http.StatusRequestEntityTooLarge, "The request holds too much at once.")
	}
	rv, err := s.newReview(r)
	if err != nil {
		return err
	}
	answer := syncAnswer{Taken: []string{}, Refused: []refusedJSON{}, Lines: []lineJSON{},
		Gone: []goneJSON{}}
	for _, f := range req.Findings {
		if err := rv.sent(f, &answer); err != nil {
			return err
		}
	}
	if req.Leave {
		return rv.leave(w, req)
	}
	rv.At(req.At)
	if err := rv.held(req, &answer); err != nil {
		return err
	}
	if err := rv.sum(&answer); err != nil {
		return err
	}
	return writeJSON(w, answer)
}

// sent takes a finding, and answers whether it was taken.
func (rv *review) sent(f office.Found, answer *syncAnswer) error {
	err := rv.Find(rv.ctx, f)
	var refused *office.Refusal
	switch {
	case errors.As(err, &refused):
		no := refusedJSON{ID: f.ID, Line: f.Line, Text: refused.Text}
		if i := rv.Case.Find(f.Line); i >= 0 {
			no.Place = place(rv.Case.Line(i))
		}
		answer.Refused = append(answer.Refused, no)
	case err != nil:
		return err
	default:
		answer.Taken = append(answer.Taken, f.ID)
	}
	return nil
}

// held says what became of the lines that the page holds, and adds to them.
func (rv *review) held(req syncRequest, answer *syncAnswer) error {
	claims, err := rv.Claims(rv.ctx)
	if err != nil {
		return err
	}
	mine := map[string]bool{}
	for _, i := range rv.Queue() {
		mine[rv.Case.Line(i).ID] = true
	}
	var kept []string
	for _, h := range req.Have {
		i := rv.Case.Find(h.ID)
		// the chair may look at any line
		asked := i >= 0 && h.ID == req.At && rv.Open(rv.Case.Line(i)) == ""
		if !mine[h.ID] && !asked {
			answer.Gone = append(answer.Gone, goneJSON{h.ID, rv.gone(i)})
			continue
		}
		shown := rv.Case.Shown(i, rv.Account.ID, rv.Chair())
		if c := claims[h.ID]; shown.Asked != "" && c.AccountID != rv.Account.ID {
			if plain, err := rv.encode(rv.Case.Line(i)); err != nil {
				return err
			} else if plain.Hash == h.Hash { // they came by a link, and know how it was decided
				answer.Gone = append(answer.Gone, goneJSON{h.ID, rv.gone(i)})
				continue
			}
		}
		if c, ok := claims[h.ID]; !ok || c.AccountID != rv.Account.ID || !rv.Mine(c) {
			ok, err := rv.Claim(rv.ctx, h.ID)
			if err != nil {
				return err
			}
			if !ok && h.ID != req.At {
				answer.Gone = append(answer.Gone, goneJSON{ID: h.ID})
				continue
			}
		}
		kept = append(kept, h.ID)
		l, err := rv.encode(shown)
		if err != nil {
			return err
		}
		if l.Hash != h.Hash {
			answer.Lines = append(answer.Lines, l)
		}
	}
	want := min(req.Want, maxHeld) - len(kept)
	if len(kept) > 0 {
		want = min(want, rv.Share(maxHeld)-len(kept)+1)
	}
	more, err := rv.Next(rv.ctx, want, kept)
	if err != nil {
		return err
	}
	for _, l := range more {
		line, err := rv.encode(l)
		if err != nil {
			return err
		}
		answer.Lines = append(answer.Lines, line)
	}
	return nil
}

// gone says why a line is no longer the account's to look at.
func (rv *review) gone(i int) string {
	if i < 0 {
		return "The line is no longer part of the petition."
	}
	l := rv.Case.Line(i)
	if l.Verdict == "uncertain" {
		return ""
	}
	by := "the program, after what was found of other lines"
	if names, err := rv.Names(rv.ctx); err == nil && len(l.By) > 0 {
		by = names[l.By[len(l.By)-1]]
	}
	return fmt.Sprintf("%s was decided by %s: %s.", site.UpperFirst(place(l)), by, l.DecidedWord())
}

// leave frees what a page that is being closed held.
func (rv *review) leave(w http.ResponseWriter, req syncRequest) error {
	var held []string
	for _, h := range req.Have {
		held = append(held, h.ID)
	}
	if err := rv.Leave(rv.ctx, held...); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// sum adds how far the review is.
func (rv *review) sum(answer *syncAnswer) error {
	head, err := rv.head()
	if err != nil {
		return err
	}
	answer.Certain, answer.Outcome, answer.Open = head.Certain, head.Count.Outcome, head.Waiting
	if answer.Head, err = rv.Part("review", "review-head", head); err != nil {
		return err
	}
	answer.Rest, err = rv.Part("review", "review-rest", pageView{Petition: rv.Petition,
		Account: rv.Account, Head: head, Closed: rv.Closed()})
	return err
}

// encode is a line as the script shows it: the same as on the page.
func (rv *review) encode(l *office.Line) (lineJSON, error) {
	v, err := rv.line(l, nil, "")
	if err != nil {
		return lineJSON{}, err
	}
	html, err := rv.Part("review", "review-line", v)
	if err != nil {
		return lineJSON{}, err
	}
	sum := sha256.Sum256([]byte(html))
	out := lineJSON{ID: l.ID, Hash: hex.EncodeToString(sum[:6]), HTML: html}
	if l.Picture != "" {
		out.Pictures = append(out.Pictures, "/lines/"+l.ID+"/picture")
	}
	if v.Sheet.Picture != "" {
		out.Pictures = append(out.Pictures, v.Sheet.Picture)
	}
	if v.Twin != nil && v.Twin.Picture != "" {
		out.Pictures = append(out.Pictures, "/lines/"+v.Twin.ID+"/picture")
	}
	return out, nil
}

// events tells a page that something of the petition changed, so that
// it asks at once instead of at its next sign of life.
func (s *Pages) events(w http.ResponseWriter, r *http.Request) error {
	out := s.Stream(w, r)
	if err := out.Start(); err != nil {
		return err
	}
	changed, stop := s.Bell.Listen(r.Context(), site.Topic(r.PathValue("petition")))
	defer stop()
	for out.May() {
		if err := out.Beat(); err != nil {
			return nil // the page has gone
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-time.After(20 * time.Second): // what lies between may end silent connections
			continue
		case <-changed:
		}
		if err := out.Send("changed", struct{}{}); err != nil {
			return nil
		}
	}
	return nil
}

// one gives one line, for undoing what was found long ago.
func (s *Pages) one(w http.ResponseWriter, r *http.Request) error {
	rv, err := s.newReview(r)
	if err != nil {
		return err
	}
	l, err := rv.asked(r.URL.Query().Get("line"))
	if err != nil {
		return err
	}
	if l == nil {
		return site.Problem(http.StatusNotFound, "No line is left to look at.")
	}
	line, err := rv.encode(l)
	if err != nil {
		return err
	}
	return writeJSON(w, line)
}

// search searches the roll for a line.
func (s *Pages) search(w http.ResponseWriter, r *http.Request) error {
	rv, err := s.newReview(r)
	if err != nil {
		return err
	}
	i := rv.Case.Find(r.URL.Query().Get("line"))
	if i < 0 {
		return site.Problem(http.StatusNotFound, "There is no such line in this petition.")
	}
	l, err := rv.Shown(rv.ctx, i)
	if err != nil {
		return err
	}
	v := newLineView(rv.Case, l, rv.Account, 0)
	v.Open = rv.Open(l) == ""
	results, err := rv.results(v, r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	html, err := rv.Part("review", "review-results", results)
	if err != nil {
		return err
	}
	return writeJSON(w, map[string]any{"html": html, "found": len(results.Found)})
}

func writeJSON(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}

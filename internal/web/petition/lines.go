package petition

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// linesShown is how many lines a page of the table has.
const linesShown = 50

type linesView struct {
	office.TablePage
	office.TableQuery
	Petition  store.Petition // without an id: lines of all petitions
	Uploads   []store.Upload
	Presets   []office.Preset
	Reasons   []office.KeyedWord
	MayReview bool
	query     url.Values
}

// linesPage lists lines as a table, of a petition or of all.
func (s *Pages) linesPage(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	offset, _ := strconv.Atoi(query.Get("from")) // what is no number is the beginning
	v := linesView{query: query, Presets: office.Presets(), Reasons: office.InvalidReasons(),
		MayReview: site.May(site.AccountOf(r), site.Reviewers),
		TableQuery: office.TableQuery{Petition: r.PathValue("id"), Preset: query.Get("preset"),
			Verdict: query.Get("verdict"), Reason: query.Get("reason"),
			Decided: query.Get("decided"), Upload: query.Get("file"),
			Text: strings.TrimSpace(query.Get("q")), Sort: query.Get("sort"), Offset: offset,
			Limit: linesShown}}
	var err error
	if v.TableQuery.Petition != "" {
		if v.Petition, err = s.Store.Petition(r.Context(), v.TableQuery.Petition); err != nil {
			return err
		}
		if v.Uploads, err = s.Store.Uploads(r.Context(), v.Petition.ID); err != nil {
			return fmt.Errorf("list the uploads: %w", err)
		}
	}
	if v.TablePage, err = s.Office.Table(r.Context(), site.SightIn(r.Context()),
		v.TableQuery); err != nil {
		return fmt.Errorf("list lines: %w", err)
	}
	return s.Render(w, r, http.StatusOK, "lines", v)
}

// With is the address of the same table with one thing changed, from its beginning.
func (v linesView) With(key, value string) string {
	q := url.Values{}
	for k, values := range v.query {
		if k != "from" && k != key && values[0] != "" {
			q.Set(k, values[0])
		}
	}
	if value != "" {
		q.Set(key, value)
	}
	return "?" + q.Encode()
}

// SortBy is the address of the table sorted by a column, the other way where it is already.
func (v linesView) SortBy(key string) string {
	if v.Sort == key {
		key = "-" + key
	}
	return v.With("sort", key)
}

// Sorted says how a column is sorted, as aria-sort has it.
func (v linesView) Sorted(key string) string {
	switch strings.TrimPrefix(v.Sort, "-") {
	case key:
		if v.Sort == key {
			return "ascending"
		}
		return "descending"
	}
	return "none"
}

// Newer and Older are the addresses of the pages before and after; empty for none.
func (v linesView) Newer() string { return v.from(v.From - linesShown) }
func (v linesView) Older() string { return v.from(v.From + linesShown) }

func (v linesView) from(offset int) string {
	if offset < 0 && v.From == 0 || offset >= v.Found {
		return ""
	}
	return v.With("from", strconv.Itoa(max(offset, 0)))
}

// First and Last are the places of the lines that are shown, counted from 1.
func (v linesView) First() int { return min(v.From+1, v.Found) }
func (v linesView) Last() int  { return v.From + len(v.Lines) }

package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

const auditShown = 200

type auditView struct {
	Entries      []store.AuditEntry
	Names        map[string]string
	After        int64
	Older, Newer int64 // after which entries to go on
	HasOlder     bool
	HasNewer     bool
	Total        int64
	Hash         string // of the last entry
	Filter       store.AuditFilter
	Filtered     bool
	Checked      string // what checking the chain found
	Broken       bool
}

func (s *Server) auditPage(w http.ResponseWriter, r *http.Request) error {
	return s.showAudit(w, r, auditView{})
}

func (s *Server) showAudit(w http.ResponseWriter, r *http.Request, v auditView) (err error) {
	head, hash, err := s.Store.AuditHead(r.Context())
	if err != nil {
		return fmt.Errorf("find the end of the audit log: %w", err)
	}
	v.Total, v.Hash = head, hash
	if v.Names, err = s.Names(r.Context()); err != nil {
		return err
	}
	q := r.URL.Query()
	v.Filter = store.AuditFilter{Actor: q.Get("who"), Action: strings.TrimSpace(q.Get("what")),
		Subject: strings.TrimSpace(q.Get("on"))}
	if v.Filter != (store.AuditFilter{}) {
		return s.searchAudit(w, r, v)
	}
	from := head - auditShown
	if n, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64); err == nil {
		from = n
	}
	from = min(max(from, 0), max(head-1, 0))
	list, err := s.Store.Audit(r.Context(), from, auditShown)
	if err != nil {
		return fmt.Errorf("read the audit log: %w", err)
	}
	for i := len(list) - 1; i >= 0; i-- { // newest first
		v.Entries = append(v.Entries, list[i])
	}
	v.After = from
	v.Older, v.HasOlder = max(from-auditShown, 0), from > 0
	if n := len(v.Entries); n > 0 && v.Entries[0].Seq < head {
		v.Newer, v.HasNewer = v.Entries[0].Seq, true
	}
	return s.Render(w, r, http.StatusOK, "audit", v)
}

// searchAudit lists the newest entries that fit.
func (s *Server) searchAudit(w http.ResponseWriter, r *http.Request, v auditView) (err error) {
	v.Filtered = true
	// what is no number is the end
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if v.Entries, err = s.Store.AuditWhere(r.Context(), v.Filter, before, auditShown); err != nil {
		return fmt.Errorf("search the audit log: %w", err)
	}
	if n := len(v.Entries); n == auditShown {
		v.Older, v.HasOlder = v.Entries[n-1].Seq, true
	}
	return s.Render(w, r, http.StatusOK, "audit", v)
}

// OlderURL is the address of the entries before those that are shown.
func (v auditView) OlderURL() string {
	if !v.Filtered {
		return fmt.Sprint("/audit?after=", v.Older)
	}
	q := url.Values{"who": {v.Filter.Actor}, "what": {v.Filter.Action}, "on": {v.Filter.Subject},
		"before": {fmt.Sprint(v.Older)}}
	return "/audit?" + q.Encode()
}

// checkAudit follows the chain from the first entry to the last.
func (s *Server) checkAudit(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Store.VerifyAudit(r.Context())
	if err == nil && s.Heads.Path != "" {
		_, err = s.Heads.Check(r.Context(), s.Store)
	}
	v := auditView{Checked: fmt.Sprintf(
		"The chain holds: %s, each with the hash of the one before.", site.Plural(n, "entry",
			"entries"))}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "the audit chain does not hold", "entries", n, "error", err)
		v.Checked, v.Broken = fmt.Sprintf("The chain breaks after %s: %v", site.Plural(n, "entry",
			"entries"), err), true
	}
	return s.showAudit(w, r, v)
}

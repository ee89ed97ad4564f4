package web

import (
	"fmt"
	"net/http"
	"strconv"

	"countersign/internal/store"
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
	if v.Names, err = s.names(r.Context()); err != nil {
		return err
	}
	v.After = from
	v.Older, v.HasOlder = max(from-auditShown, 0), from > 0
	if n := len(v.Entries); n > 0 && v.Entries[0].Seq < head {
		v.Newer, v.HasNewer = v.Entries[0].Seq, true
	}
	return s.render(w, r, http.StatusOK, "audit", v)
}

// checkAudit follows the chain from the first entry to the last.
func (s *Server) checkAudit(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Store.VerifyAudit(r.Context())
	v := auditView{Checked: fmt.Sprintf("The chain holds: %s, each with the hash of the one before.", plural(n, "entry", "entries"))}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "the audit chain does not hold", "entries", n, "error", err)
		v.Checked, v.Broken = fmt.Sprintf("The chain breaks after %s: %v", plural(n, "entry", "entries"), err), true
	}
	return s.showAudit(w, r, v)
}

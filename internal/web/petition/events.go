package petition

import (
	"context"
	"hash/fnv"
	"net/http"
	"slices"
	"time"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// How often the stream of a petition looks at it: at most, since counting a
// large one is work, and at least, since a bell can be missed.
const (
	lookAtMost  = time.Second
	lookAtLeast = 5 * time.Second
)

// live is a piece of a page that is drawn anew when it changes.
type live struct {
	ID   string `json:"id"`   // of the element that it replaces
	In   string `json:"in"`   // the element that it begins, where there is none yet
	HTML string `json:"html"` // from a template, so escaped

	once bool // what is in it has pieces of its own
}

// petitionEvents is a stream of the pieces of a petition's page that have
// changed since it was shown.
func (s *Pages) petitionEvents(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Store.Petition(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	out := s.Stream(w, r)
	if err := out.Start(); err != nil {
		return err
	}
	watch := petitionWatch{Pages: s, who: site.AccountOf(r), id: r.PathValue("id"),
		seen: map[string]uint64{}}
	changed, stop := s.Bell.Listen(r.Context(), site.Topic(watch.id))
	defer stop()
	shown := r.URL.Query().Get("key")
	for out.May() {
		pieces, err := watch.look(r.Context(), &shown)
		if err != nil {
			if r.Context().Err() == nil {
				s.Log.WarnContext(r.Context(), "a stream of changes ended", "request",
					site.RequestID(r), "error", err)
			}
			return nil // the page connects again
		}
		for _, p := range pieces {
			if err := out.Send("piece", p); err != nil {
				return nil
			}
		}
		if err := out.Beat(); err != nil {
			return nil
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-changed:
		case <-time.After(lookAtLeast):
		}
		select { // what comes at once is looked at once
		case <-r.Context().Done():
			return nil
		case <-time.After(lookAtMost):
		}
	}
	return nil // the page connects again, and is sent to sign in
}

// petitionWatch remembers what one page shows.
type petitionWatch struct {
	*Pages
	who  store.Account
	id   string
	key  string
	seen map[string]uint64 // hash of each piece
}

// look draws the pieces anew and returns those that differ. The first time,
// those of the page as it was shown are only remembered.
func (p *petitionWatch) look(ctx context.Context, shown *string) ([]live, error) {
	key, _, err := p.changeKey(ctx, p.id)
	if err != nil || key == p.key {
		return nil, err
	}
	v, err := p.petition(ctx, p.who, p.id)
	if err != nil {
		return nil, err
	}
	p.key = v.Key
	all, err := p.pieces(v)
	if err != nil {
		return nil, err
	}
	var changed []live
	for _, l := range all {
		h := fnv.New64a()
		if !l.once {
			h.Write([]byte(l.HTML))
		}
		if p.seen[l.ID] != h.Sum64() {
			p.seen[l.ID] = h.Sum64()
			changed = append(changed, l)
		}
	}
	if *shown == v.Key {
		changed = nil
	}
	*shown = ""
	return changed, nil
}

func (p *petitionWatch) pieces(v *petitionView) ([]live, error) {
	var out []live
	add := func(id, in, template string, data any) error {
		html, err := p.Part("petition", template, data)
		out = append(out, live{ID: id, In: in, HTML: html})
		return err
	}
	for _, name := range []string{"moved", "count", "waits", "progress", "failures", "checklist",
		"tally"} {
		if err := add(name, "", name, v); err != nil {
			return nil, err
		}
	}
	for _, f := range slices.Backward(v.Files) { // the newest last, since each new one is put first
		frame := f
		frame.Sheets = nil
		if err := add("file-"+f.ID, "files", "file", frame); err != nil {
			return nil, err
		}
		out[len(out)-1].once = true
		if err := add("filehead-"+f.ID, "", "filehead", f); err != nil {
			return nil, err
		}
		for _, sh := range f.Sheets {
			if err := add("sheet-"+sh.ID, "sheets-"+f.ID, "sheet", sh); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

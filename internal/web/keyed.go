package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// mostKeyed is the longest body of a change that is remembered under a key. Files are longer, and
// need no key: the same bytes are the same file.
const mostKeyed = 1 << 20

// once makes a change that a script sends under an Idempotency-Key one time: sent again, because
// the answer did not arrive, it is answered as it was. What was not done, or may yet succeed, is
// not remembered.
func (s *Server) once(rt site.Route, w *recorder, r *http.Request) error {
	key := r.Header.Get("Idempotency-Key")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	// What a page's script sends again is known by ids of its own, and wants the same answer.
	if r.Method == http.MethodPost && kind == "application/x-www-form-urlencoded" &&
		site.AccountOf(r).ID != "" && !site.WantsJSON(r) && !holdsSecret[rt.Pattern] {
		return s.onceForm(rt, w, r)
	}
	if key == "" || r.Method == http.MethodGet || r.Method == http.MethodHead ||
		!strings.HasPrefix(r.URL.Path, "/api/") ||
		kind != "application/json" || site.AccountOf(r).ID == "" {
		return rt.Handle(w, r)
	}
	if len(key) > 200 {
		return site.Problem(http.StatusBadRequest,
			"The Idempotency-Key is longer than 200 characters.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostKeyed))
	if err != nil {
		return site.Problem(http.StatusRequestEntityTooLarge,
			"The request did not arrive whole, or is larger than 1 MB.")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s\n%s", r.Method, r.URL.RequestURI(), body))
	mine := store.Answer{AccountID: site.AccountOf(r).ID, Key: key,
		Asked: hex.EncodeToString(sum[:])}
	there, begun, err := s.Store.BeginAnswer(r.Context(), mine)
	switch {
	case errors.Is(err, store.ErrConflict):
		return site.Problem(http.StatusConflict,
			"This is being done at the moment. Ask again in a minute.")
	case err != nil:
		return err
	case !begun && there.Asked != mine.Asked:
		return site.Problem(http.StatusConflict,
			"Something else was sent under this Idempotency-Key: use a new key.")
	case !begun && there.Status == 0:
		return site.Problem(http.StatusConflict,
			"This is being done at the moment. Ask again in a minute.")
	case !begun:
		w.Header().Set("Content-Type", there.Kind)
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(there.Status)
		_, _ = w.Write(there.Body) // whoever asked may have gone again
		return nil
	}
	return s.remember(rt, w, r, mine)
}

func (s *Server) remember(rt site.Route, w *recorder, r *http.Request, a store.Answer) error {
	var said bytes.Buffer
	w.copied = &said
	// what is done is remembered, though nobody listens any more
	kept := context.WithoutCancel(r.Context())
	err := rt.Handle(w, r)
	w.copied = nil
	if err == nil && w.status < 300 {
		a.Status, a.Kind, a.Body = max(w.status, http.StatusOK), w.Header().Get("Content-Type"),
			said.Bytes()
	}
	if ended := s.Store.EndAnswer(kept, a); ended != nil {
		// it is answered now, and the next time perhaps anew
		s.Log.WarnContext(kept, "an answer is not remembered", "request", site.RequestID(r),
			"error", ended)
	}
	return err
}

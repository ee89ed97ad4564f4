package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Stream is a response of server-sent events.
type Stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController

	May func() bool // whether who opened it is still signed in
}

// Stream answers with events for as long as whoever asked may see them.
func (s *Site) Stream(w http.ResponseWriter, r *http.Request) *Stream {
	if rec, ok := w.(interface{ Streams() }); ok {
		rec.Streams()
	}
	return &Stream{w, http.NewResponseController(w), func() bool { return s.Still(r) }}
}

func (st *Stream) Start() error {
	// A stream lasts longer than answers may otherwise take.
	if err := st.rc.SetWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("open a stream: %w", err)
	}
	h := st.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	st.w.WriteHeader(http.StatusOK)
	return nil
}

func (st *Stream) Send(event string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(st.w, "event: %s\ndata: %s\n\n", event, text)
	return err
}

// Beat sends what was written and shows that the stream lives.
func (st *Stream) Beat() error {
	if _, err := fmt.Fprint(st.w, ": \n\n"); err != nil {
		return err
	}
	return st.rc.Flush()
}

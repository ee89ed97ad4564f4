package web

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// bodyTime is how long the body of a request may take, beside what its size takes.
	bodyTime = time.Minute
	// slowest is the fewest bytes a second at which a body may arrive: a bad telephone line.
	slowest = 1 << 10
)

// pace gives up a request whose body does not come: connections on which somebody sends half of
// one are soon all that the service may hold.
func (s *Server) pace(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	b := &pacedBody{ReadCloser: r.Body, conn: http.NewResponseController(w), began: time.Now(),
		first: s.bodyTime}
	b.until(b.began.Add(b.first))
	r.Body = b
}

type pacedBody struct {
	io.ReadCloser
	conn  *http.ResponseController
	began time.Time
	first time.Duration
	read  int64
}

// Read lets a body have the more time the more of it has come. Once it has come whole the
// connection has all the time that the answer takes.
func (b *pacedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	switch {
	case errors.Is(err, io.EOF):
		b.until(time.Time{})
	case n > 0:
		b.until(b.began.Add(b.first + time.Duration(b.read)*time.Second/slowest))
	}
	return n, err
}

// until sets the time; where there is no connection, as in a test, none is needed.
func (b *pacedBody) until(t time.Time) { _ = b.conn.SetReadDeadline(t) }

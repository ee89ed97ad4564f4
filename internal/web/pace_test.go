package web

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// Who sends half of something and nothing more is hung up on, signed in or not.
func TestHalfSent(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	sv.bodyTime = 200 * time.Millisecond
	for _, path := range []string{"/login", "/petitions", "/nowhere", "/api/petitions", "/tus/"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(sv.url, "http://"))
		check0(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn,
			"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
				"Content-Length: 1000\r\n\r\nemail=", path)
		check0(t, err)
		check0(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("POST %s holds its connection", path)
		}
	}
}

// An answer may take longer than the body that asked for it.
func TestSlowAnswer(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	sv.bodyTime = 50 * time.Millisecond
	var table strings.Builder // an export that takes a while to read
	table.WriteString("ID,First Name,Last Name,Status\n")
	for i := range 20_000 {
		fmt.Fprintf(&table, "%07d,Given%d,Family%d,Active\n", i, i%997, i%1499)
	}
	sum, _, err := sv.Blobs.Put(t.Context(), strings.NewReader(table.String()))
	check0(t, err)
	c := sv.client("staff")
	c.post("/members/import/"+sum, "name", "members.csv", "as-of", "2026-11-01").want(t, 303)
}

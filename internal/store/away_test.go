package store

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"countersign/internal/fixtures/postgrestest"
)

// doorway lets connections to a PostgreSQL through, or cuts them.
type doorway struct {
	to     string // socket
	listen net.Listener

	mu   sync.Mutex
	shut bool
	open []net.Conn
}

func newDoorway(t *testing.T, to string) *doorway {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &doorway{to: to, listen: l}
	t.Cleanup(func() { l.Close(); d.cut() })
	go d.serve()
	return d
}

func (d *doorway) serve() {
	for {
		from, err := d.listen.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("unix", d.to)
		d.mu.Lock()
		if err != nil || d.shut {
			from.Close()
			if err == nil {
				to.Close()
			}
		} else {
			d.open = append(d.open, from, to)
			go func() { _, _ = io.Copy(from, to); from.Close() }() // ends as the connection does
			go func() { _, _ = io.Copy(to, from); to.Close() }()
		}
		d.mu.Unlock()
	}
}

func (d *doorway) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut = true
	for _, c := range d.open {
		c.Close()
	}
	d.open = nil
}

func (d *doorway) mend() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut = false
}

// A PostgreSQL that is cut off is away, comes back by itself, and what it refuses is not its
// absence.
func TestAwayFromPostgres(t *testing.T) {
	t.Parallel()
	s := postgrestest.Start(t)
	d := newDoorway(t, s.Socket())
	url := s.Create(t, "away")
	host, port, _ := net.SplitHostPort(d.listen.Addr().String())
	url = strings.Replace(url, "host="+filepath.Dir(s.Socket()), "host="+host+
		"&sslmode=disable&port="+port, 1)
	st, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.Petition(t.Context(), "none"); err == nil || Away(err) {
		t.Errorf("what is not there: %v", err)
	}
	d.cut()
	for range 3 { // the first on a connection that was open, the others on none
		if _, err := st.Petition(t.Context(), "none"); !Away(err) {
			t.Errorf("cut off: %v", err)
		}
		if err := st.SetSetting(t.Context(), "a", "b", ""); !Away(err) {
			t.Errorf("cut off: %v", err)
		}
	}
	if err := st.Do(t.Context(), func(Tx) error { return nil }); !Away(err) {
		t.Errorf("cut off: %v", err)
	}
	if _, err := net.Dial("unix", "/nowhere"); Away(err) {
		t.Errorf("another's absence: %v", err)
	}
	d.mend()
	if err := st.SetSetting(t.Context(), "a", "b", ""); err != nil {
		t.Errorf("it does not come back: %v", err)
	}
}

// A database that finds no room says so.
func TestFullSQLite(t *testing.T) {
	t.Parallel()
	st, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "full.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.writer.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil {
		// raised to what there is
		t.Fatal(err)
	}
	err = st.SetSetting(t.Context(), "a", strings.Repeat("b", 1<<20), "")
	if !Full(err) || !Away(err) {
		t.Errorf("%v", err)
	}
}

package main

import (
	queued "container/list"
	"net"
	"net/http"
	"sync"

	"golang.org/x/sys/unix"
)

// door keeps connections on which nobody asks anything from taking all that the process may have:
// beyond a number of them the one that has been silent longest makes room, and no address has more
// than its share.
type door struct {
	net.Listener
	most int // connections in all
	each int // of one address; 0 for no limit, as behind a proxy

	mu     sync.Mutex
	conns  map[net.Conn]*guest
	of     map[string]int // by address
	silent queued.List    // of net.Conn, the one that has waited longest first
}

type guest struct {
	from   string
	silent *queued.Element // nil while a request is answered
}

const (
	// ownFiles is how many descriptors the service keeps for its database, queue, files and
	// readers.
	ownFiles = 512
	// oneAddress is how many connections an office behind one address may hold: some six for each
	// browser.
	oneAddress = 1000
)

// newDoor watches over a listener. The limit of the system is raised as far as that allows.
func newDoor(l net.Listener, proxied bool) *door {
	c := &door{Listener: l, most: 10_000, each: oneAddress, conns: map[net.Conn]*guest{},
		of: map[string]int{}}
	if proxied {
		c.each = 0
	}
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil { // Go raised it to the most already
		c.most = int(min(uint64(c.most), max(64, limit.Cur-min(limit.Cur, ownFiles))))
	}
	return c
}

// Accept lets in who comes, at the cost of who is silent.
func (c *door) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c.letIn(conn) {
			return conn, nil
		}
		conn.Close()
	}
}

func (c *door) letIn(conn net.Conn) bool {
	from, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		from = conn.RemoteAddr().String()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.each > 0 && c.of[from] >= c.each {
		return false
	}
	if len(c.conns) >= c.most {
		first := c.silent.Front()
		if first == nil {
			return false
		}
		leaves := first.Value.(net.Conn)
		c.forget(leaves)
		leaves.Close()
	}
	c.of[from]++
	c.conns[conn] = &guest{from, c.silent.PushBack(conn)}
	return true
}

// note is told by the server what a connection does.
func (c *door) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.conns[conn]
	switch {
	case g == nil:
	case state == http.StateActive && g.silent != nil:
		c.silent.Remove(g.silent)
		g.silent = nil
	case state == http.StateIdle && g.silent == nil:
		g.silent = c.silent.PushBack(conn)
	case state == http.StateClosed, state == http.StateHijacked:
		c.forget(conn)
	}
}

func (c *door) forget(conn net.Conn) {
	g := c.conns[conn]
	if g == nil {
		return
	}
	if g.silent != nil {
		c.silent.Remove(g.silent)
	}
	delete(c.conns, conn)
	if c.of[g.from]--; c.of[g.from] <= 0 {
		delete(c.of, g.from)
	}
}

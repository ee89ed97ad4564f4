package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// doorSize is the environment variable that says how many connections TestDoor holds.
const doorSize = "DOOR_CONNECTIONS"

// However many connections are held by clients that say nothing, and by those that have asked
// once, the service answers who comes; a request under way is not given up for them.
func TestDoor(t *testing.T) {
	t.Parallel()
	many, err := strconv.Atoi(os.Getenv(doorSize))
	if err != nil {
		many = 600
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := newDoor(l, true)
	c.most = max(100, many/3)
	began, goOn := make(chan struct{}), make(chan struct{})
	server := &http.Server{ConnState: c.note, Handler: http.HandlerFunc(func(w http.ResponseWriter,
		r *http.Request) {
		if r.URL.Path == "/slow" {
			close(began)
			<-goOn
		}
		fmt.Fprint(w, "ok")
	})}
	var all sync.WaitGroup
	all.Go(func() { _ = server.Serve(c) }) // ends as it is closed
	defer all.Wait()
	defer server.Close()
	base := "http://" + l.Addr().String()
	slow := make(chan error, 1)
	go func() {
		answer, err := http.Get(base + "/slow")
		if err == nil {
			answer.Body.Close()
		}
		slow <- err
	}()
	<-began
	var held []net.Conn
	defer func() {
		for _, conn := range held {
			conn.Close()
		}
	}()
	for i := range many {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
		if i%2 == 0 {
			fmt.Fprint(conn, "POST /login HTTP/1.1\r\nHo") // and no more
		}
		if len(held) > c.most+50 { // of ours, too, only so many are open
			held[0].Close()
			held = held[1:]
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range 20 {
		r, err := http.NewRequestWithContext(ctx, "GET", base, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Close = true
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("with %d silent connections nobody answers: %v", many, err)
		}
		answer.Body.Close()
	}
	close(goOn)
	if err := <-slow; err != nil {
		t.Errorf("a request under way was given up: %v", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.conns) > c.most {
		t.Errorf("%d connections of %d at most", len(c.conns), c.most)
	}
}

// One address holds its share and no more.
func TestDoorOfOneAddress(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := newDoor(l, false)
	defer c.Close()
	c.each = 3
	go func() {
		for {
			if _, err := c.Accept(); err != nil {
				return
			}
		}
	}()
	for i := range 5 {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if i < c.each {
			continue
		}
		if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			t.Errorf("connection %d of one address is held: %v", i+1, err)
		}
	}
}

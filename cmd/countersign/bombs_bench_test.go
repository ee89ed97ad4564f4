package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/fixtures"
	"countersign/internal/store"
	"countersign/internal/work"
)

// BenchmarkBombs hands in files and texts that are made to cost much, while somebody looks at
// pages: how much memory the service took beside what it had, how much its largest reader, and how
// long pages took. LOAD_BOMB is how many megabytes each unpacks to.
func BenchmarkBombs(b *testing.B) {
	size := loadOf(b, "LOAD_BOMB", 200) * 1_000_000
	scans := map[string][]byte{
		"bomb.png": fixtures.PNG(30_000, 30_000), "wide.png": fixtures.PNG(9_000, 9_000),
		"bomb.pdf": fixtures.PDFBomb(b, size),
		"bomb.zip": fixtures.XLSXBomb(b, size), "deep.pdf": append([]byte("%PDF-1.4\n1 0 obj\n"),
			bytes.Repeat([]byte("["), 1_000_000)...),
	}
	for name, bomb := range fixtures.TIFFBombs() {
		scans[strings.ReplaceAll(name, " ", "-")+".tif"] = bomb.Data
	}
	packet, packetType := packetOf(b, scans, 40)
	exports := map[string][]byte{
		"bomb.xlsx": fixtures.XLSXBomb(b, size), "cell.csv": append([]byte("Last Name,City\n\""),
			bytes.Repeat([]byte("a"), size)...),
		"rows.csv": append([]byte("Member Number,Last Name\n"), bytes.Repeat([]byte("1,a\n"),
			size/4)...),
	}
	texts := []string{
		"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: " +
			"[*b,*b,*b,*b,*b,*b,*b,*b,*b]",
		strings.Repeat("[", 200_000), strings.Repeat("a: {", 100_000),
	}
	for range b.N {
		l := newLoad(b)
		staff, looks := l.client("staff", store.Staff), l.client("looks", store.Staff)
		pid := strconv.Itoa(l.daemon.cmd.Process.Pid)
		looks.ask(b.Context(), "warm", "GET", "/petitions/p1", nil)
		before := memory(b, pid, "VmRSS")
		if err := os.WriteFile("/proc/"+pid+"/clear_refs", []byte("5"), 0); err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		var all sync.WaitGroup
		largest := 0
		all.Go(func() {
			for ctx.Err() == nil {
				looks.ask(ctx, "page", "GET", "/petitions/p1", nil)
				largest = max(largest, largestReader(pid))
				work.Pause(ctx, 50*time.Millisecond)
			}
		})
		answers := map[int]int{}
		send := func(method, path, kind string, body []byte) {
			r, err := http.NewRequestWithContext(ctx, method, l.daemon.base+path,
				bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			r.AddCookie(&http.Cookie{Name: "countersign", Value: staff.secret})
			r.Header.Set("Content-Type", kind)
			answer, err := crowd.Do(r)
			if err != nil {
				b.Errorf("%s: %v", path, err)
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			answers[answer.StatusCode]++
			if answer.StatusCode >= 500 {
				b.Errorf("%s: %s", path, answer.Status)
			}
		}
		for name, data := range scans {
			send("PUT", "/api/petitions/p2/files/"+name, "application/octet-stream", data)
		}
		send("POST", "/api/petitions/p2/files", packetType, packet)
		for name, data := range exports {
			send("PUT", "/api/snapshots/"+name+"?as_of=2026-11-01", "application/octet-stream",
				data)
		}
		for _, text := range texts {
			send("POST", "/api/petitions", "application/json", fmt.Appendf(nil,
				`{"title":"x","rules":%q}`, text))
			send("POST", "/api/petitions", "application/json", []byte(text))
		}
		fixtures.Settled(b, l.daemon.db, "p2")
		stop()
		all.Wait()
		b.ReportMetric(float64(memory(b, pid, "VmHWM")-before)/1e6, "serve-MB-added")
		b.ReportMetric(float64(largest)/1e6, "reader-MB")
		pages := slices.Sorted(slices.Values(l.took["page"]))
		b.ReportMetric(float64(pages[len(pages)*95/100].Microseconds())/1000, "p95-page-ms")
		b.ReportMetric(float64(len(l.errors)), "errors")
		b.ReportMetric(0, "ns/op")
		b.Logf("answers by status: %v", answers)
		l.daemon.stop()
	}
}

// packetOf is a form with so many files, no two of the same bytes.
func packetOf(b *testing.B, files map[string][]byte, many int) (form []byte, kind string) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	names := slices.Sorted(maps.Keys(files))
	for i := range many {
		name := names[i%len(names)]
		part, err := w.CreateFormFile("file", fmt.Sprintf("%d %s", i, name))
		if err == nil {
			_, err = fmt.Fprintf(part, "%s%d", files[name], i)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes(), w.FormDataContentType()
}

// largestReader is the most memory that a child of a process takes now, in bytes.
func largestReader(pid string) (most int) {
	children, err := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	if err != nil {
		return 0
	}
	tasks, err := os.ReadDir("/proc/" + pid + "/task")
	if err != nil {
		return 0
	}
	for _, task := range tasks { // each child belongs to the thread that started it
		if of, err := os.ReadFile("/proc/" + pid + "/task/" + task.Name() +
			"/children"); err == nil {
			children = append(append(children, ' '), of...)
		}
	}
	for child := range strings.FieldsSeq(string(children)) {
		text, err := os.ReadFile("/proc/" + child + "/statm")
		if err != nil {
			continue
		}
		var size, pages int
		if _, err := fmt.Sscan(string(text), &size, &pages); err == nil {
			most = max(most, pages*os.Getpagesize())
		}
	}
	return most
}

// Package reader reads pages in processes of their own, with limits on memory, time and what
// they may touch, so that a hostile file breaks its reader and nothing else. A Pool starts
// them (reader.go), each one answers in Serve (child.go), and frames.go is what they say to
// each other.
//
// Files enter by their paths; sheets, rows and pictures leave. internal/work asks.
package reader

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"countersign/extract"
	"countersign/ingest"
)

// Pool holds processes that parse files and read pages, one at a time each. They are
// this program started again, kept warm, with limits on memory and time and no way to
// files and network. A file that breaks one is refused by name, and the next gets a new one.
// It is safe for use by several goroutines.
type Pool struct {
	options Options
	free    chan struct{} // a token for each reader that may be at work
	alone   chan struct{} // holds one for each that reads an export or a workbook

	mu     sync.Mutex
	idle   []*process // the one used last comes last
	closed bool
	told   sync.Once
}

// Options say what readers may do; zero values stand for what is usual.
type Options struct {
	Processes int
	Read      []string      // files and folders whose files are read
	Temp      string        // folder for what they write for a while; "" for the system's
	Memory    int           // 3072 MB each
	OpenTime  time.Duration // 2 min: most for opening a file
	// 5 min: most for reading a page, which takes a second or two where the processor is free
	PageTime time.Duration
	Renew    int  // 1000: pages after which a reader is replaced, for Tesseract leaks
	Waited   bool // somebody waits for the pages: readers do not step back for others
	Limits   ingest.Limits
	Log      *slog.Logger
}

// Page is what a reader made of a page.
type Page struct {
	Packed   []byte // the sheet, see extract.DecodeSheet
	Picture  []byte // JPEG of the page as delivered; nil if it was not asked for
	Width    int    // of Picture, in pixels
	Height   int
	pictures [][]byte // JPEG of each row, in the order of the sheet's
	open     [][]byte // the same of each open point, if they were asked for
}

// process is one reader.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	last    *lastWords
	temp    string
	path    string // of the file it has open
	answers int
	grown   atomic.Bool // beyond the memory it may have
}

// aloneAtOnce is how many membership exports and workbooks are read side by side: each may take as
// much memory as a reader of pages.
const aloneAtOnce = 2

// New makes a pool. Its processes start when they are needed; see Warm.
func New(o Options) (*Pool, error) {
	o.Processes = max(1, o.Processes)
	o.Memory = cmp.Or(o.Memory, 3072)
	o.OpenTime, o.PageTime = cmp.Or(o.OpenTime, 2*time.Minute), cmp.Or(o.PageTime, 5*time.Minute)
	// one limit holds: on a busy machine an honest page may need all of it to be decoded
	o.Limits.PageTime = cmp.Or(o.Limits.PageTime, o.PageTime)
	o.Renew = cmp.Or(o.Renew, 1000)
	o.Log = cmp.Or(o.Log, slog.Default())
	if o.Temp == "" {
		o.Temp = os.TempDir()
	}
	if err := os.MkdirAll(o.Temp, 0o700); err != nil {
		return nil, fmt.Errorf("make the readers' folder: %w", err)
	}
	r := &Pool{options: o, free: make(chan struct{}, o.Processes), alone: make(chan struct{},
		aloneAtOnce)}
	for range o.Processes {
		r.free <- struct{}{}
	}
	return r, nil
}

// Warm starts all readers, so that the first page does not wait for them.
func (r *Pool) Warm() error {
	var starting sync.WaitGroup
	errs := make([]error, r.options.Processes)
	for i := range errs {
		starting.Go(func() {
			var p *process
			if p, errs[i] = r.start(""); errs[i] == nil {
				r.leave(p)
			}
		})
	}
	starting.Wait()
	return errors.Join(errs...)
}

// File is what opening a file shows.
type File struct {
	Pages  int
	SHA256 string // in hex
}

// Open opens a file. What a person can mend is a *ingest.InputError, under the name given.
func (r *Pool) Open(ctx context.Context, path, name string) (File, error) {
	head, _, err := r.ask(ctx, asked{Path: path, Name: name})
	return File{max(0, head.Pages), head.SHA256}, err
}

// How says how a page is read.
type How struct {
	Picture bool                // of the whole page is wanted as well
	Open    bool                // pictures of what the page leaves open, as well
	Known   []extract.Learned   // of its form from other pages, for headings that cannot be read
	Told    extract.Told        // by a person
	Forms   []extract.KnownForm // that are recognised by their headings, without pictures
}

// Page reads one page of a file.
func (r *Pool) Page(ctx context.Context, path, name string, number int, how How) (Page, error) {
	head, parts, err := r.ask(ctx, asked{Path: path, Name: name, Page: number, Picture: how.Picture,
		Open: how.Open, Known: how.Known, Told: how.Told, Forms: how.Forms})
	if err != nil {
		return Page{}, err
	}
	if head.Rows < 0 || len(parts) < 2+head.Rows {
		return Page{}, fmt.Errorf("read page %d: the reader left out the sheet", number)
	}
	rows := parts[2:]
	return Page{Packed: parts[0], Picture: parts[1], Width: head.Width, Height: head.Height,
		pictures: rows[:head.Rows], open: rows[head.Rows:]}, nil
}

// Close ends all readers that are not at work; none may be.
func (r *Pool) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, p := range r.idle {
		p.end()
	}
	r.idle = nil
}

// errBroke is what is left of a reader that ended in the middle of its work.
var errBroke = errors.New("the reader broke")

// ask has a reader answer. One that breaks may have been worn by the files before, so
// what broke it is tried once more with a new one.
func (r *Pool) ask(ctx context.Context, a asked) (answered, [][]byte, error) {
	select {
	case <-r.free:
		defer func() { r.free <- struct{}{} }()
	case <-ctx.Done():
		return answered{}, nil, ctx.Err()
	}
	for {
		p, err := r.take(a.Path)
		if err != nil {
			return answered{}, nil, err
		}
		worn := p.answers > 0
		head, parts, err := r.with(ctx, p, a)
		switch {
		case err == nil:
			return head, parts, said(head)
		case ctx.Err() != nil:
			return answered{}, nil, ctx.Err()
		case errors.Is(err, errBroke) && worn:
			continue
		}
		return answered{}, nil, err
	}
}

// said is the error that a reader reports.
func said(head answered) error {
	switch {
	case head.Refusal != nil:
		return &ingest.InputError{File: head.Refusal.File, Page: head.Refusal.Page,
			Problem: head.Refusal.Problem, Remedy: head.Refusal.Remedy}
	case head.Trouble != "":
		return errors.New(head.Trouble)
	}
	return nil
}

// with puts a question to a reader and waits for the answer until its time is up. A
// reader that does not answer well is ended.
func (r *Pool) with(ctx context.Context, p *process, a asked) (head answered, parts [][]byte,
	err error) {
	limit := r.options.PageTime
	if a.Page == 0 {
		limit = r.options.OpenTime
	}
	most := mostParts
	if a.alone() {
		most = mostExport
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stopped := context.AfterFunc(limited, p.kill)
	go p.watch(limited, int64(r.options.Memory)<<20)
	err = send(p.in, a)
	if err == nil {
		parts, err = receive(p.out, &head, most)
	}
	if !stopped() && err == nil {
		err = context.DeadlineExceeded // it answered as it was killed
	}
	if err != nil {
		p.end()
		if limited.Err() != nil {
			return head, nil, tooSlow(a, limit)
		}
		r.options.Log.Warn("a reader broke", "page", a.Page, "how", p.cmd.ProcessState.String())
		return head, nil, r.broke(a, p)
	}
	p.path = a.Path
	if p.answers++; p.answers >= r.options.Renew {
		p.end()
		return head, parts, nil
	}
	r.leave(p)
	return head, parts, nil
}

func tooSlow(a asked, limit time.Duration) error {
	if a.alone() {
		return &ingest.InputError{File: a.Name, Problem: fmt.Sprintf("takes longer than %v to read",
			limit), Remedy: a.remedy()}
	}
	return &ingest.InputError{File: a.Name, Page: a.Page,
		Problem: fmt.Sprintf("takes longer than %v to read", limit),
		Remedy:  "scan it again at 200 to 300 dpi and hand that in, or count its lines by hand"}
}

// broke is the sentence for a file that broke a reader; it is errBroke as well.
func (r *Pool) broke(a asked, p *process) error {
	problem := "stops the program that reads it"
	if p.starved(r.options.Memory) {
		problem = fmt.Sprintf("needs more than %d MB of memory to read", r.options.Memory)
	}
	if a.alone() {
		return &ingest.InputError{File: a.Name, Problem: problem, Remedy: a.remedy()}
	}
	return &broken{ingest.InputError{File: a.Name, Page: a.Page, Problem: problem,
		Remedy: "print or scan it again at 200 to 300 dpi and hand that in, or count its lines " +
			"by hand"}}
}

// alone says whether a file is read by a process that reads nothing else.
func (a asked) alone() bool { return a.Export != nil || a.Workbook }

// remedy is what to do with such a file that breaks its reader.
func (a asked) remedy() string {
	if a.Workbook {
		return "ask for the workbook as countersign wrote it"
	}
	return "export current members only, without history, as CSV"
}

// broken is an InputError that may be the reader's own fault.
type broken struct{ ingest.InputError }

func (b *broken) Unwrap() []error { return []error{errBroke, &b.InputError} }

// take finds a reader, best one that has the file open, or starts one.
func (r *Pool) take(path string) (*process, error) {
	r.mu.Lock()
	at := slices.IndexFunc(r.idle, func(p *process) bool { return p.path == path })
	if at < 0 {
		at = 0 // the one that has rested longest
	}
	if at < len(r.idle) {
		p := r.idle[at]
		r.idle = slices.Delete(r.idle, at, at+1)
		r.mu.Unlock()
		return p, nil
	}
	r.mu.Unlock()
	return r.start("")
}

func (r *Pool) leave(p *process) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		p.end()
		return
	}
	r.idle = append(r.idle, p)
}

// start starts a reader of pages, or one of the file that is named and of nothing else, and waits
// until it is ready.
func (r *Pool) start(alone string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start a reader: %w", err)
	}
	temp, err := os.MkdirTemp(r.options.Temp, "reader-")
	if err != nil {
		return nil, fmt.Errorf("start a reader: %w", err)
	}
	p := &process{temp: temp, last: &lastWords{}}
	args, err := r.arguments(temp, alone)
	if err != nil {
		return nil, err
	}
	p.cmd = exec.Command(self, args...)
	if !r.options.Waited && alone == "" { // for what is read alone, somebody does
		p.cmd = politely(self, args...)
	}
	p.cmd.Env = append(readerEnvironment(), "OMP_THREAD_LIMIT=1", "TMPDIR="+temp, "GOMAXPROCS=1",
		garbage(alone), fmt.Sprintf("GOMEMLIMIT=%dMiB", r.options.Memory/2))
	p.cmd.Env = append(p.cmd.Env, givingBack()...)
	p.cmd.Stderr = p.last
	// an interrupt at the terminal is for us, who let readers finish
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start a reader: %w", err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a reader: %w", err)
	}
	p.out = bufio.NewReaderSize(out, 64<<10)
	if err := p.cmd.Start(); err != nil {
		os.RemoveAll(temp)
		return nil, fmt.Errorf("start a reader: %w", err)
	}
	return p, r.greeted(p)
}

// politely runs a command that steps back for others: people wait for pages, nobody for the
// next sheet.
func politely(program string, args ...string) *exec.Cmd {
	nice, err := exec.LookPath("nice")
	if err != nil {
		return exec.Command(program, args...)
	}
	return exec.Command(nice, append([]string{"-n", "10", program}, args...)...)
}

// greeted waits for the word that a reader is ready.
func (r *Pool) greeted(p *process) error {
	slow := time.AfterFunc(2*time.Minute, p.kill)
	defer slow.Stop()
	var hello greeting
	_, err := receive(p.out, &hello, mostParts)
	if err == nil && hello.Trouble != "" {
		err = errors.New(hello.Trouble)
	}
	if err != nil {
		p.end()
		return fmt.Errorf("start a reader: %w (%s)", err, p.cmd.ProcessState)
	}
	r.told.Do(func() {
		if hello.Landlock == 0 {
			r.options.Log.Warn("this system has no Landlock: reader processes have limits of " +
				"memory and time, but can open the files that this user can")
			return
		}
		r.options.Log.Debug("reader processes are confined", "landlock", hello.Landlock)
	})
	return nil
}

func (r *Pool) arguments(temp, alone string) ([]string, error) {
	read := r.options.Read
	if alone != "" {
		read = []string{alone}
	}
	cache, err := pdfiumCache()
	if err != nil {
		return nil, fmt.Errorf("start a reader: %w", err)
	}
	told, err := json.Marshal(settings{
		Memory: r.options.Memory, Read: read, Pages: alone == "", Write: []string{temp},
		Cache:  cache,
		Limits: r.options.Limits,
	})
	if err != nil {
		return nil, fmt.Errorf("start a reader: %w", err)
	}
	return []string{Command, string(told)}, nil
}

// garbage is how much of it a reader may have, in percent of what it needs. That of pages needs
// little time to find it, for pictures point at nothing, and has neighbours who need room; one
// that reads an export, thousands of small things, soon ends.
func garbage(alone string) string {
	if alone != "" {
		return "GOGC=400"
	}
	return "GOGC=30"
}

// givingBack has the C library return the pictures that Tesseract works on as soon as it is done
// with them, and keep what else it takes in one place, for pages are read by one thread at a time.
// Otherwise a reader has 40 MB more after a dozen pages.
func givingBack() []string {
	return []string{"MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=1048576",
		"MALLOC_TRIM_THRESHOLD_=1048576"}
}

// readerEnvironment is what a reader must know: no keys, tokens or addresses.
func readerEnvironment() []string {
	var out []string
	for _, name := range []string{"TESSDATA_PREFIX", "LANG", "LC_ALL"} {
		if v := os.Getenv(name); v != "" {
			out = append(out, name+"="+v)
		}
	}
	return out
}

// end ends a reader and what it wrote.
func (p *process) end() {
	p.in.Close()
	p.kill()
	_ = p.cmd.Wait() // it was killed, as its state will say
	os.RemoveAll(p.temp)
}

// watch kills a reader that takes more memory than it may. The limit that the kernel
// keeps stops what C takes and what PDFium takes; Go's heap grows past it, in addresses
// that were reserved before.
func (p *process) watch(ctx context.Context, most int64) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if resident(p.cmd.Process.Pid) > most {
				p.grown.Store(true)
				p.kill()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// starved reports whether a reader that ended by itself lacked memory. It does not always say so:
// where Go's collector or a library in C gets none, they may fail at any place. So of one that came
// to half of what it may have, anything but a fault of our own is put down to that.
func (p *process) starved(most int) bool {
	if p.grown.Load() || p.last.contain("out of memory", "cannot allocate memory", "bad_alloc",
		"failed to create new OS thread", "pthread_create failed") { // there is none for its stack
		return true
	}
	used, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return ok && used.Maxrss>>10 > int64(most)/2 && !p.last.contain("panic: ")
}

// resident is how many bytes of memory a process takes, 0 where the system does not say.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

func (p *process) kill() { _ = p.cmd.Process.Kill() } // fails only where it has ended

// lastWords keeps the beginning of what a process said of its end. It is looked at, never
// logged: a fault may quote what was read.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

func (l *lastWords) Write(p []byte) (int, error) {
	const most = 16 << 10
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p[:min(len(p), most-len(l.text))]...)
	return len(p), nil
}

func (l *lastWords) contain(any ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(any, func(s string) bool {
		return bytes.Contains(l.text, []byte(s))
	})
}

// Sheet unpacks a sheet and gives its rows their pictures.
func (p Page) Sheet() (extract.Sheet, error) {
	s, err := extract.DecodeSheet(p.Packed)
	if err != nil {
		return extract.Sheet{}, err
	}
	if len(p.pictures) != len(s.Rows) {
		return extract.Sheet{}, fmt.Errorf("a reader gave %d pictures for %d rows", len(p.pictures),
			len(s.Rows))
	}
	for i := range s.Rows {
		s.Rows[i].Picture = p.pictures[i]
	}
	if len(p.open) > 0 && len(p.open) != len(s.Open) {
		return extract.Sheet{}, fmt.Errorf("a reader gave %d pictures for %d open points",
			len(p.open), len(s.Open))
	}
	for i := range p.open {
		if len(p.open[i]) > 0 {
			s.Open[i].Picture = p.open[i]
		}
	}
	return s, nil
}

// pdfiumCache is the folder of compiled PDFium, made where it is missing: that one
// reader compiles it, which takes seconds, is enough for a machine.
func pdfiumCache() (string, error) {
	user, err := os.UserCacheDir()
	if err != nil {
		user = os.TempDir()
	}
	dir := filepath.Join(user, "countersign", "pdfium")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of compiled PDFium: %w", err)
	}
	return dir, nil
}

// Processes is how many pages may be read at the same time.
func (r *Pool) Processes() int { return r.options.Processes }

package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// memoryPages bounds one PDFium to 1 GiB, in pages of 64 KiB.
const memoryPages = 1 << 14

// wornOut is the number of pixels after which a PDFium is replaced: its
// memory grows to the largest page it ever drew and never shrinks.
const wornOut = 30_000_000

// Engine owns the PDFiums. They run in WebAssembly, so that a hostile file
// meets a wall around memory, files and time. The first use compiles PDFium:
// seconds once on a machine, some 0.1 s when the cache has it.
type Engine struct {
	limits   Limits
	cacheDir string

	turns chan struct{} // one for each PDFium that may run

	mu     sync.Mutex
	cache  wazero.CompilationCache // also shares the compiled PDFium among the seats
	idle   []*seat
	closed bool
}

// seat is one PDFium and the file that it has open, if any. Each has a
// WebAssembly runtime of its own, since only the end of a runtime's context
// stops what runs in it; to close it under a running call would take the
// memory away from beneath.
type seat struct {
	pdfium.Pdfium
	pool     pdfium.Pool
	stop     context.CancelFunc
	file     *File
	document references.FPDF_DOCUMENT
	worn     bool
}

// NewEngine makes an engine that starts nothing yet. cacheDir is where the
// compiled PDFium is kept between runs of the program; empty means in the
// user's cache folder.
func NewEngine(limits Limits, cacheDir string) *Engine {
	return &Engine{limits: limits, cacheDir: cacheDir, turns: make(chan struct{}, min(runtime.GOMAXPROCS(0), 4))}
}

// Close ends all PDFiums. No page may be in flight.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, s := range e.idle {
		s.end()
	}
	e.idle = nil
	if e.cache == nil {
		return nil
	}
	return e.cache.Close(context.Background())
}

// use runs do with a PDFium that has f open, for at most the time of a page.
// After that, or when ctx ends, the PDFium is stopped and thrown away; the next
// call gets a new one.
func (e *Engine) use(ctx context.Context, f *File, do func(*seat) error) error {
	select {
	case e.turns <- struct{}{}:
		defer func() { <-e.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s, err := e.take(f)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, e.limits.PageTime)
	defer cancel()
	stopped := context.AfterFunc(limited, s.stop)
	err = s.open(f)
	if err == nil {
		err = do(s)
	}
	if !stopped() {
		s.end()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errTooSlow
	}
	e.leave(s, err)
	return err
}

var (
	errTooSlow = errors.New("took too long")
	errStart   = errors.New("start PDFium") // our trouble, not the file's
)

// take prefers the PDFium that has the file open already.
func (e *Engine) take(f *File) (*seat, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, s := range e.idle {
		if s.file == f || i == len(e.idle)-1 {
			e.idle = append(e.idle[:i], e.idle[i+1:]...)
			return s, nil
		}
	}
	return e.start()
}

// leave puts a PDFium back. One that failed may have failed for want of
// memory or in the middle of a change: it is not used again.
func (e *Engine) leave(s *seat, err error) {
	if err != nil || s.worn || s.file.isClosed() {
		s.end()
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle = append(e.idle, s)
}

// forget drops the PDFiums that have f open, since they read from its file.
func (e *Engine) forget(f *File) {
	e.mu.Lock()
	defer e.mu.Unlock()
	kept := e.idle[:0]
	for _, s := range e.idle {
		if s.file == f && s.shut() != nil {
			s.end()
			continue
		}
		kept = append(kept, s)
	}
	e.idle = kept
}

func (s *seat) open(f *File) error {
	if s.file == f {
		return nil
	}
	if err := s.shut(); err != nil {
		return err
	}
	s.file = f
	doc, err := s.OpenDocument(&requests.OpenDocument{
		FileReader:     io.NewSectionReader(f.data, 0, f.size),
		FileReaderSize: f.size,
	})
	if err != nil {
		return err
	}
	s.document = doc.Document
	return nil
}

func (s *seat) shut() error {
	if s.document == "" {
		return nil
	}
	_, err := s.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: s.document})
	s.file, s.document = nil, ""
	return err
}

// end gives back all that the PDFium holds. Nothing may run in it.
func (s *seat) end() {
	s.pool.Close()
	s.stop()
}

// start makes a PDFium, compiling it on first need. The caller holds mu.
func (e *Engine) start() (*seat, error) {
	if e.closed {
		return nil, fmt.Errorf("%w: the reader is closed", errStart)
	}
	if e.cache == nil {
		e.cache = openCache(e.cacheDir)
	}
	// CloseOnContextDone makes running code stoppable. It costs much: a page
	// of fax pixels takes 0.5 s instead of 0.05 s. That is why plain scans
	// are decoded in Go and only the rest comes here.
	config := wazero.NewRuntimeConfigCompiler().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(memoryPages).
		WithCloseOnContextDone(true).
		WithCompilationCache(e.cache)
	ctx, stop := context.WithCancel(context.Background())
	pool, err := webassembly.Init(webassembly.Config{
		Context:       reserved(ctx),
		MaxTotal:      1,
		FSConfig:      wazero.NewFSConfig(), // the default would mount the whole disk
		RuntimeConfig: config,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil {
		stop()
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	instance, err := pool.GetInstance(time.Minute)
	if err != nil {
		pool.Close()
		stop()
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	return &seat{Pdfium: instance, pool: pool, stop: stop}, nil
}

// openCache keeps compiled code in memory only where nothing can be written. A
// folder for everybody such as /tmp is no substitute, as what lies there would
// be run as machine code.
func openCache(dir string) wazero.CompilationCache {
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return wazero.NewCompilationCache()
		}
		dir = filepath.Join(user, "countersign", "pdfium")
	}
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return wazero.NewCompilationCache()
	}
	return cache
}

package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"countersign/internal/store"
	"countersign/internal/web/site"
)

// counts are the figures of the service. Labels are patterns, methods and
// stages: nothing that names a petition or a person.
type counts struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newCounts(o site.Options) counts {
	reg := o.Metrics
	c := counts{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "countersign_http_requests_total", Help: "Requests by route, method and status."},
			[]string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "countersign_http_request_seconds",
			Help: "Time to answer by route; streams are left out.", Buckets: []float64{.005, .01,
				.025, .05, .1, .2, .3, .5, 1, 2.5, 5, 10, 30}}, []string{"route"}),
	}
	reg.MustRegister(c.requests, c.seconds, newWork(o), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return c
}

// work is what there is to do and what was done, counted when it is asked for.
type work struct {
	store        *store.Store
	bell         site.Bell
	log          *slog.Logger
	depth        *prometheus.Desc
	pages, lines *prometheus.Desc
	failures     *prometheus.Desc
	petitions    *prometheus.Desc
}

func newWork(o site.Options) *work {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("countersign_"+name, help, labels, nil)
	}
	return &work{store: o.Store, bell: o.Bell, log: o.Log,
		depth:     desc("queue_depth", "Announcements that wait or are worked on.", "stage"),
		pages:     desc("pages", "Pages of all petitions.", "state"),
		lines:     desc("lines", "Lines of all petitions.", "state"),
		failures:  desc("failures", "Failures that wait for a person."),
		petitions: desc("petitions", "Petitions."),
	}
}

func (k *work) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{k.depth, k.pages, k.lines, k.failures, k.petitions} {
		ch <- d
	}
}

// Collect leaves out what does not answer: whoever watches is alarmed by
// figures that are missing.
func (k *work) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	send := func(d *prometheus.Desc, n int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	if depth, err := k.bell.Depth(ctx); err != nil {
		k.log.WarnContext(ctx, "measure the queue", "error", err)
	} else {
		for stage, n := range depth {
			send(k.depth, n, stage)
		}
	}
	list, err := k.store.Petitions(ctx)
	if err != nil {
		k.log.WarnContext(ctx, "measure the store", "error", err)
		return
	}
	var sum store.Counts
	for _, p := range list {
		sum.Pages, sum.Read, sum.Lines, sum.Matched, sum.Failures = sum.Pages+p.Pages,
			sum.Read+p.Read, sum.Lines+p.Lines, sum.Matched+p.Matched, sum.Failures+p.Failures
	}
	send(k.petitions, len(list))
	send(k.pages, sum.Pages, "known")
	send(k.pages, sum.Read, "read")
	send(k.lines, sum.Lines, "found")
	send(k.lines, sum.Matched, "matched")
	send(k.failures, sum.Failures)
}

// recorder remembers what was answered. Unwrap lets http.ResponseController
// through to flush and to set deadlines.
type recorder struct {
	http.ResponseWriter
	status int
	size   int64
	began  time.Time
	stream bool          // its time says nothing
	copied *bytes.Buffer // what is answered, for whoever remembers it; nil for nobody
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	if w.copied != nil {
		w.copied.Write(b)
	}
	w.size += int64(n)
	return n, err
}

// Streams notes that the answer is a stream of events.
func (w *recorder) Streams() { w.stream = true }

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *Server) begin(w http.ResponseWriter, r *http.Request) (*recorder, *http.Request) {
	id := site.NewID()[:12]
	w.Header().Set("X-Request-Id", id)
	return &recorder{ResponseWriter: w, began: time.Now()},
		r.WithContext(site.WithRequestID(r.Context(), id))
}

// end logs and counts. Paths are not logged, since some hold one-time links:
// the pattern and the ids in it say enough.
func (s *Server) end(w *recorder, r *http.Request, rt site.Route) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		s.Log.ErrorContext(r.Context(), "request panicked", "request", site.RequestID(r), "route",
			rt.Pattern, "panic", fmt.Sprint(p))
		if w.status == 0 {
			s.Fail(w, r, fmt.Errorf("panic: %v", p))
		}
	}
	took := time.Since(w.began)
	status := max(w.status, 200)
	_, path, ok := strings.Cut(rt.Pattern, " ")
	if !ok {
		path = rt.Pattern
	}
	method := r.Method
	if !knownMethod(method) {
		method = "other"
	}
	s.counts.requests.WithLabelValues(path, method, strconv.Itoa(status)).Inc()
	if !w.stream {
		s.counts.seconds.WithLabelValues(path).Observe(took.Seconds())
	}
	level := slog.LevelInfo
	if path == "/healthz" || path == "/readyz" || path == "/metrics" || strings.HasPrefix(path,
		"/static/") {
		level = slog.LevelDebug
	}
	s.Log.LogAttrs(r.Context(), level, "request", slog.String("request", site.RequestID(r)),
		slog.String("route", rt.Pattern), slog.String("id", loggedID(r)),
		slog.Int("status", status), slog.Int64("bytes", w.size), slog.Int64("ms",
			took.Milliseconds()))
}

func knownMethod(m string) bool {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return true
	}
	return false
}

// loggedID is what the request is about, where its route has an id.
func loggedID(r *http.Request) string {
	for _, name := range []string{"id", "petition", "upload"} {
		if id := r.PathValue(name); id != "" {
			return id[:min(len(id), 64)]
		}
	}
	return ""
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintln(w, "ok")
	return err
}

// readyz tries the store, the queue and the blobs, and names what does not answer.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	var text strings.Builder
	status := http.StatusOK
	for _, part := range []struct {
		name  string
		check func(context.Context) error
	}{{"store", s.Store.Ready}, {"queue", s.Bell.Check}, {"blobs", s.Blobs.Check}} {
		if err := part.check(ctx); err != nil {
			status = http.StatusServiceUnavailable
			s.Log.WarnContext(ctx, "not ready", "part", part.name, "error", err)
			why := "does not answer"
			if store.Full(err) || errors.Is(err, syscall.ENOSPC) {
				why = "its disk is full"
			}
			if says := (interface{ Ready() string })(nil); errors.As(err, &says) {
				why = says.Ready()
			}
			fmt.Fprintf(&text, "%s: %s\n", part.name, why)
			continue
		}
		fmt.Fprintf(&text, "%s: ok\n", part.name)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, err := fmt.Fprint(w, text.String())
	return err
}

// metrics is for administrators: the figures are nobody's, but they tell how much
// work there is, and a scrape counts all petitions.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}

// MetricsHandler answers GET /metrics without asking who it is, and nothing
// else. It is for an address that only those who watch the service reach.
func (s *Server) MetricsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}))
	return mux
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// serveMetrics serves figures to whoever reaches an address, until stop is called.
func serveMetrics(address string, figures http.Handler, log *slog.Logger) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil,
			fmt.Errorf("serve metrics at %s: %w: name another address with --metrics-listen",
				address, err)
	}
	server := &http.Server{
		Handler:           figures,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		// what clients do wrong
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serve metrics", "error", err) // the service itself goes on
		}
	}()
	log.Info("metrics", "address", listener.Addr().String())
	return func() { server.Close() }, nil
}

// workFigures are what was worked on, by stage. No label names a petition or a person.
func workFigures(reg *prometheus.Registry) (done func(stage string, took time.Duration,
	err error)) {
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "countersign_work_seconds",
		Help: "Time of each try to open a file, read a page or match its lines, by stage and " +
			"result.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
	}, []string{"stage", "result"})
	reg.MustRegister(seconds)
	return func(stage string, took time.Duration, err error) {
		result := "done"
		if err != nil {
			result = "failed"
		}
		seconds.WithLabelValues(stage, result).Observe(took.Seconds())
	}
}

// health answers for a process that serves no people: it lives, it reaches what it stands on, and
// what it did.
func health(ready func(context.Context) error, reg *prometheus.Registry,
	log *slog.Logger) http.Handler {
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(
		collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			log.Warn("not ready", "error", err)
			http.Error(w, "what it stands on does not answer; its log says more",
				http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// serveMetrics serves figures to whoever reaches an address, until stop is called.
func serveMetrics(address string, figures http.Handler, log *slog.Logger) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve metrics at %s: %w: name another address with --metrics-listen", address, err)
	}
	server := &http.Server{
		Handler:           figures,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what clients do wrong
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serve metrics", "error", err) // the service itself goes on
		}
	}()
	log.Info("metrics", "address", listener.Addr().String())
	return func() { server.Close() }, nil
}

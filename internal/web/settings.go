package web

import (
	"context"
	"fmt"
)

// settings are what was set, by key.
func (s *Server) settings(ctx context.Context) (map[string]string, error) {
	list, err := s.Store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	out := map[string]string{}
	for _, set := range list {
		out[set.Key] = set.Value
	}
	return out, nil
}

package work

import (
	"context"
	"fmt"
)

// programSetting is where a service notes which version of the program it is.
const programSetting = "program"

// NameProgram notes of which version the service is.
func (s *Service) NameProgram(ctx context.Context, name string) error {
	if noted, err := s.Store.Setting(ctx, programSetting); err != nil || noted == name {
		return err
	}
	return s.Store.SetSetting(ctx, programSetting, name, "")
}

// SameProgram refuses to work for a service of another version, which may read pages, or write
// down what it read, in another way.
func (s *Service) SameProgram(ctx context.Context, name string) error {
	noted, err := s.Store.Setting(ctx, programSetting)
	if err != nil || noted == "" || noted == name {
		return err
	}
	return fmt.Errorf("the service is %s, and this is %s: install the same version here", noted,
		name)
}

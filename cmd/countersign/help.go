package main

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

type helpCommand struct {
	Command string `arg:"" optional:"" help:"A command, such as check."`
}

// Run prints the help of the program or of one command.
func (h helpCommand) Run(parser *kong.Kong) error {
	args := []string{"--help"}
	if h.Command != "" {
		args = []string{h.Command, "--help"}
	}
	if _, err := parser.Parse(args); err != nil {
		// also once it has printed, but then kong.Exit was told
		return errors.New(misused(err))
	}
	return nil
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s *streams) error {
	_, err := fmt.Fprintln(s.out, programName())
	return err
}

// programName is the name and version of this build, as reports record it.
func programName() string {
	name := "countersign"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return name
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return name + " " + v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return name + " " + s.Value[:min(12, len(s.Value))]
		}
	}
	return name + " (development build)"
}

package main

import (
	"embed"
	"fmt"
)

// setups are files with which a service is run. They are tried: see init_test.go.
//
//go:embed setup
var setups embed.FS

type initCommand struct {
	Compose    initCompose    `cmd:"" help:"Print a file for Docker Compose."`
	Systemd    initSystemd    `cmd:"" help:"Print units for systemd."`
	Kubernetes initKubernetes `cmd:"" help:"Print manifests for Kubernetes."`
}

type initCompose struct {
	Scaled bool `help:"With three NATS servers, PostgreSQL, two services behind a proxy, and workers; else all on one machine."`
}

type initSystemd struct {
	Scaled bool `help:"The unit of workers on other machines; else that of a service on one."`
}

type initKubernetes struct {
	Scaled bool `help:"With three NATS servers, two services and workers; else all in one pod."`
}

// Run prints the file.
func (c initCompose) Run(s *streams) error {
	return printSetup(s, c.Scaled, "compose.yaml", "compose-scaled.yaml")
}

// Run prints the unit.
func (c initSystemd) Run(s *streams) error {
	return printSetup(s, c.Scaled, "countersign.service", "countersign-work@.service")
}

// Run prints the manifests.
func (c initKubernetes) Run(s *streams) error {
	return printSetup(s, c.Scaled, "kubernetes.yaml", "kubernetes-scaled.yaml")
}

func printSetup(s *streams, scaled bool, one, several string) error {
	if scaled {
		one = several
	}
	text, err := setups.ReadFile("setup/" + one)
	if err != nil {
		return fmt.Errorf("find the file: %w", err)
	}
	_, err = s.out.Write(text)
	return err
}

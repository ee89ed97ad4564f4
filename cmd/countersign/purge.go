package main

import (
	"context"

	"countersign/internal/office"
	"countersign/internal/work"
)

func purger(s *work.Service) *office.Purger {
	return office.NewPurger(officeOf(s, ""), s.Blobs, s.Log)
}

type purgeCommand struct {
	Data   string  `required:"" placeholder:"DIR" env:"COUNTERSIGN_DATA" help:"Data folder of the service."`
	DryRun bool    `name:"dry-run" help:"Say what would be purged, and purge nothing. May run beside the service."`
	Keep   keeping `embed:""`
}

// Run purges what is due, or says what that is.
func (c purgeCommand) Run(ctx context.Context, s *streams) error {
	if c.DryRun {
		kept, err := openStore(ctx, c.Data, c.Keep.DB)
		if err != nil {
			return err
		}
		defer kept.Close()
		return office.NewPurger(office.New(office.Options{Store: kept}), nil, nil).Tell(ctx, s.out)
	}
	o := c.Keep.options(c.Data)
	o.Leave, o.Log = true, logging{}.logger(s.err)
	service, err := work.Open(ctx, o)
	if err != nil {
		return err
	}
	defer service.Close()
	p := purger(service)
	if err := p.Tell(ctx, s.out); err != nil {
		return err
	}
	return p.Run(ctx)
}

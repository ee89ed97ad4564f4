package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

// The two folders hold the same tables, each in the types of its database.
//
//go:embed migrations
var migrations embed.FS

// tablesOf says what is done with tables of another version.
type tablesOf bool

const (
	bringUpToDate tablesOf = true
	refuseOthers  tablesOf = false
)

// migrate runs the migrations that a database has not seen yet, if that is wanted.
func migrate(ctx context.Context, dialect goose.Dialect, db *sql.DB, folder string, tables tablesOf,
	options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, db, files, append(options,
		goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, provider); err != nil {
		return err
	}
	if tables == refuseOthers {
		return refuseOlder(ctx, provider)
	}
	if _, err = provider.Up(ctx); err == nil {
		return nil
	}
	// SQLite has no lock to hold meanwhile: another program that started at the same moment
	// may migrate, too, one step after the other. Once it is done nothing is left to do.
	const tries, pause = 20, 50 * time.Millisecond
	for range tries {
		if _, again := provider.Up(ctx); again == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
	return err
}

// refuseNewer keeps a program from writing into tables that a newer one has changed, of which it
// does not know what they mean.
func refuseNewer(ctx context.Context, p *goose.Provider) error {
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return nil // what is wrong is said where the tables are brought up to date
	}
	sources := p.ListSources()
	if knows := sources[len(sources)-1].Version; has > knows {
		return fmt.Errorf("a newer countersign has used the database since: its tables are of "+
			"version %d, and this program knows %d; install the newer program again, or bring "+
			"back "+
			"the backup that was made before it was installed", has, knows)
	}
	return nil
}

// refuseOlder keeps a program from changing the tables under a service that is older than it.
func refuseOlder(ctx context.Context, p *goose.Provider) error {
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("see of which version its tables are: %w", err)
	}
	sources := p.ListSources()
	if knows := sources[len(sources)-1].Version; has < knows {
		return fmt.Errorf("its tables are of version %d, and this program needs %d: install the "+
			"same "+
			"version of countersign for the service, and start that first", has, knows)
	}
	return nil
}

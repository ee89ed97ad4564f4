package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	gooselock "github.com/pressly/goose/v3/lock"
)

// openPostgres opens a database that exists. Its address may hold a password
// and so is left out of errors.
func openPostgres(ctx context.Context, url string, tables tablesOf) (*Store, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil,
			errors.New("store: the address of the PostgreSQL database cannot be read: write " +
				"postgres://user:password@host:5432/name")
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("store: reach PostgreSQL: %w", err)
	}
	// Several programs may start on one database at once; one of them migrates.
	locker, err := gooselock.NewPostgresSessionLocker()
	if err == nil {
		err = migrate(ctx, goose.DialectPostgres, db, "migrations/postgres", tables,
			goose.WithSessionLocker(locker))
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("store: bring the tables of PostgreSQL up to date: %w", err)
	}
	s := newStore(db, db)
	s.shared = true
	return s, nil
}

func postgresCode(err error) (unique, foreign bool) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false, false
	}
	return e.Code == "23505", e.Code == "23503"
}

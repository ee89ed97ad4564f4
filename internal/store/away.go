package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Away says whether an error is of the database itself, which does not answer, is starting or
// ending, or has no room: what was asked for may work once it is back, and nothing is wrong with
// it.
func Away(err error) bool {
	var a *away
	return errors.As(err, &a)
}

// away is an error of the database itself. It is made where the database is asked, for a mail
// server that does not answer has errors of the same kinds.
type away struct{ error }

func (a *away) Unwrap() error { return a.error }

// noteAway makes it of what a database or its driver said.
func noteAway(err error) error {
	if err == nil || Away(err) || !isAway(err) {
		return err
	}
	return &away{err}
}

func isAway(err error) bool {
	var network net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	if connect := (*pgconn.ConnectError)(nil); errors.As(err, &connect) {
		return true
	}
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) {
		// Of connections, of resources, and of servers that start or end.
		for _, class := range []string{"08", "53", "57P", "58"} {
			if strings.HasPrefix(pg.Code, class) {
				return true
			}
		}
		return pg.Code == "25006" // read only, as a standby is
	}
	return sqliteIs(err, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY)
}

// Full says whether an error is that the database's disk is full.
func Full(err error) bool {
	pg := (*pgconn.PgError)(nil)
	return errors.As(err, &pg) && pg.Code == "53100" || sqliteIs(err, sqlite3.SQLITE_FULL)
}

// sqliteIs says whether an error has one of these primary codes.
func sqliteIs(err error, codes ...int) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Code()&0xff == c {
			return true
		}
	}
	return false
}

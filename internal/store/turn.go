package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"sync"
)

// turnKey is the number by which programs on one PostgreSQL know the turn, ours alone.
const turnKey = 0x636f756e7465722d

// Turn waits until no other act has the turn, in this program or in another on the same
// database, and takes it; done gives it back. Acts that check what another may be writing, such
// as whether a group has the name already, run within it: a transaction alone would let
// both through. A program that dies gives its turn back.
func (s *Store) Turn(ctx context.Context) (done func(), err error) {
	defer saying(&err, "wait for a turn")
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	free := func() { <-s.turn }
	if !s.shared {
		return sync.OnceFunc(free), nil
	}
	// One connection a program waits, however many acts do: others may need the rest.
	c, err := s.pools[0].Conn(ctx)
	if err != nil {
		free()
		return nil, err
	}
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(turnKey)); err != nil {
		c.Close()
		free()
		return nil, err
	}
	return sync.OnceFunc(func() {
		defer free()
		defer c.Close()
		ctx := context.WithoutCancel(ctx)
		if _, err := c.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`,
			int64(turnKey)); err != nil {
			// With the connection goes what it holds.
			_ = c.Raw(func(any) error { return fmt.Errorf("%w: %w", driver.ErrBadConn, err) })
		}
	}), nil
}

package store

import (
	"context"
	"time"
)

// Setting is one choice of the office.
type Setting struct {
	Key, Value string
	By         string // account
	At         time.Time
}

// Setting gives the value of a setting, empty where nobody has set it.
func (s *Store) Setting(ctx context.Context, key string) (_ string, err error) {
	defer saying(&err, "read setting %s", key)
	return one(ctx, s.reader, func(r row) (v string, err error) {
		err = r.Scan(&v)
		return v, err
	}, `SELECT COALESCE((SELECT value FROM settings WHERE key = $1), '')`, key)
}

// SetSetting sets a setting.
func (s *Store) SetSetting(ctx context.Context, key, value, by string) (err error) {
	defer saying(&err, "change setting %s", key)
	_, err = write(ctx, s.writer, `INSERT INTO settings (key, value, by, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, by = excluded.by, at = excluded.at`, key, value, by, now())
	return err
}

// Settings lists what was set, by key.
func (s *Store) Settings(ctx context.Context) (_ []Setting, err error) {
	defer saying(&err, "read settings")
	return all(ctx, s.reader, func(r row) (v Setting, err error) {
		err = r.Scan(&v.Key, &v.Value, &v.By, when{&v.At})
		return v, err
	}, `SELECT key, value, by, at FROM settings ORDER BY key`)
}

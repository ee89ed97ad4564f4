package store

import (
	"context"
	"slices"
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

// remembered are the settings of which every value is kept, since what was decided by one
// must not change with the next.
var remembered = []string{"rules"}

// SetSetting sets a setting.
func (s *Store) SetSetting(ctx context.Context, key, value, by string) (err error) {
	defer saying(&err, "change setting %s", key)
	return s.change(ctx, func(tx conn) error {
		at := now()
		if _, err := write(ctx, tx,
			`INSERT INTO settings (key, value, by, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value, by = excluded.by, at = excluded.at`, key, value, by, at); err != nil {
			return err
		}
		if !slices.Contains(remembered, key) {
			return nil
		}
		// The row of the setting is locked by now, so that numbers follow each other.
		_, err := write(ctx, tx, `INSERT INTO setting_history (key, seq, value, by, at)
			VALUES ($1, (SELECT COUNT(*) + 1 FROM setting_history WHERE key = $1), $2, $3, $4)`, key, value, by, at)
		return err
	})
}

// installation is the setting that holds the installation's id.
const installation = "installation"

// Installation is the id of the installation that the database belongs to, empty where none was
// given to it yet.
func (s *Store) Installation(ctx context.Context) (string, error) {
	return s.Setting(ctx, installation)
}

// NameInstallation gives the database an id unless it has one, and says which it has: of several
// programs that start at once one gives it.
func (s *Store) NameInstallation(ctx context.Context) (string, error) {
	return s.SetFirst(ctx, installation, NewID())
}

// SetFirst sets a setting that has no value yet, and gives the value that it has then.
func (s *Store) SetFirst(ctx context.Context, key, value string) (_ string, err error) {
	defer saying(&err, "set setting %s", key)
	if _, err := write(ctx, s.writer,
		`INSERT INTO settings (key, value, by, at) VALUES ($1, $2, '', $3) ON CONFLICT (key) DO NOTHING`, key, value, now()); err != nil {
		return "", err
	}
	return s.Setting(ctx, key)
}

// SettingHistory lists the values that a setting had, oldest first. One without a time was
// there before times were kept.
func (s *Store) SettingHistory(ctx context.Context, key string) (_ []Setting, err error) {
	defer saying(&err, "read what setting %s was", key)
	return all(ctx, s.reader, scanSetting,
		`SELECT key, value, by, at FROM setting_history WHERE key = $1 ORDER BY seq`, key)
}

func scanSetting(r row) (v Setting, err error) {
	err = r.Scan(&v.Key, &v.Value, &v.By, when{&v.At})
	return v, err
}

// Settings lists what was set, by key.
func (s *Store) Settings(ctx context.Context) (_ []Setting, err error) {
	defer saying(&err, "read settings")
	return all(ctx, s.reader, scanSetting, `SELECT key, value, by, at FROM settings ORDER BY key`)
}

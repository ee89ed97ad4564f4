package office

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report/register"
)

// Settings that hold the tables of the calendar, each as JSON.
const (
	conferenceTable = "conferences"
	officeTable     = "offices"
)

// OfficeNames are the offices that letters and the worklist speak of.
func OfficeNames() []KeyedWord {
	return []KeyedWord{
		{"association", "Name of the association"},
		{"committee", "Name of the committee"},
		{"chair", "Chair of the committee"},
		{"programs", "Member Programs and Services"},
		{"conference", "Conference Services"},
		{"director", "Executive Director"},
	}
}

// Conferences are those of the table, by day.
func (o *Office) Conferences(ctx context.Context) ([]register.Conference, error) {
	return table[register.Conference](ctx, o.Store, conferenceTable)
}

// Offices are who holds which office from when on.
func (o *Office) Offices(ctx context.Context) ([]register.Office, error) {
	return table[register.Office](ctx, o.Store, officeTable)
}

func table[T any](ctx context.Context, s *store.Store, key string) ([]T, error) {
	text, err := s.Setting(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", key, err)
	}
	if text == "" {
		return nil, nil
	}
	var out []T
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read the %s: %w", key, err)
	}
	return out, nil
}

// SetConferences keeps the table of conferences, in which those stay of which Council was given
// a report. A row is name, first day, last day, place and, where it is said, the year of Council.
func (o *Office) SetConferences(ctx context.Context, rows [][]string, by store.Account) error {
	list, err := conferencesOf(rows)
	if err != nil {
		return err
	}
	b, err := o.ledger(ctx)
	if err != nil {
		return err
	}
	if err := b.CheckConferences(list); err != nil {
		return refused(err)
	}
	return o.setTable(ctx, conferenceTable, list, by)
}

// SetOffices keeps the table of offices. A row is the office, who holds it, the day from which
// on, and the e-mail address.
func (o *Office) SetOffices(ctx context.Context, rows [][]string, by store.Account) error {
	list, err := officesOf(rows)
	if err != nil {
		return err
	}
	return o.setTable(ctx, officeTable, list, by)
}

// setTable keeps a table whole.
func (o *Office) setTable(ctx context.Context, key string, value any, by store.Account) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write the %s: %w", key, err)
	}
	return o.Store.Do(ctx, func(tx store.Tx) error {
		if err := tx.SetSetting(ctx, key, string(text), by.ID); err != nil {
			return err
		}
		return o.record(ctx, tx, by.ID, "setting.changed", key, "")
	})
}

func trimmed(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		for _, text := range row {
			out[i] = append(out[i], strings.TrimSpace(text))
		}
	}
	return out
}

func wrongRow(i int, text string) error { return refuse(Invalid, "Row %d: %s", i+1, text) }

func conferencesOf(rows [][]string) ([]register.Conference, error) {
	out := []register.Conference{}
	for i, c := range trimmed(rows) {
		if c[0] == "" {
			continue
		}
		from, err := time.Parse(time.DateOnly, c[1])
		if err != nil {
			return nil, wrongRow(i, "write the first day.")
		}
		to, err := time.Parse(time.DateOnly, c[2])
		if err != nil || to.Before(from) {
			return nil, wrongRow(i, "write the last day, not before the first.")
		}
		if slices.ContainsFunc(out, func(o register.Conference) bool { return o.Name == c[0] }) {
			return nil, wrongRow(i, "there is a conference of that name already: add the year.")
		}
		conference := register.Conference{Name: c[0], From: from, To: to, Place: c[3]}
		if len(c) > 4 {
			conference.Council = c[4]
		}
		if conference.Council != "" && !register.IsCouncilYear(conference.Council) {
			return nil, wrongRow(i,
				"write the year of Council such as 2026-2027, or nothing for the usual one.")
		}
		out = append(out, conference)
	}
	slices.SortFunc(out, func(a, b register.Conference) int { return a.From.Compare(b.From) })
	return out, nil
}

func officesOf(rows [][]string) ([]register.Office, error) {
	out := []register.Office{}
	for i, c := range trimmed(rows) {
		if c[1] == "" {
			continue
		}
		since, err := time.Parse(time.DateOnly, c[2])
		if err != nil {
			return nil, wrongRow(i, "write the day from which on it holds.")
		}
		if c[3] != "" {
			if _, err := mail.ParseAddress(c[3]); err != nil {
				return nil, wrongRow(i, "the e-mail address is none.")
			}
		}
		if !slices.ContainsFunc(OfficeNames(), func(o KeyedWord) bool { return o.Key == c[0] }) {
			return nil, wrongRow(i, "there is no such office.")
		}
		out = append(out, register.Office{Key: c[0], From: since, Name: c[1], Email: c[3]})
	}
	slices.SortStableFunc(out, func(a, b register.Office) int {
		if a.Key != b.Key {
			return strings.Compare(a.Key, b.Key)
		}
		return a.From.Compare(b.From)
	})
	return out, nil
}

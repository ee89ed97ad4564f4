package register

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Conference is a meeting of Council, from the table that staff edit. Settings keep the table
// as JSON.
type Conference struct {
	Name  string    `json:"name"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Place string    `json:"place"` // or "online"

	// year of Council, such as 2026-2027; empty for the usual one
	Council string `json:"council,omitempty"`
}

// Year is the year of Council in which a conference lies.
func (c Conference) Year() string { return cmp.Or(c.Council, CouncilYear(c.From)) }

// CouncilYear is the year of Council in which a day lies, where nobody says otherwise: it runs
// from summer to summer.
func CouncilYear(day time.Time) string {
	year := day.Year()
	if day.Month() < time.July {
		year--
	}
	return fmt.Sprintf("%d-%d", year, year+1)
}

// IsCouncilYear says whether a text is one, such as 2026-2027.
func IsCouncilYear(text string) bool {
	first, err := time.Parse("2006", text[:min(len("2006"), len(text))])
	return err == nil && text == CouncilYear(first.AddDate(0, int(time.July-time.January), 0))
}

// Next is the first conference that begins on a day or after it.
func Next(all []Conference, on time.Time) (Conference, bool) {
	var found Conference
	for _, c := range all {
		if !day(c.From).Before(day(on)) && (found.Name == "" || c.From.Before(found.From)) {
			found = c
		}
	}
	return found, found.Name != ""
}

// Office is who holds an office, or what something is called, from a day on. Offices
// are renamed and people change: what was written then keeps the name of its day.
type Office struct {
	Key   string    `json:"key"` // such as "executive director" or "citation"
	From  time.Time `json:"from"`
	Name  string    `json:"name"`
	Email string    `json:"email"`
}

// OfficeOn is the entry of an office that holds on a day; its key as the name where
// there is none.
func OfficeOn(all []Office, key string, on time.Time) Office {
	held := slices.DeleteFunc(slices.Clone(all), func(o Office) bool {
		return o.Key != key || day(o.From).After(day(on))
	})
	if len(held) == 0 {
		return Office{Key: key, Name: key}
	}
	return slices.MaxFunc(held, func(a, b Office) int { return cmp.Or(a.From.Compare(b.From)) })
}

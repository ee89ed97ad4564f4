package verify

import (
	"testing"

	"countersign/verify/population"
)

// The tables of the people at large can be read, and know names that are common anywhere.
func TestPopulation(t *testing.T) {
	p := population.AtLarge()
	for _, c := range []struct {
		given, family string
		rare          bool
	}{
		{"john", "smith", false},
		{"wei", "chen", false},
		{"mohammed", "ali", false},
		{"minjun", "kim", false},
		{"jose", "rodriguez", false},
		{"linh", "nguyen", false},
		{"anna", "kowalska", false},
		{"david", "cohen", false},
		{"priya", "patel", false},
		{"maria", "garcia", false},
		{"olga", "ivanova", false},
		{"chidi", "okafor", false},
		{"ignatius", "pemberly", true},
		{"wilhelmina", "fotheringham", true},
		{"erasmus", "quillfeather", true},
		{"wei", "quillfeather", true},
	} {
		if got := p.Named(c.given, c.family); (got <= rareName) != c.rare {
			t.Errorf("%s %s: %.2g of the people", c.given, c.family, got)
		}
	}
}

package extract

import (
	"cmp"
	"slices"
)

// Form says which page of which petition a printed sheet is. The zero value is
// for pages that do not say.
type Form struct {
	Petition string `json:"petition"`
	Page     int    `json:"page"` // 1-based
	Of       int    `json:"of"`   // how many pages were printed together
}

// Printed is what is known of the sheets that were printed together.
type Printed struct {
	Petition string `json:"petition"`
	Of       int    `json:"of"`
	Missing  []int  `json:"missing,omitempty"`  // pages nobody has seen, in order
	Repeated []int  `json:"repeated,omitempty"` // pages seen more than once: blank sheets were copied, or signed ones scanned twice
}

// Account takes the forms of all pages that were seen, in any order, and says
// of the sheets printed together which are missing and which came twice,
// ordered by petition. Pages that are no printed sheets are passed over.
func Account(seen []Form) []Printed {
	type printing struct {
		petition string
		of       int
	}
	times := map[printing][]int{} // for each page, from page 1
	for _, f := range seen {
		if f.Page < 1 || f.Page > f.Of {
			continue
		}
		p := printing{f.Petition, f.Of}
		if times[p] == nil {
			times[p] = make([]int, f.Of)
		}
		times[p][f.Page-1]++
	}
	var all []Printed
	for p, pages := range times {
		out := Printed{Petition: p.petition, Of: p.of}
		for i, n := range pages {
			switch {
			case n == 0:
				out.Missing = append(out.Missing, i+1)
			case n > 1:
				out.Repeated = append(out.Repeated, i+1)
			}
		}
		all = append(all, out)
	}
	slices.SortFunc(all, func(a, b Printed) int {
		return cmp.Or(cmp.Compare(a.Petition, b.Petition), cmp.Compare(a.Of, b.Of))
	})
	return all
}

package review

import (
	"slices"
	"strings"
)

// others lists who else reviews, and where.
func (rv *review) others() ([]otherView, error) {
	present := rv.Present()
	if len(present) == 0 {
		return nil, nil
	}
	names, err := rv.Names(rv.ctx)
	if err != nil {
		return nil, err
	}
	var out []otherView
	for account, lineID := range present {
		o := otherView{Name: names[account], Where: "is here"}
		if i := rv.Case.Find(lineID); i >= 0 {
			o.Where = "is at " + place(rv.Case.Line(i))
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b otherView) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (rv *review) head() (headView, error) {
	h := newHeadView(rv.Case, rv.Account)
	var err error
	h.Others, err = rv.others()
	return h, err
}

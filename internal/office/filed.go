package office

import (
	"countersign/extract"
	"countersign/internal/store"
)

// formHere is what the code of a page says, if the page counts where it is.
func formHere(p store.Page) extract.Form {
	if p.FiledUnder != "" || p.Excluded {
		return extract.Form{}
	}
	return extract.Form(p.Form)
}

// account says of the printed sheets among the pages that count here which are missing
// and which came twice.
func account(pages []store.Page) []extract.Printed {
	var seen []extract.Form
	for _, p := range pages {
		seen = append(seen, formHere(p))
	}
	return extract.Account(seen)
}

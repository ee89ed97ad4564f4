package report

import (
	"fmt"
	"strings"

	"countersign/extract"
)

// Printed is what is known of the sheets printed for the petition, or for others
// that lie among its files.
func (p Petition) Printed() []extract.Printed {
	var seen []extract.Form
	for _, f := range p.Files {
		for _, page := range f.Pages {
			seen = append(seen, page.Form)
		}
	}
	return extract.Account(seen)
}

// PrintedRemarks say what people should know of printed sheets: which are missing,
// which came twice. Sheets of the petition own are said to be "this petition's"; with an
// empty own every petition is named.
func PrintedRemarks(printed []extract.Printed, own string) []string {
	var notes, petitions []string
	for _, p := range printed {
		if n := len(petitions); n == 0 || petitions[n-1] != p.Petition {
			petitions = append(petitions, p.Petition)
		}
		name := "petition " + p.Petition
		if own != "" && p.Petition == own {
			name = "this petition"
		}
		if len(p.Missing) > 0 {
			notes = append(notes,
				fmt.Sprintf("Of the %d sheets printed for %s, %s not among the files: see "+
					"whether they were signed.",
					p.Of, name, pages(p.Missing, "is", "are")))
		}
		if len(p.Repeated) > 0 {
			notes = append(notes,
				fmt.Sprintf("Of the %d sheets printed for %s, %s here more than once: blank "+
					"sheets were copied, or signed ones scanned twice.",
					p.Of, name, pages(p.Repeated, "is", "are")))
		}
	}
	switch {
	case len(petitions) > 1:
		notes = append(notes,
			fmt.Sprintf("The files hold sheets of %d petitions, %s: all lines were counted "+
				"together.", len(petitions), strings.Join(petitions, ", ")))
	case len(petitions) == 1 && own != "" && petitions[0] != own:
		notes = append(notes,
			fmt.Sprintf("The sheets were printed for petition %s, which is not known here: their "+
				"lines count with this one.", petitions[0]))
	}
	return notes
}

// pages names pages, such as "pages 3 and 7–12 are".
func pages(numbers []int, one, more string) string {
	var runs []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		switch end - i {
		case 0:
			runs = append(runs, fmt.Sprint(numbers[i]))
		case 1:
			runs = append(runs, fmt.Sprint(numbers[i]), fmt.Sprint(numbers[end]))
		default:
			runs = append(runs, fmt.Sprintf("%d–%d", numbers[i], numbers[end]))
		}
		i = end + 1
	}
	if len(numbers) == 1 {
		return "page " + runs[0] + " " + one
	}
	if n := len(runs); n > 1 {
		runs = append(runs[:n-2], runs[n-2]+" and "+runs[n-1])
	}
	return "pages " + strings.Join(runs, ", ") + " " + more
}

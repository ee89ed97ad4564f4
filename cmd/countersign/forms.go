package main

import (
	"fmt"
	"strings"

	"countersign/extract"
)

// forms are the forms of all pages, in the order of files.
func (p petition) forms() []extract.Form {
	var all []extract.Form
	for _, f := range p.files {
		for _, s := range f.pages {
			all = append(all, s.Form)
		}
	}
	return all
}

// remarks say what people should know of the printed sheets among the files.
func remarks(printed []extract.Printed) []string {
	var notes []string
	var petitions []string
	for _, p := range printed {
		if n := len(petitions); n == 0 || petitions[n-1] != p.Petition {
			petitions = append(petitions, p.Petition)
		}
		if len(p.Missing) > 0 {
			notes = append(notes, fmt.Sprintf("Of the %d sheets printed for petition %s, %s not among the files: see whether they were signed.",
				p.Of, p.Petition, pages(p.Missing, "is", "are")))
		}
		if len(p.Repeated) > 0 {
			notes = append(notes, fmt.Sprintf("Of the %d sheets printed for petition %s, %s here more than once: blank sheets were copied, or signed ones scanned twice.",
				p.Of, p.Petition, pages(p.Repeated, "is", "are")))
		}
	}
	if len(petitions) > 1 {
		notes = append(notes, fmt.Sprintf("The files hold sheets of %d petitions, %s: all lines were counted together.", len(petitions), strings.Join(petitions, ", ")))
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

package main

import "countersign/extract"

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

package register

import (
	"encoding/csv"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

// Public lists the groups that exist on their day, by name.
func Public(groups []Group) []Group {
	out := slices.DeleteFunc(slices.Clone(groups), func(g Group) bool {
		s := g.Status()
		return s != Active && s != Window && s != Renewing
	})
	for i := range out {
		if !WebAddress(out[i].Link) { // an earlier version took any text for one
			out[i].Link = ""
		}
	}
	slices.SortFunc(out, func(a, b Group) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out
}

// WriteCSV writes the public list: name, former names, purpose, staff liaisons,
// link, end of the term.
func WriteCSV(w io.Writer, groups []Group) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"Name", "Formerly", "Purpose", "Staff liaisons", "Link", "Term ends"}}
	for _, g := range groups {
		rows = append(rows, []string{plain(g.Name), plain(strings.Join(g.Former, "; ")),
			plain(g.Purpose), plain(strings.Join(g.Liaisons, "; ")), plain(g.Link),
			g.Term().To.Format(time.DateOnly)})
	}
	return c.WriteAll(rows)
}

// plain keeps a spreadsheet from taking a text for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// WriteHTML writes the public list as a piece of a web page, to be put into any
// site: headings, paragraphs and links without classes or scripts, and of which day it is.
func WriteHTML(w io.Writer, groups []Group, on time.Time) error {
	return page.Execute(w, struct {
		Groups []Group
		On     string
	}{groups, on.Format("January 2, 2006")})
}

var page = template.Must(template.New("list").Parse(`{{range .Groups}}<section>
<h3>{{if .Link}}<a href="{{.Link}}">{{.Name}}</a>{{else}}{{.Name}}{{end}}</h3>
{{if .Former}}<p>Formerly {{range $i, $n := .Former}}{{if $i}}, {{end}}{{$n}}{{end}}.</p>
{{end}}{{if .Purpose}}<p>{{.Purpose}}</p>
{{end}}{{if .Liaisons}}<p>Staff {{if gt (len .Liaisons) 1}}liaisons{{else}}liaison{{end}}: {{range $i, $n := .Liaisons}}{{if $i}}, {{end}}{{$n}}{{end}}.</p>
{{end}}</section>
{{else}}<p>There are no groups at present.</p>
{{end}}<p><small>As of {{.On}}.</small></p>
`))

package registry

import (
	"errors"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"

	"countersign/internal/office"
	"countersign/internal/web/site"
	"countersign/report/letter"
)

// letterTypes are the formats of letters, by the ending of their files.
var letterTypes = map[string]string{"pdf": site.PDFType, "docx": site.DOCXType, "eml": site.EMLType}

type letterView struct {
	office.LetterDraft
	About, Back string // petition or group, and its page
	At          string // of the letter's own page
	Problem     string
	Sends       bool
	Wrote       office.LetterWords // what is in the form
}

func (s *Pages) petitionLetter(w http.ResponseWriter, r *http.Request) error {
	return s.letter(w, r, "petition")
}

func (s *Pages) groupLetter(w http.ResponseWriter, r *http.Request) error {
	return s.letter(w, r, "group")
}

// letter is a letter as a file, or its page, on which it is looked at and edited for this time.
func (s *Pages) letter(w http.ResponseWriter, r *http.Request, of string) error {
	kind, format, isFile := strings.Cut(r.PathValue("file"), ".")
	if r.Method == http.MethodPost {
		if err := site.Form(w, r); err != nil {
			return err
		}
		if format = r.PostFormValue("do"); format == "look" {
			format = ""
		}
		isFile = format != ""
	}
	if letterTypes[format] == "" && (isFile || strings.HasPrefix(r.URL.Path, "/api/")) {
		return site.Problem(http.StatusNotFound,
			"There is no such letter: they end in .pdf, .docx or .eml.")
	}
	q := askedLetter(r, of, kind)
	if !isFile {
		return s.showLetter(w, r, q, http.StatusOK, "")
	}
	d, err := s.Office.Draft(r.Context(), q, site.AccountOf(r))
	if q.Words != (office.LetterWords{}) {
		if why := refusedLetter(err, d.Lacks, d.Mail || format != "eml"); why != "" {
			return s.showLetter(w, r, q, http.StatusUnprocessableEntity, why)
		}
	}
	if err != nil {
		return fmt.Errorf("write a letter: %w", err)
	}
	detail := kind + " " + format
	if d.Edited {
		detail += ", edited"
	}
	return s.Send(w, r, site.Download{Media: letterTypes[format], Action: "letter.written",
		Subject: q.Subject, Detail: detail}, func(out io.Writer) (string, error) {
		return d.WriteAs(format, out)
	})
}

// refusedLetter says on the letter's own page why it does not go out.
func refusedLetter(err error, lacks []string, mail bool) string {
	why := (*office.Refusal)(nil)
	switch {
	case errors.As(err, &why):
		return why.Text
	case err != nil:
		return ""
	case len(lacks) > 0:
		return "Fill in what stands in brackets first: " + strings.Join(lacks, ", ") + "."
	case !mail:
		return "Nobody that the letter goes to has an e-mail address: print it, or write down " +
			"under Next steps where the organizers are written to."
	}
	return ""
}

// askedLetter is the letter that a request is about, with the words of its form.
func askedLetter(r *http.Request, of, kind string) office.LetterAsked {
	q := office.LetterAsked{Of: of, Subject: r.PathValue("id"), Kind: kind}
	if r.Method == http.MethodPost && r.PostForm.Has("text") {
		q.Words = office.LetterWords{Subject: r.PostFormValue("subject"),
			Text: strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")}
	}
	return q
}

func (s *Pages) showLetter(w http.ResponseWriter, r *http.Request, q office.LetterAsked, status int,
	why string) error {
	if !slices.ContainsFunc(s.Office.Letters(), func(l office.LetterChoice) bool {
		return l.Kind == q.Kind
	}) {
		return site.Problem(http.StatusNotFound, "There is no such letter.")
	}
	v := letterView{Problem: why, Sends: s.Mail != nil, At: "/" + q.Of + "s/" + q.Subject +
		"/letters/" + q.Kind, Wrote: q.Words}
	var err error
	v.LetterDraft, err = s.Office.Draft(r.Context(), q, site.AccountOf(r))
	if no := (*office.Refusal)(nil); errors.As(err, &no) && q.Words != (office.LetterWords{}) {
		// an edited one that cannot be: the form keeps it
		status, v.Problem = http.StatusUnprocessableEntity, no.Text
		q.Words = office.LetterWords{}
		v.LetterDraft, err = s.Office.Draft(r.Context(), q, site.AccountOf(r))
	}
	if err != nil {
		return err
	}
	if v.Wrote == (office.LetterWords{}) {
		v.Wrote = v.Words
	}
	if v.About, v.Back, err = s.subject(r.Context(), q.Of, q.Subject); err != nil {
		return err
	}
	return s.Render(w, r, status, "letter", v)
}

// Paper is the text of a letter in paragraphs and lists, with what has to be filled in marked.
func (v letterView) Paper() template.HTML {
	var b strings.Builder
	inList := false
	for _, block := range v.Body {
		if block.Item != inList {
			b.WriteString(map[bool]string{true: "<ul>", false: "</ul>"}[block.Item])
			inList = block.Item
		}
		tag := "p"
		if block.Item {
			tag = "li"
		}
		text := html.EscapeString(block.Text)
		for _, blank := range letter.Blanks(block.Text) {
			place := html.EscapeString("[" + blank + "]")
			text = strings.ReplaceAll(text, place, "<mark>"+place+"</mark>")
		}
		fmt.Fprintf(&b, "<%s>%s</%s>", tag, text, tag)
	}
	if inList {
		b.WriteString("</ul>")
	}
	return template.HTML(b.String())
}

package site

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/store"
)

//go:embed templates static
var files embed.FS

// pages are the templates by name, each with the layout around it.
type pages map[string]*template.Template

// view is what a template is given. Data is the page's own.
type view struct {
	Title   string
	Page    string // name of the template
	Section string // of the navigation
	Account store.Account
	Said    string // what was just done, once
	Path    string
	Data    any
}

// May says whether who looks at the page has one of the roles.
func (v view) May(roles ...string) bool {
	var who Access
	for _, r := range roles {
		who |= AccessOf([]store.Role{store.Role(r)})
	}
	return AccessOf(v.Account.Roles)&who != 0
}

func loadPages() (pages, error) {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	version, err := versions()
	if err != nil {
		return nil, err
	}
	base, err := template.New("base.html").Funcs(funcs(version)).ParseFS(files,
		"templates/base.html", "templates/parts.html")
	if err != nil {
		return nil, fmt.Errorf("read the layout: %w", err)
	}
	out := pages{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "base" || name == "parts" {
			continue
		}
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(files, file)
		}
		if err != nil {
			return nil, fmt.Errorf("read the template %s: %w", name, err)
		}
		out[name] = t
	}
	return out, nil
}

// Render writes a page. It is put together before the first byte is sent, so
// that an error is a whole page too.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, status int, name string,
	data any) error {
	t, ok := s.pages[name]
	if !ok {
		return fmt.Errorf("there is no template %s", name)
	}
	v := view{Page: name, Section: section(r.URL.Path), Account: AccountOf(r), Path: r.URL.Path,
		Data: data}
	v.Said = s.takeSaid(w, r)
	var page bytes.Buffer
	if err := t.ExecuteTemplate(&page, "base.html", v); err != nil {
		return fmt.Errorf("write the page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(marked(page.Bytes())) // who does not listen any more needs no error
	return nil
}

// Part writes a named piece of a page into a string, for live updates.
func (s *Site) Part(page, name string, data any) (string, error) {
	var b strings.Builder
	if err := s.pages[page].ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("write %s of the page %s: %w", name, page, err)
	}
	return b.String(), nil
}

// section is the entry of the navigation under which a path is.
func section(p string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	if first == "petitions" && strings.Contains(rest, "/review") {
		return "review"
	}
	if first == "pages" || first == "uploads" {
		return "petitions"
	}
	return first
}

// Done sends people on after a change, and tells them there what was done.
func (s *Site) Done(w http.ResponseWriter, r *http.Request, to, said string) error {
	if said != "" {
		http.SetCookie(w, &http.Cookie{Name: "said", Value: base64.RawURLEncoding.EncodeToString(
			[]byte(said)), Path: "/", MaxAge: 60, HttpOnly: true, Secure: s.Secure(),
			SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Site) takeSaid(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie("said")
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: "said", Path: "/", MaxAge: -1, HttpOnly: true,
		Secure: s.Secure(), SameSite: http.SameSiteLaxMode})
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(text) > 1000 {
		return ""
	}
	return string(text)
}

// Static serves scripts, styles and icons. Their addresses carry a hash of
// what is in them, so browsers keep them for good.
func (s *Site) Static(w http.ResponseWriter, r *http.Request) error {
	name := "static/" + path.Clean("/" + r.PathValue("file"))[1:]
	data, err := files.ReadFile(name)
	if err != nil {
		return Problem(http.StatusNotFound, "There is no such file.")
	}
	if r.URL.Query().Has("v") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	return nil
}

// versions are the hashes of static files by name.
func versions() (map[string]string, error) {
	out := map[string]string{}
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		sum := sha256.Sum256(data)
		out[strings.TrimPrefix(name, "static/")] = hex.EncodeToString(sum[:6])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the static files: %w", err)
	}
	return out, nil
}

// Form reads a posted form of an ordinary size.
func Form(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	err := r.ParseForm()
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return Problem(http.StatusRequestEntityTooLarge,
			"That is more than a form may hold. Nothing was kept: go back and write less.")
	}
	if err != nil {
		return Problem(http.StatusBadRequest, "The form could not be read: "+err.Error())
	}
	return nil
}

// FormID is the id that a form brings for what it adds, so that a second click adds nothing.
var FormID = regexp.MustCompile(`^[0-9a-f]{24}$`)

// OnceField is the field by which a form that is sent twice is known: each page that is shown has
// another value in each of its forms.
const OnceField = "once"

var postForm = regexp.MustCompile(`<form\b[^>]*\bmethod="post"[^>]*>`)

// marked gives each form of a page that changes something a field of its own. Pieces of pages that
// are drawn anew have none: they would differ each time.
func marked(page []byte) []byte {
	return postForm.ReplaceAllFunc(page, func(tag []byte) []byte {
		return fmt.Appendf(slices.Clip(tag), `<input type="hidden" name="%s" value="%s">`,
			OnceField, NewID())
	})
}

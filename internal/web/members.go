package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
)

// How many members a search shows.
const membersShown = 30

type membersView struct {
	Query     string
	Found     []office.Member
	Current   *store.Snapshot
	Snapshots []store.Snapshot
	Names     map[string]string
	MayImport bool
	Today     string
	Problem   string
}

func (s *Server) membersPage(w http.ResponseWriter, r *http.Request) error {
	return s.showMembers(w, r, http.StatusOK, "")
}

func (s *Server) showMembers(w http.ResponseWriter, r *http.Request, status int, wrong string) (err error) {
	v := membersView{Query: strings.TrimSpace(r.URL.Query().Get("q")), MayImport: may(accountOf(r), byStaff|byAdmin), Today: s.Now().UTC().Format(time.DateOnly), Problem: wrong}
	if v.Snapshots, err = s.Store.Snapshots(r.Context()); err != nil {
		return fmt.Errorf("list snapshots: %w", err)
	}
	if v.Names, err = s.names(r.Context()); err != nil {
		return err
	}
	if len(v.Snapshots) > 0 {
		v.Current = &v.Snapshots[0]
	}
	if v.Query != "" && v.Current != nil {
		if v.Found, err = s.Office.Search(r.Context(), "", v.Query, membersShown); err != nil {
			return fmt.Errorf("search the members: %w", err)
		}
	}
	return s.render(w, r, status, "members", v)
}

// uploadMembers keeps an export, and shows what is in it before it counts.
func (s *Server) uploadMembers(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return problem(http.StatusBadRequest, "Send the export as multipart/form-data.")
	}
	asOf, sum, name := "", "", ""
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return problem(http.StatusBadRequest, "The export did not arrive whole. Please send it again.")
		}
		switch {
		case part.FormName() == "as-of":
			text, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return problem(http.StatusBadRequest, "The form did not arrive whole. Please send it again.")
			}
			asOf = string(text)
		case part.FileName() != "":
			var size int64
			name = fileName(part.FileName())
			sum, size, err = s.Blobs.Put(r.Context(), s.sized(w, part))
			if err = tooLarge(err, s.MaxUpload); err != nil {
				return err
			}
			if size == 0 {
				return s.showMembers(w, r, http.StatusUnprocessableEntity, name+" is empty. Export it again.")
			}
		}
	}
	if sum == "" {
		return s.showMembers(w, r, http.StatusUnprocessableEntity, "Choose the membership export, a CSV or XLSX file.")
	}
	q := url.Values{"name": {name}, "as-of": {asOf}}
	http.Redirect(w, r, "/members/import/"+sum+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

type importView struct {
	office.ImportPreview
	AsOf    string
	Open    int // petitions that could be verified against it
	Problem string
	Chosen  map[string]string // heading → meaning, as a person chose
	More    int               // problems that are not shown
}

func (s *Server) importPage(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, http.StatusOK, r.URL.Query(), "")
}

func (s *Server) showImport(w http.ResponseWriter, r *http.Request, status int, form url.Values, wrong string) error {
	opts, chosen, name, bad := importOptions(form)
	if wrong == "" {
		wrong = bad
	}
	v := importView{AsOf: form.Get("as-of"), Problem: wrong, Chosen: chosen}
	if v.AsOf == "" {
		v.AsOf = s.Now().UTC().Format(time.DateOnly)
	}
	var err error
	if v.ImportPreview, err = s.Office.Preview(r.Context(), r.PathValue("blob"), name, opts); err != nil {
		return fmt.Errorf("look into the export: %w", err)
	}
	v.More = v.ProblemCount - len(v.Problems)
	list, err := s.Office.OpenPetitions(r.Context())
	if err != nil {
		return err
	}
	v.Open = len(list)
	return s.render(w, r, status, "import", v)
}

// importOptions are what the form of the preview says: for each column, by its
// place, the heading and what it means.
func importOptions(form url.Values) (opts office.ImportOptions, chosen map[string]string, name, wrong string) {
	opts.Map, chosen = map[string]string{}, map[string]string{}
	name = fileName(form.Get("name"))
	for i := 0; i < 400; i++ {
		heading := form.Get(fmt.Sprint("heading", i))
		if heading == "" && !form.Has(fmt.Sprint("heading", i)) {
			break
		}
		meaning := form.Get(fmt.Sprint("meaning", i))
		chosen[heading] = meaning
		if meaning == "" {
			continue
		}
		if before, ok := opts.Map[meaning]; ok && (meaning == "email" || meaning == "street") {
			opts.Map[meaning] = before + "\n" + heading
			continue
		} else if ok && before != heading {
			wrong = fmt.Sprintf("Two columns, %q and %q, are given the same meaning: choose one.", before, heading)
			continue
		}
		opts.Map[meaning] = heading
	}
	if text := form.Get("as-of"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			wrong = fmt.Sprintf("%q is no date: write the day of the export, such as 2026-11-01.", text)
		}
		opts.AsOf = day
	}
	opts.AcceptLosses = form.Get("accept-losses") == "yes"
	return opts, chosen, name, wrong
}

func (s *Server) importMembers(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	opts, _, name, wrong := importOptions(r.PostForm)
	if wrong != "" {
		return s.showImport(w, r, http.StatusUnprocessableEntity, r.PostForm, wrong)
	}
	if opts.AsOf.IsZero() {
		opts.AsOf = s.Now().UTC().Truncate(24 * time.Hour)
	}
	snap, err := s.Office.Import(r.Context(), r.PathValue("blob"), name, opts, accountOf(r).ID)
	var refused *office.Refusal
	if errors.As(err, &refused) {
		return s.showImport(w, r, http.StatusUnprocessableEntity, r.PostForm, refused.Text)
	}
	if err != nil {
		return fmt.Errorf("import the members: %w", err)
	}
	said := fmt.Sprintf("%s was taken in: %s.", name, plural(snap.Members, "member", "members"))
	if r.PostFormValue("use") != "" {
		n, err := s.Office.UseExport(r.Context(), snap.ID, accountOf(r).ID)
		if err != nil {
			return err
		}
		said += " " + upperFirst(plural(n, "petition is", "petitions are")) + " verified against it now."
	}
	return s.done(w, r, "/members", said)
}

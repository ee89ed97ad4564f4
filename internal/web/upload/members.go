package upload

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
	"countersign/verify/roll"
)

// How many members a search shows.
const membersShown = 30

type membersView struct {
	Query     string
	Found     []office.Member
	More      bool // than are shown
	Current   *store.Snapshot
	Snapshots []store.Snapshot
	Names     map[string]string
	MayImport bool
	Today     string
	Problem   string
}

func (s *Pages) membersPage(w http.ResponseWriter, r *http.Request) error {
	return s.showMembers(w, r, http.StatusOK, "")
}

func (s *Pages) showMembers(w http.ResponseWriter, r *http.Request, status int,
	wrong string) (err error) {
	v := membersView{Query: strings.TrimSpace(r.URL.Query().Get("q")),
		MayImport: site.May(site.AccountOf(r), site.ByStaff|site.ByAdmin),
		Today:     s.Now().UTC().Format(time.DateOnly), Problem: wrong}
	if v.Snapshots, err = s.Store.Snapshots(r.Context()); err != nil {
		return fmt.Errorf("list snapshots: %w", err)
	}
	if v.Names, err = s.Names(r.Context()); err != nil {
		return err
	}
	if len(v.Snapshots) > 0 {
		if i := slices.IndexFunc(v.Snapshots, func(x store.Snapshot) bool {
			return x.WithdrawnAt.IsZero()
		}); i >= 0 {
			v.Current = &v.Snapshots[i]
		}
	}
	if v.Query != "" && v.Current != nil {
		if v.Found, err = s.Office.Search(r.Context(), "", v.Query, membersShown+1); err != nil {
			return fmt.Errorf("search the members: %w", err)
		}
		if v.More = len(v.Found) > membersShown; v.More {
			v.Found = v.Found[:membersShown]
		}
	}
	return s.Render(w, r, status, "members", v)
}

// CurrentID is the id of the export in use, empty for none.
func (v membersView) CurrentID() string {
	if v.Current == nil {
		return ""
	}
	return v.Current.ID
}

// uploadMembers keeps an export, and shows what is in it before it counts.
func (s *Pages) uploadMembers(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return site.Problem(http.StatusBadRequest, "Send the export as multipart/form-data.")
	}
	asOf, sum, name := "", "", ""
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return site.Problem(http.StatusBadRequest,
				"The export did not arrive whole. Please send it again.")
		}
		switch {
		case part.FormName() == "as-of":
			text, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return site.Problem(http.StatusBadRequest,
					"The form did not arrive whole. Please send it again.")
			}
			asOf = string(text)
		case part.FileName() != "":
			var size int64
			name = FileName(part.FileName())
			sum, size, err = s.Blobs.Put(r.Context(), s.Sized(w, part))
			if err = TooLarge(err, s.MaxUpload); err != nil {
				return err
			}
			if size == 0 {
				return s.showMembers(w, r, http.StatusUnprocessableEntity,
					name+" is empty. Export it again.")
			}
		}
	}
	if sum == "" {
		return s.showMembers(w, r, http.StatusUnprocessableEntity,
			"Choose the membership export, a CSV or XLSX file.")
	}
	q := url.Values{"name": {name}, "as-of": {asOf}}
	http.Redirect(w, r, "/members/import/"+sum+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

type importView struct {
	office.ImportPreview
	AsOf    string
	Sheet   string // that was chosen
	Open    int    // petitions that could be verified against it
	Problem string
	Chosen  map[string]string // heading → meaning, as a person chose
	More    int               // problems that are not shown
}

// Read are the sheets of a workbook that are read.
func (v importView) Read() (out []string) {
	for _, sheet := range v.Sheets {
		if sheet.Read {
			out = append(out, sheet.Name)
		}
	}
	return out
}

func (s *Pages) importPage(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, http.StatusOK, r.URL.Query(), "")
}

func (s *Pages) showImport(w http.ResponseWriter, r *http.Request, status int, form url.Values,
	wrong string) error {
	opts, chosen, name, bad := ImportOptions(form)
	if wrong == "" {
		wrong = bad
	}
	v := importView{AsOf: form.Get("as-of"), Sheet: opts.Sheet, Problem: wrong, Chosen: chosen}
	if v.AsOf == "" {
		v.AsOf = s.Now().UTC().Format(time.DateOnly)
	}
	var err error
	if v.ImportPreview, err = s.Office.Preview(r.Context(), r.PathValue("blob"), name,
		opts); err != nil {
		return fmt.Errorf("look into the export: %w", err)
	}
	v.More = v.ProblemCount - len(v.Problems)
	list, err := s.Office.OpenPetitions(r.Context(), site.SightIn(r.Context()))
	if err != nil {
		return err
	}
	v.Open = len(list)
	return s.Render(w, r, status, "import", v)
}

// ImportOptions are what the form of the preview says: for each column, by its
// place, the heading and what it means.
func ImportOptions(form url.Values) (opts office.ImportOptions, chosen map[string]string, name,
	wrong string) {
	opts.Map, chosen = map[string]string{}, map[string]string{}
	var unused []string
	name = FileName(form.Get("name"))
	for i := 0; i < 400; i++ {
		heading := form.Get(fmt.Sprint("heading", i))
		if heading == "" && !form.Has(fmt.Sprint("heading", i)) {
			break
		}
		meaning := form.Get(fmt.Sprint("meaning", i))
		if meaning == "" {
			unused = append(unused, heading)
			continue
		}
		chosen[heading] = meaning
		if before, ok := opts.Map[meaning]; ok && (meaning == "email" || meaning == "street") {
			opts.Map[meaning] = before + "\n" + heading
			continue
		} else if ok && before != heading {
			wrong = fmt.Sprintf("Two columns, %q and %q, are given the same meaning: choose one.",
				before, heading)
			continue
		}
		opts.Map[meaning] = heading
	}
	// What a person left unused stays so, whatever its heading seems to say.
	unused = slices.DeleteFunc(unused, func(heading string) bool {
		return chosen[heading] != "" || heading == ""
	})
	if len(unused) > 0 {
		opts.Map[string(roll.Unused)] = strings.Join(unused, "\n")
	}
	opts.Sheet = form.Get("sheet")
	if text := form.Get("as-of"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			wrong = fmt.Sprintf("%q is no date: write the day of the export, such as 2026-11-01.",
				text)
		}
		opts.AsOf = day
	}
	opts.AcceptLosses = form.Get("accept-losses") == "yes"
	return opts, chosen, name, wrong
}

func (s *Pages) importMembers(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	opts, _, name, wrong := ImportOptions(r.PostForm)
	if wrong != "" {
		return s.showImport(w, r, http.StatusUnprocessableEntity, r.PostForm, wrong)
	}
	if opts.AsOf.IsZero() {
		opts.AsOf = s.Now().UTC().Truncate(24 * time.Hour)
	}
	snap, err := s.Office.Import(r.Context(), r.PathValue("blob"), name, opts, site.AccountOf(r).ID)
	var refused *office.Refusal
	if errors.As(err, &refused) {
		return s.showImport(w, r, http.StatusUnprocessableEntity, r.PostForm, refused.Text)
	}
	if err != nil {
		return fmt.Errorf("import the members: %w", err)
	}
	said := fmt.Sprintf("%s was taken in: %s.", name, site.Plural(snap.Members, "member",
		"members"))
	if r.PostFormValue("use") != "" {
		n, err := s.Office.UseExport(r.Context(), site.SightIn(r.Context()), snap.ID,
			site.AccountOf(r).ID)
		if err != nil {
			return err
		}
		said += " " + site.UpperFirst(site.Plural(n, "petition is", "petitions are")) +
			" verified against it now."
	}
	return s.Done(w, r, "/members", said)
}

type withdrawView struct {
	office.ExportUse
	Names map[string]string
}

// withdrawPage says what withdrawing an export changes, before it is done.
func (s *Pages) withdrawPage(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Office.ExportUse(r.Context(), site.SightIn(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	names, err := s.Names(r.Context())
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, "withdraw", withdrawView{u, names})
}

func (s *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Office.WithdrawExport(r.Context(), site.SightIn(r.Context()), r.PathValue("id"),
		site.AccountOf(r).ID)
	if err != nil {
		return err
	}
	said := "The export was withdrawn."
	if n > 0 {
		said += " " + site.UpperFirst(site.Plural(n, "petition goes", "petitions go")) +
			" back to the export before."
	}
	return s.Done(w, r, "/members", said)
}

func (s *Pages) restoreExport(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.RestoreExport(r.Context(), r.PathValue("id"),
		site.AccountOf(r).ID); err != nil {
		return err
	}
	return s.Done(w, r, "/members",
		"The export is in use again. Petitions stay with the one that they have.")
}

// exportBefore takes a petition back to the export before.
func (s *Pages) exportBefore(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	before, err := s.Office.UseExportBefore(r.Context(), id, site.AccountOf(r).ID)
	if err != nil {
		return err
	}
	return s.Done(w, r, "/petitions/"+id, "The petition is verified against "+before.Name+" again.")
}

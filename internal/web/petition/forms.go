package petition

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"countersign/extract"
	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// formRoutes are those of the forms that people gave a name to.
func (s *Pages) formRoutes() []site.Route {
	const keepers = site.ByStaff | site.ByChair | site.ByAdmin
	return []site.Route{
		site.On("GET /forms", keepers, s.formsPage),
		site.On("POST /forms", keepers, s.importForms),
		site.On("GET /forms.json", keepers, s.exportForms),
		site.On("GET /forms/{id}/picture", keepers, s.formPicture),
		site.On("POST /forms/{id}/name", keepers, s.renameForm),
		site.On("POST /forms/{id}/remove", keepers, s.removeForm),
		site.On("POST /pages/{id}/form", keepers, s.keepForm),
	}
}

type formsView struct {
	Forms   []formView
	Problem string
}

type formView struct {
	office.Form
	Who     string
	Columns []formColumn
}

// formColumn is a heading and what the column below it holds, in words.
type formColumn struct{ Heading, Holds string }

func (s *Pages) formsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showForms(w, r, http.StatusOK, "")
}

func (s *Pages) showForms(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	forms, err := s.Office.Forms(r.Context())
	if err != nil {
		return fmt.Errorf("list the forms: %w", err)
	}
	names, err := s.Names(r.Context())
	if err != nil {
		return err
	}
	words := map[string]string{}
	for _, f := range office.ColumnFields() {
		words[f.Key] = f.Word
	}
	v := formsView{Problem: wrong}
	for _, f := range forms {
		view := formView{Form: f, Who: names[f.By]}
		for _, c := range f.Columns {
			column := formColumn{c.Heading, words[c.Field]}
			if c.Second != "" {
				column.Holds += ", " + words[c.Second]
			}
			view.Columns = append(view.Columns, column)
		}
		v.Forms = append(v.Forms, view)
	}
	return s.Render(w, r, status, "forms", v)
}

func (s *Pages) keepForm(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	if err := s.Office.KeepForm(r.Context(), r.PathValue("id"), r.PostFormValue("name"),
		site.AccountOf(r)); err != nil {
		return err
	}
	return s.Done(w, r, "/forms", "The form was kept: pages with these headings are read by it.")
}

// importForms takes a file of forms from another office.
func (s *Pages) importForms(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, extract.MaxFormsFile)
	file, _, err := r.FormFile("file")
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return s.showForms(w, r, http.StatusRequestEntityTooLarge, fmt.Sprintf(
			"The file is larger than %d MB, which no export of forms is: choose another.",
			extract.MaxFormsFile>>20))
	}
	if err != nil {
		return s.showForms(w, r, http.StatusUnprocessableEntity,
			"Choose a file of forms, as another office exported it.")
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return site.Problem(http.StatusBadRequest,
			"The file did not arrive whole. Please send it again.")
	}
	n, replaced, err := s.Office.ImportForms(r.Context(), data, site.AccountOf(r))
	if no := (*office.Refusal)(nil); errors.As(err, &no) {
		return s.showForms(w, r, site.StatusOf(no.Kind), no.Text)
	}
	if err != nil {
		return err
	}
	said := site.UpperFirst(site.Plural(n, "form was", "forms were")) + " taken in."
	if replaced > 0 {
		said += fmt.Sprintf(" %d of them replaced one of the same name.", replaced)
	}
	return s.Done(w, r, "/forms", said)
}

func (s *Pages) exportForms(w http.ResponseWriter, r *http.Request) error {
	data, err := s.Office.ExportForms(r.Context())
	if err != nil {
		return fmt.Errorf("export the forms: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="forms.json"`)
	_, err = w.Write(data)
	return err
}

func (s *Pages) formPicture(w http.ResponseWriter, r *http.Request) error {
	picture, err := s.Store.KnownFormPicture(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if len(picture) == 0 {
		return site.Problem(http.StatusNotFound, "There is no picture.")
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, err = w.Write(picture)
	return err
}

func (s *Pages) renameForm(w http.ResponseWriter, r *http.Request) error {
	if err := site.Form(w, r); err != nil {
		return err
	}
	if err := s.Office.RenameForm(r.Context(), r.PathValue("id"), r.PostFormValue("name"),
		site.AccountOf(r)); err != nil {
		return err
	}
	return s.Done(w, r, "/forms", "The form was renamed.")
}

func (s *Pages) removeForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.RemoveForm(r.Context(), r.PathValue("id"), site.AccountOf(r)); err != nil {
		return err
	}
	return s.Done(w, r, "/forms", "The form was removed. What was read by it stays as it is.")
}

// formName proposes a name for the form of a page: that of the petition, unless a form has it.
func formName(petition string, forms []store.KnownForm) string {
	if slices.ContainsFunc(forms, func(f store.KnownForm) bool { return f.Name == petition }) {
		return ""
	}
	return petition
}

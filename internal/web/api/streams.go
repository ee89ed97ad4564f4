package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/office"
	"countersign/internal/web/site"
	"countersign/internal/web/upload"
)

// Files go by as streams, so that a large one takes no memory. huma does not carry
// them; what it says of itself has them nevertheless.

// streams describes what does not go through huma.
type streams struct{ *huma.OpenAPI }

func (d streams) describe() {
	d.add("PUT /api/petitions/{id}/files/{name}", "put-file", "Files",
		"Add a file: the body is the file", huma.Operation{
			Description: "201 where the file is new, 200 where it was here already. For example: " +
				"curl -T sheet.pdf -H 'Authorization: Bearer …' …/files/sheet.pdf",
			Parameters: inPath("id", "name"), RequestBody: sent(binary("application/octet-stream",
				site.PDFType, "image/tiff", "image/jpeg", "image/png")),
			Responses: d.answer("201", "Added", Upload{}),
		})
	d.add("POST /api/petitions/{id}/files", "post-files", "Files", "Add files as a form does",
		huma.Operation{
			Parameters: inPath("id"),
			RequestBody: sent(map[string]*huma.MediaType{"multipart/form-data": {
				Schema: &huma.Schema{
					Type: "object", Properties: map[string]*huma.Schema{"file": {Type: "array",
						Items: &huma.Schema{Type: "string", Format: "binary"}}}}}}),
			Responses: d.answer("201", "Added, or here already", []Upload{}),
		})
	d.add("PUT /api/snapshots/{name}", "put-snapshot", "Members",
		"Take in a membership export: the body is the CSV or XLSX file", huma.Operation{
			Parameters: append(inPath("name"), inQuery("as_of", "date",
				"the day that it speaks of; today where it is not said"),
				inQuery("accept_losses", "",
					"yes to take an export of which much is left out or doubtful, and which is "+
						"refused otherwise")),
			RequestBody: sent(binary("text/csv", site.SheetType)), Responses: d.answer("201",
				"Taken in", Snapshot{}),
		})
	d.add("POST /api/petitions/{id}/findings", "add-finding", "Review",
		"Say what a person found of a line", huma.Operation{
			Parameters: inPath("id"), RequestBody: sent(map[string]*huma.MediaType{
				"application/json": {
					Schema: d.schema(office.Found{})}}),
			Responses: d.answers("204", &huma.Response{Description: "Taken"}),
		})
	d.add("GET /api/petitions/{id}/reports/{kind}", "get-report", "Reports",
		"A workbook: coo, with signers' data, or council, without", huma.Operation{
			Parameters: []*huma.Param{inPath("id")[0], {Name: "kind", In: "path", Required: true,
				Schema: &huma.Schema{Type: "string", Enum: []any{office.COOReport,
					office.CouncilReport}}}},
			Responses: d.file("The workbook", site.SheetType),
		})
	d.describeRegister()
}

// add describes what a row of the table of routes serves.
func (d streams) add(pattern, id, tag, summary string, op huma.Operation) {
	op.Method, op.Path, _ = strings.Cut(pattern, " ")
	op.OperationID, op.Tags, op.Summary = id, []string{tag}, summary
	d.AddOperation(&op)
}

func (d streams) schema(v any) *huma.Schema {
	t := reflect.TypeOf(v)
	return d.Components.Schemas.Schema(t, true, site.UpperFirst(t.Name()))
}

// answers are those of an operation: of success, and the one of all errors.
func (d streams) answers(status string, r *huma.Response) map[string]*huma.Response {
	return map[string]*huma.Response{status: r, "default": {Description: "Error",
		Content: map[string]*huma.MediaType{"application/problem+json": {
			Schema: d.schema(huma.ErrorModel{})}}}}
}

func (d streams) answer(status, text string, v any) map[string]*huma.Response {
	return d.answers(status, &huma.Response{Description: text, Content: map[string]*huma.MediaType{
		"application/json": {Schema: d.schema(v)}}})
}

func (d streams) file(text string, types ...string) map[string]*huma.Response {
	return d.answers("200", &huma.Response{Description: text, Content: binary(types...)})
}

func sent(content map[string]*huma.MediaType) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: content}
}

func binary(types ...string) map[string]*huma.MediaType {
	out := map[string]*huma.MediaType{}
	for _, t := range types {
		out[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	return out
}

func inPath(names ...string) (out []*huma.Param) {
	for _, n := range names {
		out = append(out, &huma.Param{Name: n, In: "path", Required: true,
			Schema: &huma.Schema{Type: "string"}})
	}
	return out
}

func inQuery(name, format, text string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: text,
		Schema: &huma.Schema{Type: "string", Format: format}}
}

// putFile takes a file as the whole body, which every scanner's script can send.
func (s *Server) putFile(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !s.intake.MayUpload(site.AccountOf(r).ID) {
		return upload.ErrTooMany
	}
	t, err := s.intake.Take(r.Context(), p.ID, upload.FileName(r.PathValue("name")),
		site.AccountOf(r).ID, s.intake.Sized(w, r.Body))
	if err = upload.TooLarge(err, s.MaxUpload); err != nil {
		return err
	}
	status := http.StatusCreated
	if t.Same {
		status = http.StatusOK
	}
	return answerJSON(w, status, newUpload(t.Upload, t.Same))
}

func (s *Server) postFiles(w http.ResponseWriter, r *http.Request) error {
	list, err := s.intake.TakeMultipart(w, r)
	if err != nil {
		return err
	}
	out := make([]Upload, 0, len(list))
	for _, t := range list {
		out = append(out, newUpload(t.Upload, t.Same))
	}
	return answerJSON(w, http.StatusCreated, out)
}

func (s *Server) putSnapshot(w http.ResponseWriter, r *http.Request) error {
	opts, _, name, wrong := upload.ImportOptions(url.Values{"name": {r.PathValue("name")},
		"as-of":         {r.URL.Query().Get("as_of")},
		"accept-losses": {r.URL.Query().Get("accept_losses")}})
	if wrong != "" {
		return site.Problem(http.StatusUnprocessableEntity, wrong)
	}
	if opts.AsOf.IsZero() {
		opts.AsOf = s.Now().UTC().Truncate(24 * time.Hour)
	}
	sum, _, err := s.Blobs.Put(r.Context(), s.intake.Sized(w, r.Body))
	if err = upload.TooLarge(err, s.MaxUpload); err != nil {
		return err
	}
	snap, err := s.Office.Import(r.Context(), sum, name, opts, site.AccountOf(r).ID)
	var refused *office.Refusal
	if errors.As(err, &refused) {
		return site.Problem(http.StatusUnprocessableEntity, refused.Text)
	}
	if err != nil {
		return fmt.Errorf("import the members: %w", err)
	}
	return answerJSON(w, http.StatusCreated, newSnapshot(snap))
}

// addFinding takes a finding under the rules of the review page.
func (s *Server) addFinding(w http.ResponseWriter, r *http.Request) error {
	var f office.Found
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil && err != io.EOF {
		return site.Problem(http.StatusBadRequest, "The finding could not be read: "+err.Error())
	}
	rv, err := s.Office.Review(r.Context(), r.PathValue("id"), site.AccountOf(r))
	if err != nil {
		return err
	}
	if f.ID == "" {
		f.ID = office.NewFindingID(site.AccountOf(r))
	}
	if err := rv.Find(r.Context(), f); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func answerJSON(w http.ResponseWriter, status int, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
	return nil
}

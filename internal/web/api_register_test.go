package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/web/api"

	gocmp "github.com/google/go-cmp/cmp"
)

// ask sends JSON as a script does, and reads the answer into out where there is one.
func (c *client) ask(method, path string, in, out any, status int) answer {
	c.t.Helper()
	body := ""
	if in != nil {
		body = string(must(json.Marshal(in)))
	}
	a := c.do(method, path, strings.NewReader(body), "Content-Type", "application/json").want(c.t,
		status)
	if out != nil {
		if err := json.Unmarshal([]byte(a.body), out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	return a
}

// A script takes the steps that the page of a petition offers, under the same rules.
func TestAPILife(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.onAgenda()
	chair, to, today := sv.client("chair"), "/api/petitions/"+p.ID+"/life",
		sv.Today().Format(time.DateOnly)
	var life api.Life
	chair.ask("GET", to, nil, &life, 200)
	kinds := kindsOf(life.Steps)
	if life.PetitionID != p.ID || life.State != "agenda" || *life.Since != today ||
		!slices.Contains(kinds, "approve") || !life.Checklist[0].Found || len(life.Happened) != 5 {
		t.Errorf("%+v", life)
	}
	refused := chair.ask("POST", to, api.NewStep{Kind: "approve", On: today,
		Words: map[string]string{"rationale": "Because."}}, nil, 422)
	if !strings.Contains(refused.body, "Fill in") ||
		refused.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("refused with %s", refused.body)
	}
	chair.ask("POST", to, api.NewStep{Kind: "approve", On: "20.11.2026"}, nil, 422)
	chair.ask("POST", to, map[string]string{"kind": "approve", "day": today}, nil, 422)
	words := map[string]string{"vote": " 7 to 0 ", "rationale": "Because.", "overlap": "none"}
	chair.ask("POST", to, api.NewStep{Kind: "approve", On: today, Words: words}, &life, 200)
	last := life.Happened[len(life.Happened)-1]
	if last.Kind != "approve" || last.On != today || last.By != "account-chair" ||
		last.Words["vote"] != "7 to 0" || life.State != "approved" {
		t.Errorf("%+v", last)
	}
	if got := chair.get("/api/petitions/"+p.ID+"/letters/approval.pdf").want(t,
		200).body; !strings.HasPrefix(got, "%PDF-") {
		t.Errorf("the letter is %.20q", got)
	}
	if a := chair.get("/api/petitions/"+p.ID+"/letters/approval.eml").want(t,
		422); !strings.Contains(a.body, "e-mail address") ||
		a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("refused with %s", a.body)
	}
	chair.ask("POST", to, api.NewStep{Undoes: last.ID}, &life, 200)
	if life.State != "agenda" {
		t.Errorf("taken back it is %s", life.State)
	}
	chair.ask("GET", "/api/petitions/nowhere/life", nil, nil, 404)
	chair.ask("POST", "/api/petitions/nowhere/life", api.NewStep{Kind: "approve"}, nil, 404)
	sv.client("verifier").ask("GET", to, nil, nil, 403)
}

// Groups and what is due of them, as pages show them.
func TestAPIGroups(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.established()
	staff, at, today := sv.client("staff"), "/api/groups/"+p.ID, sv.Today()
	var list []api.Group
	staff.ask("GET", "/api/groups", nil, &list, 200)
	if len(list) != 1 || list[0].Name != "Seed Libraries" ||
		*list[0].End != dayText(today.AddDate(3, 0, -1)) || list[0].Ended != nil ||
		list[0].Terms[0].From != dayText(today) || len(list[0].Reports) != 0 {
		t.Errorf("%+v", list)
	}
	var group api.GroupLife
	staff.ask("GET", at, nil, &group, 200)
	kinds := kindsOf(group.Steps)
	if group.Name != "Seed Libraries" || !slices.Contains(kinds, "rename") ||
		len(group.Tasks) == 0 || !slices.ContainsFunc(group.Letters, func(l api.Letter) bool {
		return l.Kind == "renewal-reminder" && l.Title == "Reminder of renewal" && len(l.Lacks) == 0
	}) {
		t.Errorf("%+v", group)
	}
	staff.ask("POST", at, api.NewStep{Kind: "rename", On: dayText(today), Words: map[string]string{
		"name": "Seeds"}}, &group, 200)
	if group.Name != "Seeds" || !slices.Contains(group.Former, "Seed Libraries") {
		t.Errorf("%+v", group)
	}
	staff.ask("POST", "/api/groups/none", api.NewStep{Kind: "rename", On: "2027-01-02"}, nil, 404)
	staff.ask("GET", "/api/groups/none", nil, nil, 404)
	staff.get(at+"/letters/renewal-reminder.docx").want(t, 200)
	staff.get(at+"/letters/renewal-reminder.exe").want(t, 404)
	var tasks []api.Task
	staff.ask("GET", "/api/worklist", nil, &tasks, 200)
	if !slices.ContainsFunc(tasks, func(x api.Task) bool {
		return x.Of == "group" && x.Subject == p.ID && x.Key == group.Tasks[0].Key
	}) {
		t.Errorf("%+v", tasks)
	}
	for path, want := range map[string]string{"council.xlsx": "PK", "council.pdf": "%PDF-",
		"coo.xlsx?from=2026-01-01&to=2026-12-30": "PK"} {
		if got := staff.get("/api/reports/"+path).want(t, 200).body; !strings.HasPrefix(got, want) {
			t.Errorf("%s begins %.20q", path, got)
		}
	}
	staff.get("/api/reports/coo.xlsx?from=2026-06-30&to=2026-01-01").want(t, 422)
}

// A count is certified once as it is, and again only with a reason.
func TestAPITallies(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	chair, to := sv.client("chair"), "/api/petitions/"+p.ID+"/tallies"
	var list []api.Tally
	chair.ask("GET", to, nil, &list, 200)
	if len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if a := chair.ask("POST", to, struct{}{}, nil, 409); !strings.Contains(a.body,
		"still uncertain") {
		t.Errorf("refused with %s", a.body)
	}
	p.Rules = "threshold: 10"
	check0(t, sv.Store.SetPetition(t.Context(), p))
	sv.client("staff").ask("POST", to, struct{}{}, nil, 403)
	var st api.Statement
	chair.ask("GET", "/api/petitions/"+p.ID+"/statement", nil, &st, 200)
	if len(st.Hinders) > 0 || st.HandedIn || st.Count.Valid != 14 || st.Pages != 3 ||
		st.Export == "" {
		t.Errorf("to be certified: %+v", st)
	}
	chair.ask("POST", to, map[string]any{"seen": "another", "hand_in": true}, nil, 409)
	chair.ask("POST", to, map[string]any{"seen": st.Seen}, nil, 409) // nothing was handed in yet
	var tally api.Tally
	chair.ask("POST", to, map[string]any{"seen": st.Seen, "hand_in": true}, &tally, 200)
	if tally.Count.Valid != 14 || tally.Count.Required != 10 || tally.By != "account-chair" ||
		tally.PetitionID != p.ID || tally.Stays == "" {
		// its receipt was not acknowledged
		t.Errorf("%+v", tally)
	}
	chair.ask("POST", to, struct{}{}, nil, 422)
	chair.ask("POST", to, map[string]string{"reason": "Counted before the last sheets."}, nil, 200)
	sv.client("verifier").ask("GET", to, nil, &list, 200)
	if len(list) != 2 || list[0].Supersedes != tally.ID || list[0].Reason == "" {
		t.Errorf("%+v", list)
	}
	chair.ask("GET", "/api/petitions/nowhere/tallies", nil, nil, 404)
}

// The tables of conferences and offices are replaced whole or not at all.
func TestAPITables(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	staff := sv.client("staff")
	var conferences []api.Conference
	staff.ask("PUT", "/api/conferences", []api.Conference{conference("Annual 2027", "2027-06-24",
		"2027-06-29", " Chicago ", ""), conference("Online", "2027-07-02", "2027-07-02", "",
		"2026-2027")}, &conferences, 200)
	if diff := gocmp.Diff([]api.Conference{conference("Annual 2027", "2027-06-24", "2027-06-29",
		"Chicago", ""), conference("Online", "2027-07-02", "2027-07-02", "", "2026-2027")},
		conferences); diff != "" {
		t.Error(diff)
	}
	if a := staff.ask("PUT", "/api/conferences", []api.Conference{conference("Annual 2027",
		"2027-06-24", "2027-06-01", "", "")}, nil, 422); !strings.Contains(a.body,
		"Row 1: write the last day") {
		t.Errorf("refused with %s", a.body)
	}
	staff.ask("GET", "/api/conferences", nil, &conferences, 200)
	if len(conferences) != 2 {
		t.Errorf("%+v", conferences)
	}
	var offices []api.Office
	staff.ask("PUT", "/api/offices", []api.Office{{Key: "chair", Name: "Dana Whitlock",
		From: "2026-07-01", Email: "dana@example.org"}}, &offices, 200)
	staff.ask("PUT", "/api/offices", []api.Office{{Key: "chair", Name: "Dana Whitlock",
		From: "2026-07-01", Email: "dana"}}, nil, 422)
	staff.ask("PUT", "/api/offices", []api.Office{{Key: "king", Name: "Dana Whitlock",
		From: "2026-07-01", Email: ""}}, nil, 422)
	if diff := gocmp.Diff([]api.Office{{Key: "chair", Name: "Dana Whitlock", From: "2026-07-01",
		Email: "dana@example.org"}}, offices); diff != "" {
		t.Error(diff)
	}
	sv.client("chair").ask("PUT", "/api/offices", []api.Office{}, nil, 403)
	if page := sv.client("admin").get("/settings/calendar").want(t, 200).body; !strings.Contains(
		page, `value="Dana Whitlock"`) {
		t.Error("the page does not show what the API has set")
	}
}

// The description holds together: what it refers to is there, every part of a path is
// described, every operation says what it answers and what an error looks like.
func TestAPIDescription(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	text := sv.client("").get("/api/openapi.json").want(t, 200).body
	var whole struct {
		Components struct{ Schemas map[string]any }
	}
	check0(t, json.Unmarshal([]byte(text), &whole))
	for _, ref := range regexp.MustCompile(
		`"\$ref": "#/components/schemas/([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if whole.Components.Schemas[ref[1]] == nil {
			t.Errorf("%s is nowhere described", ref[1])
		}
	}
	ids := map[string]bool{}
	for path, item := range sv.api.Spec().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post,
			"PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op == nil {
				continue
			}
			if ids[op.OperationID] || op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s is %q, %q, %v", method, path, op.OperationID, op.Summary, op.Tags)
			}
			ids[op.OperationID] = true
			var parts, described []string
			for _, p := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
				parts = append(parts, p[1])
			}
			for _, p := range op.Parameters {
				if p.In == "path" {
					described = append(described, p.Name)
				}
			}
			if !slices.Equal(parts, described) {
				t.Errorf("%s %s describes the parts %v of its path", method, path, described)
			}
			if op.Responses["default"] == nil || !slices.ContainsFunc([]int{200, 201, 204},
				func(n int) bool { return op.Responses[fmt.Sprint(n)] != nil }) {
				t.Errorf("%s %s does not say what it answers", method, path)
			}
			if writes := method == http.MethodPut || method == http.MethodPatch; writes &&
				op.RequestBody == nil {
				t.Errorf("%s %s does not say what it takes", method, path)
			}
		}
	}
}

// What is answered is what was described: no field is missing, and none is there that is not
// in the description.
func TestAPIAnswersAsDescribed(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.established()
	admin := sv.client("admin")
	admin.ask("PUT", "/api/conferences", []api.Conference{conference("Annual 2027", "2027-06-24",
		"2027-06-29", "Chicago", "")}, nil, 200)
	admin.ask("PUT", "/api/offices", []api.Office{{Key: "chair", Name: "Dana Whitlock",
		From: "2026-07-01", Email: "dana@example.org"}}, nil, 200)
	sv.fails(p)
	upload := must(sv.Store.Uploads(t.Context(), p.ID))[0]
	line := must(sv.Store.Lines(t.Context(), p.ID))[0]
	fill := strings.NewReplacer("/petitions/{id}", "/petitions/"+p.ID, "/groups/{id}", "/groups/"+
		p.ID, "/uploads/{id}", "/uploads/"+upload.ID, "/pages/{id}", "/pages/"+line.PageID,
		"{line}", line.ID)
	asked := 0
	for path, item := range sv.api.Spec().Paths {
		if item.Get == nil || item.Get.Responses["200"].Content["application/json"] == nil {
			continue
		}
		asked++
		t.Run(path, func(t *testing.T) {
			query := ""
			if path == "/api/members" {
				query = "?q=a"
			}
			body := admin.get(fill.Replace(path)+query).want(t, 200).body
			var v any
			check0(t, json.Unmarshal([]byte(body), &v))
			var found huma.ValidateResult
			huma.Validate(sv.api.Spec().Components.Schemas,
				item.Get.Responses["200"].Content["application/json"].Schema,
				huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &found)
			for _, err := range found.Errors {
				t.Error(err)
			}
		})
	}
	if asked < 15 {
		t.Errorf("only %d operations were asked", asked)
	}
}

func dayText(t time.Time) string { return t.Format(time.DateOnly) }

func kindsOf(steps []api.Step) (kinds []string) {
	for _, s := range steps {
		kinds = append(kinds, s.Kind)
	}
	return kinds
}

func conference(name, from, to, place, council string) api.Conference {
	return api.Conference{Name: name, From: from, To: to, Place: place, Council: council}
}

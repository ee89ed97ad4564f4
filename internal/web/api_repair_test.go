package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"countersign/internal/store"
	"countersign/internal/web/api"
)

// A program puts right what people can: each act over the API does what it does on the page, is in
// the list of repairs, and is taken back.
func TestRepairOverTheAPI(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	p := sv.sample()
	other := must(sv.Store.AddPetition(t.Context(), store.Petition{Title: "Graphic Memoirs",
		State: "draft", By: "account-staff"}))
	page := must(sv.Store.Pages(t.Context(), p.ID))[0]
	c := sv.client("staff")
	ask := func(method, path, body string, status int, into any) string {
		t.Helper()
		var header []string
		if body != "" {
			header = []string{"Content-Type", "application/json"}
		}
		a := c.do(method, path, strings.NewReader(body), header...).want(t, status)
		if into != nil {
			check0(t, json.Unmarshal([]byte(a.body), into))
		}
		return a.body
	}
	rows := func(want int, after string) {
		t.Helper()
		if n := must(sv.Office.Case(t.Context(), p.ID)).Count.Rows; n != want {
			t.Errorf("after %s there are %d lines, want %d", after, n, want)
		}
	}
	at, lines := "/api/pages/"+page.ID, must(sv.Store.LinesOf(t.Context(), page.ID))
	undo := func(kind string) {
		t.Helper()
		var list []api.Repair
		ask("GET", at+"/repairs", "", 200, &list)
		if len(list) == 0 || list[0].Kind != kind || list[0].UndoneAt != nil ||
			list[0].By != "account-staff" {
			t.Fatalf("the newest repair is no %s: %+v", kind, list)
		}
		var undone api.Repair
		ask("POST", "/api/repairs/"+list[0].ID+"/undo", "", 200, &undone)
		if undone.UndoneAt == nil {
			t.Errorf("%+v", undone)
		}
		rows(24, "the undoing of "+kind)
	}

	var added api.Place
	ask("POST", at+"/lines", `{"box":[0.1,0.92,0.9,0.97],"note":"missed"}`, 200, &added)
	if added.ID == "" || added.Page != page.ID {
		t.Errorf("%+v", added)
	}
	rows(25, "a line was added")
	undo("add")
	var halves []api.Place
	ask("POST", "/api/lines/"+lines[1].ID+"/split", `{}`, 200, &halves)
	if len(halves) != 2 {
		t.Errorf("%+v", halves)
	}
	rows(25, "a split")
	undo("split")
	ask("POST", at+"/merge", fmt.Sprintf(`{"line_ids":[%q,%q]}`, lines[2].ID, lines[3].ID), 200,
		nil)
	rows(23, "a merger")
	undo("merge")
	ask("POST", "/api/lines/"+lines[4].ID+"/delete", `{"note":"a printed example"}`, 204, nil)
	rows(23, "a line was taken out")
	undo("delete")
	ask("POST", at+"/exclude", `{"note":"a copy"}`, 204, nil)
	rows(16, "the page was excluded")
	undo("exclude")
	ask("POST", at+"/move", fmt.Sprintf(`{"petition_id":%q}`, other.ID), 200, nil)
	rows(16, "the page was moved")
	undo("move")

	var corrected api.Corrected
	ask("POST", "/api/lines/"+lines[0].ID+"/correct",
		`{"fields":{"name":"Somebody Else","member_id":"9999999"}}`, 200, &corrected)
	var line api.Line
	ask("GET", "/api/petitions/"+p.ID+"/lines/"+lines[0].ID, "", 200, &line)
	if line.Fields["name"] != "Somebody Else" || line.Verdict == "valid" {
		t.Errorf("corrected, the line says %v and is %s", line.Fields, line.Verdict)
	}
	ask("POST", "/api/lines/"+lines[0].ID+"/correct/undo", fmt.Sprintf(`{"undoes":%q}`,
		corrected.Finding), 204, nil)
	if ask("GET", "/api/petitions/"+p.ID+"/lines/"+lines[0].ID, "", 200,
		&line); line.Verdict != "valid" {
		t.Errorf("undone, the line is %s", line.Verdict)
	}

	var cover api.Cover
	ask("PUT", "/api/petitions/"+p.ID+"/cover",
		`{"purpose":"To lend seeds.","organizers":[{"name":"Ana Ruiz","address":"1 Elm St","signed":"yes"}]}`, 200, &cover)
	if cover.Purpose != "To lend seeds." || len(cover.Organizers) != 1 ||
		cover.Organizers[0].Address != "1 Elm St" {
		t.Errorf("%+v", cover)
	}
	var whole []api.Repair
	ask("GET", "/api/petitions/"+p.ID+"/repairs", "", 200, &whole)
	ask("POST", "/api/repairs/"+whole[0].ID+"/undo", "", 200, nil)
	if ask("GET", "/api/petitions/"+p.ID+"/cover", "", 200,
		&cover); cover.Purpose == "To lend seeds." {
		t.Error("the cover is not as it was")
	}

	var again api.PagesAgain
	ask("POST", at+"/turn", `{"degrees":180}`, 200, &again)
	if again.Pages != 1 {
		t.Errorf("%d pages are read again", again.Pages)
	}
	ask("POST", at+"/turn", `{"degrees":45}`, 422, nil)
	ask("POST", at+"/move", `{"petition_id":"none"}`, 404, nil)
	if said := ask("POST", at+"/exclude", `{}`, 422, nil); !strings.Contains(said, "why") {
		t.Errorf("excluded for no reason: %s", said)
	}
	sv.client("verifier").do("POST", at+"/move", strings.NewReader(fmt.Sprintf(`{"petition_id":%q}`,
		other.ID)), "Content-Type", "application/json").want(t, 403)
}

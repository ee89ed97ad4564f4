package web

import (
	"strings"
	"testing"

	"countersign/internal/office/rule"
)

// ruleFields are the fields of the rule's form on a page, as a browser would send them back.
func ruleFields(t *testing.T, sv *service, yaml string) []string {
	t.Helper()
	out := []string{"rule-form", "yes"}
	for _, part := range rule.FormOf(yaml) {
		for _, f := range part.Fields {
			switch {
			case f.Kind == "some":
				for _, value := range strings.Split(f.Value, "\n") {
					out = append(out, "rule-"+f.Key, value)
				}
			case f.Kind != "yes" || f.Value != "":
				out = append(out, "rule-"+f.Key, f.Value)
			}
		}
	}
	return out
}

// filledIn replaces what a field says.
func filledIn(fields []string, key, value string) []string {
	out := append([]string{}, fields...)
	for i := 0; i < len(out); i += 2 {
		if out[i] == "rule-"+key {
			out[i+1] = value
		}
	}
	return out
}

// A rule is filled in as a form, for new petitions and for one; as a file it is YAML.
func TestRuleAsForm(t *testing.T) {
	t.Parallel()
	sv := newService(t)
	admin, staff := sv.client("admin"), sv.client("staff")
	if page := admin.get("/settings").want(t, 200).body; !strings.Contains(page,
		`name="rule-threshold" value="100"`) || strings.Contains(page, "as YAML<textarea") {
		t.Error("the settings show no form of the rule")
	}
	admin.post("/settings", filledIn(ruleFields(t, sv, ""), "threshold", "40")...).want(t, 303)
	if a := admin.get("/settings/rule.yaml").want(t, 200); a.body != "threshold: 40\n" {
		t.Errorf("the rule is kept as %q", a.body)
	}
	if page := staff.get("/petitions/new").want(t, 200).body; !strings.Contains(page,
		`name="rule-threshold" value="40"`) {
		t.Error("a new petition does not begin with the rule of the settings")
	}
	terms := []string{"title", "Seed Libraries", "received", "2026-11-01"}
	at := staff.post("/petitions", append(terms, filledIn(ruleFields(t, sv, "threshold: 40"),
		"duplicates", "latest")...)...).want(t, 303).Header.Get("Location")
	if a := staff.get(at+"/rule.yaml").want(t,
		200); a.body != "threshold: 40\nduplicates: \"latest\"\n" {
		t.Errorf("the petition's rule is %q", a.body)
	}
	wrong := staff.post(at+"/edit", append(terms, filledIn(ruleFields(t, sv, "threshold: 40"),
		"percent", "200")...)...).want(t, 422).body
	if !strings.Contains(wrong, "“or percent of the members” is 200") || !strings.Contains(wrong,
		`name="rule-percent" value="200"`) || strings.Contains(wrong, "Line 1") {
		t.Errorf("a field that is wrong is not named, or forgotten:\n%s", wrong)
	}
	if wrong := admin.post("/settings", filledIn(ruleFields(t, sv, ""), "term-years", "0")...).want(
		t, 422).body; !strings.Contains(wrong, "“Years of a term” is 0") {
		t.Errorf("in the settings it is said:\n%s", wrong)
	}
	staff.get("/settings/rule.yaml").want(t, 403)
}

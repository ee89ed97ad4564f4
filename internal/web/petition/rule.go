package petition

import (
	"net/http"
	"strings"

	"countersign/internal/office/rule"
	"countersign/internal/web/site"
)

// The form of a rule: its fields are named rule-KEY, and a field rule-form says that it was sent.

const ruleField = "rule-"

// RuleIn puts the rule that a form says in the place where a script sends one as YAML, and takes
// its fields out. It is nil where no such form was sent.
func (s *Pages) RuleIn(r *http.Request, before string) rule.Form {
	if !r.PostForm.Has(ruleField + "form") {
		return nil
	}
	yaml, filled := rule.Filled(before, func(key string) []string {
		return r.PostForm[ruleField+key]
	})
	for key := range r.PostForm {
		if strings.HasPrefix(key, ruleField) {
			delete(r.PostForm, key)
			delete(r.Form, key)
		}
	}
	r.PostForm.Set("rules", yaml)
	r.Form.Set("rules", yaml)
	return filled
}

// petitionRule is the rule of a petition as YAML, to keep or to use elsewhere.
func (s *Pages) petitionRule(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Petition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return sendRule(w, p.Rules)
}

// usualRule is the rule for new petitions as YAML.
func (s *Pages) usualRule(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	return sendRule(w, all["rules"])
}

func sendRule(w http.ResponseWriter, yaml string) error {
	if yaml == "" {
		yaml = "# The built-in rule, and nothing else."
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", site.Attachment("rule.yaml"))
	_, err := w.Write([]byte(yaml + "\n"))
	return err
}

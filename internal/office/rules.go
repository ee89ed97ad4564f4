package office

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"countersign/report"
	"countersign/verify"
)

// Rules explains a rules file. What is wrong with it is said in the view.
func (o *Office) Rules(yaml string) (RulesView, error) {
	rules, err := verify.ReadRules(strings.NewReader(yaml), "file")
	if err != nil {
		var rule *verify.RuleError
		if errors.As(err, &rule) {
			return RulesView{Problem: &RuleProblem{Line: rule.Line, Key: rule.Key,
				Text: rule.Text}}, nil
		}
		return RulesView{Problem: &RuleProblem{Text: err.Error()}}, nil
	}
	hash, err := rulesHash(rules)
	if err != nil {
		return RulesView{}, err
	}
	v := RulesView{
		Title: rules.Title, Citation: rules.Citation, Required: rules.Required(), Hash: hash,
		SecondReviewer: rules.SecondReviewer, SamplePercent: rules.SamplePercent,
	}
	for _, c := range report.RuleInWords(rules) {
		v.Clauses = append(v.Clauses, Clause{Name: c.Name, Text: c.Text})
	}
	said, err := verify.ReadRetention(yaml)
	if err != nil {
		return RulesView{}, err // it was read just now
	}
	v.Clauses = append(v.Clauses, Clause{Name: "Data kept", Text: keptWords(said)})
	return v, nil
}

// keptWords says how long a rule keeps which data after a petition is closed.
func keptWords(said verify.Retention) string {
	var own, others []string
	for _, of := range []struct {
		what string
		days int
	}{{"files and pictures", said.Images}, {"text", said.Text}, {"member numbers", said.Rows}} {
		if of.days > 0 {
			own = append(own, fmt.Sprintf("%s for %s after it is closed", of.what, days(of.days)))
		} else {
			others = append(others, of.what)
		}
	}
	if len(others) > 0 {
		own = append(own, strings.Join(others, ", ")+" for as long as under Settings")
	}
	return strings.Join(own, "; ")
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// rulesHash is of what rules say, whatever a file's comments and order.
func rulesHash(rules verify.Rules) (string, error) {
	said, err := json.Marshal(rules)
	if err != nil {
		return "", fmt.Errorf("name the rules by their hash: %w", err)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:]), nil
}

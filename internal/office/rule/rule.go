// Package rule is the rule of a petition as people see it: what its YAML says in words, and as a
// form to fill in, which becomes YAML again.
package rule

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

// View is a rule in words.
type View struct {
	Title, Citation string
	Required        int
	Clauses         []report.Clause
	Hash            string // of what the rules say, whatever their comments
	Problem         *Problem
	SecondReviewer  string
	SamplePercent   float64
}

// Refusal says in a sentence why a rules file cannot be used, empty where it can.
func (v View) Refusal() string {
	if v.Problem == nil {
		return ""
	}
	if v.Problem.Line > 0 {
		return fmt.Sprintf("The rule cannot be used. Line %d: %s", v.Problem.Line, v.Problem.Text)
	}
	return "The rule cannot be used: " + v.Problem.Text
}

// Problem is what is wrong with a rules file; nil where nothing is.
type Problem struct {
	Line int    // 1-based; 0 where it is nowhere in particular
	Key  string // "" where it is none
	Text string
}

// InWords explains a rules file. What is wrong with it is said in the view.
func InWords(yaml string) (View, error) {
	rules, err := verify.ReadRules(strings.NewReader(yaml), "file")
	if err != nil {
		var rule *verify.RuleError
		if errors.As(err, &rule) {
			return View{Problem: &Problem{Line: rule.Line, Key: rule.Key,
				Text: rule.Text}}, nil
		}
		return View{Problem: &Problem{Text: err.Error()}}, nil
	}
	hash, err := Hash(rules)
	if err != nil {
		return View{}, err
	}
	v := View{
		Title: rules.Title, Citation: rules.Citation, Required: rules.Required(), Hash: hash,
		SecondReviewer: rules.SecondReviewer, SamplePercent: rules.SamplePercent,
		Clauses: report.RuleInWords(rules),
	}
	said, err := verify.ReadRetention(yaml)
	if err != nil {
		return View{}, err // it was read just now
	}
	v.Clauses = append(v.Clauses, report.Clause{Name: "Data kept", Text: keptWords(said)})
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

// Hash is of what rules say, whatever a file's comments and order.
func Hash(rules verify.Rules) (string, error) {
	said, err := json.Marshal(rules)
	if err != nil {
		return "", fmt.Errorf("name the rules by their hash: %w", err)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:]), nil
}

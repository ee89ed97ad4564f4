package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
	"time"
)

// blankWords are what a letter may have to say without there being anything to say, by the field
// of Facts. In its place the letter has these words in brackets, for a person to fill in.
var blankWords = map[string]string{
	"Association": "the association", "Committee": "the committee", "Petition": "the title",
	"Group": "the group's name", "Purpose": "the purpose",
	"Rule": "the rule", "Citation": "the citation of the rule", "Received": "the day of receipt",
	"Missing": "what is missing", "Vote": "the vote", "Rationale": "the reason",
	"Units": "the units consulted", "Decided": "the day of the decision",
	"TermFrom": "the first day of the term", "TermTo": "the last day of the term",
	"TermYears": "the years of a term", "ReportsBy": "the day for yearly reports",
	"Meeting": "the conference", "Needs": "the group's needs", "NeedList": "the group's needs",
	"Contact": "the contact", "Due": "the day", "What": "what it is about",
}

var blankPlace = regexp.MustCompile(`\[([^\[\]\n]{1,60})\]`)

// Blanks are what a text still has in brackets for a person to fill in.
func Blanks(text string) []string {
	var out []string
	for _, m := range blankPlace.FindAllStringSubmatch(text, -1) {
		for _, words := range blankWords {
			if words == m[1] && !slices.Contains(out, words) {
				out = append(out, words)
			}
		}
	}
	return out
}

// Blanks are what the letter still lacks.
func (l Letter) Blanks() []string {
	subject, text := l.Words()
	return Blanks(subject + "\n" + text)
}

// Words are the subject and the text of a letter as a person edits them.
func (l Letter) Words() (subject, text string) {
	var b strings.Builder
	for i, block := range l.Body {
		if i > 0 {
			b.WriteString("\n")
			if !block.Item || !l.Body[i-1].Item {
				b.WriteString("\n")
			}
		}
		if block.Item {
			b.WriteString("- ")
		}
		b.WriteString(block.Text)
	}
	return l.Subject, b.String()
}

// Reworded is the letter with a subject and a text that a person wrote.
func (l Letter) Reworded(subject, text string) (Letter, error) {
	l.Subject, l.Body = strings.Join(strings.Fields(subject), " "), blocks(strings.ReplaceAll(text,
		"\r\n", "\n"))
	switch {
	case l.Subject == "":
		return l, fmt.Errorf("the letter has no subject: write one")
	case len(l.Body) == 0:
		return l, fmt.Errorf("the letter has no text: write it")
	case len(l.Subject) > 300 || len(text) > longest:
		return l,
			fmt.Errorf("the letter is too long: use at most %d letters, and 300 for its subject",
				longest)
	}
	return l, nil
}

// blank writes what is missing in brackets where a value is empty.
func blank(words string, value any) string {
	empty := false
	switch v := value.(type) {
	case string:
		empty = strings.TrimSpace(v) == ""
	case time.Time:
		empty = v.IsZero()
	case int:
		empty = v == 0
	case []string:
		empty = len(v) == 0
	}
	if !empty {
		return ""
	}
	return "[" + words + "]"
}

// blankNode is a call of blank for a field, nil for what may be empty.
func blankNode(n parse.Node) parse.Node {
	field := ""
	switch n := n.(type) {
	case *parse.ActionNode:
		if len(n.Pipe.Cmds) != 1 || len(n.Pipe.Decl) > 0 {
			return nil
		}
		args := n.Pipe.Cmds[0].Args
		f, ok := args[len(args)-1].(*parse.FieldNode)
		if !ok || len(f.Ident) != 1 {
			return nil
		}
		if len(args) == 1 && f.Ident[0] != "TermYears" || len(args) == 2 &&
			(args[0].String() == "day" || args[0].String() == "years") {
			field = f.Ident[0]
		}
	case *parse.RangeNode:
		if f := n.Pipe.String(); f == ".Missing" || f == ".NeedList" {
			field = f[1:]
		}
	}
	words := blankWords[field]
	if words == "" {
		return nil
	}
	call := fmt.Sprintf("{{%s %q .%s}}", blankCall, words, field)
	called, err := parse.Parse("", call, "", "", map[string]any{blankCall: blank})
	if err != nil {
		panic("the call of " + blankCall + ": " + err.Error()) // every letter reads it
	}
	return called[""].Root.Nodes[0]
}

// blankCall is the name of blank in a template. No template can call it.
const blankCall = "blank"

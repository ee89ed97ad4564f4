package letter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

const (
	// longestTemplate is the longest text of a letter that is read, in bytes. The longest
	// built-in one has 1 KiB.
	longestTemplate = 64 << 10
	// maxInner is how deep {{if}}, {{range}} and parentheses may lie within each other.
	maxInner = 20
	// mostTurns is how often all {{range}} of a letter may go round together, which a letter of
	// the longest length reaches with two letters of output each time.
	mostTurns = longest / 2
)

// functions that a template may call. Those that build text, such as printf, are none of them: in
// a loop they double what they are given until the memory is full.
var functions = []string{"day", "lines", "years", "and", "or", "not", "eq", "ne", "lt", "le", "gt",
	"ge", "len"}

// turn is called at the beginning of each time round a {{range}}.
const turn = "turn"

// plain reads a template that can only do what a letter needs: fill in fields, choose, and go
// through lists.
func plain(k Kind, text string) (*template.Template, error) {
	if len(text) > longestTemplate {
		return nil, fmt.Errorf("template of the letter %q is longer than %d KiB: shorten it", k,
			longestTemplate>>10)
	}
	turns := 0
	t, err := template.New(string(k)).Option("missingkey=error").Funcs(template.FuncMap{
		"day": inWords, "lines": plural, "years": years, blankCall: blank,
		turn: func() (string, error) {
			if turns++; turns > mostTurns {
				return "", fmt.Errorf("the letter goes through its lists more than %d times",
					mostTurns)
			}
			return "", nil
		},
	}).Parse(strings.ReplaceAll(text, "\r\n", "\n"))
	if err != nil {
		return nil, wrong(k, err)
	}
	if len(t.Templates()) > 1 || t.Tree == nil {
		return nil,
			fmt.Errorf("template of the letter %q has a {{define}} or {{block}}, of which a "+
				"letter needs none: write its text where it belongs", k)
	}
	c := counter{tree: t.Tree, turn: turnNode()}
	if err := c.node(t.Root, 0); err != nil {
		return nil, fmt.Errorf("template of the letter %q, %w", k, err)
	}
	return t, nil
}

// turnNode is the call of turn, for the beginning of a loop.
func turnNode() parse.Node {
	called, err := parse.Parse("", "{{"+turn+"}}", "", "", map[string]any{turn: turn})
	if err != nil {
		panic("the call of " + turn + ": " + err.Error()) // every letter reads it
	}
	return called[""].Root.Nodes[0]
}

// counter looks at a template and puts a call of turn into its loops, and of blank before what
// may be empty.
type counter struct {
	tree *parse.Tree
	turn parse.Node
}

var errDeep = errors.New("too much lies within each other: write it more simply")

func (c counter) node(n parse.Node, depth int) error {
	if depth > maxInner {
		return c.at(n, errDeep)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		return c.list(n, depth)
	case *parse.ActionNode:
		return c.pipe(n.Pipe, depth)
	case *parse.IfNode:
		return c.branch(&n.BranchNode, depth)
	case *parse.WithNode:
		return c.branch(&n.BranchNode, depth)
	case *parse.RangeNode:
		if err := c.branch(&n.BranchNode, depth); err != nil {
			return err
		}
		n.List.Nodes = append([]parse.Node{c.turn}, n.List.Nodes...)
		return nil
	case *parse.TemplateNode:
		return c.at(n, errors.New("{{template}} is not known: write the text where it belongs"))
	case *parse.PipeNode:
		return c.pipe(n, depth)
	case *parse.ChainNode:
		return c.node(n.Node, depth+1)
	case *parse.IdentifierNode:
		if !slices.Contains(functions, n.Ident) {
			return c.at(n, fmt.Errorf("%s is not known: there are %s", n.Ident,
				strings.Join(functions, ", ")))
		}
	}
	return nil
}

func (c counter) list(n *parse.ListNode, depth int) error {
	if n == nil {
		return nil
	}
	nodes := make([]parse.Node, 0, len(n.Nodes))
	for _, inner := range n.Nodes {
		if err := c.node(inner, depth+1); err != nil {
			return err
		}
		if b := blankNode(inner); b != nil {
			nodes = append(nodes, b)
		}
		nodes = append(nodes, inner)
	}
	n.Nodes = nodes
	return nil
}

func (c counter) branch(n *parse.BranchNode, depth int) error {
	if err := c.pipe(n.Pipe, depth); err != nil {
		return err
	}
	if err := c.list(n.List, depth); err != nil {
		return err
	}
	return c.list(n.ElseList, depth)
}

func (c counter) pipe(n *parse.PipeNode, depth int) error {
	for i, cmd := range n.Cmds {
		// A field that takes something is a method, such as Format of a date, which doubles what
		// it is given as printf does.
		_, function := cmd.Args[0].(*parse.IdentifierNode)
		if !function && (i > 0 || len(cmd.Args) > 1) {
			return c.at(cmd, fmt.Errorf("%s takes nothing: write it alone", cmd.Args[0]))
		}
		for _, arg := range cmd.Args {
			if err := c.node(arg, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// at says on which line something is.
func (c counter) at(n parse.Node, err error) error {
	place, _ := c.tree.ErrorContext(n) // the name of the template, line, column
	parts := strings.Split(place, ":")
	if len(parts) < 3 {
		return err
	}
	return fmt.Errorf("line %s: %w", parts[len(parts)-2], err)
}

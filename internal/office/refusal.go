package office

import "fmt"

// Refusal says in a sentence or two, for the person who asked, why an act was not done.
type Refusal struct {
	Kind RefusalKind
	Text string
}

// RefusalKind is what kind of trouble a refusal tells of.
type RefusalKind int

const (
	Invalid   RefusalKind = iota // what was said cannot be used
	Conflict                     // it does not fit what is there by now
	Forbidden                    // others may do it
	Missing                      // what it is about is not there
	Malformed                    // the program that asked made a mistake
)

func (r *Refusal) Error() string { return r.Text }

func refuse(kind RefusalKind, format string, args ...any) error {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &Refusal{kind, format}
}

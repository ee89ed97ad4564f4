package pdf

import (
	"bytes"
	"strconv"
)

// operation is one step of a content stream: its operator and the operands
// that matter, which are numbers and names. Strings, arrays and dictionaries
// are stepped over.
type operation struct {
	operator string
	numbers  []float64
	names    []string
}

// lexer splits a content stream into operations (PDF 32000-1, 7.2 and 7.8.2).
// It does not know inline images: after BI its answers mean nothing.
type lexer struct {
	b []byte
	i int
}

const (
	blanks     = "\x00\t\n\f\r "
	delimiters = "()<>[]{}/%"
)

// next gives the next operation, false at the end of the stream.
func (l *lexer) next() (operation, bool) {
	var op operation
	for nested := 0; ; {
		l.blank()
		if l.i >= len(l.b) {
			return op, false
		}
		switch c := l.b[l.i]; c {
		case '(':
			l.text()
		case '<':
			if l.i++; l.i < len(l.b) && l.b[l.i] == '<' {
				l.i++
				nested++
			} else {
				l.until('>')
			}
		case '>':
			if l.i++; l.i < len(l.b) && l.b[l.i] == '>' {
				l.i++
			}
			nested = max(0, nested-1)
		case '[':
			l.i++
			nested++
		case ']':
			l.i++
			nested = max(0, nested-1)
		case '/':
			l.i++
			if name := l.word(); nested == 0 {
				op.names = append(op.names, name)
			}
		case ')', '{', '}':
			l.i++
		default:
			word := l.word()
			if n, err := strconv.ParseFloat(word, 64); err == nil {
				if nested == 0 {
					op.numbers = append(op.numbers, n)
				}
			} else if nested == 0 {
				op.operator = word
				return op, true
			}
		}
	}
}

func (l *lexer) blank() {
	for l.i < len(l.b) {
		switch c := l.b[l.i]; {
		case c == '%':
			for l.i < len(l.b) && l.b[l.i] != '\n' && l.b[l.i] != '\r' {
				l.i++
			}
		case bytes.IndexByte([]byte(blanks), c) >= 0:
			l.i++
		default:
			return
		}
	}
}

// word reads up to the next blank or delimiter.
func (l *lexer) word() string {
	n := bytes.IndexAny(l.b[l.i:], blanks+delimiters)
	if n < 0 {
		n = len(l.b) - l.i
	}
	w := string(l.b[l.i : l.i+n])
	l.i += n
	return w
}

func (l *lexer) until(end byte) {
	n := bytes.IndexByte(l.b[l.i:], end)
	if n < 0 {
		l.i = len(l.b)
		return
	}
	l.i += n + 1
}

// text steps over a string, which may hold balanced parentheses.
func (l *lexer) text() {
	for depth := 0; l.i < len(l.b); {
		c := l.b[l.i]
		l.i++
		switch c {
		case '\\':
			l.i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return
			}
		}
	}
	l.i = min(l.i, len(l.b))
}

package letter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"

	mailer "github.com/wneessen/go-mail"
)

// WriteEML writes the letter as a draft of an e-mail, with itself attached as PDF:
// mail programs open such a file ready to be sent. Addressees without an e-mail
// address are left out; an error if nobody is left or the sender has none.
func (l Letter) WriteEML(w io.Writer, from string) error {
	m := mailer.NewMsg(mailer.WithNoDefaultUserAgent())
	if err := m.From(from); err != nil {
		return fmt.Errorf("the sender's e-mail address %q is none: correct it in the settings",
			from)
	}
	to, copies := addresses(l.To), addresses(l.Copies)
	if len(to) == 0 {
		return errors.New("nobody the letter goes to has an e-mail address: print it, or add an " +
			"address")
	}
	if err := m.To(to...); err != nil {
		return fmt.Errorf("address the letter: %w", err)
	}
	if err := m.Cc(copies...); err != nil {
		return fmt.Errorf("address the copies of the letter: %w", err)
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(l.Date)
	m.SetGenHeader("X-Unsent", "1") // opens as a draft
	m.SetBodyString(mailer.TypeTextPlain, l.text())
	var pdf bytes.Buffer
	if err := l.WritePDF(&pdf); err != nil {
		return err
	}
	if err := m.AttachReader(l.FileName("pdf"), &pdf); err != nil {
		return fmt.Errorf("attach the letter: %w", err)
	}
	if _, err := m.WriteTo(w); err != nil {
		return fmt.Errorf("write the letter as e-mail: %w", err)
	}
	return nil
}

// addresses are the e-mail addresses of those who have one.
func addresses(people []Person) []string {
	var out []string
	for _, p := range people {
		if a, err := mail.ParseAddress(p.Email); err == nil {
			out = append(out, a.Address)
		}
	}
	return out
}

// text is the letter as plain text.
func (l Letter) text() string {
	var b strings.Builder
	b.WriteString(l.Salutation + "\n\n")
	for i, block := range l.Body {
		if block.Item {
			b.WriteString("- " + block.Text + "\n")
			if i+1 < len(l.Body) && l.Body[i+1].Item {
				continue
			}
		} else {
			b.WriteString(block.Text + "\n")
		}
		b.WriteString("\n")
	}
	b.WriteString(l.Closing + "\n\n" + strings.Join(l.From, "\n") + "\n")
	return b.String()
}

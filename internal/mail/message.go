// Package mail sends finished messages, which are drafts of e-mails as mail programs open
// them, through a mail server of the office. A draft enters; it leaves under the address of
// the service, once for all recipients or not at all.
package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// Message is a draft as people look at it before it goes out.
type Message struct {
	From       string // who answers go to
	To, Copies []string
	Subject    string
	Text       string
	Attached   []string // names of files

	head []string // fields of the header as they are, with their line ends
	body []byte
}

// Read reads a draft. Its recipients are addresses that a mail server can be told.
func Read(draft []byte) (Message, error) {
	var m Message
	in, err := mail.ReadMessage(bytes.NewReader(draft))
	if err != nil {
		return m, fmt.Errorf("read the header of a draft: %w", err)
	}
	if m.head, m.body, err = split(draft); err != nil {
		return m, err
	}
	if m.Subject, err = words.DecodeHeader(in.Header.Get("Subject")); err != nil {
		return m, fmt.Errorf("read the subject of a draft: %w", err)
	}
	from, err := addresses(in.Header, "From")
	if err != nil {
		return m, err
	}
	if len(from) != 1 {
		return m, errors.New("a draft has to be from one address")
	}
	m.From = from[0]
	if m.To, err = addresses(in.Header, "To"); err != nil {
		return m, err
	}
	if m.Copies, err = addresses(in.Header, "Cc"); err != nil {
		return m, err
	}
	if len(m.To) == 0 {
		return m, errors.New("a draft has to be to somebody")
	}
	return m, m.read(textproto.MIMEHeader(in.Header), in.Body)
}

var words = &mime.WordDecoder{}

// Mark differs where what people look at differs, so that what was looked at and what is sent
// can be told apart. Two drafts of one letter have the same mark, though their bytes differ.
func (m Message) Mark() string {
	sum := sha256.New()
	for _, part := range [][]string{{m.From}, m.To, m.Copies, {m.Subject}, {m.Text}, m.Attached} {
		fmt.Fprintf(sum, "%d", len(part))
		for _, text := range part {
			fmt.Fprintf(sum, ":%d:%s", len(text), text)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// read finds the text and the names of what is attached.
func (m *Message) read(head textproto.MIMEHeader, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("read what a draft consists of: %w", err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read a part of a draft: %w", err)
			}
			if err := m.read(p.Header, p); err != nil {
				return err
			}
		}
	}
	if _, how, err := mime.ParseMediaType(head.Get("Content-Disposition")); err == nil &&
		how["filename"] != "" {
		name, err := words.DecodeHeader(how["filename"])
		if err != nil {
			return fmt.Errorf("read the name of a file of a draft: %w", err)
		}
		m.Attached = append(m.Attached, name)
		return nil
	}
	if kind != "text/plain" || m.Text != "" {
		return nil
	}
	if strings.EqualFold(head.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	m.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	if err != nil {
		return fmt.Errorf("read the text of a draft: %w", err)
	}
	return nil
}

func addresses(h mail.Header, field string) ([]string, error) {
	list, err := h.AddressList(field)
	if errors.Is(err, mail.ErrHeaderNotPresent) {
		return nil, nil
	}
	if err != nil {
		// the cause quotes the address
		return nil, fmt.Errorf("read the field %s of a draft", field)
	}
	var out []string
	for _, a := range list {
		out = append(out, a.Address)
	}
	return out, nil
}

// split takes a draft apart into the fields of its header, which may go over several lines,
// and its body.
func split(draft []byte) (fields []string, body []byte, err error) {
	head, body, ok := bytes.Cut(draft, []byte("\r\n\r\n"))
	if !ok {
		return nil, nil, errors.New("a draft has no body")
	}
	for line := range strings.SplitAfterSeq(string(head)+"\r\n", "\r\n") {
		switch {
		case line == "":
		case strings.ContainsAny(line[:1], " \t") && len(fields) > 0:
			fields[len(fields)-1] += line
		default:
			fields = append(fields, line)
		}
	}
	return fields, body, nil
}

// anew are the fields that a draft has as such, or that are the service's to write.
var anew = []string{"from", "sender", "reply-to", "date", "message-id", "bcc", "x-unsent"}

// outgoing is the draft as a message of the service's. Its body and the rest of its header
// are as they were. The same id is the same message to whom it reaches twice.
func (m Message) outgoing(from mail.Address, id string, at time.Time) []byte {
	var b bytes.Buffer
	domain := from.Address[strings.LastIndex(from.Address, "@")+1:]
	fmt.Fprintf(&b, "Date: %s\r\nMessage-ID: <%s@%s>\r\nFrom: %s\r\n", at.Format(time.RFC1123Z), id,
		domain, &from)
	if !strings.EqualFold(m.From, from.Address) {
		fmt.Fprintf(&b, "Reply-To: %s\r\n", &mail.Address{Address: m.From})
	}
	for _, f := range m.head {
		name, _, _ := strings.Cut(f, ":")
		if !slices.Contains(anew, strings.ToLower(strings.TrimSpace(name))) {
			b.WriteString(f)
		}
	}
	b.WriteString("\r\n")
	b.Write(m.body)
	return b.Bytes()
}

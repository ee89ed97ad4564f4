package site

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"countersign/internal/blob"
	"countersign/internal/office"
)

// ServeBlob sends a file that is kept under its hash, which never changes.
func (s *Site) ServeBlob(w http.ResponseWriter, r *http.Request, sum string) error {
	f, err := s.Blobs.Open(r.Context(), sum)
	if errors.Is(err, blob.ErrNotFound) {
		return Problem(http.StatusNotFound, "The file is not kept any more.")
	}
	if err != nil {
		return fmt.Errorf("open a file: %w", err)
	}
	defer f.Close()
	w.Header().Set("ETag", `"`+sum+`"`)
	http.ServeContent(w, r, "", time.Time{}, f.(io.ReadSeeker))
	return nil
}

// Attachment makes browsers save a file under its name, never show it.
func Attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// URLWord is a text as one part of an address.
func URLWord(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// Types of files that are sent.
const (
	PDFType   = "application/pdf"
	DOCXType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	EMLType   = "message/rfc822"
	SheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Download is a file that is made for whoever asks, and what the audit log says of it.
type Download struct{ Media, Action, Subject, Detail string }

// Send makes a file and sends it under the name that write gives it. It goes through the
// disk, so that one that cannot be made is an error and not half a file.
func (s *Site) Send(w http.ResponseWriter, r *http.Request, d Download,
	write func(io.Writer) (name string, err error)) error {
	f, err := os.CreateTemp(s.Uploads, "download")
	if err != nil {
		return fmt.Errorf("make room for a file: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	name, err := write(f)
	if why := (*office.Refusal)(nil); errors.As(err, &why) && why.Kind != office.Forbidden {
		return Problem(http.StatusUnprocessableEntity, why.Text)
	}
	if err != nil {
		return fmt.Errorf("%s, %s: %w", d.Action, d.Detail, err)
	}
	if err := s.Record(r, d.Action, d.Subject, d.Detail); err != nil {
		return err
	}
	w.Header().Set("Content-Type", d.Media)
	w.Header().Set("Content-Disposition", Attachment(name))
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

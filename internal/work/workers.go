package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/extract"
	"countersign/ingest"
	"countersign/internal/blob"
	"countersign/internal/office/exports"
	"countersign/internal/office/kept"
	"countersign/internal/queue"
	"countersign/internal/reader"
	"countersign/internal/store"
	"countersign/verify"
)

// workers take uploads through the stages:
//
//	ingest   a file is opened and its pages are counted
//	extract  a page is read, in a reader process, into a sheet and its lines
//	verify   the lines of a page are matched against the petition's snapshot
//
// Each handler looks up in the store what there is to do, does it, writes what came of
// it, and only then is its announcement answered. What is written goes by content and by
// ids made of it, so whatever is done twice is done the same.
type workers struct {
	store   *store.Store
	blobs   Blobs
	queue   *queue.Queue
	readers *reader.Pool
	rolls   *exports.Rolls
	log     *slog.Logger
	done    func(stage string, took time.Duration, err error)
}

// Blobs keeps files under their hash.
type Blobs interface {
	Put(ctx context.Context, r io.Reader) (sum string, size int64, err error)
	Open(ctx context.Context, sum string) (io.ReadSeekCloser, error)
	Path(ctx context.Context, sum string) (path string, done func(), err error)
	Verify(ctx context.Context, sum string) error
	DeleteOlder(ctx context.Context, sum string, before time.Time) (gone bool, err error)
	Check(ctx context.Context) error
}

// run works until ctx ends and what is being done then has ended too.
func (w *workers) run(ctx context.Context) error {
	stages := []struct {
		name   string
		hands  int
		handle func(context.Context, string) error
	}{
		{store.Ingest, 2, w.ingest},
		// One more than there are readers: while it writes, its reader reads on.
		{store.Extract, w.readers.Processes() + 1, w.extract},
		{store.Verify, max(1, runtime.GOMAXPROCS(0)/2), w.verify},
	}
	var all sync.WaitGroup
	errs := make([]error, len(stages))
	for i, s := range stages {
		all.Go(func() {
			handle := func(ctx context.Context, subject string) error {
				began := time.Now()
				err := unlessPurged(s.handle(ctx, subject))
				if w.done != nil {
					w.done(s.name, time.Since(began), err)
				}
				return w.waitIfAway(ctx, err)
			}
			errs[i] = w.queue.Work(ctx, s.name, s.hands, handle, func(ctx context.Context,
				subject string, err error) {
				w.gaveUp(ctx, s.name, subject, err)
			})
		})
	}
	all.Go(func() { w.pump(ctx) })
	all.Go(func() { w.sweep(ctx) })
	all.Wait()
	return errors.Join(errs...)
}

// ingest opens an upload. That it cannot be opened is a result like others.
func (w *workers) ingest(ctx context.Context, id string) error {
	u, err := w.store.Upload(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	if purged, err := w.purged(ctx, u.PetitionID); err != nil || purged {
		return err
	}
	path, done, err := w.blobs.Path(ctx, u.SHA256)
	if err != nil {
		return lost(err)
	}
	defer done()
	opened, err := w.readers.Open(ctx, path, u.Name)
	var input *ingest.InputError
	if err != nil && !errors.As(err, &input) {
		return err
	}
	trouble := ""
	if err != nil {
		trouble = err.Error()
	}
	pages := make([]store.Page, opened.Pages)
	for i := range pages {
		pages[i].Number = i + 1
	}
	if err := w.store.OpenedUpload(ctx, id, pages, trouble); err != nil {
		return err
	}
	w.queue.Tell(u.PetitionID)
	return nil
}

// lost turns what another try would not mend into what a person can do.
func lost(err error) error {
	if errors.Is(err, blob.ErrDamaged) || errors.Is(err, blob.ErrNotFound) {
		return queue.GiveUp(fmt.Errorf("the service's copy of the file is damaged or gone; "+
			"upload the same file again, which mends it (%w)", err))
	}
	return err
}

// extract reads a page. One that was read already is left as it is: what may be written
// twice must be the same, and Tesseract learns from page to page.
func (w *workers) extract(ctx context.Context, id string) error {
	p, err := w.store.Page(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !p.ReadAt.IsZero() && p.Error == "" {
		return nil
	}
	if err != nil {
		return err
	}
	return w.read(ctx, p)
}

func (w *workers) read(ctx context.Context, p store.Page) error {
	if purged, err := w.purged(ctx, p.PetitionID); err != nil || purged {
		return err
	}
	u, err := w.store.Upload(ctx, p.UploadID)
	if err != nil {
		return err
	}
	path, done, err := w.blobs.Path(ctx, u.SHA256)
	if err != nil {
		return lost(err)
	}
	defer done()
	got, s, taught, err := w.readPage(ctx, path, u, p)
	var input *ingest.InputError
	switch {
	case errors.As(err, &input):
		err = w.store.ReadPage(ctx, store.Page{ID: p.ID, Error: input.Error()}, nil)
	case err == nil:
		if err = w.keep(ctx, u, p, got, s); err == nil {
			err = w.teach(ctx, p, s)
		}
		if err == nil {
			err = w.learnLate(ctx, p, s, taught)
		}
		if err == nil {
			err = w.compare(ctx, p, s)
		}
	}
	if err != nil {
		return err
	}
	w.queue.Tell(p.PetitionID)
	return nil
}

// keep writes what was read of a page: blobs first, then what names them.
func (w *workers) keep(ctx context.Context, u store.Upload, p store.Page, got reader.Page,
	s extract.Sheet) (err error) {
	p.Kind, p.Source, p.Rotation, p.Notes = string(s.Kind), string(s.Source), s.Rotation, s.Notes
	p.Width, p.Height = got.Width, got.Height
	p.Error, p.ReadAt = "", time.Time{}
	p.Form = store.Form(s.Form)
	for _, o := range s.Open {
		p.Open = append(p.Open, store.OpenPoint{Kind: string(o.Kind), Text: o.Text, Box: o.Box})
	}
	if err := w.place(ctx, u, &p, &s); err != nil {
		return err
	}
	if err := w.doubtGroup(ctx, &p, s.Cover.Group); err != nil {
		return err
	}
	lines := make([]store.Line, len(s.Rows))
	files := []toPut{{&p.Sheet, got.Packed}}
	if len(got.Picture) > 0 { // a page of a list has none
		files = append(files, toPut{&p.Picture, got.Picture})
	}
	for i, row := range s.Rows {
		lines[i].Number, lines[i].Box = row.Number, row.Box
		if lines[i].Row, err = kept.EncodeRow(row); err != nil {
			return err
		}
		if len(row.Picture) > 0 {
			files = append(files, toPut{&lines[i].Picture, row.Picture})
		}
	}
	if err := w.put(ctx, files); err != nil {
		return err
	}
	return w.store.ReadPage(ctx, p, lines)
}

// toPut is a file to be kept, and where to note its hash.
type toPut struct {
	sum  *string
	data []byte
}

// put keeps files. Each waits for the disk, so they wait together.
func (w *workers) put(ctx context.Context, files []toPut) error {
	var all sync.WaitGroup
	errs := make([]error, len(files))
	for i, f := range files {
		all.Go(func() { *f.sum, _, errs[i] = w.blobs.Put(ctx, bytes.NewReader(f.data)) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// verify matches the lines of a page that have no match against their petition's
// snapshot.
func (w *workers) verify(ctx context.Context, id string) error {
	p, err := w.store.Page(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if purged, err := w.purged(ctx, p.PetitionID); err != nil || purged {
		return err
	}
	petition, err := w.store.Petition(ctx, p.PetitionID)
	if err != nil {
		return err
	}
	if petition.SnapshotID == "" {
		return nil // once there is one the page is announced again
	}
	lines, err := w.store.LinesOf(ctx, id)
	if err != nil {
		return err
	}
	matches, err := w.match(ctx, p, petition.SnapshotID, lines)
	if err != nil {
		return err
	}
	err = w.store.MatchLines(ctx, id, petition.SnapshotID, matches)
	if errors.Is(err, store.ErrConflict) {
		return nil // the snapshot changed meanwhile, and the page was announced again
	}
	if err != nil {
		return err
	}
	w.queue.Tell(p.PetitionID)
	return nil
}

// match makes the matches that lines lack, by id.
func (w *workers) match(ctx context.Context, p store.Page, snapshotID string, lines []store.Line) (
	map[string][]byte, error) {
	matches := map[string][]byte{}
	var sheet extract.Sheet
	for _, l := range lines {
		if l.SnapshotID == snapshotID {
			continue
		}
		matcher, err := w.rolls.Matcher(ctx, snapshotID)
		if err != nil {
			return nil, err
		}
		if sheet.Kind == "" {
			if sheet, err = w.sheet(ctx, p); err != nil {
				return nil, err
			}
			if err := w.askRoll(ctx, p, sheet); err != nil {
				return nil, err
			}
		}
		row, err := kept.DecodeRow(l.Row)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(sheet.Rows, func(r extract.Row) bool {
			return r.Number == row.Number
		})
		if at >= 0 && l.AddedBy == "" {
			row = sheet.Rows[at] // with what was seen
		}
		found := matcher.Match(verify.Line{Row: row})
		if matches[l.ID], err = kept.EncodeMatch(found); err != nil {
			return nil, err
		}
	}
	return matches, ctx.Err()
}

// sheet fetches what was read of a page. One that is lost, damaged or of another version
// of the program has the page read anew; its lines are then announced again.
func (w *workers) sheet(ctx context.Context, p store.Page) (extract.Sheet, error) {
	s, err := w.storedSheet(ctx, p.Sheet)
	if err == nil || ctx.Err() != nil {
		return s, err
	}
	if !errors.Is(err, blob.ErrNotFound) && !errors.Is(err, blob.ErrDamaged) &&
		!errors.Is(err, extract.ErrDamaged) && !errors.Is(err, extract.ErrVersion) {
		return s, err
	}
	w.log.Warn("a sheet is read again", "page", p.ID, "error", err)
	if err := w.read(ctx, p); err != nil {
		return s, err
	}
	if p, err = w.store.Page(ctx, p.ID); err != nil {
		return s, err
	}
	return w.storedSheet(ctx, p.Sheet)
}

func (w *workers) storedSheet(ctx context.Context, sum string) (extract.Sheet, error) {
	file, err := w.blobs.Open(ctx, sum)
	if err != nil {
		return extract.Sheet{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, extract.MaxSheet))
	if err != nil {
		return extract.Sheet{}, fmt.Errorf("fetch a sheet: %w", err)
	}
	return extract.DecodeSheet(data)
}

// gaveUp notes for people what was tried in vain. If it cannot, the sweeper finds that
// the work is still to do.
func (w *workers) gaveUp(ctx context.Context, stage, subject string, err error) {
	f, petitionID, found := w.failure(ctx, stage, subject)
	if found != nil {
		w.log.Error("note a failure", "stage", stage, "subject", subject, "error", found)
		return
	}
	f.Text += ": " + strings.TrimSuffix(err.Error(), ".") +
		". Try again; if it fails again, tell whoever runs the service."
	if err := w.store.Fail(ctx, f); err != nil {
		w.log.Error("note a failure", "stage", stage, "subject", subject, "error", err)
		return
	}
	w.queue.Tell(petitionID)
}

// failure says of a subject what could not be done.
func (w *workers) failure(ctx context.Context, stage, subject string) (f store.Failure,
	petitionID string, err error) {
	f = store.Failure{Stage: stage}
	if stage == store.Ingest {
		u, err := w.store.Upload(ctx, subject)
		f.UploadID, f.Text = subject, u.Name+" could not be opened"
		return f, u.PetitionID, err
	}
	p, err := w.store.Page(ctx, subject)
	if err != nil {
		return f, "", err
	}
	u, err := w.store.Upload(ctx, p.UploadID)
	f.PageID, f.Text = subject, fmt.Sprintf("Page %d of %s could not be read", p.Number, u.Name)
	if stage == store.Verify {
		f.Text = fmt.Sprintf("The lines of page %d of %s could not be looked up among the members",
			p.Number, u.Name)
	}
	return f, p.PetitionID, err
}

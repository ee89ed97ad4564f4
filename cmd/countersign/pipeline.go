package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/extract"
	"countersign/ingest"
	"countersign/internal/reader"
	"countersign/report"
	"countersign/verify"
)

// pipeline is the whole journey of a petition: files become pages, pages
// sheets, rows matches, and all of them together decisions.
//
//	file ─ingest→ Page ─extract→ Sheet of Rows ─verify→ Match, Decision ─report→ Petition
//
// Pages are read side by side and dropped once they are sheets, so memory
// grows with the number of workers, not of pages. Files are parsed and pages read in processes
// with bounds on memory and time: sheets come from everywhere, and one that was made to do harm
// must not take the computer of whoever checks it.
type pipeline struct {
	readers  *reader.Pool
	matcher  *verify.Matcher
	rules    verify.Rules
	dates    verify.Dates
	pictures *pictures
	copies   map[string]string // of what comes through a pipe, by its path
	workers  int
	forms    []extract.KnownForm // that are recognised by their headings
	tell     func(progress)
}

// file is what became of one file.
type file struct {
	name   string // in this petition: several may have the same base name
	path   string
	sha256 string
	err    error
	pages  []sheet
}

// sheet is what became of one page.
type sheet struct {
	extract.Sheet
	matches []verify.Match
	err     error
}

// petition is what became of all files together.
type petition struct {
	files     []file
	decisions []verify.Decision
	tally     verify.Tally
	notes     []string // on the files as they were given
}

// read takes all files through to decisions. Files and pages that cannot be
// read carry their errors; the error returned is for what ends all work.
func (p *pipeline) read(ctx context.Context, paths []string) (petition, error) {
	files, err := p.open(ctx, paths)
	if err != nil {
		return petition{}, err
	}
	if ctx.Err() == nil {
		p.readPages(ctx, files)
		p.readAgain(ctx, files)
		closePrinted(files)
		openRepeated(files)
	}
	if err := ctx.Err(); err != nil {
		return petition{}, err
	}
	result := petition{files: files}
	var matches []verify.Match
	for _, f := range files {
		for _, s := range f.pages {
			matches = append(matches, s.matches...)
		}
	}
	result.decisions = verify.Decide(p.rules, p.dates, matches)
	result.tally = verify.Count(result.decisions, p.rules)
	return result, nil
}

// open opens every file; those that cannot be opened have no pages. An error is of what would
// keep all of them from being read.
func (p *pipeline) open(ctx context.Context, paths []string) ([]file, error) {
	files := make([]file, len(paths))
	names := report.FileNames(paths)
	for i, path := range paths {
		files[i].name, files[i].path = names[i], cmp.Or(p.copies[path], path)
		opened, err := p.readers.Open(ctx, files[i].path, names[i])
		if input := (*ingest.InputError)(nil); err != nil && ctx.Err() == nil &&
			!errors.As(err, &input) {
			return nil, err
		}
		if err != nil {
			files[i].err = err
			continue
		}
		files[i].sha256 = opened.SHA256
		files[i].pages = make([]sheet, opened.Pages)
	}
	return files, nil
}

// readPages reads the pages of all files, as many at a time as there are
// workers.
func (p *pipeline) readPages(ctx context.Context, files []file) {
	type job struct{ file, page int }
	jobs := make(chan job)
	go func() {
		defer close(jobs)
		for i := range files {
			for page := range files[i].pages {
				if ctx.Err() != nil {
					break
				}
				jobs <- job{i, page}
			}
		}
	}()
	known := progress{}
	for _, f := range files {
		known.pages += len(f.pages)
	}
	var mu sync.Mutex
	p.tell(known)
	var workers sync.WaitGroup
	for range max(1, p.workers) {
		workers.Go(func() {
			for j := range jobs {
				s := p.page(ctx, files[j.file], j.page+1, nil)
				files[j.file].pages[j.page] = s
				mu.Lock()
				known.add(verify.Count(verify.Decide(p.rules, p.dates, s.matches), p.rules))
				p.tell(known)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
}

// readAgain reads the pages whose columns are not known once more, by what other pages of the
// same form taught, or by what the roll says of all of them.
func (p *pipeline) readAgain(ctx context.Context, files []file) {
	var known []extract.Learned
	var unheaded []extract.Unheaded
	for _, f := range files {
		for _, s := range f.pages {
			known = extract.Learn(known, s.Learned)
			unheaded = append(unheaded, s.Unheaded...)
		}
	}
	known = extract.Learn(known, p.matcher.Learn(unheaded))
	if len(known) == 0 {
		return
	}
	for i := range files {
		for page, s := range files[i].pages {
			if s.err != nil || s.Understood() || ctx.Err() != nil {
				continue
			}
			if again := p.page(ctx, files[i], page+1, known); again.err == nil &&
				again.Understood() {
				files[i].pages[page] = again
			}
		}
	}
}

// closePrinted drops the open points about marks that other pages have as well, pages of the
// same file first.
func closePrinted(files []file) {
	var all []extract.Sheet
	for _, f := range files {
		for _, s := range f.pages {
			all = append(all, s.Sheet)
		}
	}
	at := 0
	for _, f := range files {
		for i := range f.pages {
			if s := &f.pages[i]; len(s.Open) > 0 {
				s.Close(s.Printed(around(all, at)))
			}
			at++
		}
	}
}

// openRepeated adds an open point to each page that shows the same lines as an earlier one.
func openRepeated(files []file) {
	type place struct{ file, page int }
	var places []place
	var all []extract.Sheet
	for i, f := range files {
		for n, s := range f.pages {
			places, all = append(places, place{i, n}), append(all, s.Sheet)
		}
	}
	for i, earlier := range extract.Repeats(all) {
		other, at := places[earlier], places[i]
		said := fmt.Sprintf("page %d of %s", other.page+1, files[other.file].name)
		files[at.file].pages[at.page].AddOpen(extract.RepeatedPoint(said))
	}
}

// around lists the sheets around one, the nearest first.
func around(all []extract.Sheet, at int) (others []extract.Sheet) {
	const farthest = 20
	for off := 1; off <= farthest; off++ {
		for _, i := range []int{at - off, at + off} {
			if i >= 0 && i < len(all) {
				others = append(others, all[i])
			}
		}
	}
	return others
}

// page takes one page from its file to matches. A fault of the program
// that one page in thousands brings to light must not cost the work on the
// others, so it becomes that page's error.
func (p *pipeline) page(ctx context.Context, f file, number int, known []extract.Learned) (
	out sheet) {
	defer func() {
		if fault := recover(); fault != nil {
			out = sheet{err: &ingest.InputError{File: f.name, Page: number,
				Problem: fmt.Sprintf("met a fault in countersign (%v)", fault),
				Remedy: "count its lines by hand, and send the page to those who maintain " +
					"countersign"}}
		}
	}()
	read, err := p.readers.Page(ctx, f.path, f.name, number, reader.How{Open: true, Known: known,
		Forms: p.forms})
	if err != nil {
		return sheet{err: err}
	}
	s, err := read.Sheet()
	if err != nil {
		return sheet{err: err}
	}
	out = sheet{Sheet: s}
	for i, row := range s.Rows {
		ref := verify.Ref{File: f.name, Page: number, Row: row.Number}
		if err := p.pictures.keep(ref, row.Picture); err != nil {
			return sheet{err: err}
		}
		row.Picture = nil
		out.Rows[i].Picture = nil
		out.matches = append(out.matches, p.matcher.Match(verify.Line{Ref: ref, Row: row}))
		row.Forget()
	}
	return out
}

// report gathers what the workbooks say.
func (p *pipeline) report(result petition, made time.Time) report.Petition {
	r := report.Petition{
		Decisions: result.decisions,
		Tally:     result.tally,
		Rules:     p.rules,
		Members:   report.SnapshotOf(p.matcher.Roll(), p.rules),
		Made:      made,
		Program:   programName(),
		Pictures:  p.pictures,
	}
	for _, f := range result.files {
		r.Files = append(r.Files, f.report())
		for i, s := range f.pages {
			r.AddCover(s.Cover, f.name, i+1)
		}
	}
	for _, o := range r.Cover.Organizers {
		r.Organizers = append(r.Organizers, report.Organizer{Organizer: o,
			MemberID: p.matcher.MatchOrganizer(o.Name, o.Address)})
	}
	return r
}

// report is the file as the workbooks list it.
func (f file) report() report.File {
	out := report.File{Name: f.name, SHA256: f.sha256, Error: sentence(f.err)}
	for i, s := range f.pages {
		page := report.Page{
			Number: i + 1, Kind: s.Kind, Rotation: s.Rotation, Source: string(s.Source),
			Rows: len(s.Rows), Error: sentence(s.err), Notes: s.Notes, Form: s.Form,
		}
		for _, o := range s.Open {
			page.Open = append(page.Open, report.OpenPoint{Text: o.Text, Picture: o.Picture})
		}
		out.Pages = append(out.Pages, page)
	}
	return out
}

// sentence is an error as people read it, empty for none.
func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

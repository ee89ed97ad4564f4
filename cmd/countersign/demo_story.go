package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"time"

	"countersign/internal/office"
	"countersign/internal/store"
	"countersign/internal/web"
	"countersign/internal/work"
	samples "countersign/testdata"
)

// demo makes what there is to see.
type demo struct {
	service *work.Service
	office  *office.Office
	site    *web.Server
	now     time.Time
}

// Petitions of the demonstration.
const (
	demoReview   = "demo-review"   // the sample, waiting for verifiers
	demoDraft    = "demo-draft"    // nothing handed in yet
	demoShort    = "demo-short"    // counted, and too few
	demoAgenda   = "demo-agenda"   // counted, the committee decides next
	demoApproved = "demo-approved" // a new group
	demoOld      = "demo-old"      // a group whose term ends soon
)

// made is a petition signed online only, which went its way before the demonstration began.
// Days are counted from today.
type made struct {
	id, title, purpose string
	received           int
	from, signed       int // of the members, in the order of the export
	certified          int // 0 for not yet
	steps              []madeStep
}

type madeStep struct {
	kind  string
	day   int
	words []string
}

// madePetitions are in the order in which they were received.
func madePetitions() []made {
	start := func(day int, more ...madeStep) []madeStep {
		return append([]madeStep{
			{"submit", day, nil},
			{"acknowledge", day + 2, []string{"copy", "Member Programs and Services"}},
			{"overlap-note", day + 9, []string{"units", "Reference and User Services Association",
				"note", "sees no overlap"}},
			{"certify", day + 15, nil},
		}, more...)
	}
	approve := func(day int) []madeStep {
		return []madeStep{
			{"schedule", day - 20, []string{"meeting", "the committee's regular meeting"}},
			{"approve", day, []string{"vote", "7 to 0", "overlap",
				"Reference and User Services Association", "rationale",
				"The concern is no other unit's."}},
		}
	}
	return []made{
		{demoOld, "Bookmobile Outreach",
			"To bring together members who drive, staff and fund mobile libraries.", -1110, 2400,
			131, -1095,
			start(-1110, approve(-1040)...)},
		{demoApproved, "Seed Libraries",
			"To support members whose libraries lend seeds and teach how to grow and save them.",
			-75, 1200, 118, -60,
			start(-75, approve(-20)...)},
		{demoAgenda, "Rural Broadband",
			"To share what works where a library is the only fast connection for miles.", -40, 3600,
			124, -25,
			start(-40, madeStep{"schedule", -12, []string{"meeting",
				"the committee's regular meeting"}})},
		{demoShort, "Graphic Memoirs",
			"To discuss collecting and recommending memoirs in pictures.", -30, 5000, 104, -15,
			start(-30)},
	}
}

// begin adds people, members and petitions, unless the folder has them already.
func (d *demo) begin(ctx context.Context) (fresh bool, err error) {
	if _, err := d.service.Store.Account(ctx, demoPeople[0].ID); err == nil {
		return false, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	for _, p := range demoPeople {
		if _, err := d.site.SignIn.AddPerson(ctx, p, demoPassword); err != nil {
			return false, err
		}
	}
	blob, _, err := d.service.Blobs.Put(ctx, bytes.NewReader(samples.Members))
	if err != nil {
		return false, err
	}
	snapshot, err := d.office.Import(ctx, blob, "members.csv",
		office.ImportOptions{AsOf: d.day(-30)}, "demo-staff")
	if err != nil {
		return false, err
	}
	if err := d.settings(ctx); err != nil {
		return false, err
	}
	add := func(id, title string, received int, files ...demoFile) error {
		p := store.Petition{ID: id, Title: title, ReceivedOn: d.day(received),
			SnapshotID: snapshot.ID}
		if _, err := d.office.AddPetition(ctx, p, "demo-staff"); err != nil {
			return err
		}
		for _, f := range files {
			if _, _, err := d.office.AddFile(ctx, id, f.name, "demo-staff",
				bytes.NewReader(f.data)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, m := range madePetitions() {
		list, err := d.signedOnline(m)
		if err == nil {
			err = add(m.id, m.title, m.received, demoFile{"signed online.csv", list})
		}
		if err != nil {
			return false, fmt.Errorf("add %s: %w", m.title, err)
		}
		cover := office.CoverWords{Purpose: m.purpose, Organizers: []office.Organizer{
			{Name: "Julia Ronning", Address: "1328 Cedar Ave, Syracuse, NY 13211", Signed: "yes"},
			{Name: "Gwen Martinez", Address: "8095 Hill Rd, Louisville, KY 40245", Signed: "yes"}}}
		if err := d.office.CorrectCover(ctx, m.id, cover, store.Account{ID: "demo-staff",
			Roles: []store.Role{store.Staff}}); err != nil {
			return false, err
		}
	}
	if err := add(demoReview, "Prison and Reentry Library Service", -6,
		demoFile{"sheets from Chicago.pdf", samples.Sheets}, demoFile{"sheet from Ohio.pdf",
			samples.Ohio}, demoFile{"signed online in September.csv", samples.Online}); err != nil {
		return false, err
	}
	return true, add(demoDraft, "Library Gardens", 0)
}

type demoFile struct {
	name string
	data []byte
}

func (d *demo) settings(ctx context.Context) error {
	year := d.now.Year() + 1
	for key, value := range map[string]string{
		"conferences": fmt.Sprintf(
			`[{"name":"Annual Conference %d","from":"%d-06-24T00:00:00Z","to":"%d-06-29T00:00:00Z","place":"Chicago"}]`, year, year, year),
		"offices": `[{"key":"association","from":"2000-01-01T00:00:00Z","name":"American Library Association"},{"key":"chair","from":"2020-07-01T00:00:00Z","name":"Chris Chair","email":"chair@example.org"},
			{"key":"conference","from":"2020-01-01T00:00:00Z","name":"Conference Services","email":"conference@example.org"},{"key":"director","from":"2020-01-01T00:00:00Z","name":"Executive Director","email":"director@example.org"},
			{"key":"programs","from":"2020-01-01T00:00:00Z","name":"Member Programs and Services","email":"programs@example.org"}]`,
	} {
		if err := d.service.Store.SetSetting(ctx, key, value, "demo-admin"); err != nil {
			return err
		}
	}
	return d.office.SetLetterhead(ctx, "1 Example Plaza\nChicago, IL 60601", nil, false,
		store.Account{ID: "demo-admin", Roles: []store.Role{store.Admin}})
}

// signedOnline is a list of members who signed a petition in the weeks before it was received,
// as a site for petitions exports it.
func (d *demo) signedOnline(m made) ([]byte, error) {
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(samples.Members,
		[]byte("\ufeff")))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the members of the sample: %w", err)
	}
	column := map[string]int{}
	for i, heading := range rows[0] {
		column[heading] = i
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	// a buffer takes all
	_ = w.Write([]string{"Signed at", "Name", "E-mail", "ALA member number", "Confirmed"})
	for i, row := range rows[m.from : m.from+m.signed] {
		at := d.day(m.received - 40).Add(time.Duration(i) * 7 * time.Hour)
		_ = w.Write([]string{at.Format("2006-01-02 15:04"), row[column["First Name"]] + " " +
			row[column["Last Name"]], row[column["Email"]], row[column["ID"]], "yes"})
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// goOn waits for the lists to be read, and takes their petitions to where they are.
func (d *demo) goOn(ctx context.Context) error {
	if err := d.step(ctx, demoReview, "submit", -6); err != nil {
		return err
	}
	for _, m := range madePetitions() {
		if err := d.read(ctx, m.id); err != nil {
			return err
		}
		for _, s := range m.steps {
			if s.kind == "certify" {
				if err := d.certify(ctx, m); err != nil {
					return fmt.Errorf("certify %s: %w", m.title, err)
				}
			}
			if err := d.step(ctx, m.id, s.kind, s.day, s.words...); err != nil {
				return fmt.Errorf("take %s on by %s: %w", m.title, s.kind, err)
			}
		}
		d.service.Queue.Tell(m.id)
	}
	return nil
}

// read waits until all that was handed in is read and looked up.
func (d *demo) read(ctx context.Context, petition string) error {
	for {
		o, err := d.service.Store.Counts(ctx, petition)
		if err != nil {
			return err
		}
		if o.Pages > 0 && o.Read == o.Pages && o.Matched == o.Lines && o.Lines > 0 {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// certify freezes a count as it was some days ago, which nobody can do but the demonstration.
func (d *demo) certify(ctx context.Context, m made) error {
	c, err := d.office.Case(ctx, m.id)
	if err != nil {
		return err
	}
	counts, err := office.EncodeCertified(c.Count)
	if err != nil {
		return err
	}
	_, err = d.service.Store.AddTally(ctx, store.Tally{PetitionID: m.id, Version: c.Version,
		Counts: counts, SnapshotID: c.SnapshotID, Program: programName(), By: "demo-chair",
		At: d.day(m.certified)})
	return err
}

func (d *demo) step(ctx context.Context, petition, kind string, days int, words ...string) error {
	s := office.NewStep{Kind: kind, On: d.day(days), Words: map[string]string{}}
	for i := 0; i+1 < len(words); i += 2 {
		s.Words[words[i]] = words[i+1]
	}
	chair, err := d.service.Store.Account(ctx, "demo-chair")
	if err != nil {
		return err
	}
	return d.office.AddToLife(ctx, petition, s, chair)
}

// day is some days from today, without a time of day.
func (d *demo) day(from int) time.Time {
	t := d.now.UTC().AddDate(0, 0, from)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Package petition is the pages of petitions: the list, each with its count as it goes, its files,
// pages, lines and open points, what people put right, and the certificate.
package petition

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/ingest"
	"countersign/internal/office"
	"countersign/internal/office/rule"
	"countersign/internal/store"
	"countersign/internal/web/site"
)

// How many pictures of pages a petition's page shows: of one file, and of all
// together. The rest is one click away.
const (
	sheetsOfFile     = 24
	sheetsOfPetition = 120
)

// Pages are those of petitions, and of all that is of one.
type Pages struct {
	*site.Site
	thumbs *thumbs
}

func New(on *site.Site) *Pages { return &Pages{on, newThumbs()} }

// Routes are those of petitions, their files, pages and lines.
func (s *Pages) Routes() []site.Route {
	return slices.Concat([]site.Route{
		site.On("GET /petitions", site.SignedIn, s.petitionsPage),
		site.On("GET /petitions/new", site.ByStaff|site.ByAdmin, s.newPetitionPage),
		site.On("POST /petitions", site.ByStaff|site.ByAdmin, s.addPetition),
		site.On("GET /petitions/{id}", site.SignedIn, s.petitionPage),
		site.On("GET /petitions/{id}/events", site.SignedIn, s.petitionEvents),
		site.On("GET /petitions/{id}/rule.yaml", site.SignedIn, s.petitionRule),
		site.On("GET /petitions/{id}/edit", site.ByStaff|site.ByAdmin, s.editPetitionPage),
		site.On("POST /petitions/{id}/edit", site.ByStaff|site.ByAdmin, s.editPetition),
		site.On("POST /petitions/{id}/people", site.ByStaff|site.ByAdmin, s.assign),
		site.On("GET /petitions/{id}/sheets", site.ByStaff|site.ByChair|site.ByAdmin, s.sheetsPage),
		site.On("POST /petitions/{id}/sheets", site.ByStaff|site.ByAdmin, s.setSheets),
		site.On("GET /petitions/{id}/sheets.pdf", site.ByStaff|site.ByChair|site.ByAdmin,
			s.sheetsPDF),
		site.On("POST /petitions/{id}/failures/{failure}/retry", site.ByStaff|site.ByAdmin,
			s.retryFailure),
		site.On("POST /petitions/{id}/retry", site.ByStaff|site.ByAdmin, s.retryAll),
		site.On("GET /petitions/{id}/open", site.SignedIn, s.openPage),
		site.On("GET /petitions/{id}/lines", site.SignedIn, s.linesPage),
		site.On("GET /lines", site.SignedIn, s.linesPage),
		site.On("POST /open/{id}", site.SignedIn, s.settleOpen),
		site.On("GET /uploads/{id}", site.SignedIn, s.uploadPage),
		site.On("GET /uploads/{id}/file", site.ByStaff|site.ByChair|site.ByAdmin, s.downloadUpload),
		site.On("POST /uploads/{id}/exclude", site.ByStaff|site.ByAdmin, s.excludeUpload),
		site.On("POST /uploads/{id}/include", site.ByStaff|site.ByAdmin, s.includeUpload),
		site.On("GET /pages/{id}", site.SignedIn, s.pagePage),
		site.On("GET /pages/{id}/picture", site.SignedIn, s.pagePicture),
		site.On("GET /pages/{id}/thumb", site.SignedIn, s.pageThumb),
		site.On("GET /lines/{id}/picture", site.SignedIn, s.linePicture),
		site.On("GET /settings/rule.yaml", site.ByChair|site.ByAdmin, s.usualRule),
	}, s.certifyRoutes(), s.repairRoutes(), s.formRoutes())
}

type petitionView struct {
	Standing
	Files     []fileView
	Failures  []failureView
	Checklist []check
	Timeline  []event
	Snapshot  store.Snapshot
	// the export to which it can go back; without an id where there is none
	Before    store.Snapshot
	Rules     rule.View
	MayUpload bool // is of the staff
	MayAdd    bool // and what counts is not decided yet
	MayReview bool
	Tallies   []store.Tally
	TallyWhy  string // why the count cannot be certified yet
	MayTally  bool
	MayPrint  bool // certificates, and sees that the count moved away from one
	Main      action
	Key       string // of what is shown, for the stream of changes
	Names     map[string]string
	People    *peopleOf // nil for those who cannot assign it
}

type fileView struct {
	store.Upload
	By     string // name
	Pages  int
	Read   int
	Sheets []sheetView
	More   int // pages that are not shown
	Rows   int
	Failed bool
	May    bool
}

// sheetView is one page with its rows drawn on it.
type sheetView struct {
	store.Page
	Drawing                         template.HTML
	Valid, Uncertain, Invalid, Rows int
	Word                            string // what stands where a picture would be
	Bad                             bool
	// it is of a list that people signed online, and has no picture
	Listed bool
}

type failureView struct {
	store.Failure
	File string
	Page int
	May  bool
}

type check struct {
	State string // yes, no, open
	Text  string
	Note  string
}

type event struct {
	At   time.Time
	Text string
	Who  string
}

func (s *Pages) petitionPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.petition(r.Context(), site.AccountOf(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, "petition", v)
}

func (s *Pages) petition(ctx context.Context, who store.Account, id string) (*petitionView, error) {
	key, o, err := s.changeKey(ctx, id)
	if err != nil {
		return nil, err
	}
	v := &petitionView{Key: key, MayUpload: site.May(who, site.ByStaff|site.ByAdmin),
		MayReview: site.May(who, site.ByVerifier|site.ByChair|site.ByAdmin), MayTally: site.May(who,
			site.ByChair|site.ByAdmin),
		MayPrint: site.May(who, site.ByStaff|site.ByChair|site.ByAdmin)}
	if v.Standing, err = s.Standing(ctx, o); err != nil {
		return nil, err
	}
	if v.Names, err = s.Names(ctx); err != nil {
		return nil, err
	}
	if v.SnapshotID != "" {
		if v.Snapshot, err = s.Store.Snapshot(ctx, v.SnapshotID); err != nil {
			return nil, fmt.Errorf("find the snapshot: %w", err)
		}
	}
	if v.MayUpload && office.Decided(v.Petition) == "" && v.Tally == nil {
		if v.Before, err = s.Store.SnapshotBefore(ctx, id); err != nil &&
			!errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("find the export before: %w", err)
		}
	}
	if v.Rules, err = rule.InWords(v.Petition.Rules); err != nil {
		return nil, fmt.Errorf("explain the rule: %w", err)
	}
	if v.Tallies, err = s.Store.Tallies(ctx, id); err != nil {
		return nil, fmt.Errorf("list the tallies: %w", err)
	}
	if err := s.fillFiles(ctx, v); err != nil {
		return nil, err
	}
	if v.MayUpload {
		people, err := s.peopleOf(ctx, id)
		if err != nil {
			return nil, err
		}
		v.People = &people
	}
	v.Checklist = checklist(v)
	v.TallyWhy = office.NotYet(v.Overview, v.Count)
	if v.Main, err = s.mainAction(ctx, v, who); err != nil {
		return nil, err
	}
	v.Timeline, err = s.timeline(ctx, v)
	return v, err
}

func (s *Pages) fillFiles(ctx context.Context, v *petitionView) error {
	uploads, err := s.Store.Uploads(ctx, v.ID)
	if err != nil {
		return fmt.Errorf("list the uploads: %w", err)
	}
	pages, err := s.Store.Pages(ctx, v.ID)
	if err != nil {
		return fmt.Errorf("list the pages: %w", err)
	}
	failures, err := s.Store.Failures(ctx, v.ID)
	if err != nil {
		return fmt.Errorf("list the failures: %w", err)
	}
	of := map[string][]store.Page{}
	for _, p := range pages {
		of[p.UploadID] = append(of[p.UploadID], p)
	}
	v.MayAdd = v.MayUpload && office.Decided(v.Petition) == ""
	file, number := map[string]string{}, map[string]int{}
	left := sheetsOfPetition
	for _, u := range slices.Backward(uploads) { // what came last is of most interest
		f := s.file(u, of[u.ID], v.Case, min(sheetsOfFile, left), v.Names)
		f.May = v.MayAdd
		f.Failed = slices.ContainsFunc(failures, func(x store.Failure) bool {
			return x.UploadID == u.ID && x.PageID == ""
		})
		left -= len(f.Sheets)
		file[u.ID] = u.Name
		v.Files = append(v.Files, f)
	}
	for _, p := range pages {
		number[p.ID] = p.Number
	}
	for _, f := range failures {
		v.Failures = append(v.Failures, failureView{f, file[f.UploadID], number[f.PageID],
			v.MayUpload})
	}
	return nil
}

func (s *Pages) file(u store.Upload, pages []store.Page, c *office.Case, show int,
	names map[string]string) fileView {
	f := fileView{Upload: u, By: names[u.By], Pages: len(pages)}
	for i, p := range pages {
		if !p.ReadAt.IsZero() {
			f.Read++
		}
		f.Rows += c.RowsOn(p.ID)
		if i < show {
			f.Sheets = append(f.Sheets, newSheet(p, c.OnPage(p.ID)))
		}
	}
	f.More = len(pages) - len(f.Sheets)
	return f
}

func newSheet(p store.Page, lines []office.Line) sheetView {
	v := sheetView{Page: p, Rows: len(lines), Listed: p.Source == string(ingest.Online)}
	if v.Listed {
		p.Picture, p.Width, p.Height, lines = "", 17, 22, ruled(lines)
	}
	v.Drawing = drawing(p, lines, false)
	for _, l := range lines {
		switch l.Verdict {
		case "valid":
			v.Valid++
		case "invalid":
			v.Invalid++
		default:
			v.Uncertain++
		}
	}
	switch {
	case p.Error != "":
		v.Word, v.Bad = "Could not be read", true
	case p.ReadAt.IsZero():
		v.Word = "Waiting to be read"
	case p.Picture == "" && !v.Listed:
		v.Word, v.Bad = "No picture", true
	}
	return v
}

// ruled are the lines of a list below each other, as if they stood on paper.
func ruled(lines []office.Line) []office.Line {
	lines = slices.Clone(lines)
	const top, left, right = 0.04, 0.06, 0.88
	for i := range lines {
		high := min(0.92/float64(len(lines)), 0.03)
		y := top + high*float64(i)
		lines[i].Box = [4]float64{left, y, right, y + high*0.8}
	}
	return lines
}

// changeKey differs whenever something that the page of a petition shows has changed.
func (s *Pages) changeKey(ctx context.Context, id string) (string, store.Overview, error) {
	o, err := s.Overview(ctx, id)
	if err != nil {
		return "", o, err
	}
	version, err := s.Store.Version(ctx, id)
	if err != nil {
		return "", o, fmt.Errorf("find the version of %s: %w", id, err)
	}
	failures, err := s.Store.Failures(ctx, id)
	if err != nil {
		return "", o, fmt.Errorf("list the failures: %w", err)
	}
	sum := sha256.New()
	fmt.Fprint(sum, version, o.Counts, o.Petition)
	for _, f := range failures {
		fmt.Fprint(sum, f.ID, f.At.UnixMilli())
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), o, nil
}

// checklist is what the packet must hold and what has to be done with it.
func checklist(v *petitionView) []check {
	list := make([]check, 0, 8)
	add := func(ok bool, otherwise, text, note string) {
		state := otherwise
		if ok {
			state = "yes"
		}
		list = append(list, check{state, text, note})
	}
	pending := "open"
	if v.Uploads > 0 && office.AllRead(v.Overview) {
		pending = "no"
	}
	c := v.Case
	note := "Not found on the sheets read so far."
	if c.Purpose != "" {
		note = fmt.Sprintf("%s, page %d", c.PurposeFile, c.PurposePage)
	}
	add(c.Purpose != "", pending, "Statement of purpose", note)
	whole := 0
	for _, o := range c.Organizers {
		if o.Name != "" && o.Address != "" && o.Signed == "yes" {
			whole++
		}
	}
	note = "Not found on the sheets read so far."
	if len(c.Organizers) > 0 {
		note = fmt.Sprintf("%s, of whom %d with address and signature",
			site.Plural(len(c.Organizers), "person", "people"), whole)
	}
	state := pending
	if len(c.Organizers) > 0 && whole < len(c.Organizers) {
		state = "open"
	}
	add(whole > 0 && whole == len(c.Organizers), state,
		"Designated organizers with addresses and signatures", note)
	state = "open"
	if v.Count.Possible < v.Count.Required && pending == "no" {
		state = "no"
	}
	add(v.Count.Required > 0 && v.Count.Guaranteed >= v.Count.Required, state,
		fmt.Sprintf("%s signatures of members in good standing", site.Number(v.Count.Required)),
		fmt.Sprintf("%s valid so far", site.Number(v.Count.Valid)))
	if c.Sheets {
		add(len(c.Printed) == 0, "open", "All printed sheets", strings.Join(c.Printed, " "))
	}
	add(v.SnapshotID != "", "no", "Membership export to verify against", v.Snapshot.Name)
	note, state = fmt.Sprintf("%s of %s", site.Number(v.Read), site.Plural(v.Pages, "page",
		"pages")), "open"
	if v.Unreadable > 0 {
		note, state = site.Plural(v.Unreadable, "file or page cannot be read",
			"files or pages cannot be read"), "no"
	}
	add(v.Uploads > 0 && office.AllRead(v.Overview), state, "All sheets read and looked up", note)
	add(v.Count.Rows > 0 && (v.Count.Uncertain == 0 || v.Count.Certain), "open",
		"No doubt that could change the outcome", site.Plural(v.Count.Uncertain, "uncertain line",
			"uncertain lines"))
	note = ""
	if v.Moved != nil {
		note = fmt.Sprintf("certified: %s valid, now: %s", site.Number(v.Moved.Certificate.Valid),
			site.Number(v.Moved.Now.Valid))
	}
	add(v.Tally != nil && v.Moved == nil, "open", "Count certified", note)
	return list
}

// timeline is what happened to a petition, newest first.
func (s *Pages) timeline(ctx context.Context, v *petitionView) ([]event, error) {
	entries, err := s.Store.AuditOf(ctx, v.ID, 60)
	if err != nil {
		return nil, fmt.Errorf("list what happened: %w", err)
	}
	file := map[string]string{}
	for _, f := range v.Files {
		file[f.ID] = f.Name
	}
	var out []event
	for _, e := range entries {
		text := eventWord(e, file, v.Names)
		if text == "" {
			continue
		}
		who := v.Names[e.Actor]
		if n := len(out); n > 0 && out[n-1].Text == text && out[n-1].Who == who {
			continue
		}
		out = append(out, event{e.At, text, who})
	}
	return out, nil
}

// eventWord says what an entry of the audit log means to people.
func eventWord(e store.AuditEntry, file, names map[string]string) string {
	kind, id, _ := strings.Cut(e.Detail, " ")
	name := file[id]
	if kind != "upload" || name == "" {
		name = "a file"
	}
	switch e.Action {
	case "petition.added":
		return "Petition added"
	case "petition.changed":
		return "Changed: " + changedWord(e.Detail)
	case "petition.assigned", "petition.unassigned":
		who := names[id]
		if who == "" {
			who = "somebody"
		}
		if e.Action == "petition.assigned" {
			return "Assigned to " + who
		}
		return "Taken from " + who
	case "upload.added":
		return "Added " + name
	case "upload.filed":
		return "Pages of " + name + " were filed here by their code"
	case "sheets.printed":
		return "Downloaded sheets to print"
	case "upload.excluded":
		return "Excluded " + name
	case "upload.included":
		return "Included " + name + " again"
	case "open.nothing", "open.added", "open.excluded":
		return "Settled an open point"
	case "open.again":
		return "Opened a point again"
	case "page.columns", "page.turn", "page.exclude", "page.move", "line.add", "line.delete",
		"line.merge", "line.split", "petition.cover":
		_, what, _ := strings.Cut(e.Action, ".")
		return site.UpperFirst(office.RepairWord(what))
	case "repair.undone":
		kind, _, _ := strings.Cut(e.Detail, " ")
		return "Undone: " + office.RepairWord(kind)
	case "failure.retried":
		return "Tried again what had failed"
	case "tally.certified":
		return "Count certified"
	case "certificate.printed":
		return "Downloaded the certificate"
	case "purge.images", "purge.text", "purge.rows":
		return purgeWord(e)
	case "letter.sent":
		return "Sent the letter “" + strings.ReplaceAll(e.Detail, "-", " ") + "”"
	case "report.downloaded":
		return "Downloaded the " + strings.ToUpper(e.Detail[:min(1, len(e.Detail))]) +
			e.Detail[min(1, len(e.Detail)):] + " report"
	}
	return ""
}

func changedWord(detail string) string {
	var words []string
	for _, part := range strings.Split(detail, ", ") {
		key, value, _ := strings.Cut(part, " ")
		switch key {
		case "state":
			words = append(words, "now “"+strings.ToLower(site.StateWord(value))+"”")
		case "snapshot":
			words = append(words, "membership export")
		case "received":
			words = append(words, "day of receipt")
		default:
			words = append(words, key)
		}
	}
	return strings.Join(words, ", ")
}

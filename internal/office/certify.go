package office

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/internal/office/rule"
	"countersign/internal/store"
	"countersign/report"
	"countersign/report/register"
	"countersign/report/workbook"
)

// CertifiedCount is what a certificate says, as the store keeps it: what the page before it
// showed and the person confirmed. Fields may be added, none renamed; those that are left out
// where empty are missing in certificates of earlier versions of the program.
type CertifiedCount struct {
	Version    int            `json:"version"` // of this shape: 1
	Rows       int            `json:"rows"`
	Valid      int            `json:"valid"`
	Invalid    int            `json:"invalid"`
	Uncertain  int            `json:"uncertain"`
	Required   int            `json:"required"`
	Guaranteed int            `json:"guaranteed"`
	Possible   int            `json:"possible"`
	Certain    bool           `json:"certain"`
	Outcome    string         `json:"outcome"`
	ByReason   map[string]int `json:"by_reason"`

	Title    string           `json:"title,omitempty"`
	Received time.Time        `json:"received,omitzero"`
	Files    int              `json:"files,omitempty"`    // that count
	Excluded int              `json:"excluded,omitempty"` // files
	Pages    int              `json:"pages,omitempty"`
	Unread   int              `json:"unread,omitempty"` // files and pages; none of a certificate
	Open     int              `json:"open,omitempty"`   // open points; none of a certificate
	Export   *CertifiedExport `json:"export,omitempty"`
	Rule     string           `json:"rule,omitempty"` // its title
	Citation string           `json:"citation,omitempty"`
}

// CertifiedExport is the membership export that a count rests on.
type CertifiedExport struct {
	Name    string    `json:"name"`
	AsOf    time.Time `json:"as_of"`
	Members int       `json:"members"`
	SHA256  string    `json:"sha256"`
}

const certifiedVersion = 1

// EncodeCertified is a count alone as a certificate keeps it.
func EncodeCertified(c Count) ([]byte, error) { return figures(c).encode() }

func figures(c Count) CertifiedCount {
	return CertifiedCount{
		Version: certifiedVersion, Rows: c.Rows, Valid: c.Valid, Invalid: c.Invalid,
		Uncertain: c.Uncertain,
		Required:  c.Required, Guaranteed: c.Guaranteed, Possible: c.Possible, Certain: c.Certain,
		Outcome: c.Outcome, ByReason: c.ByReason,
	}
}

func (c CertifiedCount) encode() ([]byte, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write a certified count: %w", err)
	}
	return data, nil
}

// DecodeCertified reads what EncodeCertified wrote, also as earlier versions of the program
// did, which gave the shape no number and wrote ByReason without its tag. One that holds no
// count is an error, for what is compared with it must not pass.
func DecodeCertified(data []byte) (CertifiedCount, error) {
	var c struct {
		CertifiedCount
		Rows      *int           `json:"rows"` // of any version
		OldReason map[string]int `json:"ByReason"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return CertifiedCount{}, fmt.Errorf("read a certified count: %w", err)
	}
	if c.Rows == nil || c.Version > certifiedVersion {
		return CertifiedCount{},
			fmt.Errorf("read a certified count: version %d of it holds none that this program "+
				"knows", c.Version)
	}
	out := c.CertifiedCount
	out.Rows = *c.Rows
	if out.ByReason == nil {
		out.ByReason = c.OldReason
	}
	return out, nil
}

// secondClick is how soon the same certificate by the same person is an impatient second click.
const secondClick = time.Minute

// Statement is what would be certified now, with all that a person has to know before.
type Statement struct {
	CertifiedCount
	Seen     string   // names all of it: what is confirmed must be the same
	Hinders  []string // why it cannot be certified yet, one sentence each
	HandedIn bool     // the packet was
	Before   *Certificate

	rulesHash string
}

// Certificate is a count that was certified.
type Certificate struct {
	store.Tally
	CertifiedCount
}

// Statement is what would be certified of a petition now.
func (o *Office) Statement(ctx context.Context, petitionID string) (Statement, error) {
	c, err := o.progress(ctx, petitionID)
	if err != nil {
		return Statement{}, err
	}
	return o.statement(ctx, c)
}

func (o *Office) statement(ctx context.Context, c *progress) (Statement, error) {
	counts, err := o.Store.Counts(ctx, c.petition.ID)
	if err != nil {
		return Statement{}, fmt.Errorf("count what there is of %s: %w", c.petition.ID, err)
	}
	uploads, err := o.Store.Uploads(ctx, c.petition.ID)
	if err != nil {
		return Statement{}, err
	}
	st := Statement{CertifiedCount: figures(c.shown.Count), HandedIn: !c.life.Submitted.IsZero()}
	rules, err := rule.InWords(c.petition.Rules)
	if err != nil {
		return Statement{}, err
	}
	st.rulesHash = rules.Hash
	st.Title, st.Received, st.Rule, st.Citation = c.petition.Title, c.petition.ReceivedOn,
		rules.Title, rules.Citation
	st.Files, st.Excluded, st.Pages, st.Open = counts.Uploads, len(uploads)-counts.Uploads,
		counts.Pages, counts.Open
	st.Unread = counts.Uploads - counts.Opened + counts.Pages - counts.Read + counts.Unreadable
	if c.petition.SnapshotID != "" {
		s, err := o.Store.Snapshot(ctx, c.petition.SnapshotID)
		if err != nil {
			return Statement{}, err
		}
		st.Export = &CertifiedExport{Name: s.Name, AsOf: s.AsOf, Members: s.Members,
			SHA256: s.SHA256}
	}
	st.Hinders = hindrances(store.Overview{Petition: c.petition, Counts: counts}, c.shown.Count)
	if c.tally.ID != "" {
		if st.Before, err = certificate(c.tally); err != nil {
			return Statement{}, err
		}
	}
	said, err := st.encode()
	if err != nil {
		return Statement{}, err
	}
	sum := sha256.Sum256(append(said, c.shown.Version...))
	st.Seen = c.shown.Version + "." + hex.EncodeToString(sum[:8])
	return st, nil
}

func certificate(t store.Tally) (*Certificate, error) {
	c, err := DecodeCertified(t.Counts)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", t.ID, err)
	}
	return &Certificate{Tally: t, CertifiedCount: c}, nil
}

// Confirmation is what a person says who certifies.
type Confirmation struct {
	Seen   string // Statement.Seen of what they looked at; empty where nobody looked
	Reason string // why the certificate before is replaced
	HandIn bool   // write down as well that the packet was handed in today
}

// Certify freezes the count of a petition as it was confirmed. A later certificate supersedes
// it and says why. stays is why the register leaves the petition where it is, and empty where
// the certificate was a step of its life.
func (o *Office) Certify(ctx context.Context, petitionID string, yes Confirmation,
	by store.Account) (t store.Tally, stays string, err error) {
	done, err := o.Store.Turn(ctx)
	if err != nil {
		return t, "", err
	}
	defer done()
	c, err := o.progress(ctx, petitionID)
	if err != nil {
		return t, "", err
	}
	st, err := o.statement(ctx, c)
	if err != nil {
		return t, "", err
	}
	yes.Reason = strings.TrimSpace(yes.Reason)
	if before := c.tally; before.ID != "" && yes.Seen != "" && before.Version == c.shown.Version &&
		before.By == by.ID &&
		before.Reason == yes.Reason && o.now().Sub(before.At) < secondClick {
		return before, "", nil
	}
	if err := st.refuse(yes); err != nil {
		return t, "", err
	}
	t = store.Tally{ID: store.NewID(), PetitionID: petitionID, Version: c.shown.Version,
		SnapshotID: c.petition.SnapshotID,
		RulesHash:  st.rulesHash, Program: o.Program, By: by.ID, At: o.now(), Reason: yes.Reason,
		Supersedes: c.tally.ID}
	if t.Counts, err = st.encode(); err != nil {
		return t, "", err
	}
	steps, stays, err := c.stepsOfCertificate(t.ID, !st.HandedIn, o.day(), by)
	if err != nil {
		return t, "", err
	}
	err = o.Store.Do(ctx, func(tx store.Tx) (err error) {
		if t, err = tx.AddTally(ctx, t); err != nil {
			return err
		}
		for _, step := range steps {
			if err := o.writeStep(ctx, tx, ofPetition, petitionID, step, by,
				lastOf(c.stored)); err != nil {
				return err
			}
		}
		return o.record(ctx, tx, by.ID, "tally.certified", petitionID, "tally "+t.ID)
	})
	if errors.Is(err, store.ErrConflict) {
		return t, "", refuse(Conflict,
			"The petition changed while it was counted. Look at the new count and certify that.")
	}
	if err != nil {
		return t, "", fmt.Errorf("certify the count: %w", err)
	}
	o.tell(petitionID)
	return t, stays, nil
}

// refuse says why a statement is not certified, nil where it is.
func (st *Statement) refuse(yes Confirmation) error {
	switch {
	case yes.Seen != "" && yes.Seen != st.Seen:
		return refuse(Conflict,
			"The petition changed since you looked at it, and nothing was certified. Look at the "+
				"new count and certify that.")
	case len(st.Hinders) > 0:
		return refuse(Conflict, "%s", st.Hinders[0])
	case !st.HandedIn && !yes.HandIn:
		return refuse(Conflict,
			"The packet was not handed in: write that down first, or together with the "+
				"certificate.")
	case st.Before != nil && yes.Reason == "":
		return refuse(Invalid, "The count was certified before. Say why it is replaced.")
	case len(yes.Reason) > 2000:
		return refuse(Invalid, "The reason is too long: use at most 2,000 characters.")
	}
	return nil
}

// stepsOfCertificate are the steps of a petition's life that are written with a certificate:
// that the packet was handed in, where that was not written down, or else that the count is
// certified, where the register allows it.
func (c *progress) stepsOfCertificate(tally string, handIn bool, today time.Time,
	by store.Account) (steps []register.Event, stays string, err error) {
	facts := c.facts
	facts.Tally, facts.Tallied = tally, true
	certify := register.Event{Kind: register.Certify, On: today, Words: register.Words{
		"tally": tally}}
	check := func(e register.Event) error {
		return c.book.CheckPetition(c.petition.ID, e, rolesOf(by.Roles), facts)
	}
	if handIn {
		submit := register.Event{Kind: register.Submit, On: today, Words: register.Words{}}
		if err := check(submit); err != nil {
			return nil, "", refused(err)
		}
		return []register.Event{submit},
			"Acknowledge its receipt next; then the certificate is its next step.", nil
	}
	var no *register.Refusal
	if err := check(certify); errors.As(err, &no) {
		return nil, no.Why, nil
	} else if err != nil {
		return nil, "", err
	}
	return []register.Event{certify}, "", nil
}

// NotYet says why a count cannot be certified, or nothing.
func NotYet(p store.Overview, c Count) string {
	if all := hindrances(p, c); len(all) > 0 {
		return all[0]
	}
	return ""
}

// hindrances are all reasons why a count cannot be certified.
func hindrances(p store.Overview, c Count) (out []string) {
	add := func(hinders bool, why string) {
		if hinders {
			out = append(out, why)
		}
	}
	if Decided(p.Petition) != "" {
		return []string{"The petition is decided: what was certified stays as it is."}
	}
	add(p.Uploads == 0, "There are no sheets yet.")
	add(p.SnapshotID == "", "No membership export is chosen.")
	add(p.Failures > 0, "There are failures: try them again, or exclude the sheets.")
	add(p.Unreadable == 1, "One file or page cannot be read: replace it or exclude it.")
	add(p.Unreadable > 1, fmt.Sprintf("%d files or pages cannot be read: replace or exclude them.",
		p.Unreadable))
	add(p.Failures == 0 && p.SnapshotID != "" && !done(p), "Not all sheets are read and looked up.")
	add(p.Open == 1, "One open point waits: settle it first.")
	add(p.Open > 1, fmt.Sprintf("%d open points wait: settle them first.", p.Open))
	add(c.Uncertain > 0 && c.Guaranteed < c.Required && c.Possible >= c.Required,
		"Lines that are still uncertain can change the outcome: review them first.")
	return out
}

// AllRead says whether the program has read and looked up all that there is of a petition.
func AllRead(p store.Overview) bool {
	return p.Failures == 0 && p.Unreadable == 0 && p.SnapshotID != "" && done(p)
}

// done says whether nothing is left to do for the program, whatever came of it.
func done(p store.Overview) bool {
	return p.Uploads == p.Opened && p.Pages == p.Read && p.Lines == p.Matched
}

// CertificatePDF writes a certificate of a petition for print, and gives the name of the file.
func (o *Office) CertificatePDF(ctx context.Context, petitionID, tallyID string,
	w io.Writer) (name string, err error) {
	c, err := o.progress(ctx, petitionID)
	if err != nil {
		return "", err
	}
	tallies, err := o.Store.Tallies(ctx, petitionID)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(tallies, func(t store.Tally) bool { return t.ID == tallyID })
	if at < 0 {
		return "", store.ErrNotFound
	}
	t, err := certificate(tallies[at])
	if err != nil {
		return "", err
	}
	people, err := o.people(ctx)
	if err != nil {
		return "", err
	}
	out := report.Certified{
		ID: t.ID, Petition: petitionID, Title: cmp.Or(t.Title, c.petition.Title),
		Received:  t.Received,
		Committee: c.office("committee", "Committee on Organization").Name,
		Rows:      t.Rows, Valid: t.Valid, Invalid: t.Invalid, Uncertain: t.Uncertain,
		Required: t.Required, Outcome: t.Outcome,
		Files: t.Files, Excluded: t.Excluded, Pages: t.Pages, Rule: t.Rule, Citation: t.Citation,
		By: people.name(t.By), At: t.At, Reason: t.Reason, Supersedes: t.Supersedes,
		Program: t.Program,
	}
	if out.Received.IsZero() {
		out.Received = c.petition.ReceivedOn
	}
	if t.Export != nil {
		out.Export, out.AsOf, out.Members = t.Export.Name, t.Export.AsOf, t.Export.Members
	}
	for _, r := range report.Reasons() {
		if n := t.ByReason[string(r)]; n > 0 {
			out.Reasons = append(out.Reasons, report.ReasonCount{Words: report.ReasonWord(r),
				Lines: n})
		}
	}
	if at > 0 {
		out.Superseded = report.Day(tallies[at-1].At)
	}
	return "certificate-" + t.At.UTC().Format(time.DateOnly) + ".pdf", workbook.CertificatePDF(w,
		out)
}

// KeyedWord is a key with its word for people.
type KeyedWord struct{ Key, Word string }

// InvalidReasons are all reasons for which a line may be invalid, in the order of reports.
func InvalidReasons() (out []KeyedWord) {
	for _, r := range report.Reasons() {
		out = append(out, KeyedWord{string(r), report.ReasonWord(r)})
	}
	return out
}

package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/store"
	"countersign/report/register"
)

// CertifiedCount is what a certificate says, as the store keeps it. Fields may be added,
// none renamed.
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
}

const certifiedVersion = 1

// EncodeCertified is a count as a certificate keeps it.
func EncodeCertified(c Count) ([]byte, error) {
	data, err := json.Marshal(CertifiedCount{
		Version: certifiedVersion, Rows: c.Rows, Valid: c.Valid, Invalid: c.Invalid, Uncertain: c.Uncertain,
		Required: c.Required, Guaranteed: c.Guaranteed, Possible: c.Possible, Certain: c.Certain,
		Outcome: c.Outcome, ByReason: c.ByReason,
	})
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
		return CertifiedCount{}, fmt.Errorf("read a certified count: version %d of it holds none that this program knows", c.Version)
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

// Certify freezes the count of a petition. A later certificate supersedes it and says why.
// stays is why the register leaves the petition where it is, and empty where the certificate
// was a step of its life. seen is the version of the petition that the person looked at; empty
// where nobody did.
func (o *Office) Certify(ctx context.Context, petitionID, reason, seen string, by store.Account) (t store.Tally, stays string, err error) {
	o.register.Lock()
	defer o.register.Unlock()
	c, err := o.progress(ctx, petitionID)
	if err != nil {
		return t, "", err
	}
	counts, err := o.Store.Counts(ctx, petitionID)
	if err != nil {
		return t, "", fmt.Errorf("count what there is of %s: %w", petitionID, err)
	}
	reason = strings.TrimSpace(reason)
	before, certified := c.tally, c.tally.ID != ""
	switch why := NotYet(store.Overview{Petition: c.petition, Counts: counts}, c.shown.Count); {
	case seen != "" && certified && before.Version == c.shown.Version && before.By == by.ID && before.Reason == reason && o.now().Sub(before.At) < secondClick:
		return before, "", nil
	case seen != "" && seen != c.shown.Version:
		return t, "", refuse(Conflict, "The petition changed since you looked at it, and nothing was certified. Look at the new count and certify that.")
	case why != "":
		return t, "", refuse(Conflict, "%s", why)
	case certified && reason == "":
		return t, "", refuse(Invalid, "The count was certified before. Say why it is replaced.")
	case len(reason) > 2000:
		return t, "", refuse(Invalid, "The reason is too long: use at most 2,000 characters.")
	}
	rules, err := o.Rules(c.petition.Rules)
	if err != nil {
		return t, "", err
	}
	t = store.Tally{ID: store.NewID(), PetitionID: petitionID, Version: c.shown.Version, SnapshotID: c.petition.SnapshotID,
		RulesHash: rules.Hash, Program: o.Program, By: by.ID, At: o.now(), Reason: reason, Supersedes: before.ID}
	if t.Counts, err = EncodeCertified(c.shown.Count); err != nil {
		return t, "", err
	}
	now := o.now().UTC()
	step := register.Event{Kind: register.Certify, On: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC), Words: register.Words{"tally": t.ID}}
	facts := c.facts
	facts.Tally, facts.Tallied = t.ID, true
	var no *register.Refusal
	if err := c.book.CheckPetition(petitionID, step, rolesOf(by.Roles), facts); errors.As(err, &no) {
		stays = no.Why
	} else if err != nil {
		return t, "", err
	}
	err = o.Store.Do(ctx, func(tx store.Tx) (err error) {
		if t, err = tx.AddTally(ctx, t); err != nil {
			return err
		}
		if stays == "" {
			if err := o.writeStep(ctx, tx, ofPetition, petitionID, step, by, lastOf(c.stored)); err != nil {
				return err
			}
		}
		return o.record(ctx, tx, by.ID, "tally.certified", petitionID, "tally "+t.ID)
	})
	if errors.Is(err, store.ErrConflict) {
		return t, "", refuse(Conflict, "The petition changed while it was counted. Look at the new count and certify that.")
	}
	if err != nil {
		return t, "", fmt.Errorf("certify the count: %w", err)
	}
	o.tell(petitionID)
	return t, stays, nil
}

// NotYet says why a count cannot be certified, or nothing.
func NotYet(p store.Overview, c Count) string {
	switch {
	case Decided(p.Petition) != "":
		return "The petition is decided: what was certified stays as it is."
	case p.Uploads == 0:
		return "There are no sheets yet."
	case p.SnapshotID == "":
		return "No membership export is chosen."
	case p.Failures > 0:
		return "There are failures: try them again, or exclude the sheets."
	case !AllRead(p):
		return "Not all sheets are read and looked up."
	case p.Open == 1:
		return "One open point waits: settle it first."
	case p.Open > 0:
		return fmt.Sprintf("%d open points wait: settle them first.", p.Open)
	case !c.Certain && c.Uncertain > 0:
		return "Lines that are still uncertain can change the outcome: review them first."
	}
	return ""
}

// AllRead says whether the program has done all that it can for a petition.
func AllRead(p store.Overview) bool {
	return p.Failures == 0 && p.SnapshotID != "" && p.Uploads == p.Opened && p.Pages == p.Read && p.Lines == p.Matched
}

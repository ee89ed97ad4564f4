package office

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"countersign/extract"
	"countersign/internal/store"
	"countersign/report"
	"countersign/verify"
)

// What stays of a petition whose text or rows are purged, as JSON that only
// this file writes and reads. Nothing in it is personal, but for accounts of
// those who decided. Fields may be added, none renamed.
type (
	keptPetition struct {
		Group   string `json:"group"`
		Purpose string `json:"purpose"`
		// its id: what people named the file is personal
		PurposeUpload string         `json:"purpose_upload"`
		PurposePage   int            `json:"purpose_page"`
		Outlook       verify.Outlook `json:"outlook"`
	}
	keptVerdict struct {
		Verdict     verify.Verdict `json:"verdict"`
		Reason      verify.Reason  `json:"reason"`
		Signed      extract.Signed `json:"signed"`
		Struck      bool           `json:"struck,omitempty"`
		Probability float64        `json:"p"`
		Odds        float64        `json:"odds"`
		Look        verify.Look    `json:"look,omitempty"`
		DuplicateOf string         `json:"duplicate_of,omitempty"` // line
		By          []string       `json:"by,omitempty"`
		At          time.Time      `json:"at"`
		Overridden  bool           `json:"overridden,omitempty"`
		Needs       verify.Needs   `json:"needs,omitempty"`

		memberID string // beside the JSON, since it is purged with the rows
	}
)

// purged is what was purged of a petition, and what stays of it.
type purged struct {
	records  []store.Purge
	frozen   bool // its text or its rows are being purged: verdicts are those kept
	kept     keptPetition
	verdicts map[string]keptVerdict // by line
}

// purgedText stands where something was read that is purged by now.
const purgedText = "purged"

func (o *Office) readPurged(ctx context.Context, petitionID string) (p purged, err error) {
	if p.records, err = o.Store.Purges(ctx, store.PetitionData, petitionID); err != nil {
		return p, err
	}
	p.frozen = slices.ContainsFunc(p.records, func(r store.Purge) bool {
		return r.Kind != store.Images
	})
	if !p.frozen {
		return p, nil
	}
	f, err := o.Store.Frozen(ctx, petitionID)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(f.Data, &p.kept); err != nil {
		return p, fmt.Errorf("read what is kept of petition %s: %w", petitionID, err)
	}
	p.verdicts = make(map[string]keptVerdict, len(f.Verdicts))
	for _, v := range f.Verdicts {
		kept := keptVerdict{memberID: v.MemberID}
		if err := json.Unmarshal(v.Data, &kept); err != nil {
			return p, fmt.Errorf("read the kept verdict of line %s: %w", v.LineID, err)
		}
		p.verdicts[v.LineID] = kept
	}
	return p, nil
}

// line is a line of which only the verdict is kept. Its text is hidden from the
// moment at which its purge begins.
func (v keptVerdict) line(kept store.Line, ref verify.Ref, hash uint64) *caseLine {
	kept.Row, kept.Match = nil, nil
	l := &caseLine{Line: kept, hash: hash, ref: ref, read: verify.Match{Nobody: 1}}
	l.read.Line = verify.Line{Ref: ref, Row: extract.Row{Number: kept.Number, Box: kept.Box,
		Signed: v.Signed, Struck: v.Struck,
		Fields: map[extract.Field]extract.Reading{extract.Name: {Text: purgedText, Confidence: 1}}}}
	l.current = l.read
	return l
}

func (w *counted) keptCover() report.Petition {
	k := w.purged.kept
	return report.Petition{Cover: extract.Cover{Group: k.Group, Purpose: k.Purpose},
		CoverFile: w.names[k.PurposeUpload], CoverPage: k.PurposePage}
}

// settleFrozen gives lines the verdicts that were kept of them.
func (w *counted) settleFrozen() {
	all := make([]verify.Decision, len(w.lines))
	w.open = nil
	for i, l := range w.lines {
		all[i] = *w.decisions[i]
		w.decisions[i] = &all[i]
		v, ok := w.purged.verdicts[l.ID]
		if !ok {
			continue
		}
		d := &all[i]
		*d = verify.Decision{Match: l.current, Verdict: v.Verdict, Reason: v.Reason,
			MemberID: v.memberID, Probability: v.Probability, Odds: v.Odds, Look: v.Look,
			Because: "What was read was purged; the verdict is the one given before.", By: v.By,
			At: v.At, Overridden: v.Overridden, Needs: v.Needs}
		if at, ok := w.at[v.DuplicateOf]; ok {
			ref := w.lines[at].ref
			d.DuplicateOf = &ref
		}
	}
	w.tally = verify.Count(all, w.rules)
	w.tally.Outlook = w.purged.kept.Outlook // it needs the candidates
	for i := range all {
		if d := &all[i]; d.MayLook() {
			w.open = append(w.open, i)
		}
	}
	w.tally.Outlook.Next = slices.DeleteFunc(slices.Clone(w.tally.Outlook.Next),
		func(i int) bool { return all[i].Needs == verify.NeedsMatch })
}

// freeze takes from a petition what stays of it.
func (w *counted) freeze() (store.Frozen, error) {
	var f store.Frozen
	c := w.cover
	upload := ""
	for id, name := range w.names {
		if name == c.CoverFile {
			upload = id
		}
	}
	data, err := json.Marshal(keptPetition{c.Cover.Group, c.Cover.Purpose, upload, c.CoverPage,
		w.tally.Outlook})
	if err != nil {
		return f, err
	}
	f.Data = data
	for i, d := range w.decisions {
		v := keptVerdict{Verdict: d.Verdict, Reason: d.Reason, Signed: d.Line.Signed,
			Struck: d.Line.Struck, Probability: d.Probability, Odds: d.Odds, Look: d.Look,
			By: d.By, At: d.At, Overridden: d.Overridden, Needs: d.Needs}
		if d.DuplicateOf != nil {
			if at, ok := w.refs[*d.DuplicateOf]; ok {
				v.DuplicateOf = w.lines[at].ID
			}
		}
		if data, err = json.Marshal(v); err != nil {
			return f, fmt.Errorf("keep the verdict of line %s: %w", w.lines[i].ID, err)
		}
		f.Verdicts = append(f.Verdicts, store.Verdict{LineID: w.lines[i].ID, MemberID: d.MemberID,
			Data: data})
	}
	return f, nil
}

// mayUndo refuses to take a petition up again whose data is gone.
func (o *Office) mayUndo(ctx context.Context, petitionID string) error {
	purges, err := o.Store.Purges(ctx, store.PetitionData, petitionID)
	if err != nil || len(purges) == 0 {
		return err
	}
	return refuse(Invalid, "%s", "Data of the petition was purged since "+purges[0].BegunAt.Format(
		"January 2, 2006")+": the last step can no longer be taken back.")
}

// tellPurged says which parts of a workbook can no longer be compared.
func (o *Office) tellPurged(ctx context.Context, petitionID string, w io.Writer) error {
	purges, err := o.Store.Purges(ctx, store.PetitionData, petitionID)
	for _, p := range purges {
		what := map[string]string{
			store.Images: "Pictures",
			store.Text:   "What was read, corrections, notes and names of files",
			store.Rows:   "Member numbers",
		}[p.Kind]
		fmt.Fprintf(w, "%s can no longer be compared: they were purged on %s.\n", what,
			p.BegunAt.Format("January 2, 2006"))
	}
	return err
}

// Package kept is what the store keeps of a line: its row as read and its match, each as JSON
// that only this package writes and reads. Both come back as they went in, the lattices of the row
// aside, which lie in the page's sheet. Fields may be added, none renamed.
package kept

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"countersign/extract"
	"countersign/verify"
	"countersign/verify/roll"
)

type (
	storedRow struct {
		Number int                               `json:"n"`
		Box    extract.Box                       `json:"box"`
		Fields map[extract.Field]extract.Reading `json:"fields"`
		Signed extract.Signed                    `json:"signed"`
		Struck bool                              `json:"struck,omitempty"`
		As     string                            `json:"as,omitempty"` // see extract.Row.SignedAs
	}
	storedMatch struct {
		Nobody     number            `json:"nobody"`
		Prior      number            `json:"prior"`
		OnRoll     number            `json:"on"`
		Candidates []storedCandidate `json:"found,omitempty"`
	}
	// Members go by number: the roll they are looked up in must be that of the
	// snapshot the match was made against.
	storedCandidate struct {
		Member      string           `json:"m"`
		Probability number           `json:"p"`
		Evidence    []storedEvidence `json:"e,omitempty"`
		Also        []string         `json:"also,omitempty"`
	}
	storedEvidence struct {
		Field     extract.Field    `json:"f"`
		Agreement verify.Agreement `json:"a"`
		Exact     bool             `json:"x,omitempty"`
		Words     string           `json:"w"`
		Odds      number           `json:"o"`
		Own       number           `json:"own,omitempty"`
		Against   string           `json:"no,omitempty"`
		Stranger  bool             `json:"other,omitempty"`
		Share     number           `json:"share,omitempty"`
	}
)

// number is a float64 in JSON, which has no word for what is not finite.
type number float64

// MarshalJSON writes the shortest digits that read back as the same number.
func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsInf(f, 0) || math.IsNaN(f) {
		return fmt.Appendf(nil, "%q", fmt.Sprint(f)), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"+Inf"`:
		*n = number(math.Inf(1))
	case `"-Inf"`:
		*n = number(math.Inf(-1))
	case `"NaN"`:
		*n = number(math.NaN())
	default:
		return json.Unmarshal(text, (*float64)(n))
	}
	return nil
}

// EncodeRow is a row for the store, without its picture and its lattices.
func EncodeRow(r extract.Row) ([]byte, error) {
	data, err := json.Marshal(storedRow{r.Number, r.Box, r.Fields, r.Signed, r.Struck, r.SignedAs})
	if err != nil {
		return nil, fmt.Errorf("write row %d for the store: %w", r.Number, err)
	}
	return data, nil
}

// DecodeRow reads what EncodeRow wrote.
func DecodeRow(data []byte) (extract.Row, error) {
	var r storedRow
	if quick := (&reader{data: data}); !quick.row(&r) {
		r = storedRow{}
		if err := json.Unmarshal(data, &r); err != nil {
			return extract.Row{}, fmt.Errorf("read a row from the store: %w", err)
		}
	}
	return extract.Row{Number: r.Number, Box: r.Box, Fields: r.Fields, Signed: r.Signed,
		Struck: r.Struck, SignedAs: r.As}, nil
}

// EncodeMatch is a match for the store, without its line.
func EncodeMatch(m verify.Match) ([]byte, error) {
	kept := storedMatch{Nobody: number(m.Nobody), Prior: number(m.Prior), OnRoll: number(m.OnRoll)}
	for _, c := range m.Candidates {
		k := storedCandidate{Member: c.Member.ID, Probability: number(c.Probability)}
		for _, e := range c.Evidence {
			k.Evidence = append(k.Evidence, storedEvidence{
				e.Field, e.Agreement, e.Exact, e.Words, number(e.Odds), number(e.Own),
				e.Against, e.Stranger, number(e.Share),
			})
		}
		for _, other := range c.Also {
			k.Also = append(k.Also, other.ID)
		}
		kept.Candidates = append(kept.Candidates, k)
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("write a match for the store: %w", err)
	}
	return data, nil
}

// DecodeMatch reads what EncodeMatch wrote. The roll is that of the snapshot the match
// was made against; the line is the caller's to add.
func DecodeMatch(data []byte, r *roll.Roll) (verify.Match, error) {
	var kept storedMatch
	if quick := (&reader{data: data}); !quick.match(&kept) {
		kept = storedMatch{}
		if err := json.Unmarshal(data, &kept); err != nil {
			return verify.Match{}, fmt.Errorf("read a match from the store: %w", err)
		}
	}
	m := verify.Match{Nobody: float64(kept.Nobody), Prior: float64(kept.Prior),
		OnRoll: float64(kept.OnRoll)}
	pieces := 0 // of evidence
	for _, k := range kept.Candidates {
		pieces += len(k.Evidence)
	}
	m.Candidates = slices.Grow(m.Candidates, len(kept.Candidates))
	evidence, because := make([]verify.Evidence, 0, pieces), make([]string, 0, pieces)
	for _, k := range kept.Candidates {
		member, err := memberOf(r, k.Member)
		if err != nil {
			return verify.Match{}, err
		}
		c := verify.Candidate{Member: member, Probability: float64(k.Probability)}
		if n := len(evidence); len(k.Evidence) > 0 {
			for _, e := range k.Evidence {
				evidence = append(evidence, verify.Evidence{
					Field: e.Field, Agreement: e.Agreement, Exact: e.Exact, Words: e.Words,
					Odds: float64(e.Odds), Own: float64(e.Own),
					Against: e.Against, Stranger: e.Stranger, Share: float64(e.Share),
				})
				because = append(because, e.Words)
			}
			c.Evidence, c.Because = slices.Clip(evidence[n:]), slices.Clip(because[n:])
		}
		for _, id := range k.Also {
			other, err := memberOf(r, id)
			if err != nil {
				return verify.Match{}, err
			}
			c.Also = append(c.Also, other)
		}
		m.Candidates = append(m.Candidates, c)
	}
	return m, nil
}

// memberOf finds a member by number; a roll lists its members in that order.
func memberOf(r *roll.Roll, id string) (*roll.Member, error) {
	at, ok := r.Members.Find(id)
	if !ok {
		return nil,
			fmt.Errorf("read a match from the store: it names member %s, whom snapshot %.12s lacks",
				id, r.SHA256)
	}
	return r.Members.At(at), nil
}

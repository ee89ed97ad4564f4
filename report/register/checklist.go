package register

import (
	"fmt"
	"strings"
)

// Item is one thing a packet must hold.
type Item string

const (
	Purpose    Item = "purpose"
	Signatures Item = "signatures"
	Organizers Item = "organizers"
)

// Checklist says of each item that the guideline asks for whether it is there.
type Checklist []Entry

// Entry is one item of a packet.
type Entry struct {
	Item      Item
	Found     bool   // on the scans
	Says      string // what was found, or what is missing, in words
	Confirmed bool   // a person has seen it
}

// Organizer is a designated organizer as the packet names them.
type Organizer struct {
	Name, Address string
	Signed        bool
}

// Packet is what was found on the scans of a packet.
type Packet struct {
	Purpose    string
	Organizers []Organizer
	Lines      int // in which somebody wrote
	Required   int
}

// Check makes the checklist of a packet: a statement of purpose, as many lines as
// signatures are asked for, and at least one organizer with name, address and signature. What
// a person confirmed counts as there.
func (p Packet) Check(confirmed map[Item]Event) Checklist {
	signatures := Entry{Item: Signatures, Found: p.Lines >= p.Required,
		Says: fmt.Sprintf("%d lines filled in; %d valid signatures are required", p.Lines,
			p.Required)}
	purpose := Entry{Item: Purpose, Found: strings.TrimSpace(p.Purpose) != "",
		Says: "found on the cover page"}
	if !purpose.Found {
		purpose.Says = "no statement of purpose was found"
	}
	list := Checklist{purpose, signatures, p.organizers()}
	for i := range list {
		_, list[i].Confirmed = confirmed[list[i].Item]
	}
	return list
}

func (p Packet) organizers() Entry {
	if len(p.Organizers) == 0 {
		return Entry{Item: Organizers, Says: "no organizer was found"}
	}
	whole := 0
	var lacks []string
	for _, o := range p.Organizers {
		var missing []string
		if o.Name == "" {
			missing = append(missing, "name")
		}
		if o.Address == "" {
			missing = append(missing, "address")
		}
		if !o.Signed {
			missing = append(missing, "signature")
		}
		if len(missing) == 0 {
			whole++
			continue
		}
		who := o.Name
		if who == "" {
			who = "an organizer"
		}
		lacks = append(lacks, who+" lacks "+list(missing))
	}
	if whole == len(p.Organizers) {
		return Entry{Item: Organizers, Found: true,
			Says: fmt.Sprintf("%d with name, address and signature", whole)}
	}
	return Entry{Item: Organizers, Says: strings.Join(lacks, "; ")}
}

// Missing says in words what neither the scans show nor a person confirmed.
func (c Checklist) Missing() []string {
	var out []string
	for _, e := range c {
		if !e.Found && !e.Confirmed {
			out = append(out, fmt.Sprintf("%s (%s)", e.Item, e.Says))
		}
	}
	return out
}

// list joins words as a sentence does: "a, b and c".
func list(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

func words(roles []Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, "the "+string(r))
	}
	return strings.Join(out, " or ")
}

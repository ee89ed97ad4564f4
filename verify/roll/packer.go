package roll

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// packer packs members in the order of the export.
type packer struct {
	members Members
	keys    map[string]uint32 // places of texts
	last    [parts]lastText   // of some parts most rows say what the row before said
	tail    writer            // records of the lot that is not full
	loose   map[int32]*Member // taken out, for they change
}

type lastText struct {
	text string
	key  uint32
}

func newPacker() packer {
	return packer{members: Members{texts: []string{""}}, keys: map[string]uint32{}, loose: map[int32]*Member{}}
}

func (p *packer) key(s string) uint32 {
	if s == "" {
		return 0
	}
	key, ok := p.keys[s]
	if !ok {
		s = strings.Clone(s) // the row it stands in need not be kept for it
		key = uint32(len(p.members.texts))
		p.keys[s] = key
		p.members.texts = append(p.members.texts, s)
	}
	return key
}

// keep returns a text that many members have, one copy for all of them.
func (p *packer) keep(s string) string { return p.members.texts[p.key(s)] }

// keepPart is keep, for a part of a member as the row has it.
func (p *packer) keepPart(of part, s string) string {
	last := &p.last[of]
	if s != last.text {
		last.key = p.key(s)
		last.text = p.members.texts[last.key]
	}
	return last.text
}

// add packs a member and returns its place.
func (p *packer) add(m *Member) int32 {
	s := &p.members
	at := len(s.from)
	if at > 0 && at%lot == 0 {
		p.closeLot()
	}
	for i, text := range m.shared() {
		key := p.last[i].key
		if *text != p.last[i].text {
			key = p.key(*text)
		}
		if s.shared[i] == nil && key != 0 {
			s.shared[i] = make([]uint32, at, 2*at+lot)
		}
		if s.shared[i] != nil {
			s.shared[i] = append(s.shared[i], key)
		}
	}
	s.from = append(s.from, uint32(len(p.tail.out)))
	p.tail.record(m, p.key)
	return int32(at)
}

func (p *packer) closeLot() {
	if len(p.tail.out) == 0 {
		return
	}
	p.members.lots = append(p.members.lots, string(p.tail.out))
	p.tail.out = p.tail.out[:0]
}

// loosen takes a member out to be changed, as often as asked.
func (p *packer) loosen(at int32) *Member {
	m := p.loose[at]
	if m == nil {
		m = &Member{}
		p.fill(m, at)
		p.loose[at] = m
	}
	return m
}

func (p *packer) fill(m *Member, at int32) {
	if int(at)/lot < len(p.members.lots) {
		p.members.fill(m, at)
		return
	}
	for i, text := range m.shared() {
		*text = p.members.text(part(i), at)
	}
	record := p.tail.out[p.members.from[at]:]
	if next := int(at) + 1; next < p.members.Len() {
		record = p.tail.out[p.members.from[at]:p.members.from[next]]
	}
	r := reader{in: string(record), texts: p.members.texts}
	r.member(m)
}

// other says whether a member's days may be others.
func (p *packer) other(at int32) bool {
	return has(p.members.lots[at/lot][p.members.from[at]])&hasOther != 0
}

// all are the members by ID, those of one ID as they came. Settle is asked for those of whom some day
// may be another.
func (p *packer) all(settle func(*Member)) Members {
	p.closeLot()
	in := &p.members
	out := Members{texts: in.texts, from: make([]uint32, 0, in.Len())}
	order := p.order()
	for i, keys := range in.shared {
		if keys == nil {
			continue
		}
		out.shared[i] = make([]uint32, len(order))
		for to, from := range order {
			out.shared[i][to] = keys[from]
		}
		in.shared[i] = nil
	}
	var room Member
	var w writer
	for to, at := range order {
		if to > 0 && to%lot == 0 {
			out.lots = append(out.lots, string(w.out))
			w.out = w.out[:0]
		}
		out.from = append(out.from, uint32(len(w.out)))
		m := p.loose[at]
		switch {
		case m != nil:
			for i, text := range m.shared() {
				out.share(part(i), to, p.key(*text), len(order))
			}
		case p.other(at):
			in.fill(&room, at)
			m = &room
		default:
			w.out = append(w.out, in.lots[at/lot][in.from[at]:p.end(at)]...)
			continue
		}
		settle(m)
		w.record(m, p.key)
	}
	out.lots = append(out.lots, string(w.out))
	out.texts = in.texts
	return out
}

func (s *Members) share(p part, at int, key uint32, members int) {
	if s.shared[p] == nil && key != 0 {
		s.shared[p] = make([]uint32, members)
	}
	if s.shared[p] != nil {
		s.shared[p][at] = key
	}
}

// end is where the record of a member ends in its lot.
func (p *packer) end(at int32) int {
	if next := int(at) + 1; next%lot != 0 && next < len(p.members.from) {
		return int(p.members.from[next])
	}
	return len(p.members.lots[at/lot])
}

// order sorts members by their IDs. The first eight bytes of an ID, which are all of most, are compared
// as a number.
func (p *packer) order() []int32 {
	type placed struct {
		begins uint64
		at     int32
	}
	id := func(at int32) string {
		if m := p.loose[at]; m != nil {
			return m.ID
		}
		return p.members.ID(at)
	}
	all := make([]placed, p.members.Len())
	for at := range int32(len(all)) {
		var first [8]byte
		copy(first[:], id(at))
		all[at] = placed{binary.BigEndian.Uint64(first[:]), at}
	}
	slices.SortFunc(all, func(a, b placed) int {
		if a.begins != b.begins {
			return cmp.Compare(a.begins, b.begins)
		}
		return cmp.Or(cmp.Compare(id(a.at), id(b.at)), cmp.Compare(a.at, b.at))
	})
	order := make([]int32, len(all))
	for i := range all {
		order[i] = all[i].at
	}
	return order
}

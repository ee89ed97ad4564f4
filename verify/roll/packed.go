package roll

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Packed is a roll on its way between two processes: what is said of the export, and its members as
// Members keeps them: texts, what is shared, and lots of records.
type Packed struct {
	Head []byte
	Lots [][]byte
}

// ImportPacked reads an export as Import does and packs it. Whoever unpacks it makes it searchable.
func ImportPacked(r io.Reader, file string, opts Options) (Packed, error) {
	roll, err := read(r, file, opts)
	if err != nil {
		return Packed{}, err
	}
	return roll.pack()
}

// told is a roll without its members.
type told struct {
	Name, SHA256                             string
	Rows, LeftOut, Merged, Couples, Remarked int
	Roll                                     struct {
		Columns, Sheets, Dates, Losses []string
		Form                           string
		Findings                       []Finding
	}
	Texts, Members int
}

func (r *Roll) pack() (p Packed, err error) {
	s := told{Name: r.Name, SHA256: r.SHA256, Rows: r.Rows, LeftOut: r.LeftOut, Merged: r.Merged, Couples: r.Couples, Remarked: r.Remarked}
	s.Roll.Columns, s.Roll.Sheets, s.Roll.Dates, s.Roll.Losses = r.Columns, r.Sheets, r.Dates, r.Losses
	s.Roll.Form, s.Roll.Findings = r.Form, r.Findings
	s.Texts, s.Members = len(r.Members.texts), r.Members.Len()
	if p.Head, err = json.Marshal(s); err != nil {
		return p, err
	}
	var w writer
	for _, text := range r.Members.texts {
		w.own(text)
	}
	p.Lots = append(p.Lots, w.out)
	for _, keys := range r.Members.shared {
		w.out = nil
		for _, key := range keys {
			w.number(int(key))
		}
		p.Lots = append(p.Lots, w.out)
	}
	for _, records := range r.Members.lots {
		p.Lots = append(p.Lots, []byte(records))
	}
	return p, nil
}

// Unpack makes the roll again. The words of the other process are not trusted: what is no roll is
// an error. Of what day the export speaks is the caller's to say, as with Import.
func Unpack(p Packed, opts Options) (*Roll, error) {
	var s told
	if err := json.Unmarshal(p.Head, &s); err != nil {
		return nil, fmt.Errorf("unpack members: %w", err)
	}
	if s.Members < 1 || s.Texts < 1 || len(p.Lots) != 1+int(parts)+(s.Members+lot-1)/lot || s.Texts > len(p.Lots[0]) {
		return nil, errors.New("unpack members: some are missing")
	}
	r := &Roll{Name: s.Name, SHA256: s.SHA256, Rows: s.Rows, LeftOut: s.LeftOut, Merged: s.Merged, Couples: s.Couples, Remarked: s.Remarked, AsOf: opts.AsOf,
		Columns: s.Roll.Columns, Sheets: s.Roll.Sheets, Dates: s.Roll.Dates, Losses: s.Roll.Losses, Form: s.Roll.Form, Findings: s.Roll.Findings}
	if !r.Members.unpack(p.Lots, s.Texts, s.Members) {
		return nil, errors.New("unpack members: they end early, or are none")
	}
	r.index.fill(&r.Members)
	return r, nil
}

// unpack takes members from lots, which it empties, and reports whether they are so many. All is read
// once, so that what is made of it later is known to be there.
func (s *Members) unpack(lots [][]byte, texts, members int) bool {
	next := func() (r reader) {
		r = reader{in: string(lots[0]), texts: s.texts}
		lots[0], lots = nil, lots[1:]
		return r
	}
	r := next()
	all := make([]string, texts)
	for i := range all {
		all[i] = r.own()
	}
	if r.bad || r.in != "" || all[0] != "" {
		return false
	}
	s.texts = all
	for p := range s.shared {
		if r = next(); r.in == "" {
			continue
		}
		s.shared[p] = make([]uint32, members)
		for i := range s.shared[p] {
			s.shared[p][i] = r.key()
		}
		if r.bad || r.in != "" {
			return false
		}
	}
	s.from = make([]uint32, 0, members)
	var m Member
	for len(lots) > 0 {
		r = next()
		s.lots = append(s.lots, r.in)
		for range min(lot, members-len(s.from)) {
			s.from = append(s.from, uint32(len(s.lots[len(s.lots)-1])-len(r.in)))
			r.member(&m)
		}
		if r.bad || r.in != "" {
			return false
		}
	}
	return true
}

// has says which of what few members have is in a record.
type has byte

const (
	hasMarks has = 1 << iota
	hasStatuses
	hasJoined
	hasPaid
	hasOther // a day may be another
	hasUnread
	hasSharing
	hasLines // several
)

func (m *Member) has() (h has) {
	for _, of := range []struct {
		is   bool
		what has
	}{
		{m.Marks != nil, hasMarks}, {len(m.Statuses) > 0, hasStatuses},
		{!m.Joined.IsZero(), hasJoined}, {!m.PaidThru.IsZero(), hasPaid},
		{!m.JoinedOr.IsZero() || !m.PaidOr.IsZero(), hasOther}, {m.Unread != "", hasUnread},
		{m.Sharing != 0, hasSharing}, {len(m.Lines) != 1, hasLines},
	} {
		if of.is {
			h |= of.what
		}
	}
	return h
}

// writer writes records: numbers as binary.AppendUvarint does, texts by their length and bytes, days
// by how many they are after the first of the calendar.
type writer struct{ out []byte }

func (w *writer) number(n int) { w.out = binary.AppendUvarint(w.out, uint64(n)) }

func (w *writer) own(s string) {
	w.number(len(s))
	w.out = append(w.out, s...)
}

func (w *writer) day(t time.Time) { w.number(int((t.Unix() - firstDay) / secondsOfDay)) }

const secondsOfDay = 24 * 60 * 60

// firstDay is the zero time, in seconds of Unix.
var firstDay = time.Time{}.Unix()

// record writes what is a member's own. Texts of which others have the same are written as their keys.
func (w *writer) record(m *Member, key func(string) uint32) {
	h := m.has()
	w.out = append(w.out, byte(h))
	w.own(m.ID)
	w.own(m.Street)
	w.number(len(m.Emails))
	for _, e := range m.Emails {
		w.own(e)
	}
	if h&hasMarks != 0 {
		w.own(m.Marks.Born)
		w.own(m.Marks.Second)
		w.own(m.Marks.Unit)
	}
	if h&hasStatuses != 0 {
		w.number(len(m.Statuses))
		for _, s := range m.Statuses {
			w.number(int(key(s)))
		}
	}
	if h&hasJoined != 0 {
		w.day(m.Joined)
	}
	if h&hasPaid != 0 {
		w.day(m.PaidThru)
	}
	if h&hasOther != 0 {
		w.day(m.JoinedOr)
		w.day(m.PaidOr)
	}
	if h&hasUnread != 0 {
		w.number(int(key(m.Unread)))
	}
	if h&hasSharing != 0 {
		w.number(m.Sharing)
	}
	if h&hasLines != 0 {
		w.number(len(m.Lines))
	}
	for _, n := range m.Lines {
		w.number(n)
	}
}

// reader reads what a writer wrote. Once something cannot be, it is bad, and all that it reads is
// empty.
type reader struct {
	in    string // what is left; texts stay parts of it
	texts []string
	bad   bool
}

func (r *reader) fail() {
	r.bad, r.in = true, ""
}

func (r *reader) number() int {
	if r.in != "" && r.in[0] < 1<<7 { // as nearly all lengths are
		n := r.in[0]
		r.in = r.in[1:]
		return int(n)
	}
	n, size := binary.Uvarint([]byte(r.in[:min(binary.MaxVarintLen64, len(r.in))])) // a copy on the stack
	if size <= 0 || n > 1<<31-1 {
		r.fail()
		return 0
	}
	r.in = r.in[size:]
	return int(n)
}

// count is a number of things that follow, each of which takes a byte at least.
func (r *reader) count() int {
	n := r.number()
	if n > len(r.in) {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) own() string {
	n := r.count()
	s := r.in[:n]
	r.in = r.in[n:]
	return s
}

// key is the place of a text.
func (r *reader) key() uint32 {
	n := r.number()
	if n >= len(r.texts) {
		r.fail()
		return 0
	}
	return uint32(n)
}

func (r *reader) day() time.Time { return time.Unix(firstDay+int64(r.number())*secondsOfDay, 0).UTC() }

// id goes past what a record has and reads the number of the member.
func (r *reader) id() string {
	if r.in == "" {
		r.fail()
		return ""
	}
	r.in = r.in[1:]
	return r.own()
}

func (r *reader) marks() *Marks { return &Marks{r.own(), r.own(), r.own()} }

// list reads several texts into the room of others.
func (r *reader) list(room []string, read func() string) []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	room = slices.Grow(room[:0], n)
	for range n {
		room = append(room, read())
	}
	return room
}

// member reads a record into a room that may hold another one.
func (r *reader) member(m *Member) {
	var h has
	if r.in != "" {
		h = has(r.in[0])
	}
	m.ID, m.Street, m.Emails = r.id(), r.own(), r.list(m.Emails, r.own)
	m.Marks, m.Statuses, m.Unread, m.Sharing = nil, nil, "", 0
	m.Joined, m.PaidThru, m.JoinedOr, m.PaidOr = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if h&hasMarks != 0 {
		m.Marks = r.marks()
	}
	text := func() string { return r.texts[r.key()] }
	if h&hasStatuses != 0 {
		m.Statuses = r.list(nil, text)
	}
	if h&hasJoined != 0 {
		m.Joined = r.day()
	}
	if h&hasPaid != 0 {
		m.PaidThru = r.day()
	}
	if h&hasOther != 0 {
		m.JoinedOr, m.PaidOr = r.day(), r.day()
	}
	if h&hasUnread != 0 {
		m.Unread = text()
	}
	if h&hasSharing != 0 {
		m.Sharing = r.number()
	}
	lines := 1
	if h&hasLines != 0 {
		lines = r.count()
	}
	m.Lines = slices.Grow(m.Lines[:0], lines)
	for range lines {
		m.Lines = append(m.Lines, r.number())
	}
}

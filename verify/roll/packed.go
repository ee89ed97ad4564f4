package roll

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Packed is a roll on its way between two processes: what is said of the export, and its members
// in lots, so that neither side holds all of them twice.
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

// lot is how many members are packed together: some half a megabyte.
const lot = 1000

// told is a roll without its members.
type told struct {
	Name, SHA256                             string
	Rows, LeftOut, Merged, Couples, Remarked int
	Roll                                     struct {
		Columns, Sheets, Dates, Losses []string
		Form                           string
		Findings                       []Finding
	}
	Lots int
}

func (r *Roll) pack() (p Packed, err error) {
	s := told{Name: r.Name, SHA256: r.SHA256, Rows: r.Rows, LeftOut: r.LeftOut, Merged: r.Merged, Couples: r.Couples, Remarked: r.Remarked}
	s.Roll.Columns, s.Roll.Sheets, s.Roll.Dates, s.Roll.Losses = r.Columns, r.Sheets, r.Dates, r.Losses
	s.Roll.Form, s.Roll.Findings = r.Form, r.Findings
	w := packer{at: map[string]int{}}
	for left := r.Members; len(left) > 0; left = left[min(lot, len(left)):] {
		w.out = nil
		for _, m := range left[:min(lot, len(left))] {
			w.member(m)
		}
		p.Lots = append(p.Lots, w.out)
	}
	s.Lots = len(p.Lots)
	p.Head, err = json.Marshal(s)
	return p, err
}

// Unpack makes the roll again. The words of the other process are not trusted: what is no roll is
// an error. Of what day the export speaks is the caller's to say, as with Import.
func Unpack(p Packed, opts Options) (*Roll, error) {
	var s told
	if err := json.Unmarshal(p.Head, &s); err != nil {
		return nil, fmt.Errorf("unpack members: %w", err)
	}
	if s.Lots != len(p.Lots) || s.Lots == 0 {
		return nil, errors.New("unpack members: some are missing")
	}
	r := &Roll{Name: s.Name, SHA256: s.SHA256, Rows: s.Rows, LeftOut: s.LeftOut, Merged: s.Merged, Couples: s.Couples, Remarked: s.Remarked, AsOf: opts.AsOf,
		Columns: s.Roll.Columns, Sheets: s.Roll.Sheets, Dates: s.Roll.Dates, Losses: s.Roll.Losses, Form: s.Roll.Form, Findings: s.Roll.Findings}
	var u unpacker
	for i, packed := range p.Lots {
		p.Lots[i] = nil
		u.in = string(packed)
		for u.in != "" && !u.bad {
			r.Members = append(r.Members, &one(&u.members, Member{})[0])
			u.member(r.Members[len(r.Members)-1])
		}
		if u.bad {
			return nil, errors.New("unpack members: they end early, or are none")
		}
	}
	if len(r.Members) == 0 {
		return nil, errors.New("unpack members: there are none")
	}
	r.index.fill(r.Members)
	return r, nil
}

// packer writes members one after another: numbers as binary.AppendUvarint does, texts by their
// length and bytes, or by when they came where they came before, as most do.
type packer struct {
	out []byte
	at  map[string]int // texts that came before
}

func (w *packer) number(n int) { w.out = binary.AppendUvarint(w.out, uint64(n)) }

// text writes a text of which others have the same.
func (w *packer) text(s string) {
	if n, ok := w.at[s]; ok {
		w.number(2*n + 1)
		return
	}
	w.at[s] = len(w.at)
	w.own(s)
}

// own writes a text that this member alone has.
func (w *packer) own(s string) {
	w.number(2 * len(s))
	w.out = append(w.out, s...)
}

// time writes the seconds since the zero time, and what is left of one.
func (w *packer) time(t time.Time) {
	w.out = binary.AppendVarint(w.out, t.Unix()-time.Time{}.Unix())
	w.number(t.Nanosecond())
}

func (w *packer) member(m *Member) {
	w.own(m.ID)
	w.own(m.Street)
	for _, s := range m.shared() {
		w.text(*s)
	}
	w.number(len(m.Emails))
	for _, e := range m.Emails {
		w.own(e)
	}
	w.number(len(m.Statuses))
	for _, s := range m.Statuses {
		w.text(s)
	}
	for _, t := range m.times() {
		w.time(*t)
	}
	w.text(m.Unread)
	w.number(m.Sharing)
	if m.Marks == nil {
		w.number(0)
	} else {
		w.number(1)
		w.own(m.Marks.Born)
		w.own(m.Marks.Second)
		w.own(m.Marks.Unit)
	}
	w.number(len(m.Lines))
	for _, n := range m.Lines {
		w.number(n)
	}
}

func (m *Member) times() [4]*time.Time {
	return [...]*time.Time{&m.Joined, &m.JoinedOr, &m.PaidThru, &m.PaidOr}
}

// unpacker reads what a packer wrote. Once something cannot be, it is bad, and all that it reads
// is empty.
type unpacker struct {
	in      string // what is left of the lot; texts stay parts of it
	came    []string
	bad     bool
	members []Member // room
	emails  []string
	lines   []int
	marks   []Marks
}

func (u *unpacker) fail() {
	u.bad, u.in = true, ""
}

func (u *unpacker) number() int {
	n, size := binary.Uvarint(u.next())
	if size <= 0 || n > 1<<31-1 {
		u.fail()
		return 0
	}
	u.in = u.in[size:]
	return int(n)
}

// next are the bytes in which the next number is; the copy of these few stays on the stack.
func (u *unpacker) next() []byte { return []byte(u.in[:min(binary.MaxVarintLen64, len(u.in))]) }

// count is a number of things that follow, each of which takes a byte at least.
func (u *unpacker) count() int {
	n := u.number()
	if n > len(u.in) {
		u.fail()
		return 0
	}
	return n
}

func (u *unpacker) take(n int) string {
	if n > len(u.in) {
		u.fail()
		return ""
	}
	s := u.in[:n]
	u.in = u.in[n:]
	return s
}

func (u *unpacker) own() string {
	n := u.number()
	if n%2 != 0 {
		u.fail()
	}
	return u.take(n / 2)
}

func (u *unpacker) text() string {
	n := u.number()
	if n%2 == 0 {
		s := u.take(n / 2)
		u.came = append(u.came, s)
		return s
	}
	if n/2 >= len(u.came) {
		u.fail()
		return ""
	}
	return u.came[n/2]
}

func (u *unpacker) time() time.Time {
	seconds, size := binary.Varint(u.next())
	if size <= 0 {
		u.fail()
		return time.Time{}
	}
	u.in = u.in[size:]
	return time.Unix(seconds+time.Time{}.Unix(), int64(u.number())).UTC()
}

func (u *unpacker) member(m *Member) {
	m.ID, m.Street = u.own(), u.own()
	for _, s := range m.shared() {
		*s = u.text()
	}
	m.Emails = values(&u.emails, u.count(), u.own)
	for range u.count() {
		m.Statuses = append(m.Statuses, u.text())
	}
	for _, t := range m.times() {
		*t = u.time()
	}
	m.Unread = u.text()
	m.Sharing = u.number()
	if u.number() == 1 {
		m.Marks = &one(&u.marks, Marks{u.own(), u.own(), u.own()})[0]
	}
	m.Lines = values(&u.lines, u.count(), u.number)
}

// values reads so many of them; a single one, which most members have, lies in the room.
func values[T any](room *[]T, n int, read func() T) (all []T) {
	if n == 1 {
		return one(room, read())
	}
	for range n {
		all = append(all, read())
	}
	return all
}

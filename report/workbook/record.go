package workbook

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"regexp"
	"strconv"
	"strings"
)

// record is what the cells of one sheet say, in fingerprints: one of every row
// and one of the whole. It is kept while a workbook is written and made again
// from one that was read, by the same steps, so that a changed cell shows. It
// speaks of what is shown: a formula counts as its value.
type record struct {
	name string
	rows []rowRecord
	all  hash.Hash
	read string // the fingerprint of one that was unpacked, to which nothing is added
	keep bool   // the words too, to tell which cell differs
}

type rowRecord struct {
	row   int // 1-based
	print string
	said  string
}

func newRecord(name string) *record { return &record{name: name, all: sha256.New()} }

// add records a row by its cells, as text.
func (r *record) add(row int, cells []string) {
	said := canonical(cells)
	if said == "" {
		return
	}
	sum := sha256.Sum256([]byte(said))
	of := rowRecord{row: row, print: hex.EncodeToString(sum[:6])}
	if r.keep {
		of.said = said
	}
	r.rows = append(r.rows, of)
	r.all.Write([]byte(strconv.Itoa(row) + "\x1e" + said + "\x1e"))
}

// sum is the fingerprint of all rows so far.
func (r *record) sum() string {
	if r.all == nil {
		return r.read
	}
	return hex.EncodeToString(r.all.Sum(nil))
}

// shownLabel begins the one row that a reader changes without editing it: it
// follows the filter.
const shownLabel = "Lines now shown on Signatures"

// What a cell says instead of a picture. Pictures are purged before the words
// are, so that it is no part of what was decided.
const (
	noPicture      = "no picture"
	lostPicture    = "the picture could not be read"
	damagedPicture = "the picture is damaged"
)

// canonical joins the cells of a row with their places. Empty cells say
// nothing, since programs keep or drop them as they like.
func canonical(cells []string) string {
	if len(cells) > 0 && cells[0] == shownLabel {
		return ""
	}
	var said strings.Builder
	for i, c := range cells {
		if c == "" || c == noPicture || c == lostPicture || c == damagedPicture {
			continue
		}
		said.WriteString(strconv.Itoa(i) + "=" + plain(c) + "\x1f")
	}
	return said.String()
}

var fraction = regexp.MustCompile(`^-?\d{1,15}\.\d+(E-?\d+)?$`)

// plain is a text as every program gives it back: a fraction may come back as
// its nearest double, with seventeen digits, and line ends come in three ways.
func plain(s string) string {
	if strings.ContainsAny(s, "\r\x1e\x1f") { // the last two keep cells apart
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x1e", "", "\x1f", "").Replace(s)
	}
	if len(s) > 2 && s[0] <= '9' && fraction.MatchString(s) {
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return strconv.FormatFloat(f, 'g', 9, 64)
		}
	}
	return s
}

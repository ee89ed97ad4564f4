// Package population says how common names are among people at large: a table of the census, and
// the names of communities in which given and family names go together.
package population

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
)

// census is the table of the command census beside this package: names of the 1990 US census by how many
// people of ten million have them.
//
//go:embed census.txt.gz
var census []byte

//go:embed communities.txt
var communitiesFile string

// Population says how common names are among people at large. A roll of a few hundred
// knows nothing of that: on it every name is rare, and a stranger's name that a member also
// has would count as the member's. It is read only, and safe for use by several goroutines.
type Population struct {
	families, givens map[string]float64 // share of the people
	communities      []community
}

// community is a part of the people in which given and family names go together:
// most people called Min-jun are called Kim, Lee or Park.
type community struct {
	share    float64
	families map[string]float64 // share of the community
	givens   map[string]bool
}

// Names that no list has are rarer than those that it has last. In a community a given
// name that is listed is some three in a thousand, and one that is not is hardly rarer
// than the rarest that are: spellings in Latin letters are many.
const (
	rareFamily   = 1e-6
	rareGiven    = 5e-6
	listedGiven  = 3e-3
	unlistedHere = 2e-4
)

// AtLarge is the people of the embedded tables, which are read when they are first asked for.
var AtLarge = sync.OnceValue(func() *Population {
	p, err := read(census, communitiesFile)
	if err != nil {
		panic(err) // a test reads them
	}
	return p
})

func read(census []byte, communities string) (*Population, error) {
	z, err := gzip.NewReader(bytes.NewReader(census))
	if err != nil {
		return nil, fmt.Errorf("the table of names: %w", err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("the table of names: %w", err)
	}
	p := &Population{
		families: make(map[string]float64, 8000),
		givens:   make(map[string]float64, 6000),
	}
	for line := range strings.Lines(string(text)) {
		var kind string
		var n float64
		if _, err := fmt.Sscan(line, &kind, &n); err != nil {
			return nil, fmt.Errorf("the table of names: %q: %w", line[:min(len(line), 40)], err)
		}
		into := p.families
		if kind == "given" {
			into = p.givens
		}
		for _, word := range strings.Fields(line)[2:] {
			into[word] = n / 1e7
		}
	}
	return p, p.readCommunities(communities)
}

func (p *Population) readCommunities(text string) error {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] == "#" {
			continue
		}
		n := len(p.communities)
		switch {
		case words[0] == "family" && n > 0:
			for i := 1; i+1 < len(words); i += 2 {
				var share float64
				if _, err := fmt.Sscan(words[i+1], &share); err != nil {
					return fmt.Errorf("the names of communities: %q: %w", words[i+1], err)
				}
				p.communities[n-1].families[words[i]] = share / 1000
			}
		case words[0] == "given" && n > 0:
			for _, w := range words[1:] {
				p.communities[n-1].givens[w] = true
			}
		default:
			c := community{families: map[string]float64{}, givens: map[string]bool{}}
			if _, err := fmt.Sscan(words[1], &c.share); err != nil {
				return fmt.Errorf("the names of communities: %q: %w", line, err)
			}
			c.share /= 1000
			p.communities = append(p.communities, c)
		}
	}
	for _, c := range p.communities {
		for w, share := range c.families {
			p.families[w] = max(p.families[w], c.share*share)
		}
		for w := range c.givens {
			p.givens[w] = max(p.givens[w], c.share*listedGiven)
		}
	}
	return nil
}

// Family and Given are the shares of the people who have a name, 0 for those not listed.
func (p *Population) Family(word string) float64 { return p.families[word] }
func (p *Population) Given(word string) float64  { return p.givens[word] }

// Named is about which share of the people has a given and a family name, both folded
// and joined.
func (p *Population) Named(given, family string) float64 {
	share := max(p.families[family], rareFamily) * max(p.givens[given], rareGiven)
	for _, c := range p.communities {
		of := c.families[family]
		if of == 0 {
			continue
		}
		as := max(unlistedHere, p.givens[given])
		if c.givens[given] {
			as = max(as, listedGiven)
		}
		share = max(share, c.share*of*as)
	}
	return share
}

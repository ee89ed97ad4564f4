package ink

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Letters of typed names that fall on others by chance stay; a label before writing does not.
func TestKeepLetters(t *testing.T) {
	for _, c := range []struct{ small, want string }{
		{"...x...x..", ".........."},
		{"xxxxxx....", "xxxxxx...."},
		{"x.xxxxx.xx", "..xxxxx..."},
		{"xxx", "..."},
	} {
		var word []int
		var small []bool
		for i, mark := range c.small {
			word, small = append(word, i), append(small, mark == 'x')
		}
		keepLetters(word, small)
		got := ""
		for _, s := range small {
			if s {
				got += "x"
			} else {
				got += "."
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.small, diff)
		}
	}
}

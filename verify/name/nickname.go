package name

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed nicknames.txt
var nicknameList string

var nicknames = sync.OnceValue(func() map[string][]string { return readNicknames(nicknameList) })

// Nicknames returns the other given names under which a person of this given
// name may sign: its short forms, the names it is a short form of, and the other short
// forms of those (a Ricky may sign as Dick, both being Richard), unless one of the two is a
// name with short forms of its own.
// The argument and the result are folded; the result is sorted and shared, so
// it must not be changed.
func Nicknames(given string) []string { return nicknames()[given] }

// AreNicknames says whether two folded given names are forms of one name.
func AreNicknames(a, b string) bool {
	_, found := slices.BinarySearch(nicknames()[a], b)
	return found
}

func readNicknames(list string) map[string][]string {
	formal := map[string][]string{} // short form → formal names
	forms := map[string][]string{}  // formal name → short forms
	for line := range strings.Lines(list) {
		name, short, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		forms[name] = strings.Fields(short)
		for _, s := range forms[name] {
			formal[s] = append(formal[s], name)
		}
	}
	all := map[string][]string{}
	add := func(of string, names []string) {
		for _, n := range names {
			if n != of {
				all[of] = append(all[of], n)
			}
		}
	}
	for name, short := range forms {
		add(name, short)
	}
	for short, names := range formal {
		add(short, names)
		if forms[short] != nil {
			continue // Alexander may be short for Alexandria, but is no Sandra
		}
		for _, n := range names {
			add(short, slices.DeleteFunc(slices.Clone(forms[n]), func(s string) bool {
				return forms[s] != nil
			}))
		}
	}
	for of, names := range all {
		slices.Sort(names)
		all[of] = slices.Compact(names)
	}
	return all
}

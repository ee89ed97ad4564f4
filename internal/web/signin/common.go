package signin

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"strings"
	"unicode"
)

// passwords are the 10,000 that leak most, and of the 37,000 after them those that are long enough
// to be chosen here: in small letters, one a line. From zxcvbn's count of ten million leaked ones,
// MIT licence; compressed, since nobody wants to read them.
//
//go:embed passwords.txt.gz
var passwords []byte

// leaked says whether a password is one of those that leak most, or one with a few signs around
// it, such as Sunshine-2026, also where some letters are written as signs: p@ssw0rd. The list is
// read anew each time, which takes a millisecond, rather than held.
func leaked(password string) bool {
	whole := strings.ToLower(password)
	asked := map[string]bool{whole: true, plainLetters.Replace(whole): true}
	word := strings.TrimFunc(whole, func(r rune) bool { return !unicode.IsLetter(r) })
	const few = 6 // signs that somebody adds because they must; more can be a secret by themselves
	if len(whole)-len(word) <= few {
		asked[word], asked[plainLetters.Replace(word)] = true, true
	}
	list, err := gzip.NewReader(bytes.NewReader(passwords))
	if err != nil {
		panic(err) // it is part of the program
	}
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		if asked[lines.Text()] {
			return true
		}
	}
	return false
}

// plainLetters undoes what people write for letters.
var plainLetters = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o",
	"$", "s", "5", "s", "7", "t")

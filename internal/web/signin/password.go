package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"countersign/internal/store"
)

// What argon2id costs: the second choice of OWASP's password storage sheet,
// some 30 ms on one core.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// HashPassword makes a hash in the usual $argon2id$ form.
func (s *Pages) HashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	var key []byte
	if err := s.hash(ctx, func() {
		key = argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)
	}); err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory,
		argonTime, argonThreads, enc(salt), enc(key)), nil
}

// checkPassword says whether a password has this hash. Without a hash it
// takes as long and says no, so that time does not tell who has an account.
func (s *Pages) checkPassword(ctx context.Context, hash, password string) (bool, error) {
	salt, want, memory, time, threads, err := parseHash(hash)
	known := err == nil
	if !known {
		salt, want, memory, time, threads = make([]byte, argonSalt), make([]byte, argonKey),
			argonMemory, argonTime, argonThreads
	}
	var got []byte
	if err := s.hash(ctx, func() {
		got = argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want)))
	}); err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// hash does so much at a time as memory allows.
func (s *Pages) hash(ctx context.Context, do func()) error {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
		do()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func parseHash(hash string) (salt, key []byte, memory, time uint32, threads uint8, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return nil, nil, 0, 0, 0, errors.New("no argon2id hash")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil {
		return nil, nil, 0, 0, 0, fmt.Errorf("the costs of a password hash: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, 0, 0, 0, fmt.Errorf("the salt of a password hash: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(key) == 0 ||
		time == 0 || threads == 0 || memory > 1<<20 {
		return nil, nil, 0, 0, 0, errors.New("a password hash that cannot be read")
	}
	return salt, key, memory, time, threads, nil
}

// weak says what is wrong with a new password, or nothing. Length is what
// counts; rules about signs only make passwords that people write down.
func weak(password, email string) string {
	switch n := utf8.RuneCountInString(password); {
	case n < 12:
		return fmt.Sprintf("The password has %d characters: choose one with 12 or more.", n)
	case len(password) > 1024:
		return "The password is too long: choose one with at most 1,024 characters."
	case strings.EqualFold(password, email):
		return "The password is the e-mail address: choose another."
	case isRepeated(password):
		return "The password is the same few characters over and over: choose another."
	case leaked(password):
		return "The password is one that many people have, or one with a few signs around it: " +
			"whoever guesses tries those first. Choose another."
	case common(password):
		return "The password is made of what everybody tries first, such as words like " +
			"“password” or keys that lie side by side: choose another."
	}
	return ""
}

// isRepeated says whether a password is one piece again and again.
func isRepeated(password string) bool {
	for n := 1; n <= len(password)/2; n++ {
		if strings.Repeat(password[:n], len(password)/n+1)[:len(password)] == password {
			return true
		}
	}
	return false
}

// commonPieces are what common passwords of twelve characters and more are made of: these words and
// runs, joined and with digits after them.
var commonPieces = strings.Fields(
	"password passwort passw0rd p@ssword p@ssw0rd pass word welcome letmein iloveyou admin " +
		"administrator login secret " +
		"monkey dragon sunshine princess football baseball superman batman master shadow michael " +
		"jennifer trustno1 whatever starwars " +
		"changeme default guest user test hello computer internet library countersign petition " +
		"qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm qwerty azerty qwertz asdfgh zxcvbn " +
		"asdf " +
		"qwer 1qaz2wsx 1q2w3e4r5t 1q2w3e4r 1qaz 2wsx 3edc zaq1 xsw2 " +
		"abcdefghijklmnopqrstuvwxyz abcdefgh abcdef abcd abc 12345678901234567890 1234567890 " +
		"0987654321 987654321 123456789 12345678 123123 123321 112233 1234 123 my the you")

// common says whether nothing much is left of a password without what is common: pieces, digits
// and signs.
func common(password string) bool {
	left := strings.ToLower(password)
	pieces := slices.Clone(commonPieces)
	slices.SortStableFunc(pieces, func(a, b string) int { return len(b) - len(a) })
	for _, piece := range pieces {
		left = strings.ReplaceAll(left, piece, " ")
	}
	const enough = 4 // letters that are nobody's first guess
	letters := 0
	for _, r := range left {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	digits := strings.IndexFunc(password, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
	return letters < enough && !digits && strings.Contains(left, " ") || digits &&
		strings.Contains(left, " ") && len(strings.ReplaceAll(left, " ", "")) < enough
}

// AddPerson adds an account with a password that its owner did not choose, for a service
// that shows itself with people made up.
func (s *Pages) AddPerson(ctx context.Context, a store.Account, password string) (store.Account,
	error) {
	var err error
	if a.PasswordHash, err = s.HashPassword(ctx, password); err != nil {
		return a, fmt.Errorf("hash a password: %w", err)
	}
	return s.Store.AddAccount(ctx, a)
}

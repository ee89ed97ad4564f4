package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"countersign/internal/store"
)

// knownLife is how long a browser is known in which somebody signed in.
const knownLife = 180 * 24 * time.Hour

// knownMark is what a browser carries in which an account was signed in. It opens nothing: it says
// whose tries to sign in are counted apart from those of strangers.
func (s *Pages) knownMark(ctx context.Context, accountID string) (string, error) {
	key, err := s.Store.SetFirst(ctx, "browser-key", NewSecret())
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(accountID))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func (s *Pages) knownName() string { return s.CookieName() + "-known" }

// know marks this browser as one of the account's.
func (s *Pages) know(w http.ResponseWriter, r *http.Request, a store.Account) error {
	mark, err := s.knownMark(r.Context(), a.ID)
	if err != nil {
		return err
	}
	c := s.cookie(mark, int(knownLife/time.Second))
	c.Name = s.knownName()
	http.SetCookie(w, c)
	return nil
}

// mayTry says whether a password may be tried now for an account, which is the zero one where
// nobody has the address.
func (s *Pages) mayTry(r *http.Request, email string, a store.Account) bool {
	now, email := s.Now(), strings.ToLower(email)
	if c, err := r.Cookie(s.knownName()); err == nil && a.ID != "" {
		mark, err := s.knownMark(r.Context(), a.ID)
		if err == nil && hmac.Equal([]byte(mark), []byte(c.Value)) {
			return s.limits.known.Allow(a.ID, now)
		}
	}
	return s.limits.address.Allow(s.address(r), now) && s.limits.email.Allow(s.address(r)+" "+email,
		now) && s.limits.everywhere.Allow(email, now)
}

package signin

import (
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"countersign/internal/web/site"
)

// limits hold back who guesses passwords, by address and by account.
//
// Whoever guesses somebody's password must not lock that person out. What is strict counts an
// account from one address; what all addresses together may try is more; and a browser in which
// the account was signed in before has a measure of its own.
type limits struct {
	address, email, everywhere, known *site.Limiter
}

func newLimits() limits {
	return limits{
		address: site.NewLimiter(rate.Every(2*time.Second), 30), // an office behind one address
		email:   site.NewLimiter(rate.Every(20*time.Second), 8),

		// 8,600 a day, of passwords of 12 characters
		everywhere: site.NewLimiter(rate.Every(10*time.Second), 60),
		known:      site.NewLimiter(rate.Every(20*time.Second), 8),
	}
}

// address is where a request comes from, without the port.
func (s *Pages) address(r *http.Request) string {
	if s.TrustProxy {
		// The last entry is the proxy's own word; those before it anybody can write.
		all := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(all[len(all)-1]); last != "" {
			return last
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

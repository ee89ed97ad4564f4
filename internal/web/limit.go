package web

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits hold back who asks too often: password guessing by address and by
// account, new uploads by account.
//
// Whoever guesses somebody's password must not lock that person out. What is strict counts an
// account from one address; what all addresses together may try is more; and a browser in which
// the account was signed in before has a measure of its own.
type limits struct {
	address, email, everywhere, known, uploads *limiter
}

func newLimits() limits {
	return limits{
		address: newLimiter(rate.Every(2*time.Second), 30), // an office behind one address
		email:   newLimiter(rate.Every(20*time.Second), 8),
		uploads: newLimiter(50, 500),

		everywhere: newLimiter(rate.Every(10*time.Second), 60), // 8,600 a day, of passwords of 12 characters
		known:      newLimiter(rate.Every(20*time.Second), 8),
	}
}

// limiter is one rate for each key. Keys that were not used for a while are
// forgotten, so that nobody fills the memory with them.
type limiter struct {
	mu    sync.Mutex
	each  rate.Limit
	burst int
	keys  map[string]*keyLimit
	swept time.Time
}

type keyLimit struct {
	*rate.Limiter
	used time.Time
}

func newLimiter(each rate.Limit, burst int) *limiter {
	return &limiter{each: each, burst: burst, keys: map[string]*keyLimit{}}
}

func (l *limiter) allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		full := time.Duration(float64(l.burst) / float64(l.each) * float64(time.Second))
		for k, v := range l.keys {
			if now.Sub(v.used) > full {
				delete(l.keys, k)
			}
		}
		l.swept = now
	}
	k := l.keys[key]
	if k == nil {
		k = &keyLimit{Limiter: rate.NewLimiter(l.each, l.burst)}
		l.keys[key] = k
	}
	k.used = now
	return k.AllowN(now, 1)
}

// address is where a request comes from, without the port.
func (s *Server) address(r *http.Request) string {
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

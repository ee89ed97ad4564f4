package site

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter is one rate for each key. Keys that were not used for a while are
// forgotten, so that nobody fills the memory with them.
type Limiter struct {
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

// NewLimiter lets a key do so much a second, and so much at once.
func NewLimiter(each rate.Limit, burst int) *Limiter {
	return &Limiter{each: each, burst: burst, keys: map[string]*keyLimit{}}
}

// Allow counts a try of a key, and says whether it may go on.
func (l *Limiter) Allow(key string, now time.Time) bool {
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

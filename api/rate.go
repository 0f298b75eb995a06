package api

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/grpc/codes"
)

// rates limits how often each caller may ask: one client that runs wild leaves
// the others theirs.
type rates struct {
	mu  sync.Mutex
	per map[string]*rate.Limiter
}

// maxCallers bounds what is remembered of callers; there are as many as keys.
const maxCallers = 10000

// allow takes one request of a caller from its allowance, or refuses it with the
// time after which it may ask again.
func (s *Server) allow(caller string, now time.Time) error {
	if s.limits.Rate <= 0 {
		return nil
	}
	s.rates.mu.Lock()
	l := s.rates.per[caller]
	if l == nil {
		if s.rates.per == nil || len(s.rates.per) >= maxCallers {
			s.rates.per = map[string]*rate.Limiter{}
		}
		burst := s.limits.Burst
		if burst <= 0 {
			burst = int(math.Ceil(s.limits.Rate))
		}
		l = rate.NewLimiter(rate.Limit(s.limits.Rate), burst)
		s.rates.per[caller] = l
	}
	s.rates.mu.Unlock()
	if l.AllowN(now, 1) {
		return nil
	}
	return refuse(codes.ResourceExhausted, "more than %g requests a second: ask again in a second", s.limits.Rate)
}

package tools

import (
	"sync"
	"time"
)

// How long, and how many, reviews of deployed stacks are kept, so that details of a finding need no new reading.
const (
	keepReview  = 10 * time.Minute
	keepReviews = 20
)

// recent holds the last reviews of deployed stacks, by what was asked.
type recent struct {
	mu   sync.Mutex
	kept map[StackInput]keptReview
	now  func() time.Time // nil: the clock
}

type keptReview struct {
	result ReviewResult
	at     time.Time
}

func (r *recent) clock() time.Time {
	if r.now != nil {
		return r.now()
	}
	return time.Now()
}

// key leaves out what does not change the review.
func (in StackInput) key() StackInput {
	in.Detail, in.MaxTokens = "", 0
	return in
}

func (r *recent) put(in StackInput, result ReviewResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept = map[StackInput]keptReview{}
	}
	r.kept[in.key()] = keptReview{result, r.clock()}
	for len(r.kept) > keepReviews {
		var oldest StackInput
		first := true
		for k, v := range r.kept {
			if first || v.at.Before(r.kept[oldest].at) {
				oldest, first = k, false
			}
		}
		delete(r.kept, oldest)
	}
}

func (r *recent) get(in StackInput) (ReviewResult, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.kept[in.key()]
	if ok && r.clock().Sub(k.at) > keepReview {
		delete(r.kept, in.key())
		return ReviewResult{}, false
	}
	return k.result, ok
}

package tools

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

func TestReviewsAreKeptForTenMinutesAndNotWithoutEnd(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	r := &recent{now: func() time.Time { return now }}
	full := ReviewResult{Report: rules.Report{Schema: "review/1"}}
	r.put(StackInput{Stack: "orders", MaxTokens: 600}, full)
	_, ok := r.get(StackInput{Stack: "orders", Detail: "x"})
	assert.True(t, ok, "budget and detail do not matter")
	_, ok = r.get(StackInput{Stack: "orders", Since: "1h"})
	assert.False(t, ok, "another window is another review")
	now = now.Add(11 * time.Minute)
	_, ok = r.get(StackInput{Stack: "orders"})
	assert.False(t, ok)
	for i := range 100 {
		now = now.Add(time.Second)
		r.put(StackInput{Stack: fmt.Sprint(i)}, full)
	}
	assert.Len(t, r.kept, keepReviews)
	_, ok = r.get(StackInput{Stack: "99"})
	assert.True(t, ok)
	_, ok = r.get(StackInput{Stack: "0"})
	assert.False(t, ok, "the oldest went first")
}

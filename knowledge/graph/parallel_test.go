package graph_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func TestParallelCallsEachOnce(t *testing.T) {
	for _, n := range []int{0, 1, 50} {
		calls := make([]atomic.Int32, n)
		graph.Parallel(n, func(i int) { calls[i].Add(1) })
		for i := range calls {
			require.Equal(t, int32(1), calls[i].Load())
		}
	}
}

func TestInOrderFollowsEachCallInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 50} {
		called, followed := make([]atomic.Bool, n), []int{}
		graph.InOrder(n, func(i int) { called[i].Store(true) }, func(i int) {
			require.True(t, called[i].Load())
			followed = append(followed, i)
		})
		require.Len(t, followed, n)
		require.True(t, slices.IsSorted(followed))
	}
	require.PanicsWithValue(t, "of the first", func() {
		graph.InOrder(3, func(i int) {
			if i == 0 {
				panic("of the first")
			}
		}, func(int) {})
	})
}

func TestParallelRaisesAPanicInItsCaller(t *testing.T) {
	for _, n := range []int{1, 9} {
		require.PanicsWithValue(t, "of the last", func() {
			graph.Parallel(n, func(i int) {
				if i == n-1 {
					panic("of the last")
				}
			})
		})
	}
}

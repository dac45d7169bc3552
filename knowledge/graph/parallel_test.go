package graph_test

import (
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

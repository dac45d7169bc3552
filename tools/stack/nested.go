package stack

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// How far nested stacks are followed.
const (
	maxNesting = 8  // stacks within stacks
	maxNested  = 50 // of one stack, all levels together
)

// nested loads the stacks nested in st. One that cannot be read is a gap, no failure.
func (r *Reader) nested(ctx context.Context, st *Stack, depth int, left *int) {
	for _, logical := range slices.Sorted(maps.Keys(st.Nested)) {
		if depth == 0 || *left == 0 {
			st.Gaps = append(st.Gaps, fmt.Sprintf("the nested stack %s is not followed: more than %d levels or %d stacks", logical, maxNesting, maxNested))
			delete(st.Nested, logical)
			continue
		}
		*left--
		child, err := r.load(ctx, st.Physical[logical])
		if err != nil {
			st.Gaps = append(st.Gaps, "the nested stack "+logical+" was not read: "+err.Error())
			delete(st.Nested, logical)
			continue
		}
		st.Nested[logical] = child
		r.nested(ctx, child, depth-1, left)
	}
}

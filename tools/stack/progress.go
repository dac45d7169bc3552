package stack

import "context"

// Progress is told how far a long reading is. It may be called from several goroutines.
type Progress func(done, total int, what string)

type progressKey struct{}

// WithProgress has the readings under ctx tell how far they are.
func WithProgress(ctx context.Context, p Progress) context.Context {
	return context.WithValue(ctx, progressKey{}, p)
}

// Tell calls the listener of ctx, if there is one.
func Tell(ctx context.Context, done, total int, what string) {
	if p, ok := ctx.Value(progressKey{}).(Progress); ok {
		p(done, total, what)
	}
}

package tools

import (
	"context"
	"errors"
	"fmt"
)

// Class says whose turn it is after a failure.
type Class int

// The classes of failure. They become exit codes 2, 3 and 1 on the command line.
const (
	InputWrong   Class = iota + 1 // the caller mends the call or the file
	WorldRefused                  // AWS, the network or the file system said no
	OurBug                        // neither: it should not have happened
)

// Problem is a failure with its class and what to do next.
type Problem struct {
	Class Class
	Err   error
	Next  string // one sentence that says what to try, "" where Err says it
}

func (p *Problem) Error() string {
	if p.Next == "" {
		return p.Err.Error()
	}
	return p.Err.Error() + "; " + p.Next
}

func (p *Problem) Unwrap() error { return p.Err }

// wrong makes a Problem of class InputWrong.
func wrong(next, format string, a ...any) error {
	return &Problem{Class: InputWrong, Err: fmt.Errorf(format, a...), Next: next}
}

// refused makes a Problem of class WorldRefused.
func refused(next, format string, a ...any) error {
	return &Problem{Class: WorldRefused, Err: fmt.Errorf(format, a...), Next: next}
}

// ClassOf returns the class of an error. A cancelled or timed-out call counts as the world's refusal; an error
// that was never given a class is our bug.
func ClassOf(err error) Class {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p.Class
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return WorldRefused
	}
	return OurBug
}

package graph

import (
	"runtime"
	"sync"
)

// Tasks runs functions side by side, as many at a time as there are processors. The zero value is ready; Go and Wait
// belong to one goroutine. Scenarios of a system are built and reviewed so: they share resources, which nobody changes.
type Tasks struct {
	running sync.WaitGroup
	turn    chan struct{}
	once    sync.Once
	failure any
}

// Go has do run as soon as a processor is free.
func (t *Tasks) Go(do func()) {
	if t.turn == nil {
		t.turn = make(chan struct{}, runtime.GOMAXPROCS(0))
	}
	t.running.Add(1)
	go func() {
		defer t.running.Done()
		t.turn <- struct{}{}
		defer func() { <-t.turn }()
		defer func() {
			if p := recover(); p != nil {
				t.once.Do(func() { t.failure = p })
			}
		}()
		do()
	}()
}

// Wait returns when all have ended. A panic in one of them is raised again here, in the caller, whose own recovery
// would else never see it.
func (t *Tasks) Wait() {
	t.running.Wait()
	if t.failure != nil {
		panic(t.failure)
	}
}

// InOrder calls do(0) to do(n-1) as Tasks, and then(0) to then(n-1) here, in this order, each as soon as its do has
// ended. A panic in a do is raised here when all have ended, after the thens: these must take what it left.
func InOrder(n int, do, then func(i int)) {
	var t Tasks
	ended := make([]chan struct{}, n)
	for i := range n {
		ended[i] = make(chan struct{})
		t.Go(func() {
			defer close(ended[i])
			do(i)
		})
	}
	for i := range n {
		<-ended[i]
		then(i)
	}
	t.Wait()
}

// Parallel calls do(0) to do(n-1) as Tasks and returns when all have ended.
func Parallel(n int, do func(i int)) {
	if n == 1 {
		do(0)
		return
	}
	var t Tasks
	for i := range n {
		t.Go(func() { do(i) })
	}
	t.Wait()
}

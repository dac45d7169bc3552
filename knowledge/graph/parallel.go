package graph

import (
	"runtime"
	"sync"
)

// Parallel calls do(0) to do(n-1), as many at a time as there are processors, and returns when all have ended.
// Scenarios of a system are built and reviewed so: they share resources, which nobody changes. A panic in one of
// the calls is raised again in the caller, whose own recovery would else never see it.
func Parallel(n int, do func(i int)) {
	if n == 1 {
		do(0)
		return
	}
	var (
		running sync.WaitGroup
		once    sync.Once
		failure any
		turn    = make(chan struct{}, runtime.GOMAXPROCS(0))
	)
	for i := range n {
		running.Add(1)
		turn <- struct{}{}
		go func() {
			defer running.Done()
			defer func() { <-turn }()
			defer func() {
				if p := recover(); p != nil {
					once.Do(func() { failure = p })
				}
			}()
			do(i)
		}()
	}
	running.Wait()
	if failure != nil {
		panic(failure)
	}
}

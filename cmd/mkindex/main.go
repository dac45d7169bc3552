// Mkindex writes the search index that the program embeds. `make build` runs it before it builds the program.
//
//	mkindex DIR
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: mkindex DIR")
		os.Exit(2)
	}
	if err := tools.WriteIndex(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "mkindex:", err)
		os.Exit(1)
	}
}

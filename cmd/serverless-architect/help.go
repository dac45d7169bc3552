package main

import (
	"fmt"
	"io"
	"sort"
)

// groups are the headings of the help, in order.
var groups = []string{"Ask", "Build", "Review", "Serve"}

func printHelp(w io.Writer) {
	fmt.Fprint(w, "serverless-architect: answers, code and reviews for serverless and event-driven systems on AWS.\n"+
		"Offline unless --stack is used; it never changes anything in an account.\n")
	for _, group := range groups {
		fmt.Fprintf(w, "\n%s\n", group)
		var names []string
		for name, c := range commands {
			if c.group == group {
				names = append(names, name)
			}
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(w, "  %-12s %s\n", name, commands[name].summary)
		}
	}
	fmt.Fprint(w, "\nserverless-architect COMMAND --help shows a command's options. Without a command, on a pipe, it is an MCP server.\n"+
		"Exit codes: 0 fine, 1 findings at or above --fail-on, 2 wrong input or call, 3 AWS or the network refused.\n")
}

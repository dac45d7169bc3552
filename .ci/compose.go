//go:build ignore

// Command compose prints a large template made of small real ones, for measuring: compose RESOURCES yaml|json.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn/cfntest"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "compose:", err)
		os.Exit(2)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: go run .ci/compose.go RESOURCES yaml|json, in the project's folder")
	}
	size, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	read := func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(".ci", "templates", filepath.FromSlash(name)))
	}
	asYAML, asJSON, _, err := cfntest.Compose(read, size)
	if err != nil {
		return err
	}
	text := asYAML
	if args[1] == "json" {
		text = asJSON
	}
	_, err = os.Stdout.Write(text)
	return err
}

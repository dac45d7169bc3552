package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

var _ = register(command{name: "version", usage: "[--json]", group: "Serve", summary: "print the version", run: runVersion})

// released is set by the linker for releases.
var released string

// version is the release, else what the Go toolchain recorded of the checkout.
func version() string {
	if released != "" {
		return released
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.0.0-dev"
}

type versionResult struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func runVersion(_ context.Context, s *session, args []string) error {
	f := s.flags("version")
	asJSON := f.Bool("json", false, "print JSON (version/1)")
	if _, err := s.parse(f, args); err != nil {
		return err
	}
	v := versionResult{"version/1", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH}
	if *asJSON {
		return s.json(v)
	}
	_, err := fmt.Fprintf(s.stdout, "serverless-architect %s (%s, %s/%s)\n", v.Version, v.Go, v.OS, v.Arch)
	return err
}

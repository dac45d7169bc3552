package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/tools"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
)

// endings are the file endings of the report formats.
var endings = map[string]string{"markdown": ".md", "json": ".json", "sarif": ".sarif", "junit": ".xml", "github": ".txt", "html": ".html"}

// reviewStacks reviews many stacks. With --output FOLDER each report is written as it is finished, and a run that
// was broken off goes on where it stopped: a report that is newer than its stack is not made again.
func reviewStacks(ctx context.Context, s *session, o reviewFlags, printer report.Printer) error {
	if o.output != "" {
		if err := os.MkdirAll(o.output, 0o755); err != nil {
			return &tools.Problem{Class: tools.WorldRefused, Err: fmt.Errorf("writing into %q: %w", o.output, err)}
		}
	}
	file := func(region, name string) string { return filepath.Join(o.output, region+"."+name+endings[o.format]) }
	skip := func(row tools.StackSummary) string {
		name := file(row.Region, row.Name)
		if info, err := os.Stat(name); o.output != "" && err == nil && info.ModTime().After(row.Updated) {
			return "reviewed before, in " + filepath.Base(name)
		}
		return ""
	}
	fails := false
	done := func(row tools.StackSummary, full tools.ReviewResult) error {
		fails = fails || full.FailsAt(o.failOn)
		fmt.Fprintf(s.stderr, "%s %s: %d findings\n", row.Region, row.Name, len(full.Findings))
		if o.output == "" {
			return nil
		}
		text, err := printer(full.Report, report.Options{Version: s.bench.Version})
		if err != nil {
			return err
		}
		name := file(row.Region, row.Name)
		if err := os.WriteFile(name+".part", o.masked(text), 0o644); err != nil {
			return err
		}
		return os.Rename(name+".part", name) // a report that was broken off does not count as made
	}
	result, err := s.bench.ReviewStacks(ctx, tools.StacksInput{Regions: split(o.region), Profile: o.profile, RoleARN: o.roleARN, Since: o.since, Match: o.match, Tag: o.tag, Rules: o.rules}, skip, done)
	if len(result.Stacks) > 0 || err == nil {
		text := []byte(result.Markdown())
		if o.format == "json" {
			if text, err = json.MarshalIndent(result, "", "  "); err != nil {
				return err
			}
			text = append(text, '\n')
		}
		if _, failed := s.stdout.Write(o.masked(text)); failed != nil {
			return failed
		}
	}
	if err != nil {
		return err
	}
	if fails {
		return exitError{exitFindings}
	}
	return nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// accountID is an account's number: twelve digits that are no part of a longer number.
const accountID = `(^|[^0-9A-Za-z.])[0-9]{12}([^0-9A-Za-z.]|$)`

// accountMask stands for an account's number, digit by digit.
const accountMask = "XXXXXXXXXXXX"

// masked hides account numbers where that is asked for.
func (o reviewFlags) masked(text []byte) []byte {
	if !o.maskAccount {
		return text
	}
	number, mask := regexp.MustCompile(accountID), []byte("${1}"+accountMask+"$2")
	return number.ReplaceAll(number.ReplaceAll(text, mask), mask) // twice: two numbers may share what stands between
}

// write puts a report where it belongs.
func (o reviewFlags) write(s *session, text []byte) error {
	return s.to(o.output, func(w io.Writer) error { _, err := w.Write(o.masked(text)); return err })
}

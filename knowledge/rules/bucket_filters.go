package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// keyFilter tells which keys of a bucket a notification speaks of: those that begin with prefix and end with suffix, but
// those that begin with one of except. The zero value is all keys.
type keyFilter struct {
	prefix, suffix string
	except         []string
}

// notifiedKeys are the keys a notification speaks of, from its filter or a rule's pattern: those of any of the filters, of
// which there is at least one. What is not known leaves out none.
func notifiedKeys(in *graph.Edge) []keyFilter {
	if in.To.Kind == graph.Rule {
		var heard []keyFilter
		for _, v := range in.To.Setting("eventPattern", "detail", "object", "key").Each() {
			heard = append(heard, patternKeys(v))
		}
		if len(heard) == 0 {
			return []keyFilter{{}}
		}
		return heard
	}
	var f keyFilter
	filter := in.Settings.Get("Filter")
	entries := append([]graph.Value{}, filter.Get("S3Key", "Rules").Each()...)
	for _, r := range append(entries, filter.Get("Key", "FilterRules").Each()...) { // CDK's custom resource writes the API's words
		name, _ := r.Get("Name").Str()
		value, ok := r.Get("Value").Str()
		switch {
		case !ok:
		case strings.EqualFold(name, "prefix"):
			f.prefix = value
		case strings.EqualFold(name, "suffix"):
			f.suffix = value
		}
	}
	return []keyFilter{f}
}

// patternKeys reads one entry of a pattern's list of keys. Operators that are not understood leave out none.
func patternKeys(v graph.Value) keyFilter {
	if key, ok := v.Str(); ok {
		return keyFilter{prefix: key, suffix: key}
	}
	if prefix, ok := v.Get("prefix").Str(); ok {
		return keyFilter{prefix: prefix}
	}
	if suffix, ok := v.Get("suffix").Str(); ok {
		return keyFilter{suffix: suffix}
	}
	if pattern, ok := v.Get("wildcard").Str(); ok {
		first, _, _ := strings.Cut(pattern, "*")
		return keyFilter{prefix: first, suffix: pattern[strings.LastIndexByte(pattern, '*')+1:]}
	}
	return keyFilter{except: literals(v.Get("anything-but", "prefix").Each())}
}

// notifiedChanges tells which changes a notification speaks of; both where it does not say.
func notifiedChanges(in *graph.Edge) (created, removed bool) {
	events := notifiedEvents(in)
	if len(events) == 0 {
		return true, true
	}
	for _, v := range events {
		s, ok := v.Str()
		created = created || !ok || strings.Contains(s, "ObjectCreated") || s == "Object Created"
		removed = removed || !ok || strings.Contains(s, "ObjectRemoved") || s == "Object Deleted"
	}
	return created, removed
}

// notifiedEvents are the kinds of events a notification, or a rule on a bucket's events, speaks of.
func notifiedEvents(in *graph.Edge) []graph.Value {
	if in.To.Kind == graph.Rule {
		return in.To.Setting("eventPattern", "detail-type").Each()
	}
	return append(in.Settings.Get("Event").Each(), in.Settings.Get("Events").Each()...)
}

// anyOverlaps tells whether a key pattern of a policy shares keys with one of several filters.
func anyOverlaps(pattern string, heard []keyFilter) bool {
	for _, f := range heard {
		if f.overlaps(pattern) {
			return true
		}
	}
	return false
}

// overlaps tells whether a key pattern of a policy and the filter of a notification share keys.
func (f keyFilter) overlaps(pattern string) bool {
	fixed, _, open := strings.Cut(pattern, "*")
	if !strings.HasPrefix(fixed, f.prefix) && (!strings.HasPrefix(f.prefix, fixed) || !open) {
		return false
	}
	for _, left := range f.except {
		if strings.HasPrefix(fixed, left) {
			return false
		}
	}
	last := pattern[strings.LastIndexByte(pattern, '*')+1:]
	return strings.HasSuffix(last, f.suffix) || open && strings.HasSuffix(f.suffix, last)
}

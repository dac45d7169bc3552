package rules

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// overwritten tells whether what writer may write along e cannot cause the event of in again: another part of
// the bucket, or another kind of change than the notification speaks of. It decides for buckets only.
func overwritten(g *graph.Graph, writer *graph.Node, e, in *graph.Edge) bool {
	bucket := e.To
	if bucket.Kind != graph.Bucket || e.Kind != graph.Writes || in.From != bucket {
		return false
	}
	prefixes, suffixes := notifiedKeys(in)
	created, removed := notifiedChanges(in)
	created = created && !deniesKeys(g, writer, bucket, "s3:PutObject", prefixes)
	removed = removed && !deniesKeys(g, writer, bucket, "s3:DeleteObject", prefixes)
	for _, role := range rolesOf(g, writer) {
		for _, s := range role.Statements {
			if !isAllow(s) || !(created && allowsAction(s, "s3:PutObject") || removed && allowsAction(s, "s3:DeleteObject")) {
				continue
			}
			for _, v := range s.Resources {
				if reaches(v, bucket) && overlaps(keyPattern(v), prefixes, suffixes) {
					return false
				}
			}
		}
	}
	return len(rolesOf(g, writer)) > 0
}

// deniesKeys tells whether the writer's role is denied an action on every key of a bucket that a notification speaks of.
func deniesKeys(g *graph.Graph, writer, bucket *graph.Node, action string, prefixes []string) bool {
	var denied []string // what denied keys begin with
	for _, role := range rolesOf(g, writer) {
		for _, s := range role.Statements {
			if s.Effect != "Deny" || len(s.NotActions) > 0 || len(s.Conditions.Fields()) > 0 || s.Conditions.IsUnknown() || !allowsAction(s, action) {
				continue
			}
			for _, v := range s.Resources {
				if beginning, all := strings.CutSuffix(keyPattern(v), "*"); all && namesBucket(v, bucket) && !strings.Contains(beginning, "*") {
					denied = append(denied, beginning)
				}
			}
		}
	}
	if len(prefixes) == 0 {
		prefixes = []string{""} // all keys
	}
	return !slices.ContainsFunc(prefixes, func(prefix string) bool {
		return !slices.ContainsFunc(denied, func(beginning string) bool { return strings.HasPrefix(prefix, beginning) })
	})
}

// namesBucket tells whether a statement's resource is surely of this bucket.
func namesBucket(v graph.Value, bucket *graph.Node) bool {
	if refs := v.Refs(); len(refs) > 0 {
		return refs[0].Resource == bucket.ID
	}
	name := bucket.Named.String()
	return !open(v) && (v.String() == "*" || name != "" && strings.Contains(v.String(), ":"+name+"/"))
}

// undecidedKeys is what leaves open whether something that overwritten lets pass causes the event again: the filter of the
// notification, or the keys that a role may write. It is absent where a right that is known is enough.
func undecidedKeys(g *graph.Graph, writer *graph.Node, e, in *graph.Edge) graph.Value {
	filter := firstWithin(in.Settings.Get("Filter"))
	if in.To.Kind == graph.Rule {
		filter = firstWithin(in.To.Setting("eventPattern", "detail", "object"))
	}
	if event := firstOpen(notifiedEvents(in)...); event.Exists() {
		return event
	}
	prefixes, suffixes := notifiedKeys(in)
	unsure := graph.Value{}
	for _, role := range rolesOf(g, writer) {
		for _, s := range role.Statements {
			if !isAllow(s) || !allowsAction(s, "s3:PutObject") && !allowsAction(s, "s3:DeleteObject") {
				continue
			}
			for _, v := range s.Resources {
				pattern := keyPattern(v)
				switch {
				case !reaches(v, e.To) || !overlaps(pattern, prefixes, suffixes):
				case open(v):
					unsure = v
				case filter.Exists() && strings.Trim(pattern, "*") != "":
					unsure = filter
				default:
					return graph.Value{}
				}
			}
		}
	}
	return unsure
}

func allowsAction(s graph.Statement, action string) bool {
	if len(s.NotActions) > 0 {
		return true
	}
	return slices.ContainsFunc(s.Actions, func(v graph.Value) bool {
		a, ok := v.Str()
		return ok && policy.GlobFold(a, action)
	})
}

// reaches tells whether a statement's resource may be of this bucket: it names it, or it names no other.
func reaches(v graph.Value, bucket *graph.Node) bool {
	for _, ref := range v.Refs() {
		return ref.Resource == bucket.ID
	}
	return true
}

// keyPattern is the part of an object ARN after the bucket; "*" where it is all or not known.
func keyPattern(v graph.Value) string {
	text := v.String()
	if i := strings.Index(text, "/"); i >= 0 && v.Reason() == "" {
		return text[i+1:]
	}
	return "*"
}

// notifiedKeys are the prefixes and suffixes of the keys a notification speaks of, from a notification's filter
// or a rule's pattern. Not known ones are as none.
func notifiedKeys(in *graph.Edge) (prefixes, suffixes []string) {
	if in.To.Kind == graph.Rule {
		for _, v := range in.To.Setting("eventPattern", "detail", "object", "key").Each() {
			prefix, begins := v.Get("prefix").Str()
			suffix, ends := v.Get("suffix").Str()
			switch {
			case begins:
				prefixes = append(prefixes, prefix)
			case ends:
				suffixes = append(suffixes, suffix)
			default:
				return nil, nil // a key in full, or another operator: nothing is excluded for sure
			}
		}
		if len(prefixes)+len(suffixes) > 1 { // the entries of a pattern are alternatives, those of a filter are not
			return nil, nil
		}
		return prefixes, suffixes
	}
	filter := in.Settings.Get("Filter")
	entries := append([]graph.Value{}, filter.Get("S3Key", "Rules").Each()...)
	for _, r := range append(entries, filter.Get("Key", "FilterRules").Each()...) { // CDK's custom resource writes the API's words
		name, _ := r.Get("Name").Str()
		value, ok := r.Get("Value").Str()
		switch {
		case !ok:
		case strings.EqualFold(name, "prefix"):
			prefixes = append(prefixes, value)
		case strings.EqualFold(name, "suffix"):
			suffixes = append(suffixes, value)
		}
	}
	return prefixes, suffixes
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

// overlaps tells whether a key pattern of a policy and the filter of a notification share keys.
func overlaps(pattern string, prefixes, suffixes []string) bool {
	fixed, _, open := strings.Cut(pattern, "*")
	for _, prefix := range prefixes {
		if !strings.HasPrefix(fixed, prefix) && (!strings.HasPrefix(prefix, fixed) || !open) {
			return false
		}
	}
	last := pattern[strings.LastIndexByte(pattern, '*')+1:]
	for _, suffix := range suffixes {
		if !strings.HasSuffix(last, suffix) && !(open && strings.HasSuffix(suffix, last)) {
			return false
		}
	}
	return true
}

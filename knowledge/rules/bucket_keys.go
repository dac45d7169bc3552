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
	heard := notifiedKeys(in)
	created, removed := notifiedChanges(in)
	created = created && !deniesKeys(g, writer, bucket, "s3:PutObject", heard)
	removed = removed && !deniesKeys(g, writer, bucket, "s3:DeleteObject", heard)
	for _, role := range rolesOf(g, writer) {
		for _, s := range role.Statements {
			if !isAllow(s) || !(created && allowsAction(s, "s3:PutObject") || removed && allowsAction(s, "s3:DeleteObject")) {
				continue
			}
			for _, v := range s.Resources {
				if reaches(v, bucket) && anyOverlaps(keyPattern(v), heard) {
					return false
				}
			}
		}
	}
	return len(rolesOf(g, writer)) > 0
}

// deniesKeys tells whether the writer's role is denied an action on every key of a bucket that a notification speaks of.
func deniesKeys(g *graph.Graph, writer, bucket *graph.Node, action string, heard []keyFilter) bool {
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
	return !slices.ContainsFunc(heard, func(f keyFilter) bool {
		return !slices.ContainsFunc(denied, func(beginning string) bool { return strings.HasPrefix(f.prefix, beginning) })
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
	heard := notifiedKeys(in)
	unsure := graph.Value{}
	for _, role := range rolesOf(g, writer) {
		for _, s := range role.Statements {
			if !isAllow(s) || !allowsAction(s, "s3:PutObject") && !allowsAction(s, "s3:DeleteObject") {
				continue
			}
			for _, v := range s.Resources {
				pattern := keyPattern(v)
				switch {
				case !reaches(v, e.To) || !anyOverlaps(pattern, heard):
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

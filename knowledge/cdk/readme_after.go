package cdk

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// tested says what the tests of a project look at.
func (o Options) tested() string {
	if o.Language == "go" || o.Language == "java" { // cdk-nag is not to be had there
		return "handlers and template"
	}
	return "handlers, template and cdk-nag"
}

// readmeAfter tells what is left to do by hand once a project is deployed, and how it is called.
func readmeAfter(b *strings.Builder, g *graph.Graph, o Options) {
	var left []string
	for _, t := range g.OfKind(graph.Topic) {
		if (&lowerer{g: g}).isAlarmTopic(t) {
			left = append(left, fmt.Sprintf("Alarms reach nobody until somebody subscribes: `aws sns subscribe --protocol email --notification-endpoint TEAM@EXAMPLE.COM --topic-arn` and the output `%sArn`.", constructID(t)))
		}
	}
	for _, s := range g.OfKind(graph.Secret) {
		left = append(left, fmt.Sprintf("Put the sender's key in place: `aws secretsmanager put-secret-value --secret-string KEY --secret-id` and the output `%sArn`.", constructID(s)),
			"A sender signs the time, a dot and the body by HMAC-SHA256: hexadecimal in the header `x-signature`, the time in seconds since 1970 in `x-timestamp`.")
	}
	if (o.Language == "sam" || o.Language == "cloudformation") && len(g.OfKind(graph.Bucket)) > 0 {
		left = append(left, "A stage's buckets must be empty, old versions too, before its stack can be deleted.")
	}
	if o.Language == "sam" || o.Language == "cloudformation" {
		for _, api := range g.OfKind(graph.RestAPI) {
			left = append(left, fmt.Sprintf("Who changes a route of `%[1]s` in `template.yaml` by hand renames its deployment, `%[1]s%[2]s` and a hash, in both places: the stage shows that picture of the API, "+
				"and a new one is made under a new name only. Code that is generated again has a new one.", constructID(api), deploymentWord))
		}
	}
	if call := exampleCall(g, o); call != "" {
		left = append(left, call)
	}
	if len(left) > 0 {
		b.WriteString("\n## Once it is deployed\n\n- " + strings.Join(left, "\n- ") + "\n")
	}
}

// exampleCall is a request that the first route takes which brings something, "" where none is as easily made.
func exampleCall(g *graph.Graph, o Options) string {
	for _, w := range works(g, o.Name) {
		if w.secret() != nil || w.answers != nil || w.url || w.trigger != triggerHTTP && w.trigger != triggerREST {
			continue
		}
		for _, e := range g.In(w.fn, graph.Invokes) {
			method, path, _ := strings.Cut(e.Label, " ")
			if method != "POST" || strings.Contains(path, "{") || spelled(e.From.Setting("authorizer")) == "iam" {
				continue
			}
			template, rest := o.Language == "sam" || o.Language == "cloudformation", e.From.Kind == graph.RestAPI
			output, token := fmt.Sprintf("`%sUrl`", constructID(e.From)), "Bearer $TOKEN"
			if rest {
				token = "$TOKEN"
			}
			if rest && !template { // the library's own, whose name goes on with a number
				output = fmt.Sprintf("that begins with `%sEndpoint`", constructID(e.From))
			}
			if rest || !template { // the address ends in a slash
				path = strings.TrimPrefix(path, "/")
			}
			header := fmt.Sprintf(" -H \"authorization: %s\"", token)
			if spelled(e.From.Setting("authorizer")) == "none" {
				header = ""
			}
			return fmt.Sprintf("Call it, `URL` being the output %s:\n\n  ```sh\n  curl \"${URL}%s\"%s -H 'content-type: application/json' -d '%s'\n  ```", output, path, header, w.jsonExample())
		}
	}
	return ""
}

// jsonExample spells a piece of work as JSON.
func (w work) jsonExample() string {
	var fields []string
	for _, f := range w.fields {
		value := map[string]string{"number": "1", "integer": "1", "boolean": "true", "string": `"a"`}[f.jsonType()]
		if f.typ == dueType {
			value = `"2100-01-01T08:00:00Z"`
		}
		fields = append(fields, jsonKey(f.name)+":"+value)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func jsonKey(name string) string {
	b, err := json.Marshal(name)
	if err != nil {
		panic("cdk: a text that is no JSON: " + err.Error()) // every text is
	}
	return strings.ReplaceAll(string(b), "'", `\u0027`)
}

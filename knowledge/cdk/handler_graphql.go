package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// resolver is what a field of a GraphQL API does with its table.
type resolver struct {
	api       *graph.Node
	field     string // Query.getOrder
	verb      string // get, list, create or delete
	typ       string // the type it is about
	fields    []field
	key, sort string // of the table; sort is "" where it has none
	owner     bool   // the caller's own id is the key
	name      string // getOrder
	file      string
}

// resolversOf lists the resolvers of an API in the order of the description.
func resolversOf(g *graph.Graph, api *graph.Node) []resolver {
	var out []resolver
	for _, e := range g.Out(api, graph.Reads, graph.Writes) {
		about := api.Setting("resolvers").Get(e.Label)
		if !about.Exists() {
			continue
		}
		r := resolver{api: api, field: e.Label, typ: spelled(about.Get("type")), key: tableKey(e.To, "HASH"), sort: tableKey(e.To, "RANGE"),
			owner: about.Get("owner").Exists(), file: resolverFile(api, e.Label)}
		for _, f := range api.Setting("types").Get(r.typ).Fields() {
			r.fields = append(r.fields, field{f.Name, spelled(f.Value)})
		}
		_, r.name, _ = strings.Cut(r.field, ".")
		for _, verb := range []string{"get", "list", "create", "delete"} {
			if strings.HasPrefix(r.name, verb) {
				r.verb = verb
			}
		}
		out = append(out, r)
	}
	return out
}

// keys are the keys of the table that the caller names.
func (r resolver) keys() []string {
	var out []string
	if !r.owner {
		out = append(out, r.key)
	}
	if r.sort != "" && r.verb != "list" {
		out = append(out, r.sort)
	}
	return out
}

// graphQLSources writes the schema of each GraphQL API and its resolvers.
func graphQLSources(g *graph.Graph) []File {
	var out []File
	for _, api := range g.OfKind(graph.GraphQLAPI) {
		resolvers := resolversOf(g, api)
		if len(resolvers) > 0 {
			out = append(out, File{"src/" + schemaFile(api), schemaText(api, resolvers)})
		}
		for _, r := range resolvers {
			out = append(out, File{"src/" + r.file, r.text()})
		}
	}
	return out
}

// graphQLTests are the tests of the resolvers, in TypeScript.
func graphQLTests(g *graph.Graph) []File {
	var out []File
	for _, api := range g.OfKind(graph.GraphQLAPI) {
		if resolvers := resolversOf(g, api); len(resolvers) > 0 {
			out = append(out, File{"test/" + kebab(api.ID) + "-resolvers.test.ts", resolversTest(api, resolvers)})
		}
	}
	return out
}

var graphQLTypes = map[string]string{"string": "String", "number": "Float", "integer": "Int", "boolean": "Boolean"}

// schemaText writes the types of an API. What names an item is an ID.
func schemaText(api *graph.Node, resolvers []resolver) string {
	var b strings.Builder
	ids, lists, inputs := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range resolvers {
		ids[r.typ+"."+r.key], ids[r.typ+"."+r.sort] = true, true
		lists[r.typ] = lists[r.typ] || r.verb == "list"
		inputs[r.typ] = inputs[r.typ] || r.verb == "create"
	}
	for _, t := range api.Setting("types").Fields() {
		body := ""
		for _, f := range t.Value.Fields() {
			typ := graphQLTypes[spelled(f.Value)]
			if ids[t.Name+"."+f.Name] {
				typ = "ID"
			}
			body += fmt.Sprintf("  %s: %s!\n", f.Name, typ)
		}
		fmt.Fprintf(&b, "type %s {\n%s}\n\n", t.Name, body)
		if lists[t.Name] {
			fmt.Fprintf(&b, "type %sPage {\n  items: [%s!]!\n  nextToken: String\n}\n\n", t.Name, t.Name)
		}
		if inputs[t.Name] {
			fmt.Fprintf(&b, "input %sInput {\n%s}\n\n", t.Name, body)
		}
	}
	for _, root := range []string{"Query", "Mutation"} {
		body := ""
		for _, r := range resolvers {
			if strings.HasPrefix(r.field, root+".") {
				body += "  " + r.signature() + "\n"
			}
		}
		if body != "" {
			fmt.Fprintf(&b, "type %s {\n%s}\n\n", root, body)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (r resolver) signature() string {
	var arguments []string
	for _, k := range r.keys() {
		arguments = append(arguments, k+": ID!")
	}
	switch r.verb {
	case "create":
		return fmt.Sprintf("%s(input: %sInput!): %s!", r.name, r.typ, r.typ)
	case "list":
		return fmt.Sprintf("%s(%s): %sPage!", r.name, strings.Join(append(arguments, "limit: Int", "nextToken: String"), ", "), r.typ)
	}
	return fmt.Sprintf("%s(%s): %s", r.name, strings.Join(arguments, ", "), r.typ)
}

// keyFrom spells a key of the table: of the caller, or from what holds the arguments.
func (r resolver) keyFrom(from, name string) string {
	if r.owner && name == r.key {
		return "ctx.identity.sub"
	}
	return from + tsAccess(name)
}

// itemKey spells the key of one item.
func (r resolver) itemKey(from string) string {
	fields := []doc{txt(tsKey(r.key) + ": " + r.keyFrom(from, r.key))}
	if r.sort != "" {
		fields = append(fields, txt(tsKey(r.sort)+": "+r.keyFrom(from, r.sort)))
	}
	return layout(group(txt("{"), nest(line, commaList(fields)), ifWide(","), line, txt("}")), tsWidth-len("    key: util.dynamodb.toMapValues(),"), "  ")
}

// text writes a resolver in the JavaScript that AppSync runs, which has no exceptions, regular expressions or loops
// with a counter.
func (r resolver) text() string {
	var b strings.Builder
	b.WriteString("import { util } from '@aws-appsync/utils';\n\n")
	whose := ""
	if r.owner {
		whose = " of the caller's own"
	}
	switch r.verb {
	case "get":
		fmt.Fprintf(&b, "/** One %s%s, by its id. */\nexport function request(ctx) {\n  return {\n    operation: 'GetItem',\n    key: util.dynamodb.toMapValues(%s),\n  };\n}\n",
			oneLine(r.typ), whose, indentTail(r.itemKey("ctx.args"), "    "))
	case "delete":
		fmt.Fprintf(&b, "/** Deletes one %s%s: a second call changes nothing. */\nexport function request(ctx) {\n  return {\n    operation: 'DeleteItem',\n    key: util.dynamodb.toMapValues(%s),\n  };\n}\n",
			oneLine(r.typ), whose, indentTail(r.itemKey("ctx.args"), "    "))
	case "list":
		fmt.Fprintf(&b, "/** A page of %ss%s. */\nexport function request(ctx) {\n  const limit = ctx.args.limit ?? %d;\n  return {\n    operation: 'Query',\n    query: {\n      expression: '#key = :key',\n"+
			"      expressionNames: { '#key': %s },\n      expressionValues: util.dynamodb.toMapValues({ ':key': %s }),\n    },\n    limit: limit > %d ? %d : limit,\n    nextToken: ctx.args.nextToken,\n  };\n}\n",
			oneLine(r.typ), whose, pageSize, tsString(r.key), r.keyFrom("ctx.args", r.key), pageLimit, pageLimit)
	case "create":
		r.creation(&b)
	}
	result := "ctx.result"
	if r.verb == "list" {
		result = "{ items: ctx.result.items, nextToken: ctx.result.nextToken }"
	}
	fmt.Fprintf(&b, "\nexport function response(ctx) {\n  // Without this the caller would get nothing and no reason.\n  if (ctx.error) {\n    util.error(ctx.error.message, ctx.error.type);\n  }\n  return %s;\n}\n", result)
	return b.String()
}

// How many items a page has where the caller does not say, and at most.
const (
	pageSize  = 20
	pageLimit = 100
)

func (r resolver) creation(b *strings.Builder) {
	var taken, key []string
	for _, k := range []string{r.key, r.sort} {
		switch {
		case k == "":
		case r.owner && k == r.key:
			key = append(key, tsKey(k)+": ctx.identity.sub")
		case reserved()[k] || k == "values" || k == "ctx" || k == "util":
			taken, key = append(taken, k+": "+k+"Key"), append(key, k+": "+k+"Key")
		default:
			taken, key = append(taken, k), append(key, k)
		}
	}
	fmt.Fprintf(b, "/** Keeps a new %s, and never overwrites one that is there. */\nexport function request(ctx) {\n  const { %s, ...values } = ctx.args.input;\n", oneLine(r.typ), strings.Join(taken, ", "))
	fmt.Fprintf(b, "  return {\n    operation: 'PutItem',\n    key: util.dynamodb.toMapValues({ %s }),\n    attributeValues: util.dynamodb.toMapValues(values),\n", strings.Join(key, ", "))
	fmt.Fprintf(b, "    condition: {\n      expression: 'attribute_not_exists(#key)',\n      expressionNames: { '#key': %s },\n    },\n  };\n}\n", tsString(r.key))
}

// indentTail indents all lines of a text but the first.
func indentTail(s, indent string) string { return strings.ReplaceAll(s, "\n", "\n"+indent) }

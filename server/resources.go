package server

import (
	"context"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

const scheme = "serverless://"

// families are the kinds of page, each a resource that lists them and a template that reads one.
var families = []struct{ uri, template, name, about string }{
	{"guides", "guides/{domain}/{topic}", "Guides", "Dated, sourced pages on serverless, eda, security, observability, performance and deployment"},
	{"patterns", "patterns/{slug}", "Patterns", "Architectures that generate_cdk can build"},
	{"rules", "rules/{id}", "Review rules", "What a review looks for, why, and the fix"},
	{"facts", "facts/{table}", "Facts", "Limits, quotas and defaults with source and date"},
}

func addResources(s *server.MCPServer, w *tools.Workbench) {
	for _, f := range families {
		s.AddResource(mcp.NewResource(scheme+f.uri, f.name, mcp.WithResourceDescription("List: "+f.about), mcp.WithMIMEType("text/markdown")),
			func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				text, err := listing(f.uri)
				return contents(req.Params.URI, text), err
			})
		s.AddResourceTemplate(mcp.NewResourceTemplate(scheme+f.template, f.name, mcp.WithTemplateDescription("One page: "+f.about), mcp.WithTemplateMIMEType("text/markdown")),
			func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				page, err := w.ReadKnowledge(ctx, tools.ReadInput{ID: strings.TrimPrefix(req.Params.URI, scheme)})
				if tools.ClassOf(err) == tools.InputWrong {
					return nil, server.ErrResourceNotFound
				}
				return contents(req.Params.URI, page.Markdown()), err
			})
	}
}

func contents(uri, text string) []mcp.ResourceContents {
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: "text/markdown", Text: text}}
}

// listing names the pages of a family, a line each.
func listing(family string) (string, error) {
	switch family {
	case "patterns":
		return tools.ListPatterns().Markdown(), nil
	case "rules":
		return tools.ListRules().Markdown(), nil
	case "facts":
		return tools.ListFacts().Markdown(), nil
	}
	ids, err := tools.PageIDs()
	var b strings.Builder
	for _, id := range ids {
		if strings.HasPrefix(id, family+"/") {
			b.WriteString(id + "\n")
		}
	}
	return b.String(), err
}

// completer offers the values of the templates' arguments.
type completer struct{}

// CompleteResourceArgument offers what a page id could go on with.
func (completer) CompleteResourceArgument(_ context.Context, uri string, arg mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	prefix, ok := before(uri, arg.Name, given.Arguments)
	if !ok {
		return completion([]string{}), nil
	}
	ids, err := tools.PageIDs()
	if err != nil {
		return nil, err
	}
	for _, t := range tools.ListFacts().Tables {
		ids = append(ids, "facts/"+t.Name)
	}
	values := []string{}
	for _, id := range ids {
		rest, ok := strings.CutPrefix(id, prefix)
		value, _, _ := strings.Cut(rest, "/")
		if ok && strings.HasPrefix(value, arg.Value) && (len(values) == 0 || values[len(values)-1] != value) {
			values = append(values, value)
		}
	}
	return completion(values), nil
}

// completion cuts values to what the protocol allows; it must not be nil, or clients see null.
func completion(values []string) *mcp.Completion {
	const most = 100
	shown := values[:min(len(values), most)]
	return &mcp.Completion{Values: shown, Total: len(values), HasMore: len(values) > most}
}

// before is the part of the page id in front of the argument, with the arguments that are given already filled in.
func before(uri, argument string, given map[string]string) (string, bool) {
	path, _, ok := strings.Cut(strings.TrimPrefix(uri, scheme), "{"+argument+"}")
	for name, value := range given {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path, ok && !strings.Contains(path, "{")
}

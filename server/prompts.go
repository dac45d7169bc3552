package server

import (
	"context"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

// prompt is a way of working that a person picks in their client. The words tell the assistant which tools to use in
// which order; what the knowledge says on the matter comes along, so that the first answer needs no search.
type prompt struct {
	name, title, about string
	arguments          []argument
	// find is the argument that the knowledge is searched for, after the words in front of it; "" searches nothing.
	find, before string
	// words get the arguments by name; one that is not given is "".
	words func(given map[string]string) string
}

type argument struct {
	name, about string
	required    bool
	values      func() ([]string, error) // what completion offers; nil: nothing
}

var prompts = []prompt{
	{
		name: "design", title: "Design a serverless system", about: "From requirements to a reasoned design with proven CDK code",
		arguments: []argument{
			{name: "requirements", about: "what the system must do, its load, its limits", required: true},
			{name: "language", about: "language of the CDK code", values: languages},
		},
		find: "requirements",
		words: func(given map[string]string) string {
			return "Design a serverless system on AWS for this:\n\n" + given["requirements"] + `

1. Say what is missing (peak load, size of payloads, order, who may call, what may be lost); assume and name the assumption rather than wait.
2. Choose between services with the decision pages (search_knowledge with kind "decision"); give the reason and the limit that decides, with source and date.
3. Take the nearest pattern below, or write a sketch, and call generate_cdk` + inLanguage(given["language"]) + `. Keep its settings unless you have a reason; say which.
4. Draw it with draw_architecture, review it with review_template, and mend what is high or critical.
5. End with: what fails first under load, what is lost when each part fails, what it is billed by, and what you could not settle.

Patterns:
` + tools.ListPatterns().Markdown()
		},
	},
	{
		name: "review", title: "Review a template or stack", about: "Findings that matter, as one connected system, with fixes",
		arguments: []argument{
			{name: "target", about: "path of a template, cdk.out or SAM folder; or stack:NAME for a deployed one", required: true},
			{name: "concern", about: "what worries you most, such as lost events"},
		},
		find: "concern",
		words: func(given map[string]string) string {
			call := "review_template with paths [" + quoted(given["target"]) + "]"
			if stack, ok := strings.CutPrefix(given["target"], "stack:"); ok {
				call = "review_stack with stack " + quoted(stack)
			}
			worry := ""
			if c := given["concern"]; c != "" {
				worry = "\nThe main worry: " + c + "\n"
			}
			return "Review this serverless system: call " + call + ".\n" + worry + `
1. Give the verdict in one sentence, then what to do first: one line a cause, with file, line and the fix as a patch.
2. Explain a finding by its rule page (read_knowledge) where its reason is not plain; do not repeat findings that share a cause.
3. "unknown" is undecided, not wrong: say which value would settle it, and ask for it where it matters.
4. Look beyond the rules with draw_architecture: what is delivered twice, out of order or not at all; which limit is reached first.
5. Name what you did not check.`
		},
	},
	{
		name: "migrate", title: "Migrate to serverless", about: "A way from what runs now to a serverless target, without an outage",
		arguments: []argument{
			{name: "from", about: "what runs now, such as: cron jobs on EC2 with MySQL; an EventBridge rule; Node.js 20 functions", required: true},
			{name: "to", about: "the target, where it is already chosen"},
		},
		find: "from", before: "migrate ",
		words: func(given map[string]string) string {
			target := "Propose the target."
			if to := given["to"]; to != "" {
				target = "The target: " + to
			}
			return "Plan a migration on AWS of this:\n\n" + given["from"] + "\n\n" + target + `

1. Say what need not move, and what does not fit serverless (search_knowledge for the limits that decide: time, payload, connections, state).
2. Cut the move into steps that each can go live and be taken back; say for each how both sides run side by side, who owns the data, and what proves that the step worked.
3. Name what changes for callers: identity, order, duplicates, delays, error codes.
4. Build the target's parts with generate_cdk and review them; stateful resources are kept or imported, never replaced.
5. End with the order of steps, the way back from each, and what you assumed.`
		},
	},
	{
		name: "explain", title: "Explain with sources", about: "What holds today for a limit, setting, error message, pattern or rule",
		arguments: []argument{{name: "topic", about: "a question, an error message as it is, or a page's id", required: true, values: tools.PageIDs}},
		find:      "topic",
		words: func(given map[string]string) string {
			return "Explain this for somebody who builds on AWS:\n\n" + given["topic"] + `

Answer first, in two sentences; then the settings with values and units, what goes wrong, and how to check it. Give source and date with each figure; say "unverified" where the knowledge does. Where the passages below do not answer, search_knowledge again with the service's name; if that finds nothing either, say so.`
		},
	},
}

// languages are those of any pattern: each comes in all of them.
func languages() ([]string, error) { return tools.ListPatterns().Patterns[0].Languages, nil }

func inLanguage(language string) string {
	if language == "" {
		return ""
	}
	return " with language " + quoted(language)
}

// quoted keeps what a person typed inside one argument of the words.
func quoted(s string) string { return fmt.Sprintf("%q", s) }

func addPrompts(s *server.MCPServer, w *tools.Workbench) {
	for _, p := range prompts {
		options := []mcp.PromptOption{mcp.WithPromptTitle(p.title), mcp.WithPromptDescription(p.about)}
		for _, a := range p.arguments {
			of := []mcp.ArgumentOption{mcp.ArgumentDescription(a.about)}
			if a.required {
				of = append(of, mcp.RequiredArgument())
			}
			options = append(options, mcp.WithArgument(a.name, of...))
		}
		s.AddPrompt(mcp.NewPrompt(p.name, options...), func(ctx context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return p.get(ctx, w, req.Params.Arguments)
		})
	}
}

func (p prompt) get(ctx context.Context, w *tools.Workbench, given map[string]string) (*mcp.GetPromptResult, error) {
	for _, a := range p.arguments {
		if a.required && strings.TrimSpace(given[a.name]) == "" {
			return nil, fmt.Errorf("%w: the prompt %q needs %q: %s", mcp.ErrInvalidParams, p.name, a.name, a.about)
		}
	}
	text := p.words(given)
	if question := strings.TrimSpace(given[p.find]); question != "" {
		known, err := p.known(ctx, w, question)
		if err != nil {
			return nil, err
		}
		text += "\n\n---\n\nWhat the knowledge says on it:\n\n" + known
	}
	return mcp.NewGetPromptResult(p.about, []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
}

// known is the page that question names, else the passages that answer it.
func (p prompt) known(ctx context.Context, w *tools.Workbench, question string) (string, error) {
	if page, err := w.ReadKnowledge(ctx, tools.ReadInput{ID: question, MaxTokens: 4000}); err == nil {
		return page.Markdown(), nil
	}
	found, err := w.SearchKnowledge(ctx, tools.SearchInput{Question: p.before + question})
	return found.Markdown(), err
}

// CompletePromptArgument offers the values of prompts' arguments.
func (completer) CompletePromptArgument(_ context.Context, name string, arg mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	for _, p := range prompts {
		for _, a := range p.arguments {
			if p.name != name || a.name != arg.Name || a.values == nil {
				continue
			}
			all, err := a.values()
			if err != nil {
				return nil, err
			}
			values := []string{}
			for _, v := range all {
				if strings.HasPrefix(v, arg.Value) {
					values = append(values, v)
				}
			}
			return completion(values), nil
		}
	}
	return completion([]string{}), nil
}

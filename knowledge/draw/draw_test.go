package draw_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/draw"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func at(line int, path string) *graph.Evidence {
	return &graph.Evidence{File: "template.yaml", Line: line, Path: path}
}

// worker is a small system: an API writes to a queue, a function polls it, its failures are parked.
func worker() *graph.Graph {
	g := graph.New(0)
	node := func(id string, kind graph.Kind, typ string, line int, fields ...graph.Field) *graph.Node {
		place := at(line, "/Resources/"+id)
		return g.Add(&graph.Node{ID: id, Kind: kind, Type: typ, Resource: &graph.Resource{
			ID: id, LogicalID: id, Type: typ, At: place, Properties: graph.NewMap(place, fields...),
		}})
	}
	api := node("Api", graph.HTTPAPI, "AWS::ApiGatewayV2::Api", 3)
	queue := node("Queue", graph.Queue, "AWS::SQS::Queue", 6, graph.Field{Name: "VisibilityTimeout", Value: graph.NewInt(at(8, "/Resources/Queue/Properties/VisibilityTimeout"), 30)})
	queue.SetDefault("delaySeconds", graph.NewInt(nil, 0))
	dlq := node("DeadLetters12345678", graph.Queue, "AWS::SQS::Queue", 10)
	fn := node("Worker", graph.Function, "AWS::Lambda::Function", 12, graph.Field{Name: "Environment", Value: graph.NewMap(at(13, ""),
		graph.Field{Name: "Variables", Value: graph.NewMap(at(14, ""),
			graph.Field{Name: "DB_PASSWORD", Value: graph.NewString(at(15, ""), "hunter2")},
			graph.Field{Name: "STAGE", Value: graph.NewUnknown(at(16, "/x"), "parameter Stage has no default")})})})
	table := node("Orders", graph.Table, "AWS::DynamoDB::Table", 20)
	node("Role", graph.Role, "AWS::IAM::Role", 30)
	outside := g.Add(&graph.Node{ID: "arn:aws:sns:us-east-1:111122223333:news", Kind: graph.Topic, Name: "news", External: true})
	evidence := []graph.Evidence{*at(40, "/Resources/Mapping")}
	g.Connect(&graph.Edge{From: api, To: queue, Kind: graph.Writes, Mode: graph.Async, Strength: graph.Certain, Label: `POST /orders "new"`, Evidence: evidence})
	polls := g.Connect(&graph.Edge{From: queue, To: fn, Kind: graph.Polls, Mode: graph.Poll, Strength: graph.Certain, Evidence: evidence,
		Via:      &graph.Resource{ID: "Mapping"},
		Settings: graph.NewMap(at(40, ""), graph.Field{Name: "BatchSize", Value: graph.NewInt(at(41, ""), 5)})})
	polls.SetDefault("maximumBatchingWindowInSeconds", graph.NewInt(nil, 0))
	g.Connect(&graph.Edge{From: queue, To: dlq, Kind: graph.FailsTo, Mode: graph.Async, Strength: graph.Certain, Label: "redrive", Evidence: evidence})
	g.Connect(&graph.Edge{From: fn, To: table, Kind: graph.Writes, Mode: graph.Sync, Strength: graph.Certain, Evidence: evidence})
	g.Connect(&graph.Edge{From: fn, To: table, Kind: graph.Reads, Mode: graph.Sync, Strength: graph.Certain, Evidence: evidence})
	g.Connect(&graph.Edge{From: fn, To: outside, Kind: graph.Writes, Mode: graph.Async, Strength: graph.Likely, Evidence: evidence})
	g.Gaps = append(g.Gaps, graph.Gap{Resource: "Api", Evidence: *at(3, ""), Why: "the API's definition is in a file that was not given"})
	return g
}

// fleet has n functions behind one API, all writing to one table, each with its own queue.
func fleet(n int) *graph.Graph {
	g := graph.New(0)
	add := func(id string, kind graph.Kind) *graph.Node {
		return g.Add(&graph.Node{ID: id, Kind: kind, Resource: &graph.Resource{ID: id, LogicalID: id}})
	}
	api, table := add("Api", graph.RestAPI), add("Table", graph.Table)
	for i := 0; i < n; i++ {
		fn, queue := add(fmt.Sprintf("Fn%d", i), graph.Function), add(fmt.Sprintf("Queue%d", i), graph.Queue)
		g.Connect(&graph.Edge{From: api, To: fn, Kind: graph.Invokes, Mode: graph.Sync, Label: fmt.Sprintf("GET /%d", i)})
		g.Connect(&graph.Edge{From: fn, To: table, Kind: graph.Writes})
		g.Connect(&graph.Edge{From: fn, To: queue, Kind: graph.Writes})
	}
	return g
}

func TestMermaid(t *testing.T) {
	golden(t, "worker.mmd", draw.Mermaid(worker(), draw.Options{Marks: map[string][]string{"Queue": {"high", "low"}}}))
}

func TestSVG(t *testing.T) {
	got := draw.SVG(worker(), draw.Options{Title: "Worker <1>", Marks: map[string][]string{"Queue": {"high", "low"}}})
	golden(t, "worker.svg", got)
}

func TestJSONIsGraph1(t *testing.T) {
	data, err := draw.JSON(worker())
	require.NoError(t, err)
	golden(t, "worker.json", string(data)+"\n")
	require.NotContains(t, string(data), "hunter2")
	empty, err := draw.JSON(graph.New(0))
	require.NoError(t, err)
	require.JSONEq(t, `{"schema":"graph/1","nodes":[],"edges":[],"unknown":[]}`, string(empty))
	var back draw.Document
	require.NoError(t, json.Unmarshal(data, &back))
	require.Len(t, back.Nodes, 7)
}

func TestLongTailsAreFoldedWithACount(t *testing.T) {
	small := draw.Mermaid(fleet(3), draw.Options{})
	require.Contains(t, small, "Fn2")
	large := draw.Mermaid(fleet(60), draw.Options{})
	require.Contains(t, large, "60 functions")
	require.Contains(t, large, "60 queues")
	require.Less(t, strings.Count(large, "\n"), 20)
	require.Equal(t, large, draw.Mermaid(fleet(60), draw.Options{}), "the same graph gives the same drawing")
}

func TestSVGIsWellFormedAndBoxesDoNotOverlap(t *testing.T) {
	for _, g := range []*graph.Graph{graph.New(0), worker(), fleet(1), fleet(7), fleet(20), fleet(200)} {
		text := draw.SVG(g, draw.Options{})
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else {
				require.NoError(t, err)
			}
		}
		require.Empty(t, draw.Overlaps(g))
	}
}

func TestMermaidEscapesNames(t *testing.T) {
	g := graph.New(0)
	g.Add(&graph.Node{ID: "x", Kind: graph.Queue, Name: "a\"]\n-->b<script>#`", Resource: &graph.Resource{ID: "x", LogicalID: "x"}})
	got := draw.Mermaid(g, draw.Options{})
	require.NotContains(t, got, "<script>")
	require.Contains(t, got, "a#quot;] --#gt;b#lt;script#gt;#35;#96;")
}

func TestOutsidersAreCalledByWhatIsKnownOfTheirName(t *testing.T) {
	for id, want := range map[string]string{
		"${?mapping Accounts is looked up by ${AWS::AccountId}}_build": "…_build",
		"import:${?parameter Stage has no default}-VpcId":              "…-VpcId",
		"parameter:QueueArn":               "QueueArn",
		"unknown:parameter X has no value": "not known",
		"cut off ${?without an end":        "cut off …",
	} {
		require.Equal(t, want, draw.OutsiderName(id))
	}
}

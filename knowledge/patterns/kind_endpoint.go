package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// apiPath is where a site's API is found below the site's own address.
const apiPath = "/api/"

var _ = learn(func(g *grammar) {
	g.kind(graph.Endpoint, "AWS::CloudFront::Distribution", map[string]reader{
		"description": extraWords("description"),
	})
	g.verbs[graph.Reads] = append(g.verbs[graph.Reads], [2]graph.Kind{graph.Endpoint, graph.Bucket})
	g.arrows[[2]graph.Kind{graph.Endpoint, graph.HTTPAPI}] = calls
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.Endpoint, graph.Bucket}:   {"a distribution shows what is in a bucket", "site reads bucket"},
		{graph.Endpoint, graph.Function}: {"the generator lets distributions call HTTP APIs", "site -> httpApi, httpApi GET /api/things -> function"},
		{graph.Endpoint, graph.RestAPI}:  {"the generator lets distributions call HTTP APIs", "site -> httpApi"},
	} {
		g.impossible[pair] = words
	}
})

// refuseSites finds distributions without pages, and APIs whose paths the site would never pass on.
func (d *draft) refuseSites() error {
	for _, s := range d.ofKind(graph.Endpoint) {
		pages, apis := d.out(s, graph.Reads), d.out(s, graph.Invokes)
		switch {
		case len(pages) != 1:
			return refusal(s.at, s.id+" reads bucket", "the site %s has %d buckets with pages: it shows one", s.id, len(pages))
		case len(apis) > 1:
			return refusal(apis[1].at, "one httpApi with all routes", "the site %s has %d APIs: the generator joins it to one", s.id, len(apis))
		case len(d.out(pages[0].to, graph.Routes)) > 0:
			return refusal(pages[0].at, "a bucket of its own for the pages", "%s has the pages of %s and sends events as well", pages[0].to.id, s.id)
		}
		for _, e := range apis {
			for _, r := range d.routesOf(e.to) {
				if _, path, _ := strings.Cut(r.label, " "); !strings.HasPrefix(path, apiPath) {
					return refusal(r.at, "a path such as "+apiPath+"things", "%s %s: %s passes on what is below %s only", e.to.id, r.label, s.id, apiPath)
				}
			}
		}
	}
	return nil
}

func (d *draft) completeSites() {
	for _, s := range d.ofKind(graph.Endpoint) {
		for _, e := range d.out(s, graph.Reads, graph.Invokes) {
			e.label = "origin"
		}
	}
}

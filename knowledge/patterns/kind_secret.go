package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = learn(func(g *grammar) {
	g.kind(graph.Secret, "AWS::SecretsManager::Secret", map[string]reader{
		"description": words("Description"),
	})
	g.verbs[graph.Reads] = append(g.verbs[graph.Reads], [2]graph.Kind{graph.Function, graph.Secret})
	g.impossible[[2]graph.Kind{graph.Function, graph.Secret}] = [2]string{"the generator lets functions read secrets only", "function reads secret"}
	g.impossible[[2]graph.Kind{graph.HTTPAPI, graph.Secret}] = [2]string{"an API does not check signatures by itself", "api POST /webhooks/... -> function, function reads secret"}
})

// refuseSecrets finds secrets that no function would know what to do with: a handler checks signatures by its secret.
func (d *draft) refuseSecrets() error {
	for _, s := range d.ofKind(graph.Secret) {
		readers := d.in(s, graph.Reads)
		if len(readers) == 0 && !d.bare() {
			return refusal(s.at, "function reads "+s.id, "nothing reads the secret %s", s.id)
		}
		for _, e := range readers {
			if e.from.own() {
				continue
			}
			calls := d.in(e.from, graph.Invokes)
			if len(calls) == 0 || calls[0].from.kind != graph.HTTPAPI && calls[0].from.kind != graph.FunctionURL {
				return refusal(e.at, "httpApi POST /webhooks/name -> "+e.from.id, "%s reads %s: the generator writes handlers that check the signatures of requests by a secret, and %s has no requests", e.from.id, s.id, e.from.id)
			}
			if len(d.out(e.from, graph.Writes)) == 0 {
				return refusal(e.at, e.from.id+" -> queue", "%s checks signatures, but hands nothing on", e.from.id)
			}
		}
	}
	return nil
}

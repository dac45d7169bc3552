package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = learn(func(g *grammar) {
	g.kind(graph.FunctionURL, "AWS::Lambda::Url", map[string]reader{
		"authorizer":  extraWords("authorizer", "iam", "none"),
		"corsOrigins": texts(func(n *node, v graph.Value) { n.setExtra("corsOrigins", v) }),
	})
	g.arrows[[2]graph.Kind{graph.FunctionURL, graph.Function}] = calls
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.FunctionURL, graph.Queue}:        {"a function URL belongs to a function", "httpApi POST /path -> queue"},
		{graph.FunctionURL, graph.Table}:        {"a function URL belongs to a function", "restApi POST /path -> table"},
		{graph.FunctionURL, graph.StateMachine}: {"a function URL belongs to a function", "restApi POST /path -> stateMachine"},
		{graph.FunctionURL, graph.UserPool}:     {"a function URL checks IAM signatures only", "httpApi -> userPool"},
	} {
		g.impossible[pair] = words
	}
})

// refuseURLs finds function URLs that are not of one function.
func (d *draft) refuseURLs() error {
	for _, u := range d.ofKind(graph.FunctionURL) {
		targets := d.out(u, graph.Invokes)
		switch {
		case len(targets) != 1:
			return refusal(u.at, u.id+" -> function, or an httpApi with routes", "the function URL %s has %d functions: it is the address of one", u.id, len(targets))
		case len(d.in(targets[0].to, graph.Invokes)) > 1:
			return refusal(targets[0].at, "one of them", "%s has two function URLs", targets[0].to.id)
		}
	}
	return nil
}

func (d *draft) completeURLs() {
	for _, u := range d.ofKind(graph.FunctionURL) {
		auth := "AWS_IAM"
		if way, _ := u.getExtra("authorizer").Str(); way == "none" {
			auth = "NONE"
		}
		u.set("AuthType", u.text(auth))
		u.set("InvokeMode", u.text("BUFFERED"))
		if origins := u.getExtra("corsOrigins"); origins.Exists() {
			u.set("Cors", u.object(field("AllowOrigins", origins), field("AllowMethods", u.list(u.text("POST"))), field("AllowHeaders", u.list(u.text("content-type")))))
		}
	}
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.FunctionURL, rankEntries, lowerFunctionURL)

func lowerFunctionURL(l *lowerer, u *graph.Node) {
	const m = "aws-lambda"
	for _, e := range l.g.Out(u, graph.Invokes) {
		b := props(typeName{m, "FunctionUrlProps"}).open().
			with("function", l.callee(e.To)).
			with("authType", member{typeName{m, "FunctionUrlAuthType"}, spelled(u.Setting("authType"))}).
			with("invokeMode", member{typeName{m, "InvokeMode"}, spelled(u.Setting("invokeMode"))})
		if cors := u.Setting("cors"); cors.Exists() {
			b.with("cors", *props(typeName{m, "FunctionUrlCorsOptions"}).
				with("allowedOrigins", literal(cors.Get("AllowOrigins"))).
				with("allowedMethods", list{Of: typeName{m, "HttpMethod"}, Items: []expression{member{typeName{m, "HttpMethod"}, "POST"}}}).
				with("allowedHeaders", literal(cors.Get("AllowHeaders"))).done())
		}
		l.let(u, typeName{m, "FunctionUrl"}, b.done(), "")
		l.output(u, attribute{l.ref(u), "url"})
	}
}

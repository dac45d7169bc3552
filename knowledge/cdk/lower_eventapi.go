package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.EventAPI, rankEntries, lowerEventAPI)

func lowerEventAPI(l *lowerer, api *graph.Node) {
	way := func(names ...string) list {
		out := list{Of: appsync("AppSyncAuthorizationType")}
		for _, n := range names {
			out.Items = append(out.Items, member{appsync("AppSyncAuthorizationType"), n})
		}
		return out
	}
	providers := list{Of: appsync("AppSyncAuthProvider")}
	for _, e := range l.g.Out(api, graph.Authorizes) {
		providers.Items = append(providers.Items, *props(appsync("AppSyncAuthProvider")).
			with("authorizationType", way("USER_POOL").Items[0]).
			with("cognitoConfig", *props(appsync("AppSyncCognitoConfig")).with("userPool", l.ref(e.To)).done()).done())
	}
	providers.Items = append(providers.Items, *props(appsync("AppSyncAuthProvider")).with("authorizationType", way("IAM").Items[0]).done())
	l.let(api, appsync("EventApi"), props(appsync("EventApiProps")).open().
		with("apiName", l.staged(spelled(api.Setting("name")))).
		with("authorizationConfig", *props(appsync("EventApiAuthConfig")).open().
			with("authProviders", providers).
			with("connectionAuthModeTypes", way("USER_POOL", "IAM")).
			because("defaultPublishAuthModeTypes", way("IAM"), "back ends publish, users listen, unless a namespace says otherwise").
			with("defaultSubscribeAuthModeTypes", way("USER_POOL")).done()).done(), "")
	l.appsyncLogs(api, "CfnApi", "EventConfig.LogConfig", []argument{{Name: "LogLevel", Value: text("ERROR")}})
	for _, n := range api.Setting("namespaces").Fields() {
		b := props(appsync("ChannelNamespaceOptions")).open().
			with("channelNamespaceName", text(n.Name)).
			with("code", static{appsync("Code"), "fromAsset", []expression{entry(channelFile(api, n.Name))}})
		if spelled(n.Value) == "shared" {
			b.with("authorizationConfig", *props(appsync("NamespaceAuthConfig")).with("publishAuthModeTypes", way("USER_POOL")).done())
		}
		l.do(call{l.ref(api), "addChannelNamespace", []expression{constructID(api) + text(graph.UpperFirst(n.Name)), *b.done()}})
	}
	address := joined{text("https://"), attribute{l.ref(api), "httpDns"}, text("/event")}
	for _, e := range l.g.In(api, graph.Writes) {
		for _, name := range ownNamespaces(api) {
			l.do(call{l.ref(api), "grant", []expression{l.ref(e.From), static{appsync("AppSyncEventResource"), "ofChannelNamespace", []expression{text(name)}}, text(eventPublish)}})
		}
		l.do(call{l.ref(e.From), "addEnvironment", []expression{text(eventsVariable(api)), address}})
	}
	l.output(api, address)
	if l.snippet() {
		l.notes = append(l.notes, "The handlers of the channels are files: the project scope writes them into src/"+channelFolder+".")
	}
}

// Where the handlers of event channels stand in a project.
const channelFolder = "channels/"

func channelFile(api *graph.Node, namespace string) string {
	return channelFolder + kebab(api.ID) + "/" + namespace + ".js"
}

// eventPublish is the right to publish, which holds for a namespace. Source: AppSync Events developer guide, "Publishing from
// a NodeJS Lambda function with IAM auth", and the library's ChannelNamespace.grantPublish, checked 2026-11-30.
const eventPublish = "appsync:EventPublish"

// ownNamespaces are the namespaces on which back ends publish.
func ownNamespaces(api *graph.Node) []string {
	var out []string
	for _, n := range api.Setting("namespaces").Fields() {
		if spelled(n.Value) == "own" {
			out = append(out, n.Name)
		}
	}
	return out
}

// eventsVariable is the environment variable with the address at which a function publishes: NEWS_URL.
func eventsVariable(api *graph.Node) string { return constant(kebab(api.ID)) + "_URL" }

package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Services that send notices of their own to topics and chat channels.
var (
	_ = add(resourceType{Type: "AWS::CodeStarNotifications::NotificationRule", Kind: graph.Other, Name: "Name", Connect: connectDeveloperNotices})
	_ = add(resourceType{Type: "AWS::Budgets::Budget", Kind: graph.Other, Connect: connectBudget})
	_ = add(resourceType{Type: "AWS::CE::AnomalySubscription", Kind: graph.Other, Name: "SubscriptionName", Connect: connectAnomalies})
)

func connectDeveloperNotices(b *builder, r *graph.Resource, n *graph.Node) {
	for _, t := range r.Properties.Get("Targets").Each() {
		if kind, _ := t.Get("TargetType").Str(); kind == "SNS" {
			b.notice(n, r, t.Get("TargetAddress"), "notice")
		}
	}
}

func connectBudget(b *builder, r *graph.Resource, n *graph.Node) {
	for _, notice := range r.Properties.Get("NotificationsWithSubscribers").Each() {
		for _, s := range notice.Get("Subscribers").Each() {
			if kind, _ := s.Get("SubscriptionType").Str(); kind == "SNS" {
				b.notice(n, r, s.Get("Address"), "budget")
			}
		}
	}
}

func connectAnomalies(b *builder, r *graph.Resource, n *graph.Node) {
	for _, s := range r.Properties.Get("Subscribers").Each() {
		if kind, _ := s.Get("Type").Str(); kind == "SNS" {
			b.notice(n, r, s.Get("Address"), "cost anomaly")
		}
	}
}

// notice joins a service that sends notices with the topic it sends them to.
func (b *builder) notice(n *graph.Node, r *graph.Resource, topic graph.Value, label string) {
	b.edge(graph.Edge{From: n, Kind: graph.Notifies, Mode: graph.Async, Via: r, Label: label}, b.reach(topic, graph.Topic, "sns:"), topic)
}

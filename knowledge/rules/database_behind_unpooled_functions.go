package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "database-behind-unpooled-functions",
	Code:     "GRF012",
	Title:    `Functions open connections to a database without bound`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `Each concurrent execution opens its own connection: a burst of calls can use up what the database holds, and then nobody gets a new one.`,
	Fix:      `Put an RDS Proxy between, and give the function its endpoint; or bound the function (ReservedConcurrentExecutions, MaximumConcurrency of its queue); or use the Data API (Aurora).`,
	CDK:      `new rds.DatabaseProxy(...), proxy.endpoint in the environment`,
	Sources: []Source{
		{Title: `Amazon RDS User Guide, "Amazon RDS Proxy"`, URL: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html", Checked: "2026-11-30"},
	},
	Outranks: []string{"GRF006"},
	Gaps:     `That a function uses the database is read off its environment (the database, or the secret made for it) and off security groups that let its own in; groups that admit ranges of addresses are not followed. Functions that only schedules and rotations start are left out. How many connections the database holds is not compared with the reservation.`,
	Bad: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, Environment: {Variables: {HOST: !GetAtt Orders.Endpoint.Address}}, VpcConfig: {SubnetIds: [!Ref Inner], SecurityGroupIds: [!Ref Group]}}} # want "Orders"
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Inner: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  InnerTable: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Inner, RouteTableId: !Ref Table}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: worker}}
  Orders: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-postgresql, VpcSecurityGroupIds: [!Ref Inside]}}
  Inside: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: database}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "logs:PutLogEvents", Resource: "*"}]}}]
`,
	Good: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, Environment: {Variables: {HOST: !GetAtt Proxy.Endpoint}}, VpcConfig: {SubnetIds: [!Ref Inner], SecurityGroupIds: [!Ref Group]}}}
  Nightly: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, ReservedConcurrentExecutions: 2, Environment: {Variables: {HOST: !GetAtt Orders.Endpoint.Address}}, VpcConfig: {SubnetIds: [!Ref Inner], SecurityGroupIds: [!Ref Group]}}}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Inner: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  InnerTable: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Inner, RouteTableId: !Ref Table}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: worker}}
  Orders: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-postgresql, VpcSecurityGroupIds: [!Ref Inside]}}
  Inside: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: database}}
  Proxy: {Type: AWS::RDS::DBProxy, Properties: {DBProxyName: orders, EngineFamily: POSTGRESQL, RoleArn: !GetAtt Role.Arn, VpcSubnetIds: [!Ref Inner, subnet-0b1c2d3e], Auth: [{AuthScheme: SECRETS, SecretArn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"}]}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "rds-db:connect", Resource: "*"}]}}]
`,
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if fn.External || fn.Framework != "" || len(p.Graph.Out(fn, graph.AttachedTo)) == 0 || bounded(p, fn) || startedByTheClock(p.Graph, fn) {
				continue
			}
			if db, at, confidence := databaseOf(p.Graph, fn); db != nil {
				var aliases []string
				if pushed(p.Graph, fn) {
					aliases = []string{"GRF006"}
				}
				p.Report(Hit{Node: fn, Fix: pooled(p.Graph, fn, db), Confidence: confidence, Aliases: aliases, Related: []*graph.Node{db}, Values: []graph.Value{{}, at},
					Message: fmt.Sprintf("each execution of %s opens its own connections to %s: no RDS Proxy and no limit is between", nameOf(fn), nameOf(db))})
			}
		}
	},
})

// pooled says what bounds the connections of a function to a database: by what calls the one, and by the engine of the other.
func pooled(g *graph.Graph, fn, db *graph.Node) string {
	engine, known := db.Setting("engine").Str()
	var ways []string
	if !known || !strings.HasPrefix(engine, "oracle") && !strings.HasPrefix(engine, "custom-") && !strings.HasPrefix(engine, "db2") {
		ways = append(ways, "put an RDS Proxy between, and give the function its endpoint")
	}
	limit := "bound the function (ReservedConcurrentExecutions)"
	if polled := g.In(fn, graph.Polls); len(g.In(fn, graph.Invokes, graph.Routes)) == 0 && len(polled) > 0 && !slices.ContainsFunc(polled, func(e *graph.Edge) bool { return e.From.Kind != graph.Queue }) {
		limit = "bound the function (ReservedConcurrentExecutions, or ScalingConfig: {MaximumConcurrency} of its queue's mapping)"
	}
	ways = append(ways, limit)
	if !known || strings.HasPrefix(engine, "aurora") {
		ways = append(ways, "use the Data API (Aurora)")
	}
	return graph.UpperFirst(strings.Join(ways, "; or ")) + "."
}

// bounded tells whether a function's concurrency has a limit of its own, or whether it may use the Data API.
func bounded(p *Pass, fn *graph.Node) bool {
	if v := fn.Setting("reservedConcurrentExecutions"); v.Exists() && v.Origin != graph.Default {
		return true
	}
	polled := p.Graph.In(fn, graph.Polls)
	limited := 0
	for _, e := range polled {
		if e.Setting("scalingConfig", "maximumConcurrency").Exists() {
			limited++
		}
	}
	if len(polled) > 0 && limited == len(polled) && len(p.Graph.In(fn, graph.Invokes, graph.Routes)) == 0 {
		return true
	}
	for _, role := range rolesOf(p.Graph, fn) {
		for _, s := range role.Statements {
			for _, a := range literals(s.Actions) {
				if isAllow(s) && strings.HasPrefix(strings.ToLower(a), "rds-data:") {
					return true
				}
			}
		}
	}
	return false
}

// pushed tells whether calls reach a function as they come: from an API, a topic or a rule, with no queue between.
func pushed(g *graph.Graph, fn *graph.Node) bool {
	for _, e := range g.In(fn, graph.Routes, graph.Invokes) {
		switch e.From.Kind {
		case graph.Topic, graph.Rule, graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI, graph.GraphQLAPI, graph.FunctionURL:
			return true
		}
	}
	return false
}

// startedByTheClock tells whether only schedules and the rotation of secrets start a function: it runs once at a time.
func startedByTheClock(g *graph.Graph, fn *graph.Node) bool {
	starts := g.In(fn, graph.Polls, graph.Invokes, graph.Routes)
	for _, e := range starts {
		if e.From.Kind != graph.Schedule && e.From.Kind != graph.Secret && (e.From.Kind != graph.Rule || !e.From.Setting("scheduleExpression").Exists()) {
			return false
		}
	}
	return len(starts) > 0
}

// databaseOf finds the relational database that a function uses: by its environment, which names the database or the
// secret made for it, or by a security group that lets the function in. It is likely only, where the environment does
// not name the database itself. A function that has a proxy's address goes through that.
func databaseOf(g *graph.Graph, fn *graph.Node) (*graph.Node, graph.Value, Confidence) {
	var named, bySecret *graph.Node
	var namedAt, secretAt graph.Value
	for _, variable := range fn.Setting("environment", "Variables").Fields() {
		for _, ref := range variable.Value.Refs() {
			n := g.Node(ref.Resource)
			switch {
			case n != nil && n.Type == "AWS::RDS::DBProxy":
				return nil, graph.Value{}, ""
			case n != nil && relational[n.Type]:
				if named == nil {
					named, namedAt = n, variable.Value
				}
			case bySecret == nil:
				bySecret, secretAt = databaseOfSecret(g, ref.Resource), variable.Value
			}
		}
	}
	if named != nil {
		return named, namedAt, Certain
	}
	if bySecret != nil && !throughProxy(g, fn, bySecret) {
		return bySecret, secretAt, Likely
	}
	for _, db := range g.OfKind(graph.Database) {
		if at, ok := letIn(g, fn, db); ok && relational[db.Type] && pastProxies(g, fn, db) {
			return db, at, Likely
		}
	}
	return nil, graph.Value{}, ""
}

// databaseOfSecret finds the database whose address and password a secret holds. CDK names the secret by its attachment.
func databaseOfSecret(g *graph.Graph, id string) *graph.Node {
	for _, secret := range g.OfKind(graph.Secret) {
		for _, a := range secret.Setting("targetAttachments").Each() {
			attachment, _ := a.Get("ResourceId").Str()
			ref, _ := a.Get("TargetId").Ref()
			if db := g.Node(ref.Resource); (secret.ID == id || attachment == id) && db != nil && relational[db.Type] {
				return db
			}
		}
	}
	return nil
}

// letIn finds the rule by which a security group of n admits one of a function's.
func letIn(g *graph.Graph, fn, n *graph.Node) (graph.Value, bool) {
	own := groupsOf(g, fn)
	for _, group := range groupsOf(g, n) {
		for _, rule := range append(group.Setting("securityGroupIngress").Each(), group.Setting("ingressRules").Each()...) {
			ref, _ := rule.Get("SourceSecurityGroupId").Ref()
			if from := g.Node(ref.Resource); from != nil && slices.Contains(own, from) {
				return rule, true
			}
		}
	}
	return graph.Value{}, false
}

func groupsOf(g *graph.Graph, n *graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, e := range g.Out(n, graph.AttachedTo) {
		if e.To.Kind == graph.SecurityGroup {
			out = append(out, e.To)
		}
	}
	return out
}

// throughProxy tells whether a function may well use a proxy in front of a database: one that is open to it, or of which it
// is not known whom it lets in.
func throughProxy(g *graph.Graph, fn, db *graph.Node) bool {
	return slices.ContainsFunc(proxiesOf(g, db), func(proxy *graph.Node) bool {
		return len(groupsOf(g, proxy)) == 0 || openTo(g, fn, proxy, db)
	})
}

// pastProxies tells whether a function that the database lets in goes to it although proxies stand in front: nothing says that
// it uses one of them.
func pastProxies(g *graph.Graph, fn, db *graph.Node) bool {
	proxies := proxiesOf(g, db)
	if len(proxies) > 0 && firstWithin(fn.Setting("environment", "Variables")).Exists() {
		return false // the address may be a proxy's
	}
	return !slices.ContainsFunc(proxies, func(proxy *graph.Node) bool { return openTo(g, fn, proxy, db) })
}

func proxiesOf(g *graph.Graph, db *graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, e := range g.In(db, graph.Writes) {
		if e.From.Type == "AWS::RDS::DBProxy" {
			out = append(out, e.From)
		}
	}
	return out
}

// openTo tells whether a proxy lets a function in: by its security groups, by those that it shares with the database, or by
// the function's right to log in with IAM elsewhere than at the database itself.
func openTo(g *graph.Graph, fn, proxy, db *graph.Node) bool {
	groups := groupsOf(g, proxy)
	if _, ok := letIn(g, fn, proxy); ok || slices.ContainsFunc(groupsOf(g, db), func(n *graph.Node) bool { return slices.Contains(groups, n) }) {
		return true
	}
	for _, role := range rolesOf(g, fn) {
		for _, s := range role.Statements {
			if isAllow(s) && slices.ContainsFunc(literals(s.Actions), func(a string) bool { return strings.EqualFold(a, "rds-db:connect") }) && !namesOnly(s, db) {
				return true
			}
		}
	}
	return false
}

// namesOnly tells whether each resource of a statement names a node of the system.
func namesOnly(s graph.Statement, n *graph.Node) bool {
	return len(s.Resources) > 0 && !slices.ContainsFunc(s.Resources, func(v graph.Value) bool {
		return !slices.ContainsFunc(v.Refs(), func(ref graph.Ref) bool { return ref.Resource == n.ID })
	})
}

var relational = map[string]bool{"AWS::RDS::DBCluster": true, "AWS::RDS::DBInstance": true}

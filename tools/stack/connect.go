package stack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// Options says where to look and as whom. Empty fields leave the choice to AWS's usual sources: environment,
// ~/.aws/config, instance roles. AWS_ENDPOINT_URL is honoured.
type Options struct {
	Region  string
	Profile string
	RoleARN string // a role to take on with those credentials, "" for none
}

// Times that bound one call: without them an endpoint that never answers would hold a review for ever.
const (
	answerTime = 20 * time.Second // until the first byte of an answer
	callTime   = 30 * time.Second // of one call with all its attempts
	attempts   = 5                // of one call; the waits in between add up to some 10 s under throttling
)

// brokenOff tells an answer that ended in the middle: all our calls may be made again.
func brokenOff(err error) aws.Ternary {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// bounded gives every call an end.
func bounded(s *middleware.Stack) error {
	return s.Initialize.Add(middleware.InitializeMiddlewareFunc("bounded", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		return next.HandleInitialize(ctx, in)
	}), middleware.Before)
}

// Connect makes a Reader. It makes no call yet: missing credentials show at the first one.
func Connect(ctx context.Context, o Options) (*Reader, error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = answerTime })
	settings := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{}), // what went wrong is told once, by our errors
		config.WithAPIOptions([]func(*middleware.Stack) error{bounded}),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(s *retry.StandardOptions) {
				s.MaxAttempts, s.MaxBackoff = attempts, 4*time.Second
				s.Retryables = append(s.Retryables, retry.IsErrorRetryableFunc(brokenOff))
			})
		}),
	}
	if o.Region != "" {
		settings = append(settings, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		settings = append(settings, config.WithSharedConfigProfile(o.Profile))
	}
	c, err := config.LoadDefaultConfig(ctx, settings...)
	if err != nil {
		return nil, &Error{Kind: NoCredentials, What: "reading the AWS configuration", Detail: short(err.Error()), Err: err}
	}
	if o.RoleARN != "" {
		c.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(c), o.RoleARN, func(a *stscreds.AssumeRoleOptions) {
			a.RoleSessionName = "serverless-architect"
		}))
	}
	if c.Region == "" {
		return nil, &Error{Kind: Network, What: "reading the AWS configuration", Detail: "no region is set; choose --region, or set AWS_REGION"}
	}
	return &Reader{CloudFormation: cloudformation.NewFromConfig(c), CloudControl: cloudcontrol.NewFromConfig(c), Region: c.Region,
		Services: Services{CloudWatch: cloudwatch.NewFromConfig(c), Lambda: lambda.NewFromConfig(c), SQS: sqs.NewFromConfig(c), SNS: sns.NewFromConfig(c),
			KMS: kms.NewFromConfig(c), Logs: cloudwatchlogs.NewFromConfig(c)}}, nil
}

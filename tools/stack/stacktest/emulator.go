// Package stacktest runs an emulated AWS endpoint for tests: ministack, installed by make test. It is imported by
// tests only; it writes (creates stacks), which nothing else here does.
package stacktest

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/stretchr/testify/require"
)

// Emulator is a running endpoint. Calls to URL meet our own Cloud Control first (see front); Direct is the emulator
// alone.
type Emulator struct {
	URL, Direct string
	front       *front
}

// Region is where its stacks live.
const Region = "us-east-1"

var accounts atomic.Int64

// Start runs an emulator until the test ends. Further environment (AUTH=true) goes in env.
func Start(t testing.TB, env ...string) *Emulator {
	t.Helper()
	program := filepath.Join(root(t), ".toolchain", "python", "bin", "ministack")
	require.FileExists(t, program, "run make toolchain first")
	port := freePort(t)
	var log bytes.Buffer
	cmd := exec.Command(program)
	cmd.Dir = t.TempDir()
	// The bind address matters: its default is every interface. LAMBDA_STRICT keeps template code from running here.
	cmd.Env = append(os.Environ(), append([]string{
		fmt.Sprintf("GATEWAY_PORT=%d", port), "BIND_HOST=127.0.0.1", "MINISTACK_HOST=127.0.0.1", "LAMBDA_STRICT=1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=" + Region}, env...)...)
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, cmd.Start())
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		<-exited
	})
	e := &Emulator{Direct: fmt.Sprintf("http://127.0.0.1:%d", port)}
	e.front, e.URL = newFront(t, e.Direct)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-exited:
			exited <- err
			t.Fatalf("the emulator ended at once: %v\n%s", err, log.String())
		default:
		}
		if resp, err := http.Get(e.Direct); err == nil {
			_ = resp.Body.Close()
			return e
		}
		if time.Now().After(deadline) {
			t.Fatalf("the emulator does not answer\n%s", log.String())
		}
	}
}

// Account returns credentials for a fresh account: a 12-digit access key is the account, so tests that share an
// emulator do not see each other's stacks.
func (e *Emulator) Account() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(fmt.Sprintf("%012d", 100000000000+accounts.Add(1)), "test", "")
}

// Client is a CloudFormation client with all rights.
func (e *Emulator) Client(account aws.CredentialsProvider) *cloudformation.Client {
	return cloudformation.New(cloudformation.Options{Region: Region, BaseEndpoint: &e.URL, Credentials: account})
}

// Deploy creates a stack and waits until it is complete.
func Deploy(t testing.TB, client *cloudformation.Client, name, template string, parameters map[string]string) {
	t.Helper()
	require.NoError(t, deploy(client, name, template, parameters, time.Minute))
}

// DeployURL creates a stack from a template that is too large to be sent along.
func DeployURL(t testing.TB, client *cloudformation.Client, name, url string) {
	t.Helper()
	_, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateURL: &url, Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam}})
	require.NoError(t, err)
	require.NoError(t, cloudformation.NewStackCreateCompleteWaiter(client, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 500*time.Millisecond
	}).Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name}, time.Minute))
}

// TryDeploy creates a stack, and tells whether the emulator could: it knows many types, not all.
func TryDeploy(t testing.TB, client *cloudformation.Client, name, template string) bool {
	t.Helper()
	return deploy(client, name, template, nil, 3*time.Second) == nil
}

func deploy(client *cloudformation.Client, name, template string, parameters map[string]string, patience time.Duration) error {
	in := &cloudformation.CreateStackInput{StackName: &name, TemplateBody: &template,
		Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam, types.CapabilityCapabilityAutoExpand}}
	for k, v := range parameters {
		in.Parameters = append(in.Parameters, types.Parameter{ParameterKey: aws.String(k), ParameterValue: aws.String(v)})
	}
	ctx := context.Background()
	if _, err := client.CreateStack(ctx, in); err != nil {
		return err
	}
	waiter := cloudformation.NewStackCreateCompleteWaiter(client, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 500*time.Millisecond
	})
	return waiter.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: &name}, patience)
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// root is the folder with go.mod, above the package that is tested.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		require.NotEqual(t, above, dir, "there is no go.mod above the test")
		dir = above
	}
}

// Physical returns the physical ids of a stack's resources by their logical ones.
func Physical(t testing.TB, client *cloudformation.Client, name string) map[string]string {
	t.Helper()
	out := map[string]string{}
	pages := cloudformation.NewListStackResourcesPaginator(client, &cloudformation.ListStackResourcesInput{StackName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, r := range page.StackResourceSummaries {
			out[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
		}
	}
	return out
}

// AccountOf returns the credentials of an account's access key.
func AccountOf(key string) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(key, "test", "")
}

// TryDeployWith is TryDeploy with values for parameters.
func TryDeployWith(t testing.TB, client *cloudformation.Client, name, template string, parameters map[string]string) bool {
	t.Helper()
	return deploy(client, name, template, parameters, 3*time.Second) == nil
}

// Zip makes an archive of one file.
func Zip(t testing.TB, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	require.NoError(t, err)
	_, err = w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

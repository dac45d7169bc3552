package stacktest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/stretchr/testify/require"
)

// RootCredentials may do everything on an emulator that enforces policies (AUTH=true).
func RootCredentials() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider("test", "test", "")
}

// User makes a user with one inline policy, and returns its access key.
func (e *Emulator) User(t testing.TB, name, policy string) (key, secret string) {
	t.Helper()
	client := iam.New(iam.Options{Region: Region, BaseEndpoint: &e.URL, Credentials: RootCredentials()})
	_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
	require.NoError(t, err)
	_, err = client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("only"), PolicyDocument: &policy})
	require.NoError(t, err)
	made, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})
	require.NoError(t, err)
	key, secret = *made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey
	e.front.mu.Lock()
	e.front.secret[key], e.front.rights[key] = secret, policy
	e.front.mu.Unlock()
	return key, secret
}

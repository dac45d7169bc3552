package rules

import (
	"strings"
	"sync"
)

// dataActionsOf holds, by service and in lower case, actions of serverless code that each take the ARN of a resource: on
// data, and on what runs. A wildcard that covers one counts as it. Left out is what AWS's own policies of service
// integrations grant on every resource (ecs:StopTask, batch:SubmitJob, glue:StartJobRun). Source: Service Authorization
// Reference, checked 2026-12-01.
var dataActionsOf = wordsOf(`
	dynamodb: getitem batchgetitem query scan putitem updateitem deleteitem batchwriteitem conditioncheckitem partiqlselect partiqlinsert partiqlupdate partiqldelete
		getrecords getsharditerator updatetable deletetable createtable updatetimetolive updatecontinuousbackups restoretablefrombackup exporttabletopointintime
	s3: getobject putobject deleteobject listbucket getobjectversion deleteobjectversion getobjecttagging putobjecttagging putobjectacl getobjectacl restoreobject
		deletebucket putbucketpolicy putbucketnotification putlifecycleconfiguration putencryptionconfiguration
	sqs: sendmessage receivemessage deletemessage purgequeue startmessagemovetask changemessagevisibility setqueueattributes deletequeue addpermission
	sns: subscribe addpermission settopicattributes deletetopic
	kinesis: putrecord putrecords getrecords getsharditerator subscribetoshard deletestream mergeshards splitshard
	firehose: putrecord putrecordbatch updatedestination deletedeliverystream
	lambda: invokefunction invokefunctionurl invokeasync updatefunctioncode updatefunctionconfiguration createfunction deletefunction addpermission publishversion updatealias createalias putfunctionconcurrency
	states: startexecution startsyncexecution stopexecution redriveexecution createstatemachine updatestatemachine deletestatemachine
	events: putevents putrule puttargets deleterule removetargets enablerule disablerule invokeapidestination
	secretsmanager: getsecretvalue putsecretvalue createsecret updatesecret deletesecret rotatesecret putresourcepolicy
	ssm: getparameter getparameters getparametersbypath getparameterhistory putparameter deleteparameter deleteparameters sendcommand startautomationexecution
	kms: decrypt encrypt generatedatakey generatedatakeywithoutplaintext reencryptfrom reencryptto sign verify generatemac creategrant putkeypolicy schedulekeydeletion disablekey
	cognito-idp: admincreateuser admindeleteuser adminsetuserpassword admininitiateauth admingetuser adminaddusertogroup adminupdateuserattributes admindisableuser
		adminenableuser adminremoveuserfromgroup adminconfirmsignup adminuserglobalsignout adminrespondtoauthchallenge
	ses: sendemail sendrawemail sendtemplatedemail sendbulktemplatedemail
	bedrock: invokemodel invokemodelwithresponsestream invokeagent retrieve
	sagemaker: invokeendpoint
	codebuild: startbuild stopbuild
	codepipeline: startpipelineexecution
	codedeploy: createdeployment
	cloudformation: createstack updatestack deletestack createchangeset executechangeset
	ecs: runtask updateservice
	ec2: startinstances stopinstances rebootinstances terminateinstances
	rds: startdbinstance stopdbinstance startdbcluster stopdbcluster deletedbinstance deletedbcluster createdbsnapshot modifydbinstance
	route53: changeresourcerecordsets
	athena: startqueryexecution
	iot: publish updatethingshadow getthingshadow
	scheduler: createschedule updateschedule deleteschedule
	cloudfront: createinvalidation
	rds-data: executestatement batchexecutestatement begintransaction
	appsync: graphql
	execute-api: manageconnections invoke
	appconfig: startconfigurationsession getlatestconfiguration
	es: eshttpget eshttppost eshttpput eshttpdelete eshttppatch eshttphead
	aoss: apiaccessall
	pipes: createpipe updatepipe deletepipe startpipe stoppipe`)

// plainActionsOf holds further such actions, which read what a thing is like. They count where they are named in full: a
// wildcard over them (Describe*, GetQueue*) mostly stands for actions that need every resource, too.
var plainActionsOf = wordsOf(`
	dynamodb: describetable describestream describetimetolive describecontinuousbackups
	s3: getbucketlocation getbucketpolicy getbucketnotification getbucketversioning getbuckettagging listbucketversions getencryptionconfiguration
	sqs: getqueueattributes getqueueurl
	sns: gettopicattributes listsubscriptionsbytopic
	kinesis: describestream describestreamsummary listshards
	lambda: getfunction getfunctionconfiguration getpolicy getalias listversionsbyfunction
	states: describeexecution describestatemachine getexecutionhistory listexecutions
	secretsmanager: describesecret
	kms: describekey getpublickey
	cognito-idp: listusers listgroups describeuserpool describeuserpoolclient
	events: describerule describeeventbus`)

// wordsOf reads lists of words, each behind its name and a colon, at the first call of what it returns.
func wordsOf(text string) func() map[string][]string {
	return sync.OnceValue(func() map[string][]string {
		out, name := map[string][]string{}, ""
		for _, word := range strings.Fields(text) {
			if begun, ok := strings.CutSuffix(word, ":"); ok {
				name = begun
				continue
			}
			out[name] = append(out[name], word)
		}
		return out
	})
}

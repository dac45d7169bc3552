package facts

// The service models as botocore 1.44.8 has them, read on the day below.
var (
	modelAppSignals = model("application-signals", "2024-04-15")
	modelCw         = model("cloudwatch", "2010-08-01")
	modelKms        = model("kms", "2014-11-01")
	modelLogs       = model("logs", "2014-03-28")
	modelSecrets    = model("secretsmanager", "2017-10-17")
	modelSsm        = model("ssm", "2014-11-06")
	modelXray       = model("xray", "2016-04-12")
)

func model(service, version string) Source {
	return Source{
		Title:   "botocore 1.44.8, " + service + " service model",
		URL:     "https://github.com/boto/botocore/blob/1.44.8/botocore/data/" + service + "/" + version + "/service-2.json.gz",
		Checked: "2026-11-29",
	}
}

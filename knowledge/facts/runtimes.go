package facts

// RuntimesSource is where the dates of Runtimes were read. AWS has moved block dates more than once.
var RuntimesSource = Source{
	Title:   "AWS Lambda Developer Guide, \"Lambda runtimes\"",
	URL:     "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
	Checked: readAgain,
}

// Runtime is one Lambda runtime with the days (YYYY-MM-DD, comparable as text) on which support ends, new functions
// are refused and updates are refused. An empty day is not announced.
type Runtime struct {
	ID          string `json:"id"`
	Deprecated  string `json:"deprecated"`
	CreateBlock string `json:"createBlock,omitempty"`
	UpdateBlock string `json:"updateBlock,omitempty"`
	Successor   string `json:"successor,omitempty"` // "" for the newest of its family
	SnapStart   bool   `json:"snapStart"`
	NoARM64     bool   `json:"noArm64"`
}

// FindRuntime returns the runtime of an identifier as templates write it.
func FindRuntime(id string) (Runtime, bool) {
	for _, r := range runtimes {
		if r.ID == id {
			return r, true
		}
	}
	return Runtime{}, false
}

// Runtimes returns all runtimes, sorted by identifier.
func Runtimes() []Runtime { return runtimes }

// SnapStart: Java 11 and later, Python 3.12 and later, .NET 8 and later were read; the newest identifiers are
// inferred from that. That all supported runtimes have arm64 was read, NoARM64 of deprecated ones was not.
var runtimes = []Runtime{
	{ID: "dotnet10", Deprecated: "2028-11-14", CreateBlock: "2028-12-14", UpdateBlock: "2029-01-15", SnapStart: true},
	{ID: "dotnet6", Deprecated: "2024-12-20", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "dotnet10"},
	{ID: "dotnet8", Deprecated: "2026-11-10", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "dotnet10", SnapStart: true},
	{ID: "dotnet9", Deprecated: "2026-11-10", Successor: "dotnet10"},
	{ID: "dotnetcore1.0", Deprecated: "2019-06-27", CreateBlock: "2019-06-30", UpdateBlock: "2019-07-30", Successor: "dotnet10"},
	{ID: "dotnetcore2.0", Deprecated: "2019-05-30", CreateBlock: "2019-04-30", UpdateBlock: "2019-05-30", Successor: "dotnet10"},
	{ID: "dotnetcore2.1", Deprecated: "2022-01-05", CreateBlock: "2022-01-05", UpdateBlock: "2022-04-13", Successor: "dotnet10", NoARM64: true},
	{ID: "dotnetcore3.1", Deprecated: "2023-04-03", CreateBlock: "2023-04-03", UpdateBlock: "2023-05-03", Successor: "dotnet10"},
	{ID: "go1.x", Deprecated: "2024-01-08", CreateBlock: "2024-02-08", UpdateBlock: "2027-03-03", Successor: "provided.al2023", NoARM64: true},
	{ID: "java11", Deprecated: "2027-06-30", CreateBlock: "2027-07-31", UpdateBlock: "2027-08-31", Successor: "java25", SnapStart: true},
	{ID: "java11.al2023", Successor: "java25", SnapStart: true},
	{ID: "java17", Deprecated: "2027-06-30", CreateBlock: "2027-07-31", UpdateBlock: "2027-08-31", Successor: "java25", SnapStart: true},
	{ID: "java17.al2023", Successor: "java25", SnapStart: true},
	{ID: "java21", Deprecated: "2029-06-30", CreateBlock: "2029-07-31", UpdateBlock: "2029-08-31", Successor: "java25", SnapStart: true},
	{ID: "java25", Deprecated: "2029-06-30", CreateBlock: "2029-07-31", UpdateBlock: "2029-08-31", SnapStart: true},
	{ID: "java8", Deprecated: "2024-01-08", CreateBlock: "2024-02-08", UpdateBlock: "2027-03-03", Successor: "java25", NoARM64: true},
	{ID: "java8.al2", Deprecated: "2027-06-30", CreateBlock: "2027-07-31", UpdateBlock: "2027-08-31", Successor: "java25"},
	{ID: "java8.al2023", Successor: "java25"},
	{ID: "nodejs", Deprecated: "2016-08-30", CreateBlock: "2016-09-30", UpdateBlock: "2016-10-31", Successor: "nodejs24.x"},
	{ID: "nodejs10.x", Deprecated: "2021-07-30", CreateBlock: "2021-07-30", UpdateBlock: "2022-02-14", Successor: "nodejs24.x", NoARM64: true},
	{ID: "nodejs12.x", Deprecated: "2023-03-31", CreateBlock: "2023-03-31", UpdateBlock: "2023-04-30", Successor: "nodejs24.x"},
	{ID: "nodejs14.x", Deprecated: "2023-12-04", CreateBlock: "2024-01-09", UpdateBlock: "2027-03-03", Successor: "nodejs24.x"},
	{ID: "nodejs16.x", Deprecated: "2024-06-12", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "nodejs24.x"},
	{ID: "nodejs18.x", Deprecated: "2025-09-01", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "nodejs24.x"},
	{ID: "nodejs20.x", Deprecated: "2026-04-30", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "nodejs24.x"},
	{ID: "nodejs22.x", Deprecated: "2027-04-30", CreateBlock: "2027-06-01", UpdateBlock: "2027-07-01", Successor: "nodejs24.x"},
	{ID: "nodejs24.x", Deprecated: "2028-04-30", CreateBlock: "2028-06-01", UpdateBlock: "2028-07-01"},
	{ID: "nodejs4.3", Deprecated: "2020-03-05", CreateBlock: "2020-02-03", UpdateBlock: "2020-03-05", Successor: "nodejs24.x"},
	{ID: "nodejs4.3-edge", Deprecated: "2020-03-05", CreateBlock: "2019-03-31", UpdateBlock: "2019-04-30", Successor: "nodejs24.x"},
	{ID: "nodejs6.10", Deprecated: "2019-08-12", CreateBlock: "2019-07-12", UpdateBlock: "2019-08-12", Successor: "nodejs24.x"},
	{ID: "nodejs8.10", Deprecated: "2020-03-06", CreateBlock: "2020-02-04", UpdateBlock: "2020-03-06", Successor: "nodejs24.x"},
	{ID: "provided", Deprecated: "2024-01-08", CreateBlock: "2024-02-08", UpdateBlock: "2027-03-03", Successor: "provided.al2023", NoARM64: true},
	{ID: "provided.al2", Deprecated: "2026-07-31", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "provided.al2023"},
	{ID: "provided.al2023", Deprecated: "2029-06-30", CreateBlock: "2029-07-31", UpdateBlock: "2029-08-31"},
	{ID: "python2.7", Deprecated: "2021-07-15", CreateBlock: "2021-07-15", UpdateBlock: "2022-05-30", Successor: "python3.14", NoARM64: true},
	{ID: "python3.10", Deprecated: "2026-10-31", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "python3.14"},
	{ID: "python3.11", Deprecated: "2027-06-30", CreateBlock: "2027-07-31", UpdateBlock: "2027-08-31", Successor: "python3.14"},
	{ID: "python3.12", Deprecated: "2028-10-31", CreateBlock: "2028-11-30", UpdateBlock: "2029-01-10", Successor: "python3.14", SnapStart: true},
	{ID: "python3.13", Deprecated: "2029-06-30", CreateBlock: "2029-07-31", UpdateBlock: "2029-08-31", Successor: "python3.14", SnapStart: true},
	{ID: "python3.14", Deprecated: "2029-06-30", CreateBlock: "2029-07-31", UpdateBlock: "2029-08-31", SnapStart: true},
	{ID: "python3.6", Deprecated: "2022-07-18", CreateBlock: "2022-07-18", UpdateBlock: "2022-08-29", Successor: "python3.14", NoARM64: true},
	{ID: "python3.7", Deprecated: "2023-12-04", CreateBlock: "2024-01-09", UpdateBlock: "2027-03-03", Successor: "python3.14", NoARM64: true},
	{ID: "python3.8", Deprecated: "2024-10-14", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "python3.14"},
	{ID: "python3.9", Deprecated: "2025-12-15", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "python3.14"},
	{ID: "ruby2.5", Deprecated: "2021-07-30", CreateBlock: "2021-07-30", UpdateBlock: "2022-03-31", Successor: "ruby4.0", NoARM64: true},
	{ID: "ruby2.7", Deprecated: "2023-12-07", CreateBlock: "2024-01-09", UpdateBlock: "2027-03-03", Successor: "ruby4.0"},
	{ID: "ruby3.2", Deprecated: "2026-03-31", CreateBlock: "2027-02-01", UpdateBlock: "2027-03-03", Successor: "ruby4.0"},
	{ID: "ruby3.3", Deprecated: "2027-03-31", CreateBlock: "2027-04-30", UpdateBlock: "2027-05-31", Successor: "ruby4.0"},
	{ID: "ruby3.4", Deprecated: "2028-03-31", CreateBlock: "2028-04-30", UpdateBlock: "2028-05-31", Successor: "ruby4.0"},
	{ID: "ruby4.0", Deprecated: "2029-03-31", CreateBlock: "2029-04-30", UpdateBlock: "2029-05-31"},
}

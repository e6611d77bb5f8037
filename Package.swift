// swift-tools-version: 6.1
import PackageDescription

// Every first-party target is compiled with the same strictness; CI adds -warnings-as-errors.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The settings of a target whose bare conversions of numbers are errors: it is compiled with `modules` imported, which
/// hold them (`Sources/Numbers`, `Sources/Narrowing`).
func checked(by modules: [String]) -> [SwiftSetting] {
  let imports = modules.flatMap { ["-Xfrontend", "-import-module", "-Xfrontend", $0] }
  return strict + [.unsafeFlags(imports + ["-Werror", "DeprecatedDeclaration"])]
}

/// They hold the conversions, or count what they made themselves: places in arrays, bits of hashes, lengths for C.
let unchecked: Set<String> = ["Numbers", "Narrowing"]
let countingInternally: Set<String> = [
  "SearchNode", "HTTPServer", "Understanding", "Seeding", "Ranking", "Recommending", "Threading", "LocalServices",
  "TestSupport",
]

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
  let modules =
    unchecked.contains(name) ? [] : countingInternally.contains(name) ? ["Numbers"] : ["Numbers", "Narrowing"]
  return .target(
    name: name, dependencies: dependencies + modules.map { .byName(name: $0) }, exclude: exclude, resources: resources,
    swiftSettings: checked(by: modules))
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: strict)
}

func systemLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
  name: "vitrine",
  products: [.executable(name: "vitrine", targets: ["vitrine"])],
  targets: [
    // C libraries of the distribution, one target each (docs/reference/dependencies.md).
    systemLibrary("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
    systemLibrary("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
    // hiredis's pkg-config flags hold a define that SwiftPM refuses, so its module map names header and library.
    systemLibrary("CHiredis", apt: "libhiredis-dev"),
    systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    systemLibrary("CStemmer", apt: "libstemmer-dev"),
    systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    systemLibrary("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    systemLibrary("CArgon2", pkgConfig: "libargon2", apt: "libargon2-dev"),
    // BLAS and LAPACK, both of OpenBLAS in Debian; liblapacke-dev is its C interface.
    systemLibrary("CLAPACK", apt: "libopenblas-dev"),
    // glibc's own malloc.h, which the toolchain's Glibc module leaves out.
    systemLibrary("CMalloc", apt: "libc6-dev"),
    .target(
      name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("m")]),

    // The yardstick of `vitrine bench http`: the same library, bare, in C.
    .target(name: "CMicroHTTPDPeer", dependencies: ["CMicroHTTPD"]),

    // Nouns and pure functions.
    library("Numbers"),
    library("Narrowing"),
    library("JSON", ["CSimdjson"]),
    library("Catalog"),
    library("SearchDSL", ["JSON"]),
    library("Pricing", ["Catalog", "JSON", "Statistics"]),
    // Distributions, optimisers, and rows of data files, for the domains that learn.
    library("Statistics"),
    library("Forecasting", ["Catalog", "Statistics", "Threading"]),
    library("Customers", ["Catalog", "Statistics"]),
    library("Ranking", ["Catalog"]),
    library("Recommending", ["Catalog", "JSON", "Ranking", "Statistics", "Threading", "CLAPACK", "CZlib"]),
    library("Understanding", ["Catalog"]),
    library("Experiments", ["Statistics"]),

    // The embedded search engine.
    library("SearchNode", ["SearchDSL", "JSON", "CStemmer", "Threading"]),

    // Threads for C libraries that block, and the lock.
    library("Threading"),

    // Signed tokens, random secrets and hashes of passwords.
    library("Signing", ["CArgon2", "CCrypto", "Threading"]),

    // The flows' ports, and the adapters behind them.
    library(
      "Ports", ["Catalog", "Customers", "Experiments", "SearchDSL", "Forecasting", "Pricing", "Ranking", "Threading"]),
    library("PostgresClient", ["CPostgres", "CCrypto", "Threading"]),
    library(
      "PostgresStore",
      [
        "PostgresClient", "Ports", "Catalog", "Customers", "Experiments", "Forecasting", "Pricing", "Ranking", "JSON",
        "Threading",
      ],
      // Compiled in, so that the program runs from anywhere.
      resources: [.embedInCode("Migrations")]),
    library("RedisStore", ["Ports", "Catalog", "JSON", "CHiredis", "Threading"]),
    library("ElasticsearchClient", ["SearchDSL", "JSON", "CCurl", "CZlib", "Threading"]),
    library("Importing", ["Catalog", "JSON", "Ports", "CZlib"]),
    library("Seeding", ["Catalog", "JSON", "Ports"]),
    // LightGBM's C API, loaded when a model is trained.
    library("LightGBM", ["Ranking"]),

    // The flows.
    library(
      "Indexer", ["Catalog", "Pricing", "SearchDSL", "JSON", "Ports", "Telemetry", "Threading", "Understanding"]),
    library("Behaviour", ["Catalog", "Ports", "Telemetry", "Threading"]),
    library(
      "SearchService",
      [
        "Catalog", "Experiments", "JSON", "SearchDSL", "Pricing", "Ports", "Ranking", "Signing",
        "Telemetry", "Threading", "Understanding",
      ],
      // The ranking's weights; a shop may name another file of them.
      resources: [.embedInCode("Resources/ranking-weights.json")]),

    library(
      "Recommendations",
      ["Catalog", "JSON", "Ports", "Pricing", "Ranking", "Recommending", "Telemetry", "Threading"]),
    library("RankingTraining", ["Catalog", "Ports", "Ranking", "Recommending", "Threading"]),
    library("Replenishment", ["Catalog", "Forecasting", "Ports", "Threading"]),
    library("CustomerInsight", ["Catalog", "Customers", "Ports", "Threading"]),
    library("Reporting", ["Catalog", "Forecasting", "Ports", "Statistics"]),
    library("Workers", ["Catalog", "Ports", "Telemetry", "Threading"]),
    library("Accounts", ["Catalog", "Ports", "Signing", "Telemetry"]),
    library("ExperimentDesk", ["Catalog", "Experiments", "Ports", "Telemetry", "Threading"]),
    library("Merchandising", ["Catalog", "JSON", "Ports", "Signing", "Telemetry", "Threading", "Understanding"]),
    library("PriceDesk", ["Catalog", "JSON", "Ports", "Pricing"]),

    // The edge.
    library("Telemetry", ["Threading"]),
    library("Configuration", ["Threading"]),
    library("HTTPServer", ["Telemetry", "Threading", "CMicroHTTPD", "CZlib"]),
    // The parts that JSON and pages share: access, problems, cookies, reading of input.
    library(
      "Edge",
      [
        "Accounts", "Merchandising", "SearchService", "Behaviour", "Catalog", "HTTPServer", "Telemetry", "Ports",
        "JSON", "SearchDSL", "Signing", "Understanding", "PriceDesk", "Pricing", "Replenishment", "ExperimentDesk",
        "Experiments", "CustomerInsight", "Reporting",
      ]),
    library(
      "StorefrontAPI",
      [
        "Accounts", "Merchandising", "PriceDesk", "Forecasting", "Replenishment", "Statistics", "ExperimentDesk",
        "Experiments", "CustomerInsight", "Reporting",
        "Edge", "SearchService", "Behaviour", "HTTPServer", "Telemetry", "Catalog", "Pricing", "Ports", "JSON",
        "SearchDSL", "Understanding", "Threading", "Ranking", "Recommendations", "Recommending",
      ]),
    library(
      "Web",
      [
        "Behaviour", "JSON", "Threading",
        "Edge", "SearchService", "HTTPServer", "Catalog", "Pricing", "Ports", "Understanding", "Recommendations",
        "Recommending",
      ]),
    library(
      "Console",
      [
        "Accounts", "Catalog", "Edge", "HTTPServer", "JSON", "Merchandising", "Ports", "SearchService", "Signing",
        "Understanding", "Web", "PriceDesk", "Pricing", "Forecasting", "Replenishment", "Statistics",
        "ExperimentDesk", "Experiments", "CustomerInsight", "Reporting",
      ]),

    // The wiring: every adapter is made here and given to the flows.
    library("LocalServices", ["PostgresClient", "PostgresStore", "RedisStore", "Threading"]),
    library(
      "Bootstrap",
      [
        "Accounts", "Console", "Merchandising", "PriceDesk", "Forecasting", "Replenishment", "ExperimentDesk",
        "Experiments", "CustomerInsight", "Reporting",
        "Behaviour", "Catalog", "CMalloc", "Configuration", "Edge", "ElasticsearchClient", "HTTPServer", "Indexer",
        "JSON",
        "LightGBM", "LocalServices", "Ports", "PostgresClient", "PostgresStore", "Pricing", "Ranking",
        "RankingTraining", "RedisStore", "SearchDSL", "SearchNode",
        "SearchService", "Seeding", "Signing", "StorefrontAPI", "Telemetry", "Threading", "Understanding", "Web",
        "Recommendations", "Recommending", "Workers",
      ]),
    // Measurements: speed beside peers, and quality on judged and held-out data.
    library(
      "Benchmarks",
      [
        "Behaviour", "Bootstrap", "Catalog", "CMicroHTTPDPeer", "Configuration", "ElasticsearchClient", "HTTPServer",
        "Indexer", "JSON", "LocalServices", "Ports", "PostgresClient", "PostgresStore", "Pricing", "Recommendations",
        "RedisStore",
        "SearchDSL", "SearchNode", "SearchService", "Seeding", "Telemetry", "Threading", "Understanding",
      ]),
    library(
      "Evaluation",
      [
        "Bootstrap", "Catalog", "Experiments", "Importing", "Indexer", "JSON", "LightGBM", "Ports", "PostgresStore",
        "Ranking", "RankingTraining", "Recommendations", "Recommending", "SearchDSL", "SearchService", "Seeding",
        "Understanding",
        "Web",
      ]),
    .executableTarget(
      name: "vitrine",
      dependencies: [
        "Benchmarks", "Bootstrap", "Evaluation", "JSON", "Catalog", "SearchDSL", "Pricing", "Ranking", "SearchNode",
        "Ports", "PostgresClient",
        "PostgresStore", "RedisStore", "ElasticsearchClient", "Importing", "Seeding", "Indexer", "SearchService",
        "Behaviour", "Telemetry", "Configuration", "HTTPServer", "Edge", "StorefrontAPI", "Web", "LocalServices",
        "CMalloc", "Threading", "Understanding", "Signing", "Numbers", "Narrowing", "Recommending", "Workers",
        "Accounts", "Merchandising", "PriceDesk", "ExperimentDesk", "Experiments", "Recommendations", "LightGBM",
        "Statistics", "Forecasting", "Customers", "RankingTraining", "Reporting",
      ], swiftSettings: checked(by: ["Numbers", "Narrowing"])),

    // Code that tests of several targets share.
    library("TestSupport", ["Threading"]),

    tests("JSON", ["JSON", "TestSupport"]),
    tests("Numbers", ["Numbers"]),
    tests("Signing", ["Signing", "TestSupport"]),
    tests("Threading", ["Threading", "TestSupport"]),
    tests("Catalog", ["Catalog", "TestSupport"]),
    tests("SearchDSL", ["SearchDSL", "JSON"]),
    tests("Pricing", ["Pricing", "Catalog", "JSON", "LocalServices", "Numbers", "Statistics", "TestSupport"]),
    tests("Ranking", ["Ranking", "Catalog", "LocalServices", "Numbers"]),
    tests("Statistics", ["Statistics", "Numbers"]),
    tests("Forecasting", ["Forecasting", "Catalog", "Importing", "LocalServices", "Statistics", "Numbers"]),
    tests("Customers", ["Customers", "Catalog", "Importing", "LocalServices", "Statistics", "Numbers"]),
    tests("Recommending", ["Recommending", "Catalog", "JSON", "Ranking", "TestSupport"]),
    tests("Understanding", ["Understanding", "Catalog", "TestSupport"]),
    tests("Experiments", ["Experiments", "Numbers", "Statistics"]),
    tests("LightGBM", ["LightGBM", "Ranking", "Numbers"]),
    tests(
      "SearchNode",
      ["SearchNode", "SearchDSL", "JSON", "Ranking", "ElasticsearchClient", "LocalServices", "TestSupport", "CMalloc"]),
    tests("PostgresClient", ["PostgresClient", "LocalServices", "Threading", "TestSupport"]),
    tests(
      "PostgresStore",
      [
        "PostgresClient", "PostgresStore", "Ports", "Catalog", "Pricing", "Seeding", "LocalServices", "JSON",
        "Threading", "TestSupport",
      ]),
    tests("RedisStore", ["RedisStore", "LocalServices", "Ports", "Catalog", "TestSupport"]),
    tests(
      "ElasticsearchClient",
      ["ElasticsearchClient", "SearchDSL", "JSON", "LocalServices", "CZlib", "Threading", "TestSupport"]),
    tests(
      "Importing",
      [
        "Importing", "Catalog", "Ports", "PostgresClient", "PostgresStore", "LocalServices", "CZlib", "TestSupport",
        "Threading",
      ]),
    tests(
      "Behaviour",
      [
        "Behaviour", "Catalog", "Ports", "PostgresClient", "PostgresStore", "RedisStore", "LocalServices", "Telemetry",
        "Threading", "TestSupport",
      ]),
    tests("Seeding", ["Seeding", "Catalog", "Importing", "JSON", "Ports"]),
    tests(
      "Indexer",
      [
        "Indexer", "SearchNode", "SearchDSL", "PostgresClient", "PostgresStore", "Ports", "Catalog", "LocalServices",
        "JSON", "Telemetry",
        "ElasticsearchClient", "Threading", "TestSupport",
      ]),
    tests(
      "SearchService",
      [
        "SearchService", "SearchNode", "SearchDSL", "PostgresClient", "PostgresStore", "Ports", "Catalog", "Pricing",
        "LocalServices",
        "Indexer", "Telemetry", "Seeding", "Importing", "JSON", "Signing", "Understanding", "ElasticsearchClient",
        "Ranking", "Threading",
        "TestSupport",
      ]),
    tests(
      "Recommendations",
      [
        "Recommendations", "Recommending", "Catalog", "JSON", "Ports", "Telemetry", "Threading", "PostgresClient",
        "PostgresStore", "LocalServices", "Seeding", "TestSupport",
      ]),
    tests(
      "RankingTraining", ["RankingTraining", "Catalog", "LightGBM", "Numbers", "Ports", "Ranking", "Recommending"]),
    tests(
      "Workers",
      [
        "Workers", "Catalog", "Ports", "Telemetry", "Threading", "PostgresClient", "PostgresStore", "LocalServices",
        "TestSupport",
      ]),
    tests("Telemetry", ["Telemetry", "Threading"]),
    tests("Configuration", ["Configuration", "Threading", "TestSupport"]),
    tests(
      "vitrine",
      [
        "vitrine", "Bootstrap", "Evaluation", "Edge", "Configuration", "PostgresClient", "PostgresStore",
        "LocalServices", "JSON",
        "Threading", "Catalog",
        "Indexer",
        "Ports", "SearchDSL", "ElasticsearchClient", "HTTPServer", "Telemetry", "Ranking", "SearchService", "Seeding",
        "Behaviour",
        "Understanding", "Recommending", "RedisStore", "Signing", "StorefrontAPI", "TestSupport", "Workers", "LightGBM",
        "Numbers", "RankingTraining", "Recommendations",
      ]),
    tests("HTTPServer", ["HTTPServer", "Telemetry", "Threading", "TestSupport"]),
    tests(
      "StorefrontAPI",
      [
        "StorefrontAPI", "Accounts", "Console", "Forecasting", "Merchandising", "Replenishment", "Understanding",
        "ExperimentDesk", "Experiments", "CustomerInsight", "Customers", "Reporting",
        "Edge", "Bootstrap", "Configuration", "Web", "SearchService", "Behaviour", "SearchNode",
        "HTTPServer", "Numbers", "Ranking", "RankingTraining", "Recommendations", "Workers",
        "PostgresClient", "PostgresStore",
        "LocalServices", "JSON",
        "Telemetry", "Seeding", "Indexer", "Catalog", "Ports", "SearchDSL", "Signing", "Threading", "TestSupport",
        "RedisStore", "ElasticsearchClient",
      ]),
    tests("Web", ["Web", "Catalog", "HTTPServer", "Ports", "Recommendations", "SearchService", "Understanding"]),
    tests("Console", ["Console", "Web", "Catalog", "Edge", "HTTPServer", "Ports", "SearchService"]),
    tests(
      "Accounts",
      [
        "Accounts", "Catalog", "LocalServices", "Ports", "PostgresClient", "PostgresStore", "Signing", "TestSupport",
        "Threading",
      ]),
    tests(
      "Merchandising",
      [
        "Merchandising", "Catalog", "LocalServices", "Ports", "PostgresClient", "PostgresStore", "Telemetry",
        "TestSupport", "Threading", "Understanding",
      ]),
    tests(
      "PriceDesk",
      [
        "PriceDesk", "Catalog", "JSON", "LocalServices", "Ports", "PostgresClient", "PostgresStore", "Pricing",
        "TestSupport", "Threading",
      ]),
    tests("LocalServices", ["LocalServices", "PostgresClient", "PostgresStore", "RedisStore", "TestSupport"]),
    // The repository's own rules: the README's files, function length, import rows.
    .testTarget(name: "RepositoryTests", swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)

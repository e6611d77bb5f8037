// swift-tools-version: 6.1
import PackageDescription

// Every first-party target is compiled with the same strictness; CI adds -warnings-as-errors.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
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
    // glibc's own malloc.h, which the toolchain's Glibc module leaves out.
    systemLibrary("CMalloc", apt: "libc6-dev"),
    .target(
      name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("m")]),

    // The yardstick of `vitrine bench http`: the same library, bare, in C.
    .target(name: "CMicroHTTPDPeer", dependencies: ["CMicroHTTPD"]),

    // Nouns and pure functions.
    library("JSON", ["CSimdjson"]),
    library("Catalog"),
    library("SearchDSL", ["JSON"]),
    library("Pricing", ["Catalog"]),
    library("Ranking", ["Catalog"]),
    library("Understanding", ["Catalog"]),

    // The embedded search engine.
    library("SearchNode", ["SearchDSL", "JSON", "CStemmer", "Threading"]),

    // Threads for C libraries that block, and the lock.
    library("Threading"),

    // What the flows ask of the outside, and who answers.
    library("Ports", ["Catalog", "SearchDSL", "Pricing"]),
    library(
      "PostgresStore", ["Ports", "Catalog", "Pricing", "JSON", "CPostgres", "CCrypto", "Threading"],
      // Compiled in, so that the program runs from anywhere.
      resources: [.embedInCode("Migrations")]),
    library("RedisStore", ["Ports", "Catalog", "CHiredis", "Threading"]),
    library("ElasticsearchClient", ["SearchDSL", "JSON", "CCurl", "CZlib", "Threading"]),
    library("Importing", ["Catalog", "JSON", "Ports", "CZlib"]),
    library("Seeding", ["Catalog", "JSON"]),

    // The flows.
    library(
      "Indexer", ["Catalog", "Pricing", "SearchDSL", "JSON", "Ports", "Telemetry", "Threading", "Understanding"]),
    library(
      "SearchService",
      ["Catalog", "JSON", "SearchDSL", "Pricing", "Ports", "Telemetry", "Threading", "Understanding"],
      // The ranking's weights; a shop may name another file of them.
      resources: [.embedInCode("Resources/ranking-weights.json")]),

    // The edge.
    library("Telemetry", ["Threading"]),
    library("Configuration", ["Threading"]),
    library("HTTPServer", ["Telemetry", "Threading", "CMicroHTTPD", "CZlib"]),
    library(
      "StorefrontAPI",
      [
        "SearchService", "HTTPServer", "Telemetry", "Catalog", "Pricing", "Ports", "JSON", "SearchDSL", "Understanding",
      ]),
    library(
      "Web",
      ["SearchService", "StorefrontAPI", "HTTPServer", "Telemetry", "Catalog", "Pricing", "Ports", "Understanding"]),
    library("LocalServices", ["PostgresStore", "RedisStore", "Threading"]),
    .executableTarget(
      name: "vitrine",
      dependencies: [
        "JSON", "Catalog", "SearchDSL", "Pricing", "Ranking", "SearchNode", "Ports", "PostgresStore", "RedisStore",
        "ElasticsearchClient", "Importing", "Seeding", "Indexer", "SearchService", "Telemetry", "Configuration",
        "HTTPServer", "StorefrontAPI", "Web", "LocalServices", "CMicroHTTPDPeer", "CMalloc", "Threading",
        "Understanding",
      ], swiftSettings: strict),

    // What tests of several targets share.
    library("TestSupport"),

    tests("JSON", ["JSON", "TestSupport"]),
    tests("Catalog", ["Catalog"]),
    tests("SearchDSL", ["SearchDSL", "JSON"]),
    tests("Pricing", ["Pricing", "Catalog", "TestSupport"]),
    tests("Ranking", ["Ranking"]),
    tests("Understanding", ["Understanding", "Catalog", "TestSupport"]),
    tests(
      "SearchNode",
      ["SearchNode", "SearchDSL", "JSON", "Ranking", "ElasticsearchClient", "LocalServices", "TestSupport"]),
    tests(
      "PostgresStore",
      ["PostgresStore", "Ports", "Catalog", "Pricing", "Seeding", "LocalServices", "JSON", "Threading", "TestSupport"]),
    tests("RedisStore", ["RedisStore", "LocalServices", "Ports"]),
    tests("ElasticsearchClient", ["ElasticsearchClient", "SearchDSL", "JSON", "LocalServices", "CZlib", "Threading"]),
    tests("Importing", ["Importing", "Catalog", "Ports", "PostgresStore", "LocalServices", "CZlib", "Threading"]),
    tests("Seeding", ["Seeding", "Catalog", "Importing", "JSON"]),
    tests(
      "Indexer",
      [
        "Indexer", "SearchNode", "SearchDSL", "PostgresStore", "Ports", "Catalog", "LocalServices", "JSON", "Telemetry",
        "ElasticsearchClient", "Threading", "TestSupport",
      ]),
    tests(
      "SearchService",
      [
        "SearchService", "SearchNode", "SearchDSL", "PostgresStore", "Ports", "Catalog", "Pricing", "LocalServices",
        "Indexer", "Telemetry", "Seeding", "JSON", "Understanding", "ElasticsearchClient", "Threading", "TestSupport",
      ]),
    tests("Telemetry", ["Telemetry"]),
    tests("Configuration", ["Configuration", "Threading", "TestSupport"]),
    tests(
      "vitrine",
      [
        "vitrine", "Configuration", "PostgresStore", "LocalServices", "JSON", "Threading", "Catalog", "Indexer",
        "Ports", "SearchDSL", "ElasticsearchClient", "HTTPServer", "Telemetry", "Ranking", "SearchService", "Seeding",
        "Understanding", "TestSupport",
      ]),
    tests("HTTPServer", ["HTTPServer", "Telemetry", "Threading", "TestSupport"]),
    tests(
      "StorefrontAPI",
      [
        "StorefrontAPI", "Web", "SearchService", "SearchNode", "HTTPServer", "PostgresStore", "LocalServices", "JSON",
        "Telemetry", "Seeding", "Indexer", "Catalog", "Ports", "SearchDSL", "Threading", "TestSupport",
      ]),
    tests("Web", ["Web", "SearchService", "HTTPServer", "Telemetry", "Catalog", "Pricing"]),
    tests("LocalServices", ["LocalServices", "PostgresStore", "RedisStore"]),
    // The repository's own rules: the README's files, function length, import rows.
    .testTarget(name: "RepositoryTests", swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)

// The modules' rows (docs/explain/architecture.md). Properties proved here, numbered as in
// RepositoryTests.swift:
// 1. Each target has a row in the table below.
// 2. Imports are declared, dependencies are what the row allows, C libraries have their owners.

import Testing

/// A target's purpose, which decides its possible dependencies.
private enum Layer: Hashable {
  /// Needs no other part of the project: text formats, threads, telemetry, settings, the HTTP server.
  case base
  /// Nouns and pure functions of the shop.
  case domain
  /// The embedded search engine.
  case engine
  /// The protocols that the flows need.
  case ports
  /// A database client that knows no shop, under the adapters.
  case driver
  /// One C library or outside service each.
  case adapter
  /// Private servers of this machine, for the demo and for tests.
  case local
  /// The shop's own work.
  case flow
  /// HTTP and pages.
  case edge
  /// Makes the adapters and hands them to the flows.
  case wiring
  case executable
  /// Code that tests share; nothing that is shipped depends on it.
  case testSupport

  var allowed: Set<Layer> {
    switch self {
    case .base: [.base]
    case .testSupport: [.base]
    case .domain: [.base, .domain]
    case .engine: [.base, .domain]
    case .ports: [.base, .domain]
    case .driver: [.base]
    case .adapter: [.base, .domain, .ports, .driver]
    case .local: [.base, .domain, .ports, .driver, .adapter]
    case .flow: [.base, .domain, .ports]
    case .edge: [.base, .domain, .ports, .flow, .edge]
    case .wiring: [.base, .domain, .engine, .ports, .driver, .adapter, .local, .flow, .edge, .wiring]
    case .executable: Layer.wiring.allowed
    }
  }
}

/// Each target's layer; a new target gets its row here.
private let layers: [String: Layer] = [
  "JSON": .base, "Telemetry": .base, "Configuration": .base, "HTTPServer": .base, "Threading": .base,
  "Signing": .base, "Numbers": .base, "Narrowing": .base, "Statistics": .base,
  "CSimdjson": .base, "CMicroHTTPDPeer": .base,
  "Catalog": .domain, "SearchDSL": .domain, "Pricing": .domain, "Ranking": .domain, "Understanding": .domain,
  "Recommending": .domain, "Forecasting": .domain, "Customers": .domain,
  "Experiments": .domain, "Commerce": .domain,
  "SearchNode": .engine,
  "Ports": .ports,
  "PostgresClient": .driver, "PostgresStore": .adapter, "RedisStore": .adapter, "ElasticsearchClient": .adapter,
  "Importing": .adapter,
  "Seeding": .adapter, "LightGBM": .adapter, "SupplierFeeds": .adapter, "StripePayments": .adapter,
  "SMTPMail": .adapter,
  "LocalServices": .local,
  "SearchService": .flow, "Behaviour": .flow, "Indexer": .flow, "Workers": .flow,
  "Recommendations": .flow, "RankingTraining": .flow, "Accounts": .flow, "Merchandising": .flow, "PriceDesk": .flow,
  "Replenishment": .flow,
  "ExperimentDesk": .flow,
  "Reporting": .flow,
  "CustomerInsight": .flow,
  "Edge": .edge, "StorefrontAPI": .edge, "Web": .edge, "Console": .edge,
  "Bootstrap": .wiring, "Benchmarks": .wiring, "Evaluation": .wiring,
  "vitrine": .executable,
  "TestSupport": .testSupport,
]

/// The targets that may import a C library: the one adapter of its service. Compression and digests serve several.
private let owners: [String: Set<String>] = [
  "CMicroHTTPD": ["HTTPServer", "CMicroHTTPDPeer"], "CPostgres": ["PostgresClient"], "CHiredis": ["RedisStore"],
  "CCurl": ["ElasticsearchClient", "StripePayments", "SMTPMail"], "CStemmer": ["SearchNode"], "CSimdjson": ["JSON"],
  "CArgon2": ["Signing"],
  // `bench http` measures our server beside it.
  "CMicroHTTPDPeer": ["Benchmarks"],
]

@Suite struct ModuleTests {
  private static let toolchain: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationXML", "Dispatch", "Glibc",
    "Synchronization",
    "RegexBuilder",
  ]

  private let manifest: PackageManifest

  init() throws { manifest = PackageManifest(text: try Repository.text("Package.swift")) }

  @Test("1: the manifest is read, and every target has a row")
  func rows() throws {
    let names = manifest.targets.filter { $0.kind == .library || $0.kind == .executable }.map(\.name)
    #expect(names.count >= 15 && names.contains("vitrine") && names.contains("CSimdjson"))
    for name in names { #expect(layers[name] != nil, "\(name) has no row in Tests/RepositoryTests/ModuleTests.swift") }
    let vitrine = try #require(manifest.targets.first { $0.name == "vitrine" })
    #expect(vitrine.dependencies.contains("Configuration"))
    let package = SwiftSource(try Repository.text("Package.swift"))
    #expect(!package.codeText.contains(".package("), "no Swift package from outside")
  }

  @Test("2: dependencies are what the row allows")
  func dependencies() {
    let systemLibraries = Set(manifest.targets.filter { $0.kind == .systemLibrary }.map(\.name))
    for target in manifest.targets where target.kind != .tests {
      guard let layer = layers[target.name] else { continue }
      for dependency in target.dependencies {
        if systemLibraries.contains(dependency) || owners[dependency] != nil {
          let allowed = owners[dependency] ?? [target.name]
          #expect(allowed.contains(target.name), "\(target.name) may not use \(dependency); \(allowed.sorted()) may")
        } else {
          let dependencyLayer = layers[dependency]
          #expect(
            dependencyLayer.map { layer.allowed.contains($0) } == true,
            "\(target.name) (\(layer)) may not depend on \(dependency)")
        }
      }
    }
  }

  @Test("2: imports are declared")
  func imports() throws {
    for target in manifest.targets where target.kind != .systemLibrary {
      let folder = (target.kind == .tests ? "Tests/" : "Sources/") + target.name
      let allowed = Self.toolchain.union(target.dependencies).union(target.kind == .tests ? ["Testing"] : [])
      for file in Repository.files(under: [folder], withExtension: "swift") {
        for module in SwiftSource(try Repository.text(file)).imports where !allowed.contains(module) {
          Issue.record("\(file) imports \(module), which Package.swift does not declare for \(target.name)")
        }
      }
    }
  }
}

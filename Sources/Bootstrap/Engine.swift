import Configuration
import ElasticsearchClient
package import SearchDSL
import SearchNode
import Telemetry

/// The search engine of a command: the embedded one, or the cluster in the settings.
enum Engine {
  /// `name` replaces the settings' for one command: `embedded`, or a node's URL, without credentials.
  ///
  /// `cachesAnswers` false: the embedded engine computes every search, whatever the settings say.
  static func open(
    _ settings: Settings.Search, named name: String? = nil, cachesAnswers: Bool = true, metrics: MetricsRegistry
  ) throws -> any SearchEngine {
    func embedded() -> SearchNode {
      SearchNode(requestCache: cachesAnswers ? requestCache(settings.requestCacheBytes, metrics) : nil)
    }
    if name == "embedded" { return embedded() }
    if let name { return ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [name])) }
    switch settings.engine {
    case .embedded: return embedded()
    case .cluster(let nodes):
      return ElasticsearchClient(settings: try ElasticsearchSettings(settings, nodes: nodes))
    }
  }

  private static func requestCache(_ bytes: Int, _ metrics: MetricsRegistry) -> SearchNode.RequestCache? {
    guard bytes > 0 else { return nil }
    func counter(_ result: String) -> Counter {
      metrics.counter(
        "vitrine_request_cache_lookups_total", help: "Searches that the embedded engine looked up in its cache.",
        labels: [("result", result)])
    }
    let (hits, misses) = (counter("hit"), counter("miss"))
    return SearchNode.RequestCache(bytes: bytes) { isFound in (isFound ? hits : misses).increment() }
  }
}

extension ElasticsearchSettings {
  fileprivate init(_ settings: Settings.Search, nodes: [ServerURL]) throws {
    let credentials: Credentials =
      switch settings.credentials {
      case .none: .none
      case .basic(let user, let password): .basic(user: user, password: password)
      case .apiKey(let key): .apiKey(key)
      }
    try self.init(
      nodes: nodes.map(\.address), credentials: credentials,
      tls: TLS(
        authorityFile: settings.authorityFile, certificateFile: settings.certificateFile, keyFile: settings.keyFile))
    maxConnections = settings.maxConnections
    compressionThresholdBytes = settings.compressFromBytes == 0 ? nil : settings.compressFromBytes
  }
}

/// Asks the search engine what it is: refuses an unknown kind by name, and waits for an engine that is down.
package struct EngineCheck: Service {
  let engine: any SearchEngine
  let logger: Logger
  var pause: Duration = .seconds(2)

  /// A healthy engine answers in milliseconds; one that is down must not delay a start for longer than this.
  private static let deadline = Duration.seconds(2)

  /// True once the engine has answered, false while it is down. Throws if it is unsuitable: another product, too old,
  /// or no right to ask.
  package func isPassed() async throws(SearchEngineError) -> Bool {
    do throws(SearchEngineError) {
      let information = try await engine.information(deadline: .now + Self.deadline)
      logger.info(
        "search engine",
        metadata: ["distribution": .string(information.distribution), "version": .string(information.version)])
      return true
    } catch {
      if case .refused(let status, _, _, _) = error, status < 500 { throw error }
      if !Task.isCancelled {
        logger.warning("search engine is waited for", metadata: ["reason": .string("\(error)")])
      }
      return false
    }
  }

  /// Asks again until the engine answers; ends the shop if the engine turns out to be unsuitable.
  package func run() async throws {
    try await cancelWhenGracefulShutdown {
      while try await !isPassed() {
        // Cancelled when the shop closes, which is not a failure of the check.
        guard (try? await Task.sleep(for: pause)) != nil else { return }
      }
    }
  }
}

import Bootstrap
import Configuration
import HTTPServer
import PostgresClient
import Telemetry

/// The page of all metrics, `docs/reference/metrics.md`: what the registry of a whole shop knows.
enum MetricsReference {
  static func markdown() async throws -> String {
    var text = """
      # Metrics
      Made by `make docs` from the registry of a shop with default settings; not edited by hand.

      `GET /metrics` of `vitrine serve` and `vitrine up` answers them in Prometheus's text format; `vitrine index sync` answers
      those of the index and of its own HTTP server. [Deploy](../howto/deploy.md#6-watch-it) says which figures to worry about.

      | metric | type | labels | help |
      |---|---|---|---|

      """
    for metric in try await descriptions() {
      let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
      text += "| `\(metric.name)` | \(metric.kind) | \(labels) | \(metric.help) |\n"
    }
    return text
  }

  /// Wires a shop without starting it: nothing connects, nothing listens.
  private static func descriptions() async throws -> [MetricsRegistry.Description] {
    let context = CommandContext(
      resolved: try ResolvedSettings(flags: [:], environment: [:]), environment: [:], terminal: Terminal())
    let pool = PostgresPool(PostgresSettings(host: "localhost", port: 5432, database: "none", user: "none"))
    let shop = try Shop(context, pool: pool, isQuiet: true)
    _ = try shop.server()
    _ = shop.indexSync()
    _ = try shop.worker("reference")
    // The access log makes its metrics with the first answer.
    let log = Middlewares.accessLog(logger: shop.logger, metrics: shop.metrics)
    _ = try await log(HTTPRequest(target: "/")) { _ in HTTPResponse() }
    await pool.close()
    return shop.metrics.descriptions
  }
}

import Edge
import StorefrontAPI
import Workers

/// The parts that one capability of the shop adds to a running process.
///
/// To add one: a file in this folder with an `extension Capability` that makes it from the shop's parts, and its line in
/// `all`. The file makes the capability's adapters, gives them to its flow, and hands the flow to its routes.
package struct Capability: Sendable {
  /// Makes a capability, once for each shop.
  package typealias Making = @Sendable (Shop) throws -> Capability

  /// The shop's capabilities, in the order in which their services start.
  static let all: [Making] = [
    behaviour, search, pricing, queryLog, knowledge, indexing, pictures, recommendations, ranking, jobs, accounts,
    merchandising, experiments, replenishment, reporting, customers,
  ]

  let name: String
  /// Adds the capability's routes.
  let routes: @Sendable (inout Routes) throws -> Void
  /// Further checks in `/readyz`, beside those of `Operations`.
  let checks: [ReadinessCheck]
  /// The services of a running shop. They run until the HTTP server has drained; then the last of them ends first.
  let services: @Sendable () -> [ServiceConfiguration]
  /// The jobs that workers run for it.
  let jobs: @Sendable () throws -> [Job]

  init(
    _ name: String, checks: [ReadinessCheck] = [],
    services: @escaping @Sendable () -> [ServiceConfiguration] = { [] },
    jobs: @escaping @Sendable () throws -> [Job] = { [] },
    routes: @escaping @Sendable (inout Routes) throws -> Void = { _ in }
  ) {
    self.name = name
    self.routes = routes
    self.checks = checks
    self.services = services
    self.jobs = jobs
  }
}

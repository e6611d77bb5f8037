import Configuration
import Edge
import Foundation
package import HTTPServer
import StorefrontAPI
import Telemetry
import Web

extension Shop {
  /// The rates of requests that one sender may reach.
  var rateLimits: RateLimits.Options { RateLimits.Options(settings.http) }

  /// The reverse proxies whose word on a client's address holds.
  var trustedProxies: [NetworkRange] { settings.http.trustedProxies.compactMap(NetworkRange.init) }

  /// The routes of API and pages behind the server's middlewares.
  func routes() throws -> Routes {
    // A search on the embedded engine waits for nothing but a core: more at once would only wait for one another.
    var routes = Routes(
      staff: StaffAccess(accounts: accounts, signer: signer, logger: logger),
      limits: RateLimits(
        rateLimits, searchesAtOnce: isEmbedded ? max(2, ProcessInfo.processInfo.activeProcessorCount) : nil,
        maxWaiting: settings.http.queueDepth, metrics: metrics))
    routes.use(Middlewares.requestIdentity())
    routes.use(Middlewares.clientAddress(trusting: trustedProxies))
    routes.use(Middlewares.accessLog(logger: logger, metrics: metrics))
    routes.use(Middlewares.securityHeaders(contentSecurityPolicy: Storefront.contentSecurityPolicy))
    routes.use(Middlewares.gzip())
    routes.use(visitors.identify())
    OperatorAPI(metrics: metrics, checks: Operations(shop: self).servingChecks).register(on: &routes)
    for capability in capabilities { try capability.routes(&routes) }
    return routes
  }

  /// The operators' routes of a process that serves no pages.
  private func operatorRoutes(_ checks: [ReadinessCheck]) -> Routes {
    var routes = Routes(staff: StaffAccess(accounts: nil, signer: signer), limits: nil)
    OperatorAPI(metrics: metrics, checks: checks).register(on: &routes)
    return routes
  }

  /// The server of the whole shop. `port` replaces the settings'; 0 means a free one.
  package func server(port: Int? = nil) throws -> HTTPServer {
    server(of: try routes(), port: port ?? settings.http.port)
  }

  /// The server of the operators' routes of `work`.
  package func workServer() -> HTTPServer {
    server(of: operatorRoutes(Operations(shop: self).workChecks), port: settings.jobs.port)
  }

  /// The services of `work`.
  package func workServices(server: HTTPServer) throws -> [ServiceConfiguration] {
    [service(of: try worker("work")), httpService(of: server)]
  }

  /// The server of the operators' routes of `index sync`.
  package func syncServer() -> HTTPServer {
    server(of: operatorRoutes(Operations(shop: self).syncChecks), port: settings.indexer.port)
  }

  private func server(of routes: Routes, port: Int) -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    configuration.host = settings.http.host
    configuration.port = port
    configuration.maxConnections = settings.http.maxConnections
    configuration.maxConnectionsPerAddress = settings.http.maxConnectionsPerAddress
    configuration.maxHeadBytes = settings.http.maxHeadBytes
    configuration.maxBodyBytes = settings.http.maxBodyBytes
    configuration.maxQueued = settings.http.queueDepth
    configuration.deadline = .milliseconds(settings.http.requestDeadlineMilliseconds)
    configuration.idleTimeout = .seconds(settings.http.idleTimeoutSeconds)
    return HTTPServer(configuration: configuration, router: routes.finished(), logger: logger, metrics: metrics)
  }

  /// The services of a running shop. The HTTP server is the last, and so ends first: while it drains, everything behind it
  /// is still there.
  package func services(
    server: HTTPServer, ownServers: OwnServers? = nil, worker: ServiceConfiguration? = nil
  ) -> [ServiceConfiguration] {
    let own = ownServers.map { ServiceConfiguration(name: "own servers", service: $0) }
    return [own, worker].compactMap { $0 } + capabilities.flatMap { $0.services() } + [httpService(of: server)]
  }

  /// The services of `index sync`.
  package func syncServices(server: HTTPServer) -> [ServiceConfiguration] { [syncService(), httpService(of: server)] }

  private func httpService(of server: HTTPServer) -> ServiceConfiguration {
    ServiceConfiguration(
      name: "http", service: HTTPService(server: server, drain: .seconds(settings.http.drainSeconds)))
  }
}

extension RateLimits.Options {
  init(_ settings: Settings.HTTP) {
    self.init()
    func rate(_ perSecond: Int, burstSeconds: Int) -> TokenBuckets.Rate {
      TokenBuckets.Rate(perSecond: Double(perSecond), burst: Double(perSecond * burstSeconds))
    }
    searchesOfAddress = rate(settings.searchesPerSecond, burstSeconds: 2)
    searchesOfVisitor = rate(settings.visitorSearchesPerSecond, burstSeconds: 5)
    eventsOfAddress = rate(settings.eventsPerSecond, burstSeconds: 4)
  }
}

/// The HTTP server until the shop is told to stop: then it drains.
struct HTTPService: Service {
  let server: HTTPServer
  let drain: Duration

  func run() async throws {
    try? await gracefulShutdown()  // Cancelled or shut down: either way the server drains now.
    await server.shutdown(gracePeriod: drain)
  }
}

/// Runs work that ends only when cancelled, until the shop is told to stop.
func untilShutdown(_ work: @escaping @Sendable () async -> Void) async {
  await withTaskGroup { group in
    group.addTask(operation: work)
    group.addTask { try? await gracefulShutdown() }  // Cancelled or shut down: either way the work ends now.
    await group.next()
    group.cancelAll()
  }
}

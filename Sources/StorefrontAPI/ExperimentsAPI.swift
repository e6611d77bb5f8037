import Catalog
public import Edge
public import ExperimentDesk
import Experiments
import HTTPServer
import JSON
import Ports

/// Experiments for staff and their programs: describe, start, ramp up, read, stop.
public struct ExperimentsAPI: Sendable {
  private static let largestBody = 16 * 1024
  private static let deadline = Duration.seconds(60)

  let desk: ExperimentDesk

  public init(desk: ExperimentDesk) { self.desk = desk }

  public func register(on routes: inout Routes) {
    let (change, read) = (Access.staff(.merchandiser, .approver), Access.staff(.merchandiser, .approver, .analyst))
    func route(_ name: String, _ access: Access) -> Route {
      Route(access: access, name: name, maxBodyBytes: Self.largestBody, deadline: Self.deadline)
    }
    routes.group("/v1/experiments") { routes in
      routes.get("", route("experiments", read), list)
      routes.post("", route("describeExperiment", change), create)
      routes.get("/{name}", route("experiment", read), show)
      routes.delete("/{name}", route("deleteExperiment", change), delete)
      routes.get("/{name}/reading", route("readExperiment", read), reading)
      routes.post("/{name}/start", route("startExperiment", change), start)
      routes.post("/{name}/ramp", route("rampExperiment", change), ramp)
      routes.post("/{name}/stop", route("stopExperiment", change), stop)
    }
  }

  private func actor(_ request: HTTPRequest) -> String { request.principal.auditName ?? "unknown" }
  private func name(_ request: HTTPRequest) -> String { request.pathParameters["name"] ?? "" }

  private func body(_ request: HTTPRequest) throws -> ObjectReader<Problem> {
    // The parser's reason is of no use to the sender.
    guard let json = try? JSONValue(parsing: request.body) else {
      throw Problem(APIProblem.invalidBody, detail: "The body is not valid JSON.")
    }
    return try ObjectReader(json, "the body") { Problem(APIProblem.invalidBody, detail: "\($0).") }
  }

  private func answer(_ experiment: StoredExperiment, status: HTTPStatus = .ok) -> HTTPResponse {
    .json(ExperimentJSON.experiment(experiment).bytes, status: status)
  }

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let found = try await desk.experiments().map(ExperimentJSON.experiment)
    let json: JSONValue = [
      "experiments": .array(found),
      "holdout_percent": .double(ExperimentJSON.percent(try await desk.holdoutBuckets())),
    ]
    return .json(json.bytes)
  }

  @Sendable private func create(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let plan = try ExperimentJSON.plan(&body)
    try body.finish()
    try await desk.create(plan, by: actor(request))
    return answer(try await desk.experiment(plan.name), status: .created)
  }

  @Sendable private func show(_ request: HTTPRequest) async throws -> HTTPResponse {
    answer(try await desk.experiment(name(request)))
  }

  @Sendable private func delete(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await desk.delete(name(request), by: actor(request))
    return HTTPResponse(status: .noContent)
  }

  @Sendable private func reading(_ request: HTTPRequest) async throws -> HTTPResponse {
    let report = try await desk.report(on: try await desk.experiment(name(request)))
    return .json(ExperimentJSON.report(report).bytes)
  }

  @Sendable private func start(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await desk.start(name(request), by: actor(request))
    return answer(try await desk.experiment(name(request)))
  }

  @Sendable private func ramp(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let percent = try body.double("percent")
    try body.finish()
    guard let percent else { throw Problem(APIProblem.invalidBody, detail: "The body has no percent.") }
    try await desk.ramp(name(request), toPercent: percent, by: actor(request))
    return answer(try await desk.experiment(name(request)))
  }

  @Sendable private func stop(_ request: HTTPRequest) async throws -> HTTPResponse {
    var body = try body(request)
    let conclusion = try body.string("conclusion") ?? ""
    try body.finish()
    try await desk.stop(name(request), conclusion: conclusion, by: actor(request))
    return answer(try await desk.experiment(name(request)))
  }
}

public import Catalog
public import Edge
public import ExperimentDesk
public import Experiments
import HTTPServer
public import Ports
import Web

/// Experiments: their list, a form that describes one, and for each its reading with the ways to start, ramp up and stop it.
public struct ExperimentPages: Sendable {
  /// The published values that the form offers.
  public struct Choices: Sendable {
    public var rankings: [RankingChoice]
    /// Versions of the rules.
    public var rules: [Int64]

    public init(rankings: [RankingChoice], rules: [Int64]) {
      self.rankings = rankings
      self.rules = rules
    }
  }

  private static let deadline = Duration.seconds(60)
  /// Arms that the form has room for; the command and the API take more.
  static let formArms = 3

  let desk: ExperimentDesk
  private let choices: @Sendable () async throws -> Choices
  let shopName: String
  let currency: Currency
  let clock: any WallClock

  public init(
    desk: ExperimentDesk, choices: @escaping @Sendable () async throws -> Choices, shopName: String,
    currency: Currency, clock: any WallClock
  ) {
    self.desk = desk
    self.choices = choices
    self.shopName = shopName
    self.currency = currency
    self.clock = clock
  }

  private static let change = Access.staff(.merchandiser, .approver)

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.experiments.path, ConsolePage.experiments.access)
    func page(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, deadline: Self.deadline)
    }
    func form(_ name: String) -> Route {
      Route(
        access: Self.change, name: name, isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm,
        deadline: Self.deadline)
    }
    routes.get(path, page("experiments page"), list)
    routes.post(path, form("describe experiment"), create)
    routes.get(path + "/{name}", page("experiment page"), show)
    routes.post(path + "/{name}/start", form("start experiment"), start)
    routes.post(path + "/{name}/ramp", form("ramp experiment"), ramp)
    routes.post(path + "/{name}/stop", form("stop experiment"), stop)
    routes.post(path + "/{name}/delete", form("delete experiment"), delete)
  }

  private func name(_ request: HTTPRequest) -> String { request.pathParameters["name"] ?? "" }

  private func path(_ name: String) -> String { "\(ConsolePage.experiments.path)/\(name)" }

  private static func reason(_ error: any Error) -> String? {
    switch error {
    case let refusal as ExperimentDesk.Refusal: ConsoleForms.sentence(refusal.description)
    case let error as ExperimentError: ConsoleForms.sentence(error.reason)
    default: nil
    }
  }

  // MARK: The list

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let isDeleted = try request.query { $0 == "done" }["done"] == "deleted"
    return try await list(request, notice: isDeleted ? "The draft was deleted." : nil)
  }

  private func list(
    _ request: HTTPRequest, notice: String?, isBad: Bool = false, filled: [String: String] = [:],
    status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .experiments)
    let rows = try await desk.experiments().map { experiment -> HTML in
      let plan = experiment.plan
      let since = experiment.startedAt.map { ShopWords.shortTime($0, now: clock.now()) } ?? ""
      return """
        <tr><th scope="row"><a href="\(path(plan.name))">\(plan.name)</a></th><td class="wide" data-label="Question"><span>\(plan.question)</span></td><td data-label="State">\(Self.state(experiment))</td><td data-label="Takes part">\(plan.exposedText)</td><td data-label="Started">\(since)</td></tr>
        """
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=\"notice\">No experiment was described yet.</p>"
      : "<table class=\"report\"><thead><tr><th scope=\"col\">Experiment</th><th scope=\"col\">Question</th><th scope=\"col\">State</th><th scope=\"col\">Takes part</th><th scope=\"col\">Started</th></tr></thead><tbody>\(rows)</tbody></table>"
    let mayChange = frame.member?.roles.contains(where: Self.change.allows) ?? false
    let form: HTML? = mayChange ? try await ExperimentForm(choices: choices(), filled: filled).html(frame.member) : nil
    let body: HTML = """
      <div class="heading"><h1>Experiments</h1></div>
      \(ConsoleForms.notice(notice, isBad: isBad))<section class="row">\(table)</section>\(form)
      """
    return frame.response(title: "Experiments", body: body, status: status)
  }

  static func state(_ experiment: StoredExperiment) -> HTML {
    switch experiment.state {
    case .draft: "<span class=\"outcome\">draft</span>"
    case .running: "<span class=\"outcome good\">running</span>"
    case .stopped: "<span class=\"outcome\">stopped</span>"
    }
  }

  @Sendable private func create(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { $0 != "form_token" }
    let fields = ExperimentForm.names.reduce(into: [String: String]()) { $0[$1] = form[$1] }
    do {
      let plan = try ExperimentForm.plan(fields)
      try await desk.create(plan, by: ConsoleForms.actor(request))
      return .redirect(to: path(plan.name))
    } catch {
      guard let reason = Self.reason(error) else { throw error }
      return try await list(request, notice: reason, isBad: true, filled: fields, status: .badRequest)
    }
  }

  // MARK: One experiment

  @Sendable private func show(_ request: HTTPRequest) async throws -> HTTPResponse { try await page(request) }

  private func page(
    _ request: HTTPRequest, notice: String? = nil, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let experiment = try await desk.experiment(name(request))
    let frame = ConsoleFrame(shopName: shopName, request, .experiments)
    let mayChange = frame.member?.roles.contains(where: Self.change.allows) ?? false
    let view = ExperimentView(
      experiment: experiment, report: experiment.state == .draft ? nil : try await desk.report(on: experiment),
      currency: currency, now: clock.now(), member: frame.member, mayChange: mayChange)
    let body: HTML = "\(ConsoleForms.notice(notice, isBad: true))\(view.body)"
    return frame.response(title: experiment.plan.name, body: body, status: status)
  }

  private func changing(
    _ request: HTTPRequest, to address: String? = nil, _ change: () async throws -> Void
  ) async throws -> HTTPResponse {
    do {
      try await change()
      return .redirect(to: address ?? path(name(request)))
    } catch {
      guard let reason = Self.reason(error) else { throw error }
      return try await page(request, notice: reason, status: .conflict)
    }
  }

  @Sendable private func start(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await changing(request) { try await desk.start(name(request), by: ConsoleForms.actor(request)) }
  }

  @Sendable private func ramp(_ request: HTTPRequest) async throws -> HTTPResponse {
    let percent = try request.form { $0 == "percent" }["percent"].flatMap { Double($0) } ?? .nan
    return try await changing(request) {
      try await desk.ramp(name(request), toPercent: percent, by: ConsoleForms.actor(request))
    }
  }

  @Sendable private func stop(_ request: HTTPRequest) async throws -> HTTPResponse {
    let conclusion = try request.form { $0 == "conclusion" }["conclusion"] ?? ""
    return try await changing(request) {
      try await desk.stop(name(request), conclusion: conclusion, by: ConsoleForms.actor(request))
    }
  }

  @Sendable private func delete(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await changing(request, to: ConsolePage.experiments.path + "?done=deleted") {
      try await desk.delete(name(request), by: ConsoleForms.actor(request))
    }
  }
}

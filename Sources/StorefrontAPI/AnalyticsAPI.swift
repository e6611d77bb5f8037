import Catalog
public import Edge
import HTTPServer
import JSON
import Ports
public import Reporting

/// The catalogue of metrics, their figures and parts, and the reports.
public struct AnalyticsAPI: Sendable {
  private static let deadline = Duration.seconds(60)

  let reporting: Reporting
  let writer: ReportWriter

  public init(reporting: Reporting, writer: ReportWriter) {
    self.reporting = reporting
    self.writer = writer
  }

  public func register(on routes: inout Routes) {
    func route(_ name: String) -> Route {
      Route(access: .staff(.analyst), name: name, deadline: Self.deadline)
    }
    routes.group("/v1/analytics") { routes in
      routes.get("/metrics", route("metrics"), list)
      routes.get("/metrics/{code}", route("metric"), metric)
      routes.get("/reports/{name}", route("shopReport"), report)
    }
  }

  private static func invalid(_ parameter: String, _ detail: String) -> Problem {
    Problem(APIProblem.invalidParameter, detail: detail, extensions: ["parameter": .string(parameter)])
  }

  private func day(_ request: HTTPRequest, _ name: String) throws -> CalendarDay? {
    try request.query[name].map { text in
      guard let day = CalendarDay(text) else { throw Self.invalid(name, "\(name) is not a day such as 2026-03-01.") }
      return day
    }
  }

  /// The days from `from` to `to`; else the last 28.
  private func period(_ request: HTTPRequest) throws -> ReportPeriod {
    guard let usual = reporting.last(days: 28) else { throw Self.invalid("to", "There is no such period.") }
    let last = try day(request, "to") ?? usual.last
    let first = try day(request, "from") ?? last.advanced(by: -27)
    guard let period = ReportPeriod(first: first, last: last) else {
      throw Self.invalid("from", "from is not after to, and at most \(ReportPeriod.maxDays) days before it.")
    }
    return period
  }

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let counted = try await reporting.countedAt()
    return .json(
      JSONValue.object([
        "counted_at": counted.map { .string($0.description) } ?? .null,
        "currency": .string(reporting.currency.code),
        "metrics": .array(reporting.metrics.map(AnalyticsJSON.metric)),
      ]).bytes)
  }

  @Sendable private func metric(_ request: HTTPRequest) async throws -> HTTPResponse {
    let metric = try reporting.metric(request.pathParameters["code"] ?? "")
    let period = try period(request)
    let by = try request.query["by"].map { text in
      guard let dimension = Metric.Dimension(rawValue: text) else {
        throw Self.invalid("by", "by is one of day, category and product.")
      }
      return dimension
    }
    let limit = try request.query["limit"].map { Int($0) ?? 0 } ?? 100
    let format = try request.query["format"] ?? "json"
    guard ["json", "csv"].contains(format) else { throw Self.invalid("format", "format is json or csv.") }
    let parts = try await by.mapAsync { dimension in
      try await reporting.parts(of: metric.code, by: dimension, in: period, limit: limit)
    }
    if format == "csv" {
      guard let by, let parts else { throw Self.invalid("by", "A file of a metric needs by.") }
      return .bytes(
        Array(MetricFile.text(metric, by, parts).utf8), contentType: "text/csv; charset=utf-8")
    }
    let tile = try await reporting.tiles([metric.code], in: period).first
    return .json(AnalyticsJSON.figure(metric, period, tile, parts, counted: try await reporting.countedAt()).bytes)
  }

  @Sendable private func report(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let kind = ShopReport.Kind(rawValue: request.pathParameters["name"] ?? "") else {
      throw Problem(APIProblem.metricNotFound, detail: "There is no such report.")
    }
    return .json(AnalyticsJSON.report(try await writer.report(kind, in: period(request))).bytes)
  }
}

extension Optional where Wrapped: Sendable {
  fileprivate func mapAsync<T>(_ transform: (Wrapped) async throws -> T) async throws -> T? {
    guard let value = self else { return nil }
    return try await transform(value)
  }
}

/// Figures and reports as JSON.
enum AnalyticsJSON {
  private static func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }

  static func metric(_ metric: Metric) -> JSONValue {
    [
      "code": .string(metric.code), "title": .string(metric.title), "formula": .string(metric.formula),
      "unit": .string(metric.unit.rawValue),
      "is_better_higher": metric.isBetterHigher.map { .bool($0) } ?? .null,
      "by": .array(metric.dimensions.map { .string($0.rawValue) }),
    ]
  }

  /// `parts` nil: not asked for.
  static func figure(
    _ metric: Metric, _ period: ReportPeriod, _ tile: Reporting.Tile?, _ parts: [MetricPart]?, counted: Timestamp?
  ) -> JSONValue {
    var json: JSONObject = [
      "metric": self.metric(metric), "from": .string(period.first.description), "to": .string(period.last.description),
      "counted_at": counted.map { .string($0.description) } ?? .null, "value": number(tile?.value),
      "previous": number(tile?.previous), "year_before": number(tile?.yearBefore),
    ]
    if let parts {
      json["parts"] = .array(
        parts.map { ["key": .string($0.key), "name": .string($0.name), "value": number($0.value)] })
    }
    return .object(json)
  }

  static func report(_ report: ShopReport) -> JSONValue {
    [
      "report": .string(report.kind.rawValue), "title": .string(report.kind.title),
      "from": .string(report.period.first.description), "to": .string(report.period.last.description),
      "sections": .array(
        report.sections.map { section in
          [
            "title": .string(section.title),
            "sentences": .array(
              section.sentences.map { ["text": .string($0.text), "certainty": .string($0.certainty.rawValue)] }),
            "table": section.table.map { table in
              [
                "heading": .array(table.heading.map { .string($0) }),
                "rows": .array(table.rows.map { .array($0.map { .string($0) }) }),
              ]
            } ?? .null,
          ]
        }),
    ]
  }
}

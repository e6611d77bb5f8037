public import Catalog
public import Ports

/// The shop's figures: dashboards, drilling down, and the reports in sentences. All read one catalogue of metrics.
public struct Reporting: Sendable {
  /// A question that cannot be answered, with what can be asked.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The parameter that is wrong.
    public let parameter: String
    public let description: String
  }

  public static let maxParts = 1_000
  /// Days that are counted again each time: an event may be so late.
  static let lateDays = 8

  let store: any MetricStore
  let clock: any WallClock
  public let currency: Currency
  let timeZone: String

  public init(store: any MetricStore, clock: any WallClock, currency: Currency, timeZone: String) {
    self.store = store
    self.clock = clock
    self.currency = currency
    self.timeZone = timeZone
  }

  public var metrics: [Metric] { store.metrics }

  /// Counts the last days again, or the whole history. Repeatable.
  public func count(wholeHistory: Bool) async throws {
    let now = clock.now()
    try await store.count(
      since: wholeHistory ? nil : now.day.advanced(by: -Self.lateDays), timeZone: timeZone, now: now)
  }

  public func countedAt() async throws -> Timestamp? { try await store.countedAt() }

  /// The last days, yesterday the last: today has not ended.
  public func last(days: Int) -> ReportPeriod? {
    let end = clock.now().day.advanced(by: -1)
    return ReportPeriod(first: end.advanced(by: 1 - days), last: end)
  }

  public func metric(_ code: String) throws(Refusal) -> Metric {
    guard let metric = store.metrics.first(where: { $0.code == code }) else {
      let codes = store.metrics.map(\.code).joined(separator: ", ")
      throw Refusal(parameter: "code", description: "there is no metric '\(code.prefix(60))': there are \(codes)")
    }
    return metric
  }

  // MARK: Figures

  /// A figure with that of the days before and of the year before.
  public struct Tile: Sendable, Hashable {
    public let metric: Metric
    /// nil where it is not defined, such as a mean of nothing.
    public let value: Double?
    public let previous: Double?
    public let yearBefore: Double?

    /// The change as a share of the figure before; nil where there is none.
    public var change: Double? { Self.change(from: previous, to: value) }

    static func change(from before: Double?, to now: Double?) -> Double? {
      guard let before, let now, before != 0 else { return nil }
      return (now - before) / abs(before)
    }
  }

  public func tiles(_ codes: [String], in period: ReportPeriod) async throws -> [Tile] {
    let metrics = try codes.map { code throws(Refusal) in try metric(code) }
    let ofPeriod = metrics.filter(\.isOfPeriod).map(\.code)
    let now = try await store.values(codes, in: period)
    let previous = try await values(ofPeriod, in: period.previous)
    let yearBefore = try await values(ofPeriod, in: period.yearBefore)
    return metrics.map { metric in
      Tile(
        metric: metric, value: now[metric.code], previous: previous[metric.code], yearBefore: yearBefore[metric.code])
    }
  }

  private func values(_ codes: [String], in period: ReportPeriod?) async throws -> [String: Double] {
    guard let period, !codes.isEmpty else { return [:] }
    return try await store.values(codes, in: period)
  }

  /// The figure's parts: by day in order and with the days without any, else the greatest first.
  public func parts(
    of code: String, by dimension: Metric.Dimension, in period: ReportPeriod, limit: Int = maxParts
  ) async throws -> [MetricPart] {
    let metric = try metric(code)
    guard metric.dimensions.contains(dimension) else {
      let names = metric.dimensions.map(\.rawValue).joined(separator: ", ")
      throw Refusal(parameter: "by", description: "\(code) can be taken apart by \(names)")
    }
    guard (1...Self.maxParts).contains(limit) else {
      throw Refusal(parameter: "limit", description: "limit is from 1 to \(Self.maxParts)")
    }
    guard dimension == .day else {
      return try await store.parts(of: code, by: dimension, in: period, limit: limit)
    }
    let known = Dictionary(
      try await store.parts(of: code, by: .day, in: period, limit: ReportPeriod.maxDays).map { ($0.key, $0.value) },
      uniquingKeysWith: { $1 })
    let isSum = metric.unit == .money || metric.unit == .count
    return (0..<period.days).suffix(limit).map { place in
      let day = period.first.advanced(by: place).description
      return MetricPart(key: day, name: day, value: known[day] ?? (isSum ? 0 : nil))
    }
  }
}

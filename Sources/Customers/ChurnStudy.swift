public import Catalog
internal import Statistics

/// The customers who will leave: a logistic regression over the history up to a day in the past, whose answers are the days after
/// it. It is judged on customers that it had not seen.
public struct ChurnStudy: Sendable {
  public static let names = [
    "days since the last purchase", "purchases", "spent", "days since the first purchase",
    "mean days between purchases",
    "days since the last purchase against the usual gap", "purchases in the last 60 days",
  ]
  /// Fewer customers cannot be judged.
  public static let fewestCustomers = 200
  private static let folds = 5

  /// The days without a purchase that count as leaving.
  public let windowDays: Int
  /// On the folds that a model had not seen.
  public let areaUnderCurve: Double
  public let calibrationError: Double
  private let model: LogisticRegression

  /// nil where there are too few customers, or all of them did the same.
  public init?(_ orders: [CustomerOrder], end: CalendarDay, windowDays: Int) {
    guard (7...366).contains(windowDays) else { return nil }
    let origin = end.advanced(by: -windowDays)
    let histories = Self.histories(orders, end: origin)
    guard histories.count >= Self.fewestCustomers else { return nil }
    let later = Set(orders.lazy.filter { $0.day > origin && $0.day <= end && $0.valueMinorUnits > 0 }.map(\.customer))
    let rows = histories.map { Self.features($0.days, end: origin) }
    let answers = histories.map { !later.contains($0.customer) }
    guard let model = LogisticRegression(names: Self.names, rows: rows, answers: answers) else { return nil }
    self.model = model
    self.windowDays = windowDays
    var scores = [Double](repeating: 0.5, count: rows.count)
    for fold in 0..<Self.folds {
      let learnt = rows.indices.filter { $0 % Self.folds != fold }
      guard
        let part = LogisticRegression(
          names: Self.names, rows: learnt.map { rows[$0] }, answers: learnt.map { answers[$0] })
      else { return nil }
      for place in rows.indices where place % Self.folds == fold { scores[place] = part.probability(rows[place]) }
    }
    areaUnderCurve = ClassifierMeasure.areaUnderCurve(scores, answers)
    calibrationError = ClassifierMeasure.calibrationError(scores, answers)
  }

  private typealias Days = [(day: CalendarDay, value: Int64)]

  /// By customer's code, each with its days of purchase in order; those without any up to `end` are left out.
  private static func histories(
    _ orders: [CustomerOrder], end: CalendarDay
  ) -> [(customer: String, days: Days)] {
    var byCustomer: [String: [CalendarDay: Int64]] = [:]
    for order in orders where order.day <= end && order.valueMinorUnits > 0 {
      byCustomer[order.customer, default: [:]][order.day, default: 0] += order.valueMinorUnits
    }
    return byCustomer.sorted { $0.key < $1.key }.map { customer, days in
      (customer, days.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  private static func features(_ days: Days, end: CalendarDay) -> [Double] {
    guard let first = days.first, let last = days.last else { return names.map { _ in 0 } }
    func since(_ day: CalendarDay) -> Double { Double(end.daysSinceEpoch - day.daysSinceEpoch) }
    let recency = since(last.day)
    let gap = days.count > 1 ? (since(first.day) - recency) / Double(days.count - 1) : since(first.day)
    return [
      recency, Double(days.count), Double(days.reduce(Int64(0)) { $0.adding(saturating: $1.value) }), since(first.day),
      gap, recency / max(gap, 1), Double(days.count { since($0.day) < 60 }),
    ]
  }

  /// Each customer's probability of not buying in the window ahead, with the reasons that raise it.
  public func outlook(
    _ orders: [CustomerOrder], end: CalendarDay
  ) -> [String: (probability: Double, reasons: [String])] {
    Self.histories(orders, end: end).reduce(into: [:]) { result, history in
      let row = Self.features(history.days, end: end)
      result[history.customer] = (model.probability(row), model.reasons(row, most: 2).map(\.name))
    }
  }
}

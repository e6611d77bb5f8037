import Catalog
import Customers
import Ports

/// The standings of all customers from their orders, with the figures and notes of the models.
struct Standings: Sendable {
  private(set) var standings: [CustomerStanding] = []
  private(set) var figures: [String: Double] = [:]
  private(set) var notes: [String] = []

  init(_ orders: [CustomerOrder], end: CalendarDay, _ options: CustomerInsight.Options) {
    let summaries = PurchaseSummary.summaries(orders, end: end)
    guard !summaries.isEmpty else {
      notes = ["no order of a known person is in the history"]
      return
    }
    let scores = RFMScore.scores(summaries)
    var value: CustomerValue?
    do {
      value = try CustomerValue(summaries)
    } catch {
      notes.append("no value: \(error)")
    }
    let churn = churn(orders, end: end, options)
    standings = zip(summaries, scores).compactMap { summary, score in
      guard let number = Int64(summary.customer) else { return nil }
      let first = end.advanced(by: -Int(saturating: summary.ageDays))
      let history = BGNBD.History(weeks: summary)
      let outlook = churn[summary.customer]
      return CustomerStanding(
        shopper: ShopperID(rawValue: number), purchases: summary.repeats + 1, firstPurchase: first,
        lastPurchase: first.advanced(by: Int(saturating: summary.recencyDays)),
        totalMinorUnits: summary.totalMinorUnits, recency: score.recency, frequency: score.frequency,
        monetary: score.monetary, segment: score.segment(),
        probabilityAlive: value.map { min(max($0.buying.probabilityAlive(history), 0), 1) },
        valueMinorUnits: value.map {
          Int64(
            saturating: $0.value(history, meanRepeat: summary.meanRepeatMinorUnits, months: options.months).rounded())
        },
        churn: outlook.map { min(max($0.probability, 0), 1) }, churnReasons: outlook?.reasons ?? [],
        isHoldout: Self.isHoldout(summary.customer, percent: options.holdoutPercent))
    }
  }

  /// The same people each time, whatever their orders are.
  static func isHoldout(_ customer: String, percent: UInt64) -> Bool {
    StableHash.of("holdout \(customer)") % 100 < percent
  }

  private mutating func churn(
    _ orders: [CustomerOrder], end: CalendarDay, _ options: CustomerInsight.Options
  ) -> [String: (probability: Double, reasons: [String])] {
    let first = orders.map(\.day).min() ?? end
    // A third of the history, 90 days at most.
    let window = min(90, Int(end.daysSinceEpoch - first.daysSinceEpoch) / 3)
    guard let study = ChurnStudy(orders, end: end, windowDays: window) else {
      notes.append("no churn: fewer than \(ChurnStudy.fewestCustomers) customers, or too short a history")
      return [:]
    }
    figures["churn_window_days"] = Double(window)
    figures["churn_auc"] = study.areaUnderCurve
    figures["churn_calibration_error"] = study.calibrationError
    guard study.areaUnderCurve >= options.leastAreaUnderCurve,
      study.calibrationError <= options.maxCalibrationError
    else {
      notes.append("the gate refused the churn model")
      return [:]
    }
    return study.outlook(orders, end: end)
  }
}

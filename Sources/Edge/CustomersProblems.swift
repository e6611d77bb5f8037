import CustomerInsight
import HTTPServer

extension Problem {
  /// The problem that a refusal of the customers' flow is to a client; nil for another error.
  init?(customersError error: any Error) {
    guard let refusal = error as? CustomerInsight.Refusal else { return nil }
    self.init(APIProblem.metricNotFound, detail: refusal.description)
  }
}
